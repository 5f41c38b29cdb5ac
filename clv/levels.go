package clv

import (
	"cmp"
	"slices"

	"postlift/clv/purchase"
)

// levels are what order models may differ by, in the order of purchase.LevelColumns.
func (in *AccountInput) levels() [4]string {
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
