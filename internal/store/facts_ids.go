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

// idTable keeps a value by id: in a list, which takes a tenth of the time of a map, as far as ids are dense, and in a
// map beyond.
type idTable[T any] struct {
	list  []T
	dense int64 // ids from here on are in the map
	rest  map[int64]*T
}

// roomPerRow bounds a table's list: so many times the rows that it is for.
const roomPerRow = 4

// newIDTable makes a table for about as many rows as given; 0 where they are few.
func newIDTable[T any](rows int) idTable[T] {
	return idTable[T]{dense: int64(rows) * roomPerRow, rest: map[int64]*T{}}
}

// at is the place of an id's value, which is zero at first; it holds until the next call.
func (t *idTable[T]) at(id int64) *T {
	if id < 0 || id >= t.dense {
		v := t.rest[id]
		if v == nil {
			v = new(T)
			t.rest[id] = v
		}
		return v
	}
	if missing := id + 1 - int64(len(t.list)); missing > 0 {
		t.list = append(t.list, make([]T, max(missing, min(int64(len(t.list)/2), t.dense-int64(len(t.list)))))...)
	}
	return &t.list[id]
}

// get gives an id's value, or the zero value.
func (t *idTable[T]) get(id int64) (v T) {
	if id >= 0 && id < int64(len(t.list)) {
		return t.list[id]
	}
	if p := t.rest[id]; p != nil {
		return *p
	}
	return v
}

// letterCount is when the last letter went out and how many within a year.
type letterCount struct {
	last  postlift.Date
	mails int32
}

func (c *letterCount) add(o letterCount) { c.last, c.mails = max(c.last, o.last), c.mails+o.mails }

// dayScanner reads a date that often is the same as in the row before.
type dayScanner struct {
	postlift.Date
	text string
}

// Scan implements sql.Scanner.
func (d *dayScanner) Scan(v any) error {
	s, isText := v.(string)
	if isText && s == d.text && s != "" {
		return nil
	}
	d.text = s
	return d.Date.Scan(v)
}
