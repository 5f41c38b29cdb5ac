package typeset

import (
	"hash/maphash"
	"sync/atomic"
)

// wordCache keeps measured words of a face by language and kind of figures. A word is a pure function of its
// key, so it does not matter which are kept.
type wordCache [2 * languages]atomic.Pointer[wordTable]

// wordTable is a cache of fixed size in sets of four places. Beside each word stands a part of its key's hash, so that
// of other words nothing is looked at; it may be another word's for a moment, and the word is measured again.
type wordTable [1 << 10]struct {
	tags  [4]atomic.Uint32
	words [4]atomic.Pointer[word]
}

// cachedLength is the longest word that is kept, bytes.
const cachedLength = 48

var wordSeed = maphash.MakeSeed()

// table is where words of a kind are kept.
func (f *Face) table(lang language, tabular bool) *wordTable {
	slot := &f.words[lang]
	if tabular {
		slot = &f.words[languages+lang]
	}
	t := slot.Load()
	if t == nil {
		slot.CompareAndSwap(nil, new(wordTable))
		t = slot.Load()
	}
	return t
}

// word finds or measures a word.
func (m *measurer) word(t *wordTable, key string) *word {
	if len(key) > cachedLength {
		return m.measure(key)
	}
	hash := maphash.String(wordSeed, key)
	set := &t[hash%uint64(len(t))]
	tag, free := uint32(hash>>32)|1, hash>>62
	for i := range set.tags {
		switch set.tags[i].Load() {
		case tag:
			if w := set.words[i].Load(); w != nil && w.key == key {
				return w
			}
		case 0:
			free = uint64(i)
		}
	}
	w := m.measure(key)
	set.words[free].Store(w)
	set.tags[free].Store(tag)
	return w
}
