package tables

import (
	"hash/fnv"
)

// copies finds logs that hold their documents twice, as two exports put together do. A row alone tells nothing: two
// equal lines of one document can be real. A document tells, when each of its rows stands there at least twice.
// Only a sample of the documents is followed, chosen by their numbers, so that memory stays flat.
type copies struct {
	documents map[uint64]map[uint64]int // by number: how often each of its rows was seen
	rows      int
	mask      uint64 // documents whose number has none of these bits are followed
}

// mostRows bounds the distinct rows that are remembered; documentsToJudge is how many documents say something.
const (
	mostRows         = 1 << 16
	documentsToJudge = 20
)

func (c *copies) add(number string, cells []string) {
	if number == "" {
		return
	}
	key := mixed(hashed(number))
	if key&c.mask != 0 {
		return
	}
	if c.documents == nil {
		c.documents = map[uint64]map[uint64]int{}
	}
	rows := c.documents[key]
	if rows == nil {
		rows = map[uint64]int{}
		c.documents[key] = rows
	}
	h := fnv.New64a()
	for _, text := range cells {
		_, _ = h.Write([]byte(text)) // a hash never fails
		_, _ = h.Write([]byte{0})
	}
	if rows[h.Sum64()]++; rows[h.Sum64()] == 1 {
		c.rows++
	}
	for c.rows > mostRows && c.mask < 1<<40 {
		c.halve()
	}
}

// halve goes on with half of the documents.
func (c *copies) halve() {
	c.mask = c.mask<<1 | 1
	c.rows = 0
	for key, rows := range c.documents {
		if key&c.mask != 0 {
			delete(c.documents, key)
			continue
		}
		c.rows += len(rows)
	}
}

// share is the part of the documents that stands in the log as exact copies, 0 where too few tell.
func (c *copies) share() float64 {
	if len(c.documents) < documentsToJudge {
		return 0
	}
	twice := 0
	for _, rows := range c.documents {
		all := true
		for _, n := range rows {
			all = all && n > 1
		}
		if all {
			twice++
		}
	}
	return float64(twice) / float64(len(c.documents))
}

// mixed spreads a hash over all bits, so that its low ones choose evenly (the finalizer of MurmurHash3).
func mixed(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
