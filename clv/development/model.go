package development

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"postlift/clv/fitting"
)

// Flags of an adoption or of the whole model.
const (
	FlagFewAdoptions  = "adoption_pooled"         // the cell saw few adoptions: its probability is mostly its neighbours'
	FlagGroupFew      = "adoption_group_few"      // the group as a whole saw few
	FlagGroupUnknown  = "adoption_group_unknown"  // never seen in the records: the mean of all groups
	FlagMarginUnknown = "adoption_margin_unknown" // nobody has the group with a known margin: valued at 0
	FlagNoAdoptions   = "adoption_none_seen"      // no adoption in the records at all
)

// fewAdoptions is the number of a cell's adoptions, groupFew that of a group's, below which it is flagged.
const (
	fewAdoptions = 5
	groupFew     = 10
)

// Group is what was learned of a product group.
type Group struct {
	Name      string  `json:"name"`
	Rate      float64 `json:"rate"`  // hazard of the first quarter
	Omega     float64 `json:"omega"` // its decay: quarter i has rate/(1+(i-1) omega)
	Adopted   int     `json:"adopted"`
	Decisions int     `json:"decisions"`
	// MonthlyMarginMinor is the expected monthly margin of an account that has the group; Margins the accounts
	// that it rests on.
	MonthlyMarginMinor float64 `json:"monthly_margin_minor"`
	Margins            int     `json:"margins"`
}

// Cell is what was learned of a group in a segment for accounts with so many groups held (3 means 3 or more).
type Cell struct {
	Group     string  `json:"group"`
	Segment   string  `json:"segment"`
	Held      int     `json:"held"`
	Rate      float64 `json:"rate"`
	Adopted   int     `json:"adopted"`
	Decisions int     `json:"decisions"`
}

// Margin is the expected monthly margin of a group in a segment.
type Margin struct {
	Group        string  `json:"group"`
	Segment      string  `json:"segment"`
	MonthlyMinor float64 `json:"monthly_minor"`
	Accounts     int     `json:"accounts"`
}

// Model predicts which product groups an account takes up. It is safe for concurrent use, goes through JSON
// unchanged, and the zero value knows no group. Lists are sorted by group, segment and groups held.
type Model struct {
	Kind          Kind     `json:"kind"`
	Rate          float64  `json:"rate"` // of all groups
	GroupStrength float64  `json:"group_strength"`
	CellStrength  float64  `json:"cell_strength"`
	Groups        []Group  `json:"groups"`
	Cells         []Cell   `json:"cells"`
	Margins       []Margin `json:"margins"`
	Flags         []string `json:"flags"`
	index         *index
}

// index finds the entries of a model.
type index struct {
	groups  map[string]int
	cells   map[cellKey]int
	margins map[marginKey]float64
}

func newIndex(m *Model) *index {
	x := &index{groups: map[string]int{}, cells: map[cellKey]int{}, margins: map[marginKey]float64{}}
	for i, g := range m.Groups {
		x.groups[g.Name] = i
	}
	for i, c := range m.Cells {
		x.cells[cellKey{c.Group, c.Segment, c.Held}] = i
	}
	for _, g := range m.Margins {
		x.margins[marginKey{g.Group, g.Segment}] = g.MonthlyMinor
	}
	return x
}

// UnmarshalJSON reads a stored model.
func (m *Model) UnmarshalJSON(text []byte) error {
	type plain Model
	if err := json.Unmarshal(text, (*plain)(m)); err != nil {
		return err
	}
	m.index = newIndex(m)
	return nil
}

func (m *Model) flag() {
	m.Flags = []string{}
	adopted, decided := 0, 0
	for _, g := range m.Groups {
		adopted, decided = adopted+g.Adopted, decided+g.Decisions
	}
	if adopted == 0 {
		m.Flags = append(m.Flags, FlagNoAdoptions)
	}
	if decided < fitting.FewAccounts {
		m.Flags = append(m.Flags, fitting.FlagFewAccounts)
	}
}

