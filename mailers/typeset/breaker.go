package typeset

import (
	"math"
	"sync"
)

var setters = sync.Pool{New: func() any { return &setter{scratch: wordScratch{before: []int{}}} }}

// keptItems is the largest paragraph whose scratch memory goes back to the pool.
const keptItems = 1 << 14

// release gives the scratch memory back.
func (s *setter) release() {
	if cap(s.items) > keptItems {
		return
	}
	s.out.reset()
	s.faces, s.by, s.opt = Family{}, [len(s.by)]measurer{}, Options{}
	clear(s.tables[:])
	setters.Put(s)
}

// node is a way to set a paragraph up to a spot: its last line and, through prev, those before.
type node struct {
	after    int // of its spot: where the next line starts
	next     int // of its spot: blanks up to there
	demerits int64
	spot     int32 // -1 at the paragraph's start
	prev     int32
	fit      uint8 // fitness class of the last line
	run      uint8 // lines in a row that end with a hyphen, up to this one
}

// effort is how much a pass of the breaker puts up with.
type effort struct {
	loose int  // most that blanks may grow, thousandths of half of their width; ragged: most of a rest, thousandths of a sixth of the measure; 0 is any
	free  bool // of the limits on hyphens
}

// efforts are tried in turn: blanks of at most 160 percent, of 220 percent, of any width, and at last with as
// many hyphens as it takes.
var efforts = [...]effort{{loose: 1200}, {loose: 2400}, {}, {free: true}}

// stretch sets the text between two forced breaks.
func (s *setter) stretch(spans []Span) error {
	if err := s.read(spans); err != nil {
		return err
	}
	if len(s.items) == 0 {
		return nil
	}
	s.mark()
	for _, e := range efforts[s.first():] {
		if last := s.pass(e); last >= 0 {
			s.trace(last)
			s.emit()
			return nil
		}
	}
	return s.tooWide()
}

// first is the pass to begin with: ragged lines without hyphenation are few enough to weigh them all, so that
// a paragraph never has more of them than it needs.
func (s *setter) first() int {
	if s.opt.Align != Justified && s.lang == noLanguage {
		return 2
	}
	return 0
}

// The terms of a line's demerits (D. E. Knuth and M. F. Plass, "Breaking Paragraphs into Lines", 1981; The
// TeXbook, chapter 14).
const (
	lineDemerits   = 10     // before squaring
	adjacent       = 10_000 // two lines beside each other, one tight and one loose
	doubleHyphen   = 10_000
	finalHyphen    = 5_000 // at the end of the last line but one
	lonelyWord     = 120_000
	manyHyphens    = 10_000_000    // a third line in a row that ends with a hyphen
	raggedLine     = 1_000_000_000 // without hyphenation no line is added for beauty
	raggedParted   = 30_000        // with it, a line costs as much as two hyphens
	maxRatio       = 10_000
	maxBadness     = 100_000       // of maxRatio
	strayRest      = 1_000_000_000 // a tenth of what a line of the largest badness costs
	fitnesses      = 4
	runs           = 3
	longestHyphens = 2
)

// best is the cheapest node found at a spot in each class.
type best [fitnesses * runs]struct {
	demerits int64
	prev     int32
}

// pass looks for the setting with the fewest demerits in one go over the spots and returns its last node, -1
// when there is none.
func (s *setter) pass(e effort) int32 {
	s.nodes = append(s.nodes[:0], node{spot: -1, prev: -1, fit: 1})
	s.active = append(s.active[:0], 0)
	s.head = 0
	for b := range s.spots {
		if s.spots[b].last && !e.free {
			continue
		}
		var found best
		if s.reach(&s.spots[b], e, b == len(s.spots)-1, &found) {
			s.grow(int32(b), &found)
		}
		if s.head == len(s.active) {
			return -1
		}
	}
	return s.cheapest()
}

// reach finds the cheapest lines that end at a spot, from the first active node on. Nodes from which the line
// is too long are no longer active; where it is too short, it is so from all later ones.
func (s *setter) reach(sp *spot, e effort, final bool, found *best) (hit bool) {
	justified := s.opt.Align == Justified
	for k := s.head; k < len(s.active); k++ {
		at := s.active[k]
		from := &s.nodes[at]
		rest, glue := s.measure-(sp.before-from.after), sp.blanks-from.next
		if rest < 0 && (!justified || -4*rest > glue) {
			if k == s.head {
				s.head++
			}
			continue
		}
		if e.loose > 0 && !final && s.loose(rest, glue, e.loose) {
			break
		}
		run := uint8(0)
		if sp.hyphen {
			if from.run >= longestHyphens && !e.free {
				continue
			}
			run = min(from.run+1, longestHyphens)
		}
		fit, demerits := s.line(from, sp, rest, glue, final)
		hit = true
		if c := &found[int(fit)*runs+int(run)]; c.prev == 0 || demerits < c.demerits {
			c.demerits, c.prev = demerits, at+1
		}
	}
	return hit
}

