package budget

import (
	"cmp"
	"math"
	"slices"

	"postlift"
)

// zone is one country's ways of posting.
type zone struct {
	country string
	served  bool  // there is a class without condition, or the tariff has no postage at all
	letter  Class // without condition; zero price where postage is included
	bulk    []Class
}

// zone finds the classes of a country: those that name it, else those for every other country.
func (t Tariff) zone(country string) zone {
	z := zone{country: country, served: len(t.Postage) == 0}
	for _, wanted := range []string{country, Everywhere} {
		for _, c := range t.Postage {
			switch {
			case !slices.Contains(t.countries(c), wanted):
			case c.Bulk():
				z.bulk = append(z.bulk, c)
			default:
				z.letter, z.served = c, true
			}
		}
		if z.served {
			return z
		}
	}
	return z
}

// way is how one country's pieces are posted: all as letters, or with one bulk class under one condition.
type way struct {
	terms Terms
	class Class
	cost  Price
	paid  int // pieces paid for and not posted
}

// regionWay is the cheapest way for a region under TermsRegion: the class with the pieces to pay for, or
// the letter class.
func (z *zone) regionWay(c Class, region string, n int) way {
	best := way{terms: TermsLetter, class: z.letter, cost: z.letter.Price.times(n)}
	if region == "" || c.Region == 0 || n < c.Region && !c.TopUp {
		return best
	}
	paid := max(0, c.Region-n)
	if cost := c.Price.times(n + paid); n > 0 && cost < best.cost {
		return way{terms: TermsRegion, class: c, cost: cost, paid: paid}
	}
	return best
}

// ways lists every way to post a country's pieces, letters first; regions hold the counts of one country.
// Bulk mail is sorted by region: pieces whose region is unknown go as letters under every way.
func (z *zone) ways(regions []Count) []way {
	n, loose := 0, Price(0)
	for _, r := range regions {
		if r.Region == "" {
			loose += z.letter.Price.times(r.Pieces)
			continue
		}
		n += r.Pieces
	}
	list := []way{{terms: TermsLetter, class: z.letter, cost: loose + z.letter.Price.times(n)}}
	for _, c := range z.bulk {
		if c.Region > 0 {
			w := way{terms: TermsRegion, class: c}
			for _, r := range regions {
				w.cost += z.regionWay(c, r.Region, r.Pieces).cost
			}
			list = append(list, w)
		}
		if n == 0 {
			continue
		}
		if c.Nationwide > 0 && (n >= c.Nationwide || c.TopUp) {
			paid := max(0, c.Nationwide-n)
			list = append(list, way{terms: TermsNationwide, class: c, cost: loose + c.Price.times(n+paid), paid: paid})
		}
		if c.EasyFrom > 0 && n >= c.EasyFrom && (c.Nationwide == 0 || n < c.Nationwide) {
			list = append(list, way{terms: TermsEasy, class: c, cost: loose + (c.Price + c.EasySurcharge).times(n)})
		}
	}
	return list
}

// cheapest is the way of lowest cost; the first of equals.
func cheapest(ways []way) way {
	return slices.MinFunc(ways, func(a, b way) int { return cmp.Compare(a.cost, b.cost) })
}

// each is what one piece pays under a way.
func (w way) each() Price {
	if w.terms == TermsEasy {
		return w.class.Price + w.class.EasySurcharge
	}
	return w.class.Price
}

// piecePrice is the production price of each piece in a run of n.
func (t *Tariff) piecePrice(n int) Price {
	var sum Price
	for _, p := range t.Production {
		sum += p.at(n)
	}
	return sum
}

// at is the price of the step that n reaches.
func (p *Production) at(n int) Price {
	i, exact := slices.BinarySearchFunc(p.Steps, n, func(s Step, n int) int { return cmp.Compare(s.From, n) })
	if !exact {
		i = max(i-1, 0)
	}
	return p.Steps[i].Price
}

// making is what set-up and production of n pieces cost, the vendor's minimum order value included.
func (t *Tariff) making(n int) Price {
	if n == 0 {
		return 0
	}
	return max(t.MinOrder, t.Setup+t.piecePrice(n).times(n))
}

// run is a run's pieces by country and region, ready to be priced.
type run struct {
	t       *Tariff
	zones   []zone
	regions [][]Count // of each zone, by region
	pieces  int
}

// newRun collects counts; a country without postage and a negative count are refused. The capacity is the
// caller's to keep: a larger run is quoted, too.
func (t *Tariff) newRun(counts []Count) (*run, error) {
	bad := func(format string, args ...any) (*run, error) {
		return nil, postlift.Faultf(postlift.Invalid, "budget.Cost", format, args...)
	}
	r := &run{t: t}
	sorted := slices.Clone(counts)
	for i := range sorted {
		sorted[i].Country = cmp.Or(sorted[i].Country, t.Home)
	}
	slices.SortStableFunc(sorted, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Region, b.Region))
	})
	for _, c := range sorted {
		if c.Pieces < 0 || c.Pieces > maxQuantity {
			return bad("%d pieces to %s %s are not possible", c.Pieces, c.Country, c.Region)
		}
		last := len(r.zones) - 1
		if last < 0 || r.zones[last].country != c.Country {
			z := t.zone(c.Country)
			if !z.served {
				return bad("the tariff has no postage to %s; add a class with countries: [%s] or [\"*\"]", c.Country, c.Country)
			}
			r.zones, r.regions, last = append(r.zones, z), append(r.regions, nil), last+1
		}
		r.pieces += c.Pieces
		if n := len(r.regions[last]); n > 0 && r.regions[last][n-1].Region == c.Region {
			r.regions[last][n-1].Pieces += c.Pieces
			continue
		}
		r.regions[last] = append(r.regions[last], c)
	}
	if r.pieces > math.MaxInt32 {
		return bad("%d pieces are too many for one run", r.pieces)
	}
	return r, nil
}

// total is the cost of the run under the cheapest ways of posting.
func (r *run) total() Price {
	sum := r.t.making(r.pieces)
	for i := range r.zones {
		sum += cheapest(r.zones[i].ways(r.regions[i])).cost
	}
	return sum
}
