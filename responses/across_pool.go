package responses

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift"
	"postlift/campaigns/experiment"
	"postlift/responses/pool"
)

// acrossSpread is the deviation of the half-normal prior on how much the true relative lifts of campaigns differ.
const acrossSpread = .15

// lift fills in what the deciding estimator says relative to the margin without letters, and what an estimate in
// money says of one letter. The lift is the report's own with Fieller's interval, which holds that the margin without
// letters is an estimate, too: left out, intervals of lifts of a quarter are too narrow. Waves have none; there the base
// is the mean of all groups, whose error is small beside the effect's.
func (r *AcrossRun) lift(u Uplift) {
	f := u.Welch
	switch {
	case u.Designed != nil:
		f = u.Designed
	case u.CUPED != nil:
		f = u.CUPED
	}
	if f == nil || !(f.SE > 0) {
		return
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: max(f.DoF, 1)}.Quantile(.975)
	r.netSE, r.netDoF = (u.Net.High.Major()-u.Net.Low.Major())/(2*t), max(f.DoF, 1)
	if r.Letters > 0 {
		per := timesMoney(*u.Gain, 1/float64(r.Letters))
		r.PerLetter = &per
	}
	if d := u.Design.DetectableLift; d != nil && *d > 0 {
		r.liftSE = *d / experiment.DetectableK()
		value := float64(f.PerGroup.Value.Minor) / f.SE * r.liftSE
		r.Lift = &Interval{Value: value, Low: value - t*r.liftSE, High: value + t*r.liftSE}
	}
	if rel := u.Relative; rel != nil {
		r.Lift = &Interval{Value: rel.Value, Low: rel.Low, High: rel.High}
		r.liftSE = (rel.High - rel.Low) / (2 * distuv.UnitNormal.Quantile(.975))
	}
}

func timesMoney(m MoneyInterval, k float64) MoneyInterval {
	by := func(v postlift.Money) postlift.Money {
		return postlift.Money{Minor: postlift.RoundMinor(float64(v.Minor) * k), Currency: v.Currency}
	}
	return MoneyInterval{Value: by(m.Value), Low: by(m.Low), High: by(m.High), Low80: by(m.Low80), High80: by(m.High80)}
}

// putTogether pools, adds up and groups the runs that were read.
func (a *Across) putTogether() error {
	if err := a.pool(); err != nil {
		return err
	}
	a.Total = a.sum("", a.Runs)
	by := map[string][]AcrossRun{}
	for _, r := range a.Runs {
		by[quarterOf(r.InHomeOn)] = append(by[quarterOf(r.InHomeOn)], r)
	}
	a.Quarter = []AcrossTotal{}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		a.Quarter = append(a.Quarter, a.sum(name, by[name]))
	}
	if err := a.group(); err != nil {
		return err
	}
	a.word()
	return nil
}

// pool shrinks the runs' lifts towards what they have in common.
func (a *Across) pool() error {
	var at []int
	var lifts, ses []float64
	for i, r := range a.Runs {
		if r.Lift != nil {
			at, lifts, ses = append(at, i), append(lifts, r.Lift.Value), append(ses, r.liftSE)
		}
	}
	if len(at) < 2 {
		return nil
	}
	p, err := pool.Pool(lifts, ses, pool.Grid(acrossSpread), acrossSpread)
	if err != nil {
		return err
	}
	for k, i := range at {
		shrunk := fromNormal(p.Means[k], p.SDs[k])
		a.Runs[i].Shrunk = &shrunk
	}
	a.Pooled = &AcrossPooled{Runs: len(at), Lift: fromNormal(p.Mean, p.SD), Next: fromNormal(p.Mean, p.New), Spread: p.Tau}
	return nil
}

func fromNormal(mean, sd float64) Interval {
	z95, z80 := distuv.UnitNormal.Quantile(.975), distuv.UnitNormal.Quantile(.9)
	low80, high80 := mean-z80*sd, mean+z80*sd
	return Interval{Value: mean, Low: mean - z95*sd, High: mean + z95*sd, Low80: &low80, High80: &high80}
}

// sum adds runs up; the verdict rests on the 95 % interval of the sum, and "hurts" waits for open windows.
func (a *Across) sum(name string, runs []AcrossRun) AcrossTotal {
	t := AcrossTotal{Name: name, Runs: len(runs), Cost: postlift.Money{Currency: a.Currency}, Verdict: NoProof}
	var value, variance, dof float64 // degrees of freedom by Satterthwaite
	for _, r := range runs {
		t.Letters += r.Letters
		t.Cost.Minor += r.Cost.Minor
		value, variance = value+r.Net.Value.Major(), variance+r.netSE*r.netSE
		if r.netSE > 0 {
			dof += math.Pow(r.netSE, 4) / r.netDoF
		}
		t.Interim = t.Interim || slices.Contains(r.Flags, Interim)
	}
	if len(runs) == 0 || variance <= 0 {
		return t
	}
	i := experiment.Point{Value: value, SE: math.Sqrt(variance), DoF: variance * variance / dof}.Estimate()
	money := func(v float64) postlift.Money { return postlift.FromMajor(v, a.Currency) }
	t.Net = &MoneyInterval{Value: money(i.Value), Low: money(i.Low), High: money(i.High), Low80: money(i.Low80), High80: money(i.High80)}
	t.p = i.P
	switch {
	case i.Low > 0 && !t.Interim:
		t.Verdict = Works
	case i.High < 0 && !t.Interim:
		t.Verdict = Hurts
	}
	return t
}

