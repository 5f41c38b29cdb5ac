package lift

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"postlift"
)

// Model is the lift of a letter as a share of an account's baseline margin:
//
//	tau(x) = b(x) · theta'z(x),  z = [1, mail affinity, frequency rank, P(alive), months, segments]
//
// with theta ~ N before any data and, for row i of a measured campaign, the R-learner's equation
//
//	Y - m(x) = (W - e) · b · z'theta + eps,  Var eps ~ phi · b · basket
//
// (Nie and Wager 2021, "Quasi-oracle estimation of heterogeneous treatment effects"). All data enters as
// sufficient statistics A = Σ xx'/Var and r = Σ xy/Var, so campaigns are added exactly, in any order.
// The zero value is not usable: start with Prior or Decode. A Model is safe for concurrent reading.
type Model struct {
	Features  []Feature
	Campaigns []string // whose rows were added
	Rows      int64

	a    []float64 // upper triangle of A, by rows
	r    []float64
	mean []float64
	chol []float64 // lower triangle of the covariance's Cholesky factor, by rows
}

// PriorLift and PriorLiftSD are the average lift and its doubt before anything is learned: a letter adds
// 15 per cent to the margin of its window, give or take 15.
const (
	PriorLift   = .15
	PriorLiftSD = .15
)

// priorSD of the other coefficients: how far lifts of unlike accounts may lie apart.
var priorSD = map[string]float64{FeatureAffinity: .3, FeatureFrequency: .2, FeatureAlive: .2, FeatureMonths: .1, FeatureSegment: .1}

// SegmentShare is a segment with its share of all accounts.
type SegmentShare struct {
	Segment string
	Share   float64
}

// Prior is the model while nothing is learned: mean and sd are of the average lift (PriorLift and
// PriorLiftSD unless the user states others). Segments may be left out; their order does not matter.
func Prior(mean, sd float64, segments ...SegmentShare) (Model, error) {
	if math.IsNaN(mean) || math.IsInf(mean, 0) || !(sd > 0) || math.IsInf(sd, 0) {
		return Model{}, postlift.Faultf(postlift.Invalid, "lift.Prior", "a prior lift of %g give or take %g is not possible; the doubt must be above 0", mean, sd)
	}
	m := Model{Features: []Feature{{Code: FeatureAverage, PriorMean: mean, PriorSD: sd},
		{Code: FeatureAffinity, Centre: .5, PriorSD: priorSD[FeatureAffinity]},
		{Code: FeatureFrequency, Centre: .5, PriorSD: priorSD[FeatureFrequency]},
		{Code: FeatureAlive, Centre: .5, PriorSD: priorSD[FeatureAlive]},
		{Code: FeatureMonths, Centre: NeverMailed / 2, PriorSD: priorSD[FeatureMonths]}}}
	sorted := slices.SortedFunc(slices.Values(segments), func(a, b SegmentShare) int {
		return cmp.Compare(a.Segment, b.Segment)
	})
	for i, s := range sorted {
		if i > 0 && s.Segment == sorted[i-1].Segment || !(s.Share >= 0 && s.Share <= 1) {
			return Model{}, postlift.Faultf(postlift.Invalid, "lift.Prior", "segment %q comes twice or has a share of %g of all accounts, which lies between 0 and 1", s.Segment, s.Share)
		}
		m.Features = append(m.Features, Feature{Code: FeatureSegment, Segment: s.Segment, Centre: s.Share, PriorSD: priorSD[FeatureSegment]})
	}
	k := len(m.Features)
	m.a, m.r = make([]float64, k*(k+1)/2), make([]float64, k)
	return m, m.Solve()
}

// Z is the account's vector of centred traits, in the order of Features.
func (m *Model) Z(t Traits) []float64 { return m.AppendZ(make([]float64, 0, len(m.Features)), t) }

// AppendZ appends the vector to z[:0], without allocation where z is large enough.
func (m *Model) AppendZ(z []float64, t Traits) []float64 {
	z = z[:0]
	for i := range m.Features {
		z = append(z, m.Features[i].value(&t))
	}
	return z
}

// Expected is the mean of the margin that a letter adds to baseline b and the doubt about it (one standard
// deviation), in the unit of b. The doubt comes from theta alone and is shared by all accounts.
func (m *Model) Expected(b float64, z []float64) (mean, sd float64) {
	k, variance := len(m.mean), 0.
	for j := range k {
		mean += m.mean[j] * z[j]
		var dot float64 // column j of the lower factor times z
		for i := j; i < k; i++ {
			dot += m.chol[i*(i+1)/2+j] * z[i]
		}
		variance += dot * dot
	}
	return b * mean, math.Abs(b) * math.Sqrt(variance)
}

// Value is the margin that a letter adds under given coefficients, such as those of Draw.
func Value(theta []float64, b float64, z []float64) float64 {
	var sum float64
	for j, t := range theta {
		sum += t * z[j]
	}
	return b * sum
}

// Row is one account of a measured campaign.
type Row struct {
	Baseline   float64   // b: expected margin of the window without a letter
	Z          []float64 // frozen at assignment
	Assigned   bool      // W
	Propensity float64   // e, of being mailed
	Residual   float64   // Y - m(x): margin of the window minus its expectation over both arms
	Variance   float64   // of the residual: phi · b · basket, above 0
}

