package store

import "postlift"

// idSet is a set of ids: a bit each where they are dense, as a database's are.
type idSet struct {
	bits   []uint64
	sparse map[int64]bool
}

// maxDense is the largest id that is kept as a bit.
const maxDense = 1 << 28

func newIDSet(ids []int64) idSet {
	var top int64
	for _, id := range ids {
		top = max(top, id)
	}
	if top >= maxDense {
		s := idSet{sparse: make(map[int64]bool, len(ids))}
		for _, id := range ids {
			s.sparse[id] = true
		}
		return s
	}
	s := idSet{bits: make([]uint64, top/64+1)}
	for _, id := range ids {
		s.bits[id/64] |= 1 << (id % 64)
	}
	return s
}

func (s *idSet) has(id int64) bool {
	if s.sparse != nil {
		return s.sparse[id]
	}
	return id >= 0 && id/64 < int64(len(s.bits)) && s.bits[id/64]&(1<<(id%64)) != 0
}

// letterCount is when the last letter went out and how many within a year.
type letterCount struct {
	last  postlift.Date
	mails int
}

func (c *letterCount) add(o letterCount) { c.last, c.mails = max(c.last, o.last), c.mails+o.mails }
