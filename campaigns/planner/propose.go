package planner

import (
	"math"
	"math/rand/v2"

	"postlift"
	"postlift/campaigns/experiment"
)

// propose chooses the cheapest sufficient design, else the shortest programme, else pooling, else says
// which lift could be seen.
func (s *simulation) propose(a *Assessment, trials map[string][]trial) {
	best := -1
	for i, f := range a.Designs {
		if f.Sufficient && (best < 0 || s.better(f, a.Designs[best])) {
			best = i
		}
	}
	if best >= 0 {
		f := a.Designs[best]
		a.Proposal = Proposal{Kind: ProposeDesign, Design: f.Name, Power: f.Power, KnownOn: f.KnownOn, Cost: f.price(), Needed: f.Detectable}
		if f.Kind == Programme {
			a.Proposal.Kind, a.Proposal.Months = ProposeProgramme, f.Months
		}
		return
	}
	if p, ok := s.pool(a, trials); ok {
		a.Proposal = p
		return
	}
	a.Proposal = Proposal{Kind: ProposeNothing, Cost: s.money(0)}
	for _, f := range a.Designs {
		if f.Detectable != nil && s.covers(f) && (a.Proposal.Needed == nil || *f.Detectable < *a.Proposal.Needed) {
			a.Proposal.Needed, a.Proposal.Closest = f.Detectable, f.Name
		}
	}
}

// price is what a design costs until its reading: margin given up and margin that comes later.
func (f Finding) price() postlift.Money {
	return postlift.Money{Minor: f.Cost.Minor + f.Deferred.Minor, Currency: f.Cost.Currency}
}

// better prefers campaign designs to programmes, shorter programmes to longer ones, measuring everybody to
// leaving groups out among programmes of one length, and then what costs less.
func (s *simulation) better(f, than Finding) bool {
	if f.Kind == Programme || than.Kind == Programme {
		if f.Kind != than.Kind {
			return f.Kind != Programme
		}
		if f.Months != than.Months {
			return f.Months < than.Months
		}
		return f.TopPercent < than.TopPercent
	}
	if f.TopPercent != than.TopPercent && f.held() == than.held() {
		return f.TopPercent < than.TopPercent
	}
	return f.price().Minor < than.price().Minor
}

// pool looks for the least number of repeats of the campaign, each with a draw of its own, whose pooled
// difference shows the expected lift; it prefers the holdout that costs least in all.
func (s *simulation) pool(a *Assessment, trials map[string][]trial) (Proposal, bool) {
	var best Proposal
	found := false
	most := min(MaxRepeats, max(pooledDays/s.in.WindowDays, 2))
	for _, f := range a.Designs {
		list := trials[f.Name]
		if len(list) == 0 || f.Impossible != "" {
			continue
		}
		k, power, ok := s.repeats(list, most)
		if !ok {
			continue
		}
		p := Proposal{Kind: ProposePooling, Design: f.Name, Repeats: k, Power: power, KnownOn: s.in.InHome.AddDays(k * s.in.WindowDays),
			Cost: s.money(float64(f.Cost.Minor) * float64(k))}
		if !found || p.Cost.Minor < best.Cost.Minor {
			best, found = p, true
		}
	}
	return best, found
}

// pooledTrials is how many pools are simulated, pooledDays how long repeats may go on.
const (
	pooledTrials = 1000
	pooledDays   = 2 * 365
)

// repeats is the least number of pooled trials that find the expected lift with the wanted power and whose
// interval holds the truth often enough.
func (s *simulation) repeats(trials []trial, most int) (k int, power float64, ok bool) {
	points := make([]experiment.Point, len(trials))
	for i, t := range trials {
		points[i] = t.point(s.in.Lift.Mean)
		points[i].Value -= t.truth(s.in.Lift.Mean) // the truth is added again below, as every repeat has its own
	}
	noise := math.Sqrt(LeastCoverage * (1 - LeastCoverage) / pooledTrials)
	for k = 2; k <= most; k++ {
		rng := rand.New(rand.NewPCG(s.in.Seed, uint64(k)))
		power, covered := 0.0, 0.0
		for range pooledTrials {
			var miss, truth, variance, dof float64
			for range k {
				i := rng.IntN(len(points))
				v := points[i].SE * points[i].SE
				miss, truth = miss+points[i].Value, truth+trials[i].truth(s.in.Lift.Mean)
				variance, dof = variance+v, dof+v*v/points[i].DoF
			}
			half := s.quantile.at(variance*variance/dof) * math.Sqrt(variance)
			if miss+truth > half {
				power += 1. / pooledTrials
			}
			if math.Abs(miss) <= half {
				covered += 1. / pooledTrials
			}
		}
		if power >= s.in.Power && covered >= LeastCoverage-.95+1-s.in.Alpha-noise {
			return k, power, true
		}
	}
	return 0, 0, false
}

// leave draws the curve of the detectable lift over the share of groups left out, for the proposed design
// or, where none is, for the longest programme that was tried, else matched pairs.
func (s *simulation) leave(a *Assessment) error {
	d := Design{Kind: Pairs}
	for _, f := range a.Designs {
		if f.Impossible == "" && (f.Kind == Programme || f.Name == a.Proposal.Design) {
			d = f.Design
		}
		if f.Name == a.Proposal.Design {
			break
		}
	}
	for _, p := range s.in.TopPercents {
		d.TopPercent = p
		f, known := named(a.Designs, d.Name())
		if !known {
			var err error
			if f, _, err = s.find(d); err != nil {
				return err
			}
		}
		if f.Impossible == "" {
			a.Leaving = append(a.Leaving, LeftOut{TopPercent: p, Share: f.LeftOutShare, Detectable: f.Detectable, Coverage: f.Coverage, Power: f.Power})
		}
	}
	return nil
}

func named(list []Finding, name string) (Finding, bool) {
	for _, f := range list {
		if f.Name == name {
			return f, true
		}
	}
	return Finding{}, false
}
