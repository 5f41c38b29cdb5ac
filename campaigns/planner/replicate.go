package planner

import (
	"math"
	"math/rand/v2"

	"postlift/campaigns/experiment"
)

// replicate is one simulated draw of a design: what the report's estimator would say of it, whatever the
// lift. The lift multiplies the margin of the mailed, group by group, but for agreed fees, so that every replicate
// stands for all lifts at once.
type replicate interface {
	point(lift float64) experiment.Point
}

// trial is a replicate with the mean margin that its lift refers to: without agreed fees.
type trial struct {
	replicate
	base float64
}

// truth is the effect per group that a lift has in the trial.
func (t trial) truth(lift float64) float64 { return lift * t.base }

// twoArms is a campaign holdout, analysed as reports do: CUPED with the prior-year margin.
type twoArms struct{ control, treated moments }

func (a twoArms) point(lift float64) experiment.Point {
	return experiment.CUPEDPoint(a.control.joint(0), a.treated.joint(lift))
}

// blocked is a test in pairs or larger blocks, analysed by the differences within them.
type blocked struct{ experiment.BlockSums }

func (b *blocked) point(lift float64) experiment.Point {
	p, _, _ := b.BlockSums.Point(lift)
	return p
}

// waved is a test in waves, analysed period by period.
type waved struct{ *experiment.WaveSums }

func (w waved) point(lift float64) experiment.Point {
	p, _ := w.WaveSums.Point(lift)
	return p
}

// draw makes one replicate; ok is false where an arm is too small for any estimate.
func (s *sample) draw(rng *rand.Rand) (t trial, ok bool) {
	switch s.design.Kind {
	case Pairs, Programme:
		if s.design.block() > 2 {
			return s.drawBlocks(rng)
		}
		return s.drawPairs(rng)
	case InWaves:
		return s.drawWaves(rng)
	}
	return s.drawHoldout(rng)
}

// drawHoldout holds floor(h n) groups of every stratum out, plus one with the probability of the rest, as
// the campaign's draw does. Only the held-out are summed up; the mailed are what remains of the total.
func (s *sample) drawHoldout(rng *rand.Rand) (trial, bool) {
	held := s.totals.empty()
	y := s.periods[0]
	for c := range s.cells {
		at := s.cells[c].at
		whole, rest := math.Modf(s.cells[c].share*float64(len(at)) + 1e-9)
		n := int(whole)
		if rest > 1e-6 && rng.Float64() < rest {
			n++
		}
		for i := range n {
			j := i + int(rng.Uint64N(uint64(len(at)-i)))
			at[i], at[j] = at[j], at[i]
			held.add(y[at[i]], s.fixedOf(0, at[i]), s.x[at[i]])
		}
	}
	if held.n < 2 || s.totals.n-held.n < 2 {
		return trial{}, false
	}
	return trial{twoArms{held, s.totals.less(held)}, s.lifted()}, true
}

// drawBlocks holds one of every block out.
func (s *sample) drawBlocks(rng *rand.Rand) (trial, bool) {
	b := &blocked{}
	y, sum, m := s.periods[0], 0.0, s.design.block()
	for c := range s.cells {
		held := rng.IntN(m)
		one := experiment.Block{Units: float64(m)}
		for i, at := range s.cells[c].at {
			sum += y[at] - s.fixedOf(0, at)
			if i == held {
				one.Control, one.PreControl = y[at], s.x[at]
				continue
			}
			one.Treated += y[at] / float64(m-1)
			one.Fixed += s.fixedOf(0, at) / float64(m-1)
			one.PreTreated += s.x[at] / float64(m-1)
		}
		b.Add(one)
	}
	return trial{b, sum / float64(m*len(s.cells))}, len(s.cells) >= 4
}

// drawPairs is drawBlocks of two, with one coin for each.
func (s *sample) drawPairs(rng *rand.Rand) (trial, bool) {
	b := &blocked{}
	y, sum := s.periods[0], 0.0
	var coins uint64
	for c := range s.cells {
		if c%64 == 0 {
			coins = rng.Uint64()
		}
		held, mailed := s.cells[c].at[coins&1], s.cells[c].at[1-coins&1]
		coins >>= 1
		fixed := s.fixedOf(0, mailed)
		b.Add(experiment.Block{Units: 2, Treated: y[mailed], Control: y[held], PreTreated: s.x[mailed], PreControl: s.x[held], Fixed: fixed})
		sum += y[mailed] + y[held] - fixed - s.fixedOf(0, held)
	}
	return trial{b, sum / float64(2*len(s.cells))}, len(s.cells) >= 4
}

// drawWaves deals the waves' places of every stratum anew.
func (s *sample) drawWaves(rng *rand.Rand) (trial, bool) {
	sums := experiment.NewWaveSums(s.design.Waves)
	v := make([]float64, s.design.Waves, s.design.Waves+1)
	pre := len(v) - 1
	if s.fixed != nil {
		v = append(v, 0)
	}
	for c := range s.cells {
		at := s.cells[c].at
		for i := range at {
			j := i + int(rng.Uint64N(uint64(len(at)-i)))
			at[i], at[j] = at[j], at[i]
			for p := range s.periods {
				v[p] = s.periods[p][at[i]]
			}
			v[pre] = s.x[at[i]]
			wave := int(s.labels[s.cells[c].from+i])
			if s.fixed != nil {
				v[pre+1] = s.fixedOf(min(wave, pre)-1, at[i]) // the last wave's is never asked for
			}
			sums.Add(wave, v)
		}
	}
	_, ok := sums.Point(0)
	return trial{waved{sums}, sums.BaseOf(s.open)}, ok
}
