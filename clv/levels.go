package clv

import (
	"cmp"
	"math"
	"slices"

	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// levels are what order models may differ by, in the order of purchase.LevelColumns.
func (in *AccountInput) levels() [4]string {
	if in.orderLevels != nil {
		var own [4]string
		copy(own[:], in.orderLevels)
		return own
	}
	return [4]string{in.Segment, in.Industry, in.Size, in.Channel}
}

// orderView predicts the orders of all accounts of one pattern of levels.
type orderView struct {
	pattern int
	model   purchase.Model
	ahead   *purchase.Forecaster
}

// maxViews bounds the order models of patterns that are at hand together, each of which keeps what it has worked
// out.
const maxViews = 256

// orderView is the order model of an account; nil where there is none.
func (s *Scorer) orderView(in *AccountInput) *orderView {
	if s.models.OrdersBy == nil {
		return s.plain
	}
	levels := in.levels()
	pattern := s.models.OrdersBy.Pattern(levels[:])
	if s.last != nil && s.last.pattern == pattern {
		return s.last
	}
	v, ok := s.views[pattern]
	if !ok {
		if len(s.views) >= maxViews {
			s.forget()
		}
		model := s.models.OrdersBy.ModelOf(pattern)
		v = &orderView{pattern: pattern, model: model, ahead: purchase.NewForecaster(model, s.ts)}
		s.views[pattern] = v
	}
	s.last = v
	return v
}

// spendOf is the spend model of an account; nil where there is none.
func (s *Scorer) spendOf(in *AccountInput) spend.Model {
	if s.models.SpendBy == nil {
		return s.models.Spend
	}
	return s.spends[s.models.SpendBy.Pattern(in.Segment)]
}

// spendsBySegment are the spend models by pattern.
func spendsBySegment(by *spend.ByLevel) []spend.Model {
	if by == nil {
		return nil
	}
	out := []spend.Model{by.Base}
	for _, f := range by.Factors {
		out = append(out, by.Model(f.Level))
	}
	return out
}

// orderDoubt is the log standard deviation that the parameters leave to the value of an account's orders: those
// that all share, and that of its segment's factor.
func (s *Scorer) orderDoubt(in *AccountInput) float64 {
	doubt := s.models.Doubt.orders(in.OrderDays - 1)
	if by := s.models.SpendBy; by != nil {
		if i := by.Pattern(in.Segment); i > 0 {
			return math.Hypot(doubt, by.Factors[i-1].LogSD)
		}
	}
	return doubt
}

// forget drops the outlooks and, where there are models by level, what these have worked out, so that memory stays
// flat. The histories at hand come back soon.
func (s *Scorer) forget() {
	clear(s.cache)
	clear(s.views)
	s.last = nil
}

// LevelShare is a combination of levels with the number of accounts that have it.
type LevelShare struct {
	Levels   []string `json:"levels"` // in the order of purchase.LevelColumns
	Accounts float64  `json:"accounts"`
}

// mostShares is how many combinations of levels stand for a population: the most frequent ones.
const mostShares = 8

// shares lists the most frequent combinations.
func shares(counts map[[4]string]int) []LevelShare {
	var out []LevelShare
	for levels, n := range counts {
		out = append(out, LevelShare{levels[:], float64(n)})
	}
	slices.SortFunc(out, func(a, b LevelShare) int {
		return cmp.Or(cmp.Compare(b.Accounts, a.Accounts), slices.Compare(a.Levels, b.Levels))
	})
	return slices.Clip(out[:min(len(out), mostShares)])
}

// addLevels counts the history of an account, which the plain tally has accepted, by its levels.
func (p *Portfolio) addLevels(in *AccountInput, h orderHistory) {
	if p.levels == nil {
		p.levels = purchase.NewLevelTally(purchase.LevelColumns...)
	}
	levels := in.levels()
	if err := p.levels.AddDays(levels[:], h.x, h.txDays, h.ageDays); err != nil {
		p.Skipped++
	}
}

// segmentName is the one copy of a segment's name that is kept.
func (p *Portfolio) segmentName(segment string) string {
	if own, ok := p.segmentNames[segment]; ok {
		return own
	}
	if p.segmentNames == nil {
		p.segmentNames = map[string]string{}
	}
	p.segmentNames[segment] = segment
	return segment
}

// fitHistories fits the order model. By levels it learns from the accounts with a full history; where these are too
// few, one model serves all. What it gives is the fit without levels, with the flags of both.
func (f *fitter) fitHistories(rows []purchase.Counted, gaps float64) (purchase.Fitted, error) {
	opt := purchase.Options{K: f.choice.K, LogGaps: gaps}
	if !f.choice.Levels {
		return purchase.Fit(f.choice.Orders, rows, opt)
	}
	if f.p.levels == nil || f.p.Orders.Customers() < fullHistories {
		f.warn(WarnLevelsLeft)
		return purchase.Fit(f.choice.Orders, rows, opt)
	}
	by, err := purchase.FitByLevel(f.choice.Orders, f.p.levels, 0, opt)
	if err != nil || by.Plain() {
		return by.Fit.Without, err
	}
	f.out.OrdersBy = &by
	fit := by.Fit.Without
	fit.Flags = append(slices.Clone(fit.Flags), onlyNew(by.Fit.Flags, fit.Flags)...)
	return fit, nil
}

// fitSpendLevels fits the spend model by segment. Where its base runs out of the range of parameters, one model
// serves all.
func (f *fitter) fitSpendLevels() error {
	if !f.choice.SpendLevels || len(f.p.spendLevels) != len(f.p.Spend) {
		return nil
	}
	by, err := spend.FitByLevel(f.choice.Spend, f.p.Spend, f.p.spendLevels)
	if err != nil || by.Plain() {
		return err
	}
	if !withinRange(by.Base) {
		f.warn(WarnSpendUnusable)
		return nil
	}
	f.out.SpendBy, f.spends = &by.ByLevel, by.Fit.Draws
	f.spend.Flags = append(slices.Clone(f.spend.Flags), onlyNew(by.Flags, f.spend.Flags)...)
	return nil
}

// withinRange tells whether a spend model can be made anew from its stored parameters.
func withinRange(m spend.Model) bool {
	_, err := spend.New(m.Name(), fitting.ParamMap(m.Params()))
	return err == nil
}

// onlyNew are the flags that are not among the known ones.
func onlyNew(flags, known []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return slices.Contains(known, f) })
}
