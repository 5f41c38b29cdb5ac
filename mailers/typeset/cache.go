package typeset

import (
	"hash/maphash"
	"sync/atomic"
)

// wordCache keeps measured words of a face by language and kind of figures. A word is a pure function of its
// key, so it does not matter which are kept.
type wordCache [2 * languages]atomic.Pointer[wordTable]

// wordTable is a cache of fixed size in sets of four places.
type wordTable [1 << 10][4]atomic.Pointer[word]

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
	free := &set[hash>>62]
	for i := range set {
		w := set[i].Load()
		if w == nil {
			free = &set[i]
			break
		}
		if w.key == key {
			return w
		}
	}
	w := m.measure(key)
	free.Store(w)
	return w
}
