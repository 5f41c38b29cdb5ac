package letter

import (
	"postlift/mailers/arena"
	"postlift/mailers/codes"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Room is memory that plans are composed in, one after the other, so that thousands of them a second leave no
// garbage. The zero Room is ready. It is used by one goroutine.
type Room struct {
	ops       arena.Slab[sheet.Op]
	placed    arena.Slab[sheet.Placed]
	pages     arena.Slab[sheet.Page]
	sets      arena.Slab[set]
	rows      arena.Slab[row]
	items     arena.Slab[item]
	atoms     arena.Slab[atom]
	stretches arena.Slab[stretch]
	codes     codes.Memory
	text      typeset.Memory
	mem       memory
	composer  composer
}

// memory is where a composer puts what it makes: the slabs of a room, or none, for what lasts.
type memory struct {
	ops       *arena.Slab[sheet.Op]
	placed    *arena.Slab[sheet.Placed]
	pages     *arena.Slab[sheet.Page]
	sets      *arena.Slab[set]
	rows      *arena.Slab[row]
	items     *arena.Slab[item]
	atoms     *arena.Slab[atom]
	stretches *arena.Slab[stretch]
	codes     *codes.Memory
	text      *typeset.Memory
}

// lasting is for what outlives its piece: whatever is kept for other pieces, and plans without a room.
var lasting = &memory{}

// empty takes the last plan's memory back.
func (r *Room) empty() {
	r.ops.Reset()
	r.placed.Reset()
	r.pages.Reset()
	r.sets.Reset()
	r.rows.Reset()
	r.items.Reset()
	r.atoms.Reset()
	r.stretches.Reset()
	r.codes.Reset()
	r.text.Reset()
	r.mem = memory{&r.ops, &r.placed, &r.pages, &r.sets, &r.rows, &r.items, &r.atoms, &r.stretches, &r.codes, &r.text}
}
