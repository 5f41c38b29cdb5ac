package backtest

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift"
)

// Calibration is how wide past errors make the bands. A band of probability p around a predicted total is
//
//	predicted x exp(±z_p sqrt(model² + LogSD²)),
//
// where model is the standard deviation of the total's log by the model itself (chance, and what its
// parameters leave open) and LogSD that of the errors which the model did not expect: the mean square of
// log(actual/predicted) over past origins less the model's own variance, shrunk towards DefaultLogSD with
// the weight of one origin. Errors of shorter horizons count sqrt(horizon/length) times, as those
// of a level that drifts.
type Calibration struct {
	Model      string  `json:"model"`        // key of the candidate whose errors these are
	Horizon    Horizon `json:"horizon"`      // that it was learned for
	LogSDTotal float64 `json:"log_sd_total"` // for totals of order days
	LogSDValue float64 `json:"log_sd_value"` // for totals of value; the same default without values
	LogRMS     float64 `json:"log_rms"`      // plain root mean square of log(actual/predicted) of order days
	// AccountWidening is the split-conformal factor for accounts: the upper end of an account's 90 % interval
	// is multiplied and the lower one divided by it, so that past intervals would have covered 90 %. It is
	// learned on accounts whose interval reaches above zero, and at least 1.
	AccountWidening float64   `json:"account_widening"`
	AccountLogSD    float64   `json:"account_log_sd"` // AccountWidening as a standard deviation of logs
	Accounts        int       `json:"accounts"`       // that AccountWidening was learned on
	Origins         int       `json:"origins"`        // distinct past origins
	LearnedFrom     []Learned `json:"learned_from"`
	Flags           []string  `json:"flags"`
}

// Learned is one past error behind a calibration.
type Learned struct {
	Origin   postlift.Date `json:"origin"`
	Horizon  Horizon       `json:"horizon"`
	LogError float64       `json:"log_error"` // log(actual/predicted) of order days
}

const (
	// DefaultLogSD is the standard deviation of a total's log that is assumed where no past errors are known,
	// about what good models missed published holdouts by.
	DefaultLogSD = 0.15
	priorOrigins = 1.0 // weight of DefaultLogSD, in origins
	thinOrigins  = 3   // origins below which a calibration is flagged
	leastTotal   = 0.5 // added to totals before logs are taken
)

// LogSD is the standard deviation of the log of a total within days, beyond the model's own spread: that of
// the horizon it was learned for, growing with the square root of time behind it.
func (c Calibration) LogSD(days float64) float64 { return c.scaled(c.LogSDTotal, days) }

// LogSDMoney is LogSD for totals of value.
func (c Calibration) LogSDMoney(days float64) float64 { return c.scaled(c.LogSDValue, days) }

func (c Calibration) scaled(sd, days float64) float64 {
	if h := float64(c.Horizon.days()); h > 0 && days > h {
		return sd * math.Sqrt(days/h)
	}
	return sd
}

// surprise is how far one test's totals and accounts were from what a candidate predicted.
type surprise struct {
	test             Test
	predicted, value float64
	orderVar         float64 // variance of the log of the total by the model itself
	valueVar         float64
	beyond           []float64 // per account with an interval above zero: factor by which it was missed, at least 1
}

// logError is log(actual/predicted), kept finite where nothing happened.
func logError(actual, predicted float64) float64 {
	return math.Log((max(actual, 0) + leastTotal) / (max(predicted, 0) + leastTotal))
}

// calibrate learns from the tests that had ended by a day (none: all). Tests of the same horizon come first;
// where fewer than three origins have one, all horizons count.
func calibrate(model string, past []surprise, h Horizon, cut postlift.Date) Calibration {
	c := Calibration{Model: model, Horizon: h, AccountWidening: 1, LearnedFrom: []Learned{}, Flags: []string{}}
	used := ended(past, cut, func(s surprise) bool { return s.test.Horizon == h })
	if origins(used) < thinOrigins {
		used = ended(past, cut, func(surprise) bool { return true })
	}
	c.Origins = origins(used)
	if c.Origins < thinOrigins {
		c.Flags = append(c.Flags, FlagCalibrationThin)
	}
	for _, s := range used {
		c.LearnedFrom = append(c.LearnedFrom, Learned{s.test.Origin, s.test.Horizon, logError(s.test.Orders, s.predicted)})
	}
	days := float64(h.days())
	orders := func(s surprise) (float64, float64) { return logError(s.test.Orders, s.predicted), s.orderVar }
	values := func(s surprise) (float64, float64) { return logError(s.test.Value, s.value), s.valueVar }
	c.LogSDTotal, c.LogRMS = excess(used, days, orders)
	c.LogSDValue, _ = excess(used, days, values)
	c.widen(used)
	return c
}

// ended lists the tests that end by a day and that keep accepts.
func ended(past []surprise, cut postlift.Date, keep func(surprise) bool) []surprise {
	var out []surprise
	for _, s := range past {
		if (cut.IsZero() || s.test.End <= cut) && keep(s) {
			out = append(out, s)
		}
	}
	return out
}

// origins counts distinct origins.
func origins(past []surprise) int {
	seen := map[postlift.Date]bool{}
	for _, s := range past {
		seen[s.test.Origin] = true
	}
	return len(seen)
}

// excess gives the shrunk standard deviation of errors beyond the model's own, and their plain root mean
// square. Tests of one origin share its fit: each origin counts once.
func excess(past []surprise, days float64, of func(surprise) (e, variance float64)) (sd, rms float64) {
	weight := map[postlift.Date]float64{}
	for _, s := range past {
		weight[s.test.Origin]++
	}
	sum, square, n := 0.0, 0.0, float64(len(weight))
	for _, s := range past {
		e, v := of(s)
		grown := max(1, days/float64(max(s.test.Horizon.days(), 1))) / weight[s.test.Origin]
		sum += (e*e - v) * grown
		square += e * e * grown
	}
	prior := DefaultLogSD * DefaultLogSD * priorOrigins
	return math.Sqrt((max(sum, 0) + prior) / (n + priorOrigins)), math.Sqrt(ratio(square, n))
}

// widen finds the conformal factor of accounts: the least that would have covered what its level promises,
// with the correction of one for the account to come.
func (c *Calibration) widen(past []surprise) {
	var all []float64
	for _, s := range past {
		all = append(all, s.beyond...)
	}
	c.Accounts = len(all)
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	k := int(math.Ceil(levels[conformalLevel] * float64(len(all)+1)))
	c.AccountWidening = max(1, all[min(k, len(all))-1])
	c.AccountLogSD = math.Log(c.AccountWidening) / normalQuantile((1+levels[conformalLevel])/2)
}

// missed is the factor by which an interval of an account has to be widened to hold n; 1 where it does.
func missed(n, low, high int32) float64 {
	up := (float64(n) + leastTotal) / (float64(high) + leastTotal)
	down := (float64(low) + leastTotal) / (float64(n) + leastTotal)
	return max(1, up, down)
}

func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// Band is a central interval of a total.
type Band struct {
	Level float64 `json:"level"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Width float64 `json:"width"` // by the predicted total
}

// band is the interval of a probability around a total whose log has a standard deviation.
func band(predicted, logSD, level float64) Band {
	z := normalQuantile((1 + level) / 2)
	b := Band{Level: level, Low: predicted * math.Exp(-z*logSD), High: predicted * math.Exp(z*logSD)}
	b.Width = ratio(b.High-b.Low, predicted)
	return b
}

// holds tells whether an actual total lies within the band.
func (b Band) holds(actual float64) bool { return b.Low <= actual && actual <= b.High }
