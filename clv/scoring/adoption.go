package scoring

import (
	"cmp"
	"maps"
	"slices"

	"postlift"
	"postlift/clv/development"
)

// maxGroups bounds the product groups whose adoption is learned: the most frequent ones. A product group is
// a handful of names; a file that has article numbers there must not fill the memory.
const maxGroups = 60

// adoptions counts, over all accounts, who took up which product group in which quarter of being a
// customer. Accounts that could have and did not are had by subtraction, so that an account costs its
// quarters and not its quarters times the groups.
type adoptions struct {
	risk    map[riskKey]*quarters  // accounts, by quarter
	held    map[adoptKey]*quarters // of those, which held the group before
	taken   map[adoptKey]*quarters // of those, which took it up then
	margins map[adoptKey]moments   // monthly margin of those that have it, held 0
	counts  map[string]int         // group to accounts that have it
}

type riskKey struct {
	segment string
	held    int
}

type adoptKey struct {
	group string
	riskKey
}

type quarters [development.MaxQuarter + 1]int

// moments are count, sum and sum of squares.
type moments struct {
	n            int
	sum, squares float64
}

func newAdoptions() *adoptions {
	return &adoptions{risk: map[riskKey]*quarters{}, held: map[adoptKey]*quarters{}, taken: map[adoptKey]*quarters{},
		margins: map[adoptKey]moments{}, counts: map[string]int{}}
}

func bump[K comparable](to map[K]*quarters, key K, quarter int) {
	q := to[key]
	if q == nil {
		q = &quarters{}
		to[key] = q
	}
	q[quarter]++
}

// add counts one account that became a customer on a day and took up groups since. Only quarters that have
// passed count; what it had from the first day on was no adoption.
func (a *adoptions) add(segment string, start, asOf postlift.Date, groups []GroupSince) {
	passed := min(int(float64(asOf.DaysSince(start))/development.DaysPerQuarter), development.MaxQuarter)
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(x, y GroupSince) int { return cmp.Or(cmp.Compare(x.Since, y.Since), cmp.Compare(x.Name, y.Name)) })
	has := 0 // groups[:has] are held when the quarter begins
	for has < len(groups) && groups[has].Since <= start {
		has++
	}
	for q := 1; q <= passed; q++ {
		key := riskKey{segment, min(has, development.MaxHeld)}
		bump(a.risk, key, q)
		for _, g := range groups[:has] {
			bump(a.held, adoptKey{g.Name, key}, q)
		}
		for has < len(groups) && development.QuarterOf(groups[has].Since.DaysSince(start)) <= q {
			bump(a.taken, adoptKey{groups[has].Name, key}, q)
			has++
		}
	}
	for _, g := range groups {
		a.counts[g.Name]++
		key := adoptKey{g.Name, riskKey{segment: segment}}
		m := a.margins[key]
		m.n++
		m.sum += g.MonthlyMinor
		m.squares += g.MonthlyMinor * g.MonthlyMinor
		a.margins[key] = m
	}
}

// tally gives the counts as the models read them, in one order.
func (a *adoptions) tally(kind development.Kind) (*development.Tally, error) {
	t := &development.Tally{Kind: kind}
	groups := slices.SortedFunc(maps.Keys(a.counts), func(x, y string) int {
		return cmp.Or(cmp.Compare(a.counts[y], a.counts[x]), cmp.Compare(x, y))
	})
	groups = groups[:min(len(groups), maxGroups)]
	keys := slices.SortedFunc(maps.Keys(a.risk), func(x, y riskKey) int {
		return cmp.Or(cmp.Compare(x.segment, y.segment), cmp.Compare(x.held, y.held))
	})
	var none quarters
	for _, group := range groups {
		for _, key := range keys {
			held, taken := a.held[adoptKey{group, key}], a.taken[adoptKey{group, key}]
			if held == nil {
				held = &none
			}
			if taken == nil {
				taken = &none
			}
			for q := 1; q <= development.MaxQuarter; q++ {
				due := a.risk[key][q] - held[q]
				if due == 0 {
					continue
				}
				if err := t.Add(key.segment, key.held, group, q, true, taken[q]); err != nil {
					return nil, err
				}
				if err := t.Add(key.segment, key.held, group, q, false, due-taken[q]); err != nil {
					return nil, err
				}
			}
		}
		if err := a.tallyMargins(t, group); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (a *adoptions) tallyMargins(t *development.Tally, group string) error {
	var segments []string
	for key := range a.margins {
		if key.group == group {
			segments = append(segments, key.segment)
		}
	}
	slices.Sort(segments)
	for _, segment := range segments {
		m := a.margins[adoptKey{group, riskKey{segment: segment}}]
		if err := t.AddMargins(segment, group, m.n, m.sum, m.squares); err != nil {
			return err
		}
	}
	return nil
}

// customerSince is the account's first day as a customer, as far as documents tell; none: never.
func (h *History) customerSince() postlift.Date {
	since := h.FirstOrder
	for i := range h.Contracts {
		if s := h.Contracts[i].StartedOn; since.IsZero() || s < since {
			since = s
		}
	}
	return since
}

// truncated tells whether the account was a customer before the imported documents begin: what it bought
// first is not known then.
func (h *History) truncated() bool {
	return !h.OpenedOn.IsZero() && !h.HistoryStart.IsZero() && h.OpenedOn < h.HistoryStart
}

// contractGroups are the product groups that the account had under contract at any time, with what they
// bring a month at the latest price.
func (h *History) contractGroups(asOf postlift.Date, defaultMargin float64) []GroupSince {
	var found []GroupSince
	for i := range h.Contracts {
		c := &h.Contracts[i]
		for j := range c.Lines {
			l := &c.Lines[j]
			if l.Group == "" || l.From > asOf || c.Rate <= 0 {
				continue
			}
			monthly := 0.0
			if l.To.IsZero() || l.To >= c.until(asOf) { // else a later version speaks
				monthly = l.monthlyMargin(defaultMargin) * c.Rate
			}
			found = append(found, GroupSince{Name: l.Group, Since: l.From, MonthlyMinor: monthly})
		}
	}
	slices.SortFunc(found, func(x, y GroupSince) int { return cmp.Compare(x.Name, y.Name) })
	merged := found[:0]
	for _, g := range found {
		if n := len(merged); n > 0 && merged[n-1].Name == g.Name {
			merged[n-1].Since = min(merged[n-1].Since, g.Since)
			merged[n-1].MonthlyMinor += g.MonthlyMinor
			continue
		}
		merged = append(merged, g)
	}
	return merged
}

// orderedGroups are the product groups ordered by a day, with their mean monthly margin since.
func (h *History) orderedGroups(asOf postlift.Date) []GroupSince {
	var found []GroupSince
	for _, g := range h.Groups {
		if g.Since <= asOf {
			found = append(found, g)
		}
	}
	return found
}
