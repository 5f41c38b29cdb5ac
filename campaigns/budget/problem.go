package budget

import (
	"cmp"
	"math"
	"slices"

	"postlift"
)

// block is a set of items that are posted alike, best first, with running sums. A country is one block and,
// where a bulk class has a regional minimum, each of its regions is one, too.
type block struct {
	zone   int
	region string
	idx    []int32
	dens   []float64 // what a unit may cost at most, micros; falling
	value  []float64 // value of the first n items, micros
	pieces []int32   // of the first n items
}

// all is the number of pieces of all items.
func (b *block) all() int32 { return b.pieces[len(b.idx)] }

// option is a way to post a block: u each piece (production included), between least and most pieces, and
// a fixed cost.
type option struct {
	terms Terms
	u     float64
	fixed float64
	least int32
	most  int32
}

// slot is a block with the options that a posture leaves open.
type slot struct {
	block *block
	opts  []option
}

// posture settles what couples the items: the step of production, each country's way of posting. What is
// left open is how many of each slot, and by which option.
type posture struct {
	slots    []slot
	fixed    float64 // cost of the run whatever is taken
	low, top int32   // bounds of the units taken: pieces, or accounts in mode top
}

// problem is a selection ready to be solved for any budget.
type problem struct {
	items    []Item
	tariff   Tariff
	limits   Limits
	unit     float64 // micros in a minor unit
	zones    []zone
	zoneOf   []int16    // of each item; -1: no postage
	regions  []string   // names
	regionOf []int32    // of each item, by place in regions
	inOrder  bool       // the items come in order of key
	national []*block   // of each zone: items that bulk mail could carry, all where it has none
	loose    []*block   // of each zone with bulk mail: items whose region is unknown; nil without any
	regional [][]*block // of each zone with a regional minimum
	postures []posture
	byCount  bool    // units are accounts, not pieces
	typical  float64 // cost of a piece, micros, by which mode top compares accounts of several pieces
	hardTop  int32   // most units under all limits but the budget
	total    int     // items that can be posted
}

func newProblem(items []Item, t Tariff, l Limits) (*problem, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	if err := l.validate(len(items)); err != nil {
		return nil, err
	}
	p := &problem{items: items, tariff: t, limits: l, unit: float64(minorMicros(t.Currency)), byCount: l.Mode == ModeTop}
	if err := p.zoneItems(); err != nil {
		return nil, err
	}
	p.typical = float64(t.piecePrice(len(items)))
	for _, c := range t.Postage {
		if !c.Bulk() && slices.Contains(t.countries(c), t.Home) {
			p.typical += float64(c.Price)
		}
	}
	p.makeBlocks()
	p.makePostures(p.pieceLimit())
	return p, nil
}

func (l Limits) validate(items int) error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "budget.Select", format, args...)
	}
	switch {
	case items > math.MaxInt32/64:
		return bad("%d accounts are too many for one selection", items)
	case l.Mode != ModeAll && l.Mode != ModeTop && l.Mode != ModeBudget && l.Mode != ModeValue:
		return bad("mode %q is unknown; all, top, budget and value are possible", l.Mode)
	case l.BudgetMinor < 0 || l.MaxPieces < 0 || l.Top < 0 || l.MinNetMinor < 0:
		return bad("budget, number of pieces, number of accounts and least value must not be negative")
	case l.Mode == ModeTop && l.Top == 0:
		return bad("mode top needs the number of accounts")
	case l.Mode == ModeBudget && l.BudgetMinor == 0:
		return bad("mode budget needs a budget above zero")
	}
	return nil
}

// zoneItems finds each item's country among the tariff's zones and numbers the regions.
func (p *problem) zoneItems() error {
	p.zoneOf, p.regionOf, p.inOrder = make([]int16, len(p.items)), make([]int32, len(p.items)), true
	index, names := map[string]int16{}, map[string]int32{}
	for i := range p.items {
		it := &p.items[i]
		if it.Pieces < 1 || it.Pieces > 10_000 {
			return postlift.Faultf(postlift.Invalid, "budget.Select", "account %s has %d pieces; 1 to 10,000 are possible", it.Key, it.Pieces)
		}
		country := cmp.Or(it.Country, p.tariff.Home)
		z, known := index[country]
		if !known {
			z = -1
			if found := p.tariff.zone(country); found.served {
				p.zones, z = append(p.zones, found), int16(len(p.zones))
			}
			index[country] = z
		}
		if p.zoneOf[i] = z; z >= 0 {
			p.total++
		}
		r, known := names[it.Region]
		if !known {
			r = int32(len(p.regions))
			names[it.Region], p.regions = r, append(p.regions, it.Region)
		}
		p.regionOf[i] = r
		p.inOrder = p.inOrder && (i == 0 || p.items[i-1].Key < it.Key)
	}
	return nil
}

