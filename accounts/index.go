package accounts

import "hash/maphash"

// Index finds ids by external id within one source. It keeps 128-bit hashes, not texts: a million
// accounts take about forty megabytes, and two texts of one hash are not to be expected in the lifetime
// of the universe. It holds no pointers, so the garbage collector passes over it.
type Index struct {
	a, b maphash.Seed
	ids  map[[2]uint64]int64 // id << 1 | claimed
	next int64
}

// NewIndex makes an index with room for size entries; next is the first free id.
func NewIndex(size int, next int64) *Index {
	return &Index{a: maphash.MakeSeed(), b: maphash.MakeSeed(), ids: make(map[[2]uint64]int64, size), next: next}
}

func (x *Index) hash(s string) [2]uint64 {
	return [2]uint64{maphash.String(x.a, s), maphash.String(x.b, s)}
}

// Add puts in what the database holds.
func (x *Index) Add(externalID string, id int64) { x.ids[x.hash(externalID)] = id << 1 }

// Find gives the id of an external id.
func (x *Index) Find(externalID string) (id int64, ok bool) {
	v, ok := x.ids[x.hash(externalID)]
	return v >> 1, ok
}

// Claim gives a row of a file its id: that of the database, or the next free one (fresh). again is true
// when an earlier row of the file has claimed it already.
func (x *Index) Claim(externalID string) (id int64, fresh, again bool) {
	h := x.hash(externalID)
	v, ok := x.ids[h]
	if ok {
		x.ids[h] = v | 1
		return v >> 1, false, v&1 == 1
	}
	id = x.next
	x.next++
	x.ids[h] = id<<1 | 1
	return id, true, false
}

// Claimed gives the id that an earlier row of this file has claimed.
func (x *Index) Claimed(externalID string) (id int64, ok bool) {
	v, ok := x.ids[x.hash(externalID)]
	return v >> 1, ok && v&1 == 1
}

// Len is the number of entries.
func (x *Index) Len() int { return len(x.ids) }

// peek gives the id that Claim would give, without claiming.
func (x *Index) peek(externalID string) int64 {
	if v, ok := x.ids[x.hash(externalID)]; ok {
		return v >> 1
	}
	return x.next
}
