package letter

import (
	"postlift/mailers/sheet"
)

// tightest is the percentage to which the distances between paragraphs may shrink when that saves a page.
const tightest = 70

// region is where running text stands on a page.
type region struct{ x, top, bottom int }

// atom is a row of an item of the flow.
type atom struct {
	item, row      int
	before, height int
	bound          bool
}

// stretch is rows of an item on a page, from..to, at a height; repeat draws the block's head rows above them.
type stretch struct {
	page, item, from, to int
	x, y                 int
	repeat               bool
}

// filling is the flow on its pages.
type filling struct {
	stretches []stretch
	pages     int
}

// filler puts a flow on pages.
type filler struct {
	mem      *memory
	flow     []item
	atoms    []atom
	region   func(page int) (region, bool) // of a page; false where no text stands on it
	kept     func(page int, last bool) int // height kept free at the foot of a page
	maxPages int
	out      filling
}

// fill sets the flow with loose distances; where a letter is just too long, it is set with tighter ones if that
// saves a page.
func (f *filler) fill() (filling, error) {
	loose, err := f.fillAt(100)
	if err == nil && loose.pages <= 1 {
		return loose, nil
	}
	tight, tightErr := f.fillAt(tightest)
	if tightErr != nil {
		return tight, tightErr
	}
	if err == nil && loose.pages == tight.pages {
		return loose, nil
	}
	return tight, nil
}

// spread lists the rows with their distances shrunk to a percentage; rows themselves keep their height.
func (f *filler) spread(percent int) {
	if f.atoms == nil {
		n := 0
		for i := range f.flow {
			n += len(f.flow[i].rows)
		}
		f.atoms = f.mem.atoms.Room(n)
	}
	f.atoms = f.atoms[:0]
	for i := range f.flow {
		it := &f.flow[i]
		for k := range it.rows {
			a := atom{item: i, row: k, height: it.rows[k].height, bound: it.rows[k].bound}
			if k == 0 {
				a.before, a.bound = it.before*percent/100, it.bound
			}
			if it.gap {
				a.height = a.height * percent / 100
			}
			f.atoms = append(f.atoms, a)
		}
	}
}

// fillAt fills page after page. A page that takes all that is left, with what the last page keeps free, is the last;
// every other one leaves at least a part for the next.
func (f *filler) fillAt(percent int) (filling, error) {
	f.spread(percent)
	f.out = filling{stretches: f.mem.stretches.Room(len(f.flow) + 2)}
	i := 0
	for page := 0; ; page++ {
		if page == f.maxPages {
			return f.out, pieceFault("the text runs beyond the %s that the design allows (max_pages): shorten it", pagesOf(f.maxPages))
		}
		reg, ok := f.region(page)
		if !ok {
			if i < len(f.atoms) || page == 0 {
				continue
			}
			f.out.pages = page
			return f.out, nil
		}
		head := f.headHeight(i)
		rest, room := head+f.height(i, len(f.atoms)), reg.bottom-reg.top
		if free := room - f.kept(page, true); rest <= free {
			f.place(page, reg, i, len(f.atoms))
			f.out.pages = page + 1
			return f.out, nil
		} else if page == f.maxPages-1 || !f.anyAfter(page) {
			return f.out, pieceFault("the text is %s mm too long for the %s that the design allows (max_pages): shorten it", sheet.MM(rest-free), pagesOf(f.maxPages))
		}
		end, err := f.until(i, room-f.kept(page, false)-head)
		if err != nil {
			return f.out, err
		}
		f.place(page, reg, i, end)
		i = end
	}
}

// anyAfter tells whether text may stand on a page after this one.
func (f *filler) anyAfter(page int) bool {
	for p := page + 1; p < f.maxPages; p++ {
		if _, ok := f.region(p); ok {
			return true
		}
	}
	return false
}

// until is the end of the groups from i on that fit a height; the very last group is left over, because what the
// last page keeps free did not fit below it.
func (f *filler) until(i, room int) (int, error) {
	y, start := 0, i
	for i < len(f.atoms) {
		end := f.groupEnd(i)
		height := f.height(i, end)
		gap := 0
		if i > start {
			gap = f.atoms[i].before
		}
		if y+gap+height > room {
			if i == start {
				return 0, pieceFault("a part of the text is %s mm high and cannot be parted, the page has %s mm", sheet.MM(height), sheet.MM(room))
			}
			break
		}
		if end == len(f.atoms) && i > start {
			break
		}
		if end == len(f.atoms) {
			return 0, pieceFault("a part of the text is %s mm high and cannot be parted, the page with what stands at its foot has less", sheet.MM(height))
		}
		y += gap + height
		i = end
	}
	return i, nil
}

// groupEnd is the end of the atom at i with all that no page break may part from it.
func (f *filler) groupEnd(i int) int {
	end := i + 1
	for end < len(f.atoms) && f.atoms[end].bound {
		end++
	}
	return end
}

// height is how high atoms are at the top of a page.
func (f *filler) height(from, to int) int {
	h := 0
	for i := from; i < to; i++ {
		if i > from {
			h += f.atoms[i].before
		}
		h += f.atoms[i].height
	}
	return h
}

// headHeight is what the repeated head of the block at i takes, where a page starts inside that block.
func (f *filler) headHeight(i int) int {
	if i == 0 || i == len(f.atoms) {
		return 0
	}
	it := &f.flow[f.atoms[i].item]
	if f.atoms[i].row < it.head || it.head == 0 {
		return 0
	}
	return it.rows[it.head-1].y + it.rows[it.head-1].height
}

// place notes where the atoms stand.
func (f *filler) place(page int, reg region, from, to int) {
	y := reg.top
	repeat := f.headHeight(from)
	for i := from; i < to; i++ {
		a := &f.atoms[i]
		if i > from {
			y += a.before
		} else {
			y += repeat
		}
		if a.row > 0 && i > from {
			f.out.stretches[len(f.out.stretches)-1].to++
		} else {
			f.out.stretches = append(f.out.stretches, stretch{page: page, item: a.item, from: a.row, to: a.row + 1,
				x: reg.x + f.flow[a.item].x, y: y, repeat: i == from && repeat > 0})
		}
		y += a.height
	}
}

// draw puts a stretch on its page.
func (it *item) draw(p *sheet.Page, s stretch) {
	if s.from == 0 && s.to == len(it.rows) {
		it.drawWhole(p, s.x, s.y)
		return
	}
	if s.repeat {
		top := it.rows[it.head-1]
		p.Ops = movedOps(p.Ops, it.ops[:top.to], s.x, s.y-top.y-top.height)
	}
	first, last := it.rows[s.from], it.rows[s.to-1]
	p.Ops = movedOps(p.Ops, it.ops[first.from:last.to], s.x, s.y-first.y)
}

// drawWhole puts a block on a page.
func (s *set) drawWhole(p *sheet.Page, x, y int) {
	if s.layer != nil {
		p.Placed = append(p.Placed, sheet.Placed{X: x, Y: y, Layer: s.layer})
		return
	}
	p.Placed = movedLayers(p.Placed, s.placed, x, y)
	p.Ops = movedOps(p.Ops, s.ops, x, y)
}
