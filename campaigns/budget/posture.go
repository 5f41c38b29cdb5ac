package budget

import (
	"math"
	"slices"
)

// level is one step of making the run: price of each piece and the quantities for which it holds.
type level struct {
	each, fixed float64
	low, top    int32
}

const noLimit = math.MaxInt32

// levels lists the steps of production. A step's price is offered from its quantity on, without an upper
// end: beyond the next step the true cost is only lower. Below the vendor's minimum order value pieces cost
// nothing more until it is reached.
func (t *Tariff) levels() []level {
	from := []int{1}
	for _, p := range t.Production {
		for _, s := range p.Steps {
			from = append(from, s.From)
		}
	}
	slices.Sort(from)
	from = slices.Compact(from)
	var list []level
	for i, n := range from {
		each, low, top := t.piecePrice(n), n, noLimit
		if i+1 < len(from) {
			top = from[i+1] - 1
		}
		missing := t.MinOrder - t.Setup
		if missing > 0 && each > 0 {
			free := min(int(missing/each), top) // pieces that the minimum pays for
			if free >= n {
				list = append(list, level{0, float64(t.MinOrder), int32(n), int32(free)})
			}
			low = max(low, int((missing+each-1)/each))
		}
		if low <= maxQuantity {
			list = append(list, level{float64(each), float64(max(t.Setup, limitIf(each == 0, t.MinOrder))), int32(low), noLimit})
		}
	}
	return list
}

func limitIf(holds bool, p Price) Price {
	if holds {
		return p
	}
	return 0
}

// maxPostures bounds the combinations of steps and ways of posting that are looked at.
const maxPostures = 400

// pieceLimit is the most pieces of a run; 0: no limit.
func (p *problem) pieceLimit() int {
	pieces := p.tariff.Capacity
	if p.limits.MaxPieces > 0 && (pieces == 0 || p.limits.MaxPieces < pieces) {
		pieces = p.limits.MaxPieces
	}
	return pieces
}

// makePostures combines every step with every way to post each country, for at most so many pieces.
func (p *problem) makePostures(pieces int) {
	p.postures = nil
	combos := [][]slot{nil}
	for z := range p.zones {
		alternatives := p.zoneSlots(z)
		if len(combos)*len(alternatives) > maxPostures {
			alternatives = alternatives[:1]
		}
		next := make([][]slot, 0, len(combos)*len(alternatives))
		for _, c := range combos {
			for _, a := range alternatives {
				next = append(next, append(slices.Clone(c), a...))
			}
		}
		combos = next
	}
	p.hardTop = noLimit
	if pieces > 0 {
		p.hardTop = p.units(int32(min(pieces, noLimit)))
	}
	if p.byCount {
		p.hardTop = min(p.hardTop, int32(min(p.limits.Top, noLimit)))
	}
	for _, l := range p.tariff.levels() {
		if pieces > 0 {
			l.top = min(l.top, int32(min(pieces, noLimit)))
		}
		low, top := p.units(l.low), p.units(l.top)
		if p.byCount {
			top = min(top, int32(min(p.limits.Top, noLimit)))
		}
		if low > top || low > p.unitsAvailable() {
			continue
		}
		for _, c := range combos {
			p.postures = append(p.postures, posture{slots: withProduction(c, l.each), fixed: l.fixed, low: low, top: top})
		}
	}
}

// units turns pieces into the unit that is bounded: in mode top accounts, at the average number of pieces.
func (p *problem) units(pieces int32) int32 {
	if !p.byCount || pieces == noLimit || p.total == 0 {
		return pieces
	}
	return int32(float64(pieces) * float64(p.total) / float64(p.piecesAvailable()))
}

func (p *problem) piecesAvailable() int32 {
	var n int32
	for z, b := range p.national {
		n += b.all()
		if p.loose[z] != nil {
			n += p.loose[z].all()
		}
	}
	return n
}

func (p *problem) unitsAvailable() int32 {
	if p.byCount {
		return int32(p.total)
	}
	return p.piecesAvailable()
}

func withProduction(slots []slot, each float64) []slot {
	out := slices.Clone(slots)
	for i := range out {
		out[i].opts = slices.Clone(out[i].opts)
		for j := range out[i].opts {
			out[i].opts[j].u += each
		}
	}
	return out
}

// zoneSlots lists the alternatives for one country: its regions each by letter or bulk, the country as a
// whole nationwide, topped up, or EASY. A country that cannot use bulk mail has one.
func (p *problem) zoneSlots(z int) [][]slot {
	zone, all := &p.zones[z], p.national[z]
	letter := option{terms: TermsLetter, u: float64(zone.letter.Price), most: noLimit}
	alternatives := [][]slot{}
	for _, c := range zone.bulk {
		if c.Region > 0 {
			alternatives = append(alternatives, p.regionSlots(z, c, letter))
		}
	}
	if len(alternatives) == 0 {
		alternatives = append(alternatives, []slot{{all, []option{letter}}})
	}
	have := all.all()
	whole := func(o option) {
		if o.least <= have {
			alternatives = append(alternatives, []slot{{all, []option{o}}})
		}
	}
	for _, c := range zone.bulk {
		price, need := float64(c.Price), int32(c.Nationwide)
		if need > 0 {
			whole(option{terms: TermsNationwide, u: price, least: need, most: noLimit})
			if c.TopUp {
				whole(option{terms: TermsNationwide, fixed: price * float64(need), least: 1, most: need})
			}
		}
		if c.EasyFrom > 0 {
			most := int32(noLimit)
			if need > 0 {
				most = need - 1
			}
			whole(option{terms: TermsEasy, u: price + float64(c.EasySurcharge), least: int32(c.EasyFrom), most: most})
		}
	}
	if p.loose[z] != nil {
		for i := range alternatives {
			alternatives[i] = append(alternatives[i], slot{p.loose[z], []option{letter}})
		}
	}
	return alternatives
}

// regionSlots lets each region choose between letters and one bulk class, topped up where allowed.
func (p *problem) regionSlots(z int, c Class, letter option) []slot {
	price, need := float64(c.Price), int32(c.Region)
	slots := make([]slot, 0, len(p.regional[z]))
	for _, b := range p.regional[z] {
		opts := []option{letter}
		if have := b.all(); b.region != "" && c.Price < p.zones[z].letter.Price {
			if have >= need {
				opts = append(opts, option{terms: TermsRegion, u: price, least: need, most: noLimit})
			}
			if c.TopUp && need > 0 {
				opts = append(opts, option{terms: TermsRegion, fixed: price * float64(need), least: 1, most: need})
			}
		}
		slots = append(slots, slot{b, opts})
	}
	return slots
}
