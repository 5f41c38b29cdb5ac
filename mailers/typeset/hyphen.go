package typeset

import (
	"embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed patterns/*.tex
var patternFiles embed.FS

// language is a set of hyphenation patterns.
type language uint8

const (
	noLanguage language = iota
	german
	british
	american
	languages // how many there are
)

// languageOf reads a language tag. English without a country is British: the letters are European.
func languageOf(tag string) language {
	main, country, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	switch {
	case strings.EqualFold(main, "de"):
		return german
	case strings.EqualFold(main, "en") && strings.EqualFold(country, "US"):
		return american
	case strings.EqualFold(main, "en"):
		return british
	}
	return noLanguage
}

// hyphenators are built when they are first needed.
var hyphenators = [languages]func() *hyphenator{
	noLanguage: func() *hyphenator { return nil },
	german:     sync.OnceValue(func() *hyphenator { return loadHyphenator("hyph-de-1996.tex") }),
	british:    sync.OnceValue(func() *hyphenator { return loadHyphenator("hyph-en-gb.tex") }),
	american:   sync.OnceValue(func() *hyphenator { return loadHyphenator("hyph-en-us.tex") }),
}

// The least letters that a word has to be parted at all, and that stay before and after a hyphen.
const (
	shortestParted = 5
	leastBefore    = 2
	leastAfter     = 3
)

// longestParted is how many letters of a word are looked at; no word of a letter is longer.
const longestParted = 128

// hyphenator parts words by patterns (F. M. Liang, "Word Hy-phen-a-tion by Com-put-er", 1983): each pattern
// gives weights to the places between its letters, the highest weight at a place wins, odd ones part.
type hyphenator struct {
	letters map[rune]byte // letters of the patterns from 1 on; '.' is a word's end
	nodes   []patternNode
	weights []byte
	whole   map[string][]int // exceptions: places of hyphens in letters
	latin   [0x180]byte      // letters of the first runes, capitals among them: nearly all of a text
}

// patternNode is a node of the pattern tree. Its children stand one after the other, by letter.
type patternNode struct {
	child   uint32
	weights uint32 // start in weights
	size    uint8  // how many weights
	letter  byte   // that leads here
	fan     uint8  // how many children
}

// loadHyphenator reads an embedded file of TeX's hyph-utf8: \patterns{…} and \hyphenation{…}.
func loadHyphenator(name string) *hyphenator {
	text, err := patternFiles.ReadFile("patterns/" + name)
	if err != nil { // only a malformed literal can fail, and the embed directive names the same files
		panic(err)
	}
	clean := uncommented(string(text))
	h := &hyphenator{letters: map[rune]byte{}, whole: map[string][]int{}}
	h.build(strings.Fields(group(clean, `\patterns{`)))
	for _, w := range strings.Fields(group(clean, `\hyphenation{`)) {
		h.except(w)
	}
	for r := range h.latin {
		h.latin[r] = h.letters[unicode.ToLower(rune(r))]
	}
	return h
}

// uncommented takes TeX's comments out.
func uncommented(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "%")
		b.WriteString(line + "\n")
	}
	return b.String()
}

// group is what stands in the braces after a command.
func group(s, command string) string {
	_, s, _ = strings.Cut(s, command)
	s, _, _ = strings.Cut(s, "}")
	return s
}

// except remembers a word with its hyphens.
func (h *hyphenator) except(w string) {
	at := []int{}
	n := 0
	for _, r := range w {
		if r == '-' {
			at = append(at, n)
		} else {
			n++
		}
	}
	h.whole[strings.ReplaceAll(w, "-", "")] = at
}

// pattern is a pattern apart: its letters and the weights around them.
type pattern struct {
	letters string // as numbers
	weights []byte
}

func (h *hyphenator) parse(s string) pattern {
	var p pattern
	var letters []byte
	p.weights = []byte{0}
	for _, r := range s {
		if r >= '0' && r <= '9' {
			p.weights[len(letters)] = byte(r - '0')
			continue
		}
		n, ok := h.letters[r]
		if !ok {
			n = byte(len(h.letters) + 1)
			h.letters[r] = n
		}
		letters, p.weights = append(letters, n), append(p.weights, 0)
	}
	p.letters = string(letters)
	for n := len(p.weights); n > 0 && p.weights[n-1] == 0; n-- {
		p.weights = p.weights[:n-1]
	}
	return p
}

// build makes the tree of patterns, a level at a time, so that children lie together.
func (h *hyphenator) build(words []string) {
	trie := &branch{}
	for _, w := range words {
		p := h.parse(w)
		at := trie
		for i := range len(p.letters) {
			at = at.grow(p.letters[i])
		}
		at.weights = p.weights
	}
	level := []*branch{trie}
	h.nodes = []patternNode{{}}
	for first := 0; len(level) > 0; {
		var next []*branch
		base := len(h.nodes)
		for i, b := range level {
			n := &h.nodes[first+i]
			n.child, n.fan = uint32(base+len(next)), uint8(len(b.children))
			n.weights, n.size = uint32(len(h.weights)), uint8(len(b.weights))
			h.weights = append(h.weights, b.weights...)
			next = append(next, b.children...)
		}
		for _, b := range next {
			h.nodes = append(h.nodes, patternNode{letter: b.letter})
		}
		level, first = next, base
	}
}

// branch is a node of the tree while it grows.
type branch struct {
	letter   byte
	weights  []byte
	children []*branch
}

func (b *branch) grow(letter byte) *branch {
	for _, c := range b.children {
		if c.letter == letter {
			return c
		}
	}
	c := &branch{letter: letter}
	b.children = append(b.children, c)
	return c
}

// places appends where a word of letters only may be parted, counted in runes, to out.
func (h *hyphenator) places(word string, out []int) []int {
	var letters [longestParted + 2]byte
	var weights [longestParted + 3]byte
	dot := h.letters['.']
	letters[0] = dot
	n := 0
	for _, r := range word {
		if n == longestParted {
			return out
		}
		n++
		letters[n] = h.letter(r)
	}
	if n < shortestParted {
		return out
	}
	letters[n+1] = dot
	if len(h.whole) > 0 {
		if at, ok := h.whole[strings.ToLower(word)]; ok {
			return append(out, inner(at, n)...)
		}
	}
	for i := 0; i <= n; i++ {
		h.weigh(letters[i:n+2], weights[i:])
	}
	for i := leastBefore; i <= n-leastAfter; i++ {
		if weights[i+1]&1 == 1 {
			out = append(out, i)
		}
	}
	return out
}

func (h *hyphenator) letter(r rune) byte {
	if int(r) < len(h.latin) {
		return h.latin[r]
	}
	return h.letters[unicode.ToLower(r)]
}

// inner leaves out places too near to a word's ends.
func inner(at []int, n int) []int {
	var out []int
	for _, i := range at {
		if i >= leastBefore && i <= n-leastAfter {
			out = append(out, i)
		}
	}
	return out
}

// weigh raises the weights by all patterns that begin at the first letter.
func (h *hyphenator) weigh(letters, weights []byte) {
	at := &h.nodes[0]
	for _, l := range letters {
		children := h.nodes[at.child : at.child+uint32(at.fan)]
		at = nil
		for i := range children {
			if children[i].letter == l {
				at = &children[i]
				break
			}
		}
		if at == nil {
			return
		}
		for i, w := range h.weights[at.weights : at.weights+uint32(at.size)] {
			weights[i] = max(weights[i], w)
		}
	}
}
