package responses

import (
	"context"

	"postlift/clv"
	"postlift/responses/worth"
)

// groupValues sums values by group.
type groupValues struct {
	of                      *outcomeRead
	use                     []bool // the groups that are valued; nil: all
	residual, ahead, frozen []float64

	held   []int // groups of the controls, in the fitter's order
	mailed []valuedPast
}

// valuedPast is a mailed account's past, which waits for the models.
type valuedPast struct {
	group int
	past  clv.AccountInput
}

func (r *outcomeRead) newValues() *groupValues {
	n := len(r.by.units)
	return &groupValues{of: r, use: r.by.sample("projection|"+r.in.Run.UID, r.in.Ledger.index, MostValued),
		residual: make([]float64, n), ahead: make([]float64, n), frozen: make([]float64, n)}
}

// drawn is how many groups are valued where not all are; else 0.
func (v *groupValues) drawn() (n int) {
	for _, used := range v.use {
		if used {
			n++
		}
	}
	return n
}

// wanted tells whether a group is compared and valued.
func (v *groupValues) wanted(key string) bool {
	i, known := v.of.in.Ledger.index[key]
	return known && (v.use == nil || v.use[i])
}

// read takes the pasts of both arms: the controls into the fitter, the mailed until there are models, and of both
// what they were valued at before, the covariate.
func (v *groupValues) read(ctx context.Context, fitter *worth.Fitter, defaultMargin float64) error {
	r := v.of
	return r.store.RunHistories(ctx, r.in.Run.ID, v.wanted, r.out.ReadOn, func(h ValuedAccount) error {
		i := r.in.Ledger.index[h.Key]
		v.frozen[i] += float64(h.FrozenMinor)
		if r.by.units[i].Treated {
			v.mailed = append(v.mailed, valuedPast{i, h.History.Input(r.out.ReadOn, defaultMargin)})
			return nil
		}
		v.held = append(v.held, i)
		return fitter.Add(&h.History)
	})
}

func (v *groupValues) add(group int, rate float64) func(residual, ahead float64) {
	return func(residual, ahead float64) {
		v.residual[group] += residual * rate
		v.ahead[group] += ahead * rate
	}
}

// fill compares the arms.
func (v *groupValues) fill(p *ProjectedLine) {
	r := v.of
	e, ok := r.by.diff(v.residual, v.frozen, v.use)
	if !ok {
		p.State = OutcomeNone
		return
	}
	e = e.Scale(r.by.treated)
	p.State, p.Residual, p.ResidualSE = NotCalibrated, r.gains.interval(e), e.SE
	if a, ok := r.by.diff(v.ahead, v.frozen, v.use); ok && p.AheadDay > 0 {
		a = a.Scale(r.by.treated)
		p.Ahead, p.AheadSE = r.gains.interval(a), a.SE
	}
}
