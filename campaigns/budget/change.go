package budget

import (
	"math"

	"postlift"
)

// Next re-solves with so much more budget, minor units: what the next 1,000 euros would earn. Without a
// budget nothing changes.
func (r *Result) Next(minor int64) Change {
	budget := r.problem.limits.BudgetMinor
	if budget == 0 {
		return Change{}
	}
	return r.change(budget+minor, true)
}

// Cut re-solves with the budget smaller by a share, .2 for 20 per cent; without a budget, of what the
// selection costs. Its gain is negative or zero.
func (r *Result) Cut(share float64) Change {
	budget := r.problem.limits.BudgetMinor
	if budget == 0 {
		budget = r.Quote.Total.Minor
	}
	return r.change(int64(math.Round(float64(budget)*(1-share))), false)
}

// change compares the selection with the best one under another budget. More budget never earns less and
// less never earns more: each could keep the other's choice.
func (r *Result) change(budgetMinor int64, more bool) Change {
	p, c := r.problem, Change{BudgetMinor: budgetMinor}
	verdicts := make([]Verdict, len(p.items))
	other, err := p.within(p.micros(budgetMinor))
	if err != nil {
		return c
	}
	p.mark(&other, verdicts)
	quote, err := p.tariff.Cost(p.counts(verdicts))
	if err != nil { // the same counts by country were quoted before: the tariff serves them
		return c
	}
	var diff spread
	for i := range verdicts {
		was, is := r.Verdicts[i].In(), verdicts[i].In()
		if was == is {
			continue
		}
		sign := 1.
		if was {
			sign = -1
		}
		diff.add(&p.items[i], sign)
		c.Accounts += int(sign)
	}
	cost := quote.Total.Minor - r.Quote.Total.Minor
	gain := postlift.RoundMinor(diff.value) - cost
	if more && gain < 0 || !more && gain > 0 {
		return Change{BudgetMinor: budgetMinor}
	}
	half := postlift.RoundMinor(diff.half())
	c.Pieces, c.CostMinor, c.GainMinor = quote.Pieces-r.Quote.Pieces, cost, gain
	c.LowMinor, c.HighMinor = gain-half, gain+half
	return c
}

// Curve is the best net value for budgets in even steps up to one and a half times the budget, or to the
// cost of everybody worth a letter where that is less. It never falls.
func (r *Result) Curve(points int) []Point {
	p := r.problem
	free := p.best(math.Inf(1), false)
	end := free.cost
	if b := float64(p.limits.BudgetMinor) * p.unit; b > 0 {
		end = min(end, 1.5*b)
	}
	curve := make([]Point, 0, points)
	var kept solution
	for i := 1; i <= points; i++ {
		budget := end * float64(i) / float64(points)
		if s := p.best(max(budget, 1), false); s.net() >= kept.net() || p.wantsAll() {
			kept = s
		}
		curve = append(curve, p.point(&kept, budget))
	}
	return curve
}

func (p *problem) point(s *solution, budget float64) Point {
	pt := Point{BudgetMinor: postlift.RoundMinor(budget / p.unit), CostMinor: postlift.RoundMinor(s.cost / p.unit)}
	if s.posture == nil {
		return pt
	}
	for i := range s.posture.slots {
		b := s.posture.slots[i].block
		pt.Pieces += int(b.pieces[s.n[i]])
		pt.Accounts += int(s.n[i])
	}
	for _, w := range s.swaps {
		b, sign := s.posture.slots[w.slot].block, -1
		if w.in {
			sign = 1
		}
		pt.Pieces += sign * int(b.pieces[w.place+1]-b.pieces[w.place])
		pt.Accounts += sign
	}
	pt.ValueMinor = postlift.RoundMinor(s.value / p.unit)
	if p.limits.Mode == ModeValue {
		pt.ValueMinor += int64(pt.Accounts) * p.limits.MinNetMinor
	}
	pt.NetMinor = pt.ValueMinor - pt.CostMinor
	return pt
}