// key is the group of a run.
func (r AcrossRun) key(by string) string {
	switch by {
	case ByKind:
		return r.Rule + " · " + r.Design + " · " + r.Treatment
	case ByRule:
		return r.Rule
	case ByDesign:
		return r.Design
	case ByTreatment:
		return r.Treatment
	case ByQuarter:
		return quarterOf(r.InHomeOn)
	}
	return lineage(r.Campaign)
}

// lineage is a campaign's name without what numbers its repeats: "Win back 2", "Win back 2026-03" and "Win back Q3" are
// repeats of "Win back".
func lineage(name string) string {
	fields := strings.Fields(name)
	for len(fields) > 1 && countsRepeats(fields[len(fields)-1]) {
		fields = fields[:len(fields)-1]
	}
	return strings.Join(fields, " ")
}

// group puts runs together, pools each group's lifts, shrinks the groups towards each other and adjusts their p values
// for being several.
func (a *Across) group() error {
	if a.GroupBy == BySegment {
		return a.bySegment()
	}
	by := map[string][]AcrossRun{}
	for _, r := range a.Runs {
		by[r.key(a.GroupBy)] = append(by[r.key(a.GroupBy)], r)
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		total := a.sum("", by[name])
		g := AcrossGroup{Name: name, Runs: len(by[name]), Letters: total.Letters, Total: &total, Exploratory: true, Pays: "open"}
		var lifts, ses []float64
		for _, r := range by[name] {
			if r.Lift != nil {
				lifts, ses = append(lifts, r.Lift.Value), append(ses, r.liftSE)
			}
		}
		if err := g.own(lifts, ses); err != nil {
			return err
		}
		if one := by[name][0]; len(by[name]) == 1 && one.Lift != nil { // as in its own report, not rounded to a normal
			g.Lift = one.Lift
		}
		if total.Net != nil { // whether it pays is a question of money, not of lift
			g.P = &total.p
		}
		a.Groups = append(a.Groups, g)
	}
	return a.judgeGroups()
}

// bySegment puts the runs' segments together; smaller ones that a run reads as "other" stay out.
func (a *Across) bySegment() error {
	type sums struct{ lifts, ses []float64 }
	by := map[string]*sums{}
	for _, r := range a.Runs {
		for _, e := range r.segments {
			se := (e.RawLift.High - e.RawLift.Low) / (2 * distuv.UnitNormal.Quantile(.975))
			if e.Segment == "" || !(se > 0) || math.IsInf(se, 0) {
				continue
			}
			s := by[e.Segment]
			if s == nil {
				s = &sums{}
				by[e.Segment] = s
			}
			s.lifts, s.ses = append(s.lifts, e.RawLift.Value), append(s.ses, se)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		g := AcrossGroup{Name: name, Runs: len(by[name].lifts), Exploratory: true, Pays: "open"}
		if err := g.own(by[name].lifts, by[name].ses); err != nil {
			return err
		}
		p := 2 * distuv.UnitNormal.Survival(math.Abs(g.Lift.Value)/g.liftSE)
		g.P = &p
		a.Groups = append(a.Groups, g)
	}
	return a.judgeGroups()
}

// own pools the lifts of a group's runs.
func (g *AcrossGroup) own(lifts, ses []float64) error {
	switch len(lifts) {
	case 0:
		return nil
	case 1:
		i := fromNormal(lifts[0], ses[0])
		g.Lift, g.liftSE = &i, ses[0]
		return nil
	}
	p, err := pool.Pool(lifts, ses, pool.Grid(acrossSpread), acrossSpread)
	if err != nil {
		return err
	}
	i := fromNormal(p.Mean, p.SD)
	g.Lift, g.liftSE = &i, p.SD
	return nil
}

// judgeGroups shrinks and adjusts, and orders the groups by shrunk lift.
func (a *Across) judgeGroups() error {
	var at []int
	var lifts, ses, ps []float64
	var tested []int
	for i, g := range a.Groups {
		if g.Lift != nil {
			at, lifts, ses = append(at, i), append(lifts, g.Lift.Value), append(ses, g.liftSE)
		}
		if g.P != nil {
			tested, ps = append(tested, i), append(ps, *g.P)
		}
	}
	if len(at) > 1 {
		p, err := pool.Pool(lifts, ses, pool.Grid(acrossSpread), acrossSpread)
		if err != nil {
			return err
		}
		for k, i := range at {
			shrunk := fromNormal(p.Means[k], p.SDs[k])
			a.Groups[i].Shrunk = &shrunk
		}
	}
	for k, q := range experiment.BenjaminiHochberg(ps) {
		g := &a.Groups[tested[k]]
		g.Adjusted = &q
		up := g.Lift != nil && g.Lift.Value > 0
		if g.Total != nil && g.Total.Net != nil {
			up = g.Total.Net.Value.Minor > 0
		}
		switch {
		case q > .05 || g.Total != nil && g.Total.Interim:
		case up:
			g.Pays = "yes"
		default:
			g.Pays = "no"
		}
	}
	slices.SortStableFunc(a.Groups, func(x, y AcrossGroup) int { return cmp.Compare(y.rank(), x.rank()) })
	return nil
}

// rank is the shrunk lift, or the plain one; groups without one come last.
func (g AcrossGroup) rank() float64 {
	switch {
	case g.Shrunk != nil:
		return g.Shrunk.Value
	case g.Lift != nil:
		return g.Lift.Value
	}
	return math.Inf(-1)
}