// Add adds the rows of a campaign. Nothing changes before Solve. Rows with the campaign's name already
// added are refused, as they would count twice.
func (m *Model) Add(campaign string, rows []Row) error {
	bad := func(i int, format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "lift.Add", "campaign %s, row %d: "+format, append([]any{campaign, i + 1}, args...)...)
	}
	if slices.Contains(m.Campaigns, campaign) {
		return postlift.Faultf(postlift.Conflict, "lift.Add", "campaign %s was added before", campaign)
	}
	k := len(m.Features)
	a, r := slices.Clone(m.a), slices.Clone(m.r)
	x := make([]float64, k)
	for i, row := range rows {
		switch {
		case len(row.Z) != k:
			return bad(i, "it has %d traits, the model %d", len(row.Z), k)
		case !(row.Variance > 0) || math.IsInf(row.Variance, 0):
			return bad(i, "a variance of %g is not possible", row.Variance)
		case !(row.Propensity > 0 && row.Propensity < 1):
			return bad(i, "a propensity of %g teaches nothing; it must lie between 0 and 1", row.Propensity)
		case !finite(append([]float64{row.Baseline, row.Residual}, row.Z...)):
			return bad(i, "baseline, residual and traits must be numbers")
		}
		w := -row.Propensity
		if row.Assigned {
			w++
		}
		for j := range k {
			x[j] = w * row.Baseline * row.Z[j]
		}
		for j, n := 0, 0; j < k; j++ {
			r[j] += x[j] * row.Residual / row.Variance
			for l := j; l < k; l, n = l+1, n+1 {
				a[n] += x[j] * x[l] / row.Variance
			}
		}
	}
	m.a, m.r, m.Rows = a, r, m.Rows+int64(len(rows))
	m.Campaigns = append(slices.Clone(m.Campaigns), campaign)
	return nil
}

func finite(vs []float64) bool {
	return !slices.ContainsFunc(vs, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// Solve sets the posterior: precision P = diag(1/sd²) + A, mean = P⁻¹(diag(1/sd²)·prior + r).
func (m *Model) Solve() error {
	k := len(m.Features)
	precision, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for j, n := 0, 0; j < k; j++ {
		p := 1 / (m.Features[j].PriorSD * m.Features[j].PriorSD)
		for l := j; l < k; l, n = l+1, n+1 {
			v := m.a[n]
			if l == j {
				v += p
			}
			precision.SetSym(j, l, v)
		}
		right.SetVec(j, p*m.Features[j].PriorMean+m.r[j])
	}
	var chol, factor mat.Cholesky
	var mean mat.VecDense
	var covariance mat.SymDense
	if !chol.Factorize(precision) {
		return postlift.Faultf(postlift.Invalid, "lift.Solve", "the lift table's sums are not those of measured rows: its matrix is not positive definite")
	}
	if err := chol.SolveVecTo(&mean, right); err != nil {
		return postlift.Faultf(postlift.Invalid, "lift.Solve", "the lift table cannot be solved: %v", err)
	}
	if err := chol.InverseTo(&covariance); err != nil || !factor.Factorize(&covariance) {
		return postlift.Faultf(postlift.Invalid, "lift.Solve", "the lift table's covariance cannot be formed")
	}
	var lower mat.TriDense
	factor.LTo(&lower)
	m.mean, m.chol = make([]float64, k), make([]float64, k*(k+1)/2)
	for i := range k {
		m.mean[i] = mean.AtVec(i)
		for j := range i + 1 {
			m.chol[i*(i+1)/2+j] = lower.At(i, j)
		}
	}
	return nil
}

// Theta gives mean and standard deviation of coefficient j.
func (m *Model) Theta(j int) (mean, sd float64) {
	var v float64
	for l := range j + 1 {
		c := m.chol[j*(j+1)/2+l]
		v += c * c
	}
	return m.mean[j], math.Sqrt(v)
}

// document is the stored form: priors and sums; the posterior follows from them.
type document struct {
	Version   int       `json:"version"`
	Features  []Feature `json:"features"`
	Campaigns []string  `json:"campaigns"`
	Rows      int64     `json:"rows"`
	A         []float64 `json:"a"` // upper triangle, by rows
	R         []float64 `json:"r"`
}

const documentVersion = 1

// MarshalJSON writes priors and sufficient statistics, exactly.
func (m Model) MarshalJSON() ([]byte, error) {
	return json.Marshal(document{documentVersion, m.Features, m.Campaigns, m.Rows, m.a, m.r})
}

// UnmarshalJSON reads and solves a stored model.
func (m *Model) UnmarshalJSON(data []byte) error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "lift.Model", "lift table: "+format, args...)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return bad("%v", err)
	}
	k := len(d.Features)
	switch {
	case d.Version != documentVersion:
		return bad("version %d is unknown, %d is read", d.Version, documentVersion)
	case k == 0 || k > 200 || d.Features[0].Code != FeatureAverage:
		return bad("its features do not begin with the average")
	case len(d.A) != k*(k+1)/2 || len(d.R) != k:
		return bad("its sums do not fit its %d features", k)
	case !finite(d.A) || !finite(d.R):
		return bad("its sums are not numbers")
	}
	for _, f := range d.Features {
		if !(f.PriorSD > 0) || !finite([]float64{f.Centre, f.PriorMean, f.PriorSD}) {
			return bad("feature %s has no possible prior", f.Code)
		}
	}
	read := Model{Features: d.Features, Campaigns: d.Campaigns, Rows: d.Rows, a: d.A, r: d.R}
	if err := read.Solve(); err != nil {
		return err
	}
	*m = read
	return nil
}
