package lift

import (
	"cmp"
	"slices"

	"postlift"
)

// WithSegments is the model with further segments, each of which begins at the average give or take the prior's doubt
// about segments. Sums of campaigns that had nobody in them stay exact: their dummies were 0 throughout. New segments
// are not centred, so that the average is that of segments, and no campaign's mixture of them enters the features.
func (m *Model) WithSegments(names ...string) (Model, error) {
	known := map[string]bool{"": true}
	features := slices.Clone(m.Features)
	for _, f := range features {
		known[f.Segment] = true
	}
	for _, name := range names {
		if !known[name] {
			known[name] = true
			features = append(features, Feature{Code: FeatureSegment, Segment: name, PriorSD: priorSD[FeatureSegment]})
		}
	}
	slices.SortStableFunc(features, func(a, b Feature) int {
		if a.Code != FeatureSegment || b.Code != FeatureSegment {
			return 0 // the traits stand before the segments already
		}
		return cmp.Compare(a.Segment, b.Segment)
	})
	wide := Model{Features: features, Campaigns: slices.Clone(m.Campaigns), Rows: m.Rows}
	k := len(features)
	wide.a, wide.r = make([]float64, k*(k+1)/2), make([]float64, k)
	wide.addSums(m)
	return wide, wide.Solve()
}

// Merge adds what another model has learned to this one, as if its rows had been added; Solve comes after the last.
// The other one's features must be known here with the same centres.
func (m *Model) Merge(other *Model) error {
	at := m.places(other)
	for j, to := range at {
		if to < 0 || m.Features[to].Centre != other.Features[j].Centre {
			return postlift.Faultf(postlift.Invalid, "lift.Merge", "the other table has the feature %s %s, which this one has not or centres otherwise", other.Features[j].Code, other.Features[j].Segment)
		}
	}
	for _, c := range other.Campaigns {
		if slices.Contains(m.Campaigns, c) {
			return postlift.Faultf(postlift.Conflict, "lift.Merge", "campaign %s was added before", c)
		}
	}
	m.addSums(other)
	m.Campaigns = append(slices.Clone(m.Campaigns), other.Campaigns...)
	m.Rows += other.Rows
	return nil
}

// places are the positions of another model's features in this one, -1 where it has none.
func (m *Model) places(other *Model) []int {
	at := make([]int, len(other.Features))
	for j, f := range other.Features {
		at[j] = slices.IndexFunc(m.Features, func(own Feature) bool { return own.Code == f.Code && own.Segment == f.Segment })
	}
	return at
}

func (m *Model) addSums(other *Model) {
	at, k := m.places(other), len(m.Features)
	for j, n := 0, 0; j < len(at); j++ {
		m.r[at[j]] += other.r[j]
		for l := j; l < len(at); l, n = l+1, n+1 {
			row, column := min(at[j], at[l]), max(at[j], at[l])
			m.a[row*k-row*(row-1)/2+column-row] += other.a[n]
		}
	}
}

// information is what the data say about a coefficient with all others known: the diagonal of A.
func (m *Model) information(j int) float64 {
	k := len(m.Features)
	return m.a[j*k-j*(j-1)/2]
}

// average is the vector of traits behind the table's first line: all traits in the middle and, where segments are not
// centred, the segments in the mixture in which they were measured.
func (m *Model) average() []float64 {
	z := make([]float64, len(m.Features))
	z[0] = 1
	var all float64
	for j, f := range m.Features {
		if f.Code == FeatureSegment {
			if f.Centre != 0 {
				return z
			}
			all += m.information(j)
		}
	}
	for j, f := range m.Features {
		if f.Code == FeatureSegment && all > 0 {
			z[j] = m.information(j) / all
		}
	}
	return z
}

// Average is the lift of the table's first line and the doubt about it (one standard deviation).
func (m *Model) Average() (mean, sd float64) { return m.Expected(1, m.average()) }