// hazard gives first-quarter hazard and decay for an account, its cell (nil for one never seen) and its group
// (nil for one never seen).
func (m *Model) hazard(segment string, held int, group string) (rate, omega float64, cell *Cell, g *Group) {
	if m.index == nil {
		return 0, 0, nil, nil
	}
	i, ok := m.index.groups[group]
	if !ok {
		return m.Rate, decayCentre, nil, nil
	}
	g = &m.Groups[i]
	if c, ok := m.index.cells[cellKey{group, segment, min(max(held, 0), MaxHeld)}]; ok {
		cell = &m.Cells[c]
		return cell.Rate, g.Omega, cell, g
	}
	return g.Rate, g.Omega, nil, g
}

// Path is the probability that an account without the group has taken it up by the end of each coming month 1
// to months, as long as it stays a customer. Held is the number of groups that it has today, which stays as it
// is in the prediction; quarter is the one that runs now (see QuarterOf). Within a quarter the hazard is
// even.
func (m *Model) Path(segment string, held int, group string, quarter, months int) []float64 {
	return m.AppendPath(nil, segment, held, group, quarter, months)
}

// AppendPath is Path into a list that the caller reuses.
func (m *Model) AppendPath(dst []float64, segment string, held int, group string, quarter, months int) []float64 {
	rate, omega, _, _ := m.hazard(segment, held, group)
	stay, monthly := 1.0, 1.0
	for t := range months {
		if t%3 == 0 {
			q := min(max(quarter, 1)+t/3, MaxQuarter)
			monthly = math.Cbrt(1 - rate*decay(q-1, omega))
		}
		stay *= monthly
		dst = append(dst, 1-stay)
	}
	return dst
}

// Lift is a path after a mailing that multiplies the hazard at its beginning: the probability of not having
// adopted shrinks by exp(-u) from the first month on. It changes the path in place.
func Lift(path []float64, u float64) []float64 {
	for i, p := range path {
		path[i] = 1 - (1-p)*math.Exp(-max(u, 0))
	}
	return path
}

// Adoption is the prospect of one product group for an account that does not have it.
type Adoption struct {
	Group              string   `json:"group"`
	Kind               Kind     `json:"kind"`
	Probability        float64  `json:"probability"`          // that it is taken up within the months asked for
	MonthlyMarginMinor float64  `json:"monthly_margin_minor"` // expected once it is
	Decisions          int      `json:"decisions"`            // observed of accounts like this one
	Flags              []string `json:"flags"`
}

// Expect lists the groups that an account with the held ones may take up within the next months, the most
// promising (probability times margin) first.
func (m *Model) Expect(segment string, held []string, quarter, months int) []Adoption {
	var out []Adoption
	for i := range m.Groups {
		if name := m.Groups[i].Name; !slices.Contains(held, name) {
			out = append(out, m.adoption(segment, len(held), name, quarter, months))
		}
	}
	slices.SortStableFunc(out, func(a, b Adoption) int {
		return cmp.Compare(b.Probability*b.MonthlyMarginMinor, a.Probability*a.MonthlyMarginMinor)
	})
	return out
}

func (m *Model) adoption(segment string, held int, group string, quarter, months int) Adoption {
	a := Adoption{Group: group, Kind: m.Kind, Flags: []string{}}
	if path := m.Path(segment, held, group, quarter, months); len(path) > 0 {
		a.Probability = path[len(path)-1]
	}
	_, _, cell, g := m.hazard(segment, held, group)
	if cell == nil || cell.Adopted < fewAdoptions {
		a.Flags = append(a.Flags, FlagFewAdoptions)
	}
	if cell != nil {
		a.Decisions = cell.Decisions
	}
	switch {
	case g == nil:
		a.Flags = append(a.Flags, FlagGroupUnknown)
	case g.Adopted < groupFew:
		a.Flags = append(a.Flags, FlagGroupFew)
	}
	var known bool
	if a.MonthlyMarginMinor, known = m.Margin(segment, group); !known {
		a.Flags = append(a.Flags, FlagMarginUnknown)
	}
	return a
}

// Margin is the expected monthly margin, minor units, of a group for accounts of a segment that have it; known
// is false, and the margin 0, where no account's margin with the group is known.
func (m *Model) Margin(segment, group string) (monthlyMinor float64, known bool) {
	if m.index == nil {
		return 0, false
	}
	if v, ok := m.index.margins[marginKey{group, segment}]; ok {
		return v, true
	}
	if i, ok := m.index.groups[group]; ok && m.Groups[i].Margins > 0 {
		return m.Groups[i].MonthlyMarginMinor, true
	}
	return 0, false
}
