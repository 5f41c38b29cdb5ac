package loop

import (
	"math"
	"slices"

	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// monthWeeks turns months into the models' unit of time.
const monthWeeks = 365.25 / 12 / purchase.DaysPerWeek

// horizonMonths is how far the value by which CLV-top-N ranks looks ahead.
const horizonMonths = 36

// refitMonths is how often the models are fitted anew. The product can do so at every score run; twice a year saves
// time and changes little, as the parameters hardly move.
const refitMonths = 6

// fitAccounts bounds the accounts that a fit is made from, evenly over all: parameters of four numbers do not need
// more.
const fitAccounts = 20_000

// valuer values accounts by what the books say, with the product's own models.
type valuer struct {
	orders    purchase.Model
	spends    spend.Model
	fittedAt  int
	forecasts *purchase.Forecaster
	alive     map[aliveKey]float64
}

type aliveKey struct {
	x       int32
	tx, age int16
}

// appraisal is what a valuer says of an account.
type appraisal struct {
	alive  float64
	window float64 // margin expected within the window
	value  float64 // within the horizon
	basket float64 // usual margin of an order
}

func newValuer() *valuer { return &valuer{fittedAt: math.MinInt / 2} }

// refit fits the models to the books where that is due.
func (v *valuer) refit(s *State) error {
	if s.month-v.fittedAt < refitMonths {
		return nil
	}
	var tally purchase.Tally
	var values []spend.Observation
	step := max(s.OnFile()/fitAccounts, 1)
	for i := 0; i < len(s.book); i += step {
		if !s.Known(i) {
			continue
		}
		x, tx, age := s.history(i)
		if err := tally.Add(int(x), float64(tx)*monthWeeks, (float64(age)-.5)*monthWeeks); err != nil {
			return err
		}
		if o := s.observation(i); !o.First && o.X > 0 {
			values = append(values, o)
		}
	}
	orders, err := purchase.Fit(OrderModel, tally.Counted(), purchase.Options{K: 1})
	if err != nil {
		return err
	}
	spends, err := spend.Fit(SpendModel, values)
	if err != nil {
		return err
	}
	v.orders, v.spends, v.fittedAt = orders.Model, spends.Model, s.month
	v.forecasts = purchase.NewForecaster(v.orders, []float64{Window * monthWeeks, horizonMonths * monthWeeks})
	v.alive = map[aliveKey]float64{}
	return nil
}

// The models of the books: those that the product offers for customers who may leave unnoticed and for heavy-tailed
// orders between companies.
const (
	OrderModel = purchase.ModelMBGNBD
	SpendModel = spend.ModelLogNormal
)

// history is an account's repeat orders, the age at its last order and its age, in months. The age counts from the
// middle of the first order's month to the end of the last month.
func (s *State) history(i int) (x int32, tx, age int16) {
	b := &s.book[i]
	return b.Orders, b.Last - s.w.entry[i], int16(s.month) - s.w.entry[i]
}

// observation is what the books say of the margins of an account's orders.
func (s *State) observation(i int) spend.Observation {
	b := &s.book[i]
	if b.Orders == 0 {
		return spend.FirstOrder(float64(b.First))
	}
	n := float64(b.Orders)
	mean := b.LogSum / n
	return spend.Observation{X: int(b.Orders), M: b.Sum / n, LogMean: mean, LogSS: max(b.LogSq-n*mean*mean, 0), Logs: true}
}

// appraise values an account on file.
func (v *valuer) appraise(s *State, i int) appraisal {
	x, tx, age := s.history(i)
	weeks, last := (float64(age)-.5)*monthWeeks, min(float64(tx), float64(age)-.5)*monthWeeks
	key := aliveKey{x, tx, age}
	alive, known := v.alive[key]
	if !known {
		alive = v.orders.PAlive(int(x), last, weeks)
		v.alive[key] = alive
	}
	orders, _ := v.forecasts.Ahead(int(x), last, weeks)
	basket := v.spends.MeanSpend(s.observation(i))
	return appraisal{alive: alive, window: alive * orders[0] * basket, value: alive * orders[1] * basket, basket: basket}
}

// appraiseAll values everybody on file; others have none.
func (v *valuer) appraiseAll(s *State) ([]appraisal, error) {
	if err := v.refit(s); err != nil {
		return nil, err
	}
	all := make([]appraisal, len(s.book))
	for i := range all {
		if s.Known(i) {
			all[i] = v.appraise(s, i)
		}
	}
	return all, nil
}

// frequencyRanks is the share of accounts on file with fewer orders, by number of orders.
func (s *State) frequencyRanks() func(orders int32) float64 {
	counts := []int{}
	n := 0
	for i := range s.book {
		if !s.Known(i) {
			continue
		}
		for int(s.book[i].Orders) >= len(counts) {
			counts = append(counts, make([]int, max(len(counts), 16))...)
		}
		counts[s.book[i].Orders]++
		n++
	}
	ranks := make([]float64, len(counts))
	below := 0
	for x, c := range counts {
		ranks[x] = (float64(below) + float64(c)/2) / float64(max(n, 1))
		below += c
	}
	return func(orders int32) float64 { return ranks[orders] }
}

// best gives the n accounts of the highest rank, where rank is known; equal ones by number.
func best(rank []float64, n int) []int32 {
	order := make([]int32, 0, len(rank))
	for i, r := range rank {
		if !math.IsInf(r, -1) {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		switch x, y := rank[a], rank[b]; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return int(a - b)
	})
	return order[:min(n, len(order))]
}
