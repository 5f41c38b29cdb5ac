package purchase

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// FlagGapsUnknown says that the times between orders are not known, without which the likelihoods of
// regular and irregular buying cannot be compared: K was not chosen by the data.
const FlagGapsUnknown = "gaps_unknown"

// sameLikelihood is the difference of log-likelihoods up to which the smaller K stays: rounding must not choose.
const sameLikelihood = 1e-6

// fitMBGNBD fits the MBG/NBD.
func fitMBGNBD(rows []Counted, opt Options) (Fitted, error) {
	return fitRegular(newRegularFit(rows), 1, nil, opt)
}

// fitMBGCNBD fits the MBG/CNBD-k for the K asked for, or for all of them and keeps the likeliest.
func fitMBGCNBD(rows []Counted, opt Options) (Fitted, error) {
	if opt.K < 0 || opt.K > maxRegularity {
		return Fitted{}, postlift.Faultf(postlift.Invalid, "purchase.Fit",
			"the regularity k is %d: it must be 1 to %d, or 0 to choose by the data", opt.K, maxRegularity)
	}
	in := newRegularFit(rows)
	lowest, highest := 1, maxRegularity
	unknown := opt.LogGaps == 0 && in.repeats > 0
	switch {
	case opt.K > 0:
		lowest, highest = opt.K, opt.K
	case opt.Centre != nil:
		if c, ok := opt.Centre.(MBGCNBD); ok {
			lowest, highest = c.phases(), c.phases()
			unknown = false // the portfolio's fit has chosen
		}
	case opt.LogGaps == 0: // not known, or nobody ordered twice
		highest = 1
	}
	best, err := fitRegular(in, lowest, nil, opt)
	if err != nil {
		return Fitted{}, err
	}
	last := best
	for k := lowest + 1; k <= highest; k++ {
		m := last.Model.(MBGCNBD)
		if last, err = fitRegular(in, k, &m, opt); err != nil {
			return Fitted{}, err
		}
		if last.LogLikelihood > best.LogLikelihood+sameLikelihood {
			best = last
		}
	}
	if unknown {
		best.Flags = append(best.Flags, FlagGapsUnknown)
	}
	return best, nil
}

// regularFit is what the fits for several K share.
type regularFit struct {
	rows    []Counted
	scale   float64 // weeks of the unit of time
	rate    float64 // repeat orders in it
	repeats int     // repeat orders of all customers
}

func newRegularFit(rows []Counted) regularFit {
	in := regularFit{rows: rows, scale: timeScale(rows)}
	in.rate = orderRate(rows) * in.scale
	for _, c := range rows {
		in.repeats += c.X * c.N
	}
	return in
}

// fitRegular fits for one K; from, when not nil, is a fit for another K to start from as well.
func fitRegular(in regularFit, k int, from *MBGCNBD, opt Options) (Fitted, error) {
	d := newMBGCNBDData(in.rows, in.scale, k)
	rate := in.rate * float64(k)
	job := fitting.Search{
		F:      d.meanNegLL,
		Starts: geometricStarts(rate),
		Centre: []float64{0, -math.Log(rate), 0, math.Log(2)},
		SD:     opt.priorSD(d.n),
		N:      d.n,
		All:    true,
	}
	if from != nil {
		logs := from.logs(in.scale)
		logs[1] -= math.Log(float64(k) / float64(from.phases())) // as many orders from more events
		job.Starts = append(job.Starts, logs)
	}
	if opt.Centre != nil {
		c, ok := opt.Centre.(MBGCNBD)
		if !ok || c.phases() != k {
			return Fitted{}, wrongCentre(opt.Centre, (MBGCNBD{K: k}).Name()+" (of the same k)")
		}
		job.AlwaysPrior, job.Centre = true, c.logs(in.scale)
	}
	o, flags := job.Run()
	m := MBGCNBD{K: k, R: math.Exp(o.Theta[0]), Alpha: math.Exp(o.Theta[1]) * in.scale, A: math.Exp(o.Theta[2]), B: math.Exp(o.Theta[3])}
	fit := Fitted{Model: m, Stats: fitting.NewStats(m.free(), o, d.n, flags)}
	fit.LogLikelihood = m.LogLikelihood(in.rows) + float64(k-1)*opt.LogGaps
	fit.Rows = len(in.rows)
	return fit, nil
}

// logs are the logs of the parameters for times in units of scale weeks.
func (m MBGCNBD) logs(scale float64) []float64 {
	return []float64{math.Log(m.R), math.Log(m.Alpha / scale), math.Log(m.A), math.Log(m.B)}
}
