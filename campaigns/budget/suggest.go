package budget

import (
	"cmp"
	"slices"
)

// suggestions are larger runs that cost less: the next step of production, a postal minimum of a region or
// country. The pieces that are missing are thought in the region itself, or in the region of the country
// that has most. The largest saving stands first.
func (r *run) suggestions() []Suggestion {
	var list []Suggestion
	now := r.total()
	try := func(s Suggestion, zone, region, more int) {
		if more <= 0 || r.t.Capacity > 0 && r.pieces+more > r.t.Capacity {
			return
		}
		r.regions[zone][region].Pieces += more
		r.pieces += more
		saving := now - r.total()
		r.regions[zone][region].Pieces -= more
		r.pieces -= more
		if s.Saving = saving.Money(r.t.Currency); s.Saving.Minor > 0 {
			list = append(list, s)
		}
	}
	r.trySteps(try)
	for i := range r.zones {
		r.tryMinimums(i, try)
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int { return cmp.Compare(b.Saving.Minor, a.Saving.Minor) })
	return list
}

type tryMore func(s Suggestion, zone, region, more int)

func (r *run) trySteps(try tryMore) {
	zone, region := r.largest(-1)
	for _, p := range r.t.Production {
		for _, s := range p.Steps {
			try(Suggestion{Code: "step", Name: p.Name, Pieces: r.pieces, Reach: s.From}, zone, region, s.From-r.pieces)
		}
	}
}

func (r *run) tryMinimums(zone int, try tryMore) {
	n := 0
	for _, c := range r.regions[zone] {
		if c.Region != "" {
			n += c.Pieces
		}
	}
	_, most := r.largest(zone)
	for _, c := range r.zones[zone].bulk {
		for i, at := range r.regions[zone] {
			if c.Region > 0 && at.Region != "" && at.Pieces > 0 {
				try(Suggestion{Code: "region", Name: c.Name, Country: at.Country, Region: at.Region, Pieces: at.Pieces, Reach: c.Region}, zone, i, c.Region-at.Pieces)
			}
		}
		if c.Nationwide > 0 {
			try(Suggestion{Code: "nationwide", Name: c.Name, Country: r.zones[zone].country, Pieces: n, Reach: c.Nationwide}, zone, most, c.Nationwide-n)
		}
		if c.EasyFrom > 0 {
			try(Suggestion{Code: "easy", Name: c.Name, Country: r.zones[zone].country, Pieces: n, Reach: c.EasyFrom}, zone, most, c.EasyFrom-n)
		}
	}
}

// largest is the region with most pieces, of one zone or, for -1, of all.
func (r *run) largest(of int) (zone, region int) {
	most := -1
	for i := range r.regions {
		for j, c := range r.regions[i] {
			if (of < 0 || of == i) && (of < 0 || c.Region != "") && c.Pieces > most {
				zone, region, most = i, j, c.Pieces
			}
		}
	}
	return zone, region
}