// loose tells whether a line is looser than allowed.
func (s *setter) loose(rest, glue, limit int) bool {
	if s.opt.Align == Justified {
		return 2000*rest > limit*glue
	}
	return 6000*rest > limit*s.measure
}

// grow adds the nodes of a spot that can still be part of the best setting.
func (s *setter) grow(b int32, found *best) {
	sp := &s.spots[b]
	least := int64(math.MaxInt64)
	for _, c := range found {
		if c.prev > 0 {
			least = min(least, c.demerits)
		}
	}
	for i, c := range found {
		if c.prev > 0 && c.demerits <= least+adjacent+doubleHyphen+finalHyphen {
			s.active = append(s.active, int32(len(s.nodes)))
			s.nodes = append(s.nodes, node{after: sp.after, next: sp.next, demerits: c.demerits, spot: b, prev: c.prev - 1,
				fit: uint8(i / runs), run: uint8(i % runs)})
		}
	}
}

// cheapest is the best node at the paragraph's end.
func (s *setter) cheapest() int32 {
	last, least := int32(-1), int64(math.MaxInt64)
	for i := len(s.nodes) - 1; i >= 0 && int(s.nodes[i].spot) == len(s.spots)-1; i-- {
		if s.nodes[i].demerits <= least {
			last, least = int32(i), s.nodes[i].demerits
		}
	}
	return last
}

// line weighs the line from a node to a spot: its fitness class (0 tight to 3 very loose) and the demerits of
// the whole setting up to it.
func (s *setter) line(from *node, sp *spot, rest, glue int, final bool) (fit uint8, demerits int64) {
	fit, bad := s.badness(s.ratio(rest, glue, final))
	demerits = from.demerits + (lineDemerits+bad)*(lineDemerits+bad) + sp.cost*sp.cost
	if s.opt.Align == Justified && bad == maxBadness && rest > 0 {
		demerits += strayRest * int64(rest) / int64(s.measure) // such lines stay ragged: the fuller one is better
	}
	if s.opt.Align != Justified {
		demerits += s.raggedCost(sp)
	} else if fit > from.fit+1 || from.fit > fit+1 {
		demerits += adjacent
	}
	if from.run > 0 && sp.hyphen {
		demerits += doubleHyphen
		if from.run >= longestHyphens {
			demerits += manyHyphens
		}
	}
	if final {
		demerits += s.lastCost(from, rest)
	}
	return fit, demerits
}

// ratio is how much a line's blanks grow or shrink, thousandths of the comfortable half or quarter; of a
// ragged line its rest, thousandths of a sixth of the measure.
func (s *setter) ratio(rest, glue int, final bool) int {
	switch {
	case s.opt.Align != Justified && final && s.opt.Align != Centred:
		return 0
	case s.opt.Align != Justified:
		return 6000 * rest / s.measure
	case final && rest >= 0, rest == 0:
		return 0
	case rest < 0:
		return 4000 * rest / glue
	case glue == 0:
		return maxRatio
	}
	return min(2000*rest/glue, maxRatio)
}

// badness is 100 times the cube of a ratio (of the square when ragged), and its fitness class.
func (s *setter) badness(ratio int) (fit uint8, bad int64) {
	r := int64(ratio)
	if s.opt.Align != Justified {
		return 1, r * r / 10_000
	}
	switch {
	case r < -500:
		fit = 0
	case r <= 500:
		fit = 1
	case r <= 1000:
		fit = 2
	default:
		fit = 3
	}
	return fit, max(r, -r) * r / 10_000 * r / 1000
}

// raggedCost is what a line costs by itself, and what a hyphen costs more than in justified text, which needs it.
func (s *setter) raggedCost(sp *spot) int64 {
	c := int64(raggedLine)
	if s.lang != noLanguage {
		c = raggedParted
	}
	if sp.hyphen {
		c += 15 * sp.cost * sp.cost
	}
	return c
}

// lastCost weighs a paragraph's last line.
func (s *setter) lastCost(from *node, rest int) int64 {
	c := int64(0)
	if from.run > 0 {
		c += finalHyphen
	}
	if from.spot >= 0 && int(s.spots[from.spot].item) >= len(s.items)-1 && rest > s.measure*7/8 {
		c += lonelyWord
	}
	return c
}

// trace lists the spots of the chosen setting in order.
func (s *setter) trace(last int32) {
	s.chosen = s.chosen[:0]
	for n := last; n > 0; n = s.nodes[n].prev {
		s.chosen = append(s.chosen, s.nodes[n].spot)
	}
	for i, j := 0, len(s.chosen)-1; i < j; i, j = i+1, j-1 {
		s.chosen[i], s.chosen[j] = s.chosen[j], s.chosen[i]
	}
}