// net is an item's value less the least net value that mode value asks for, micros.
func (p *problem) net(i int32) float64 {
	v := float64(p.items[i].ValueMinor)
	if p.limits.Mode == ModeValue {
		v -= float64(p.limits.MinNetMinor)
	}
	return v * p.unit
}

// makeBlocks sorts every country's items, best first, and deals them out to regions in that order.
func (p *problem) makeBlocks() {
	sizes := make([]int, len(p.zones))
	for _, z := range p.zoneOf {
		if z >= 0 {
			sizes[z]++
		}
	}
	sorted := make([][]ranked, len(p.zones))
	for z, n := range sizes {
		sorted[z] = make([]ranked, 0, n)
	}
	for i, z := range p.zoneOf {
		if z < 0 {
			continue
		}
		it, v := &p.items[i], p.net(int32(i))
		if p.byCount {
			v -= float64(it.Pieces-1) * p.typical
		} else {
			v /= float64(it.Pieces)
		}
		sorted[z] = append(sorted[z], ranked{v, int32(i)})
	}
	p.regional, p.loose = make([][]*block, len(p.zones)), make([]*block, len(p.zones))
	for z := range p.zones {
		p.sortRanked(sorted[z])
		if len(p.zones[z].bulk) > 0 {
			sorted[z] = p.setLooseAside(z, sorted[z])
		}
		p.national = append(p.national, p.newBlock(z, "", sorted[z]))
		if slices.ContainsFunc(p.zones[z].bulk, func(c Class) bool { return c.Region > 0 }) {
			p.regional[z] = p.deal(z, sorted[z])
		}
	}
}

// setLooseAside makes a block of the items whose region is unknown and gives the others, in order.
func (p *problem) setLooseAside(z int, list []ranked) []ranked {
	known, loose := list[:0:0], []ranked(nil)
	for _, r := range list {
		if p.items[r.item].Region == "" {
			loose = append(loose, r)
		} else {
			known = append(known, r)
		}
	}
	if len(loose) == 0 {
		return list
	}
	p.loose[z] = p.newBlock(z, "", loose)
	return known
}

// ranked is an item by what its unit may cost.
type ranked struct {
	dens float64
	item int32
}

// sortRanked orders by density, best first, and equals by key, so that the order of input does not matter.
func (p *problem) sortRanked(list []ranked) {
	slices.SortFunc(list, func(a, b ranked) int {
		switch {
		case a.dens > b.dens:
			return -1
		case a.dens < b.dens:
			return 1
		case p.inOrder:
			return int(a.item) - int(b.item)
		}
		return cmp.Or(cmp.Compare(p.items[a.item].Key, p.items[b.item].Key), int(a.item)-int(b.item))
	})
}

func (p *problem) newBlock(zone int, region string, list []ranked) *block {
	n := len(list)
	b := &block{zone: zone, region: region, idx: make([]int32, n), dens: make([]float64, n),
		value: make([]float64, n+1), pieces: make([]int32, n+1)}
	for j, r := range list {
		b.idx[j], b.dens[j] = r.item, r.dens
		b.value[j+1] = b.value[j] + p.net(r.item)
		b.pieces[j+1] = b.pieces[j] + int32(p.items[r.item].Pieces)
	}
	return b
}

// deal splits a country's sorted items into its regions, by name.
func (p *problem) deal(zone int, list []ranked) []*block {
	byRegion := make([][]ranked, len(p.regions))
	sizes := make([]int, len(p.regions))
	for _, r := range list {
		sizes[p.regionOf[r.item]]++
	}
	for _, r := range list {
		at := p.regionOf[r.item]
		if byRegion[at] == nil {
			byRegion[at] = make([]ranked, 0, sizes[at])
		}
		byRegion[at] = append(byRegion[at], r)
	}
	var blocks []*block
	for at, l := range byRegion {
		if len(l) > 0 {
			blocks = append(blocks, p.newBlock(zone, p.regions[at], l))
		}
	}
	slices.SortFunc(blocks, func(a, b *block) int { return cmp.Compare(a.region, b.region) })
	return blocks
}
