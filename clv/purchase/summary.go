package purchase

import (
	"math"

	"postlift"
)

// DaysPerWeek converts days to the models' unit of time.
const DaysPerWeek = 7.0

// Summary is what the order models need to know of one customer. Times are weeks since the first
// order; M is in the unit of the log's value column.
type Summary struct {
	ID string
	X  int     // repeat order days
	TX float64 // age at the last order, weeks
	T  float64 // age at the observation date, weeks
	M  float64 // mean value of the repeat order days; 0 when X is 0 or no values are known
	// LogGaps is the sum of the logs of the times between order days, weeks; 0 where only the summary is known.
	LogGaps float64
	// LogMean and LogSS are the mean of the logs of the repeat order days' positive values and the sum of
	// squared deviations from it. Both are 0 where X is 0 or a value is not positive, so that no log exists.
	LogMean, LogSS float64
}

// Counted is one distinct history (X, TX, T) with the number of customers that share it. A likelihood
// over counted rows equals the one over customers, at a fraction of the work.
type Counted struct {
	X     int
	TX, T float64 // weeks
	N     int
}

// Compress counts equal histories of a list of summaries.
func Compress(sums []Summary) ([]Counted, error) {
	var t Tally
	for _, s := range sums {
		if err := t.Add(s.X, s.TX, s.T); err != nil {
			return nil, postlift.Wrap("purchase.Compress", "customer "+s.ID+": "+postlift.UserText(err), err)
		}
	}
	return t.Counted(), nil
}

// roundingSlack is how far t_x may exceed T in a file whose weeks were rounded to two decimals.
const roundingSlack = 0.011

// BadHistory says what is wrong with a history, or "".
func BadHistory(x int, tx, age float64) string {
	switch {
	case x < 0:
		return "x (repeat orders) must not be negative"
	case math.IsNaN(tx) || math.IsInf(tx, 0) || tx < 0:
		return "t_x (age at last order) must be a number from 0"
	case math.IsNaN(age) || math.IsInf(age, 0) || age < 0:
		return "T (age) must be a number from 0"
	case tx > age+roundingSlack:
		return "t_x (age at last order) must not exceed T (age)"
	case x > 0 && tx == 0:
		return "t_x must be above 0 where x is above 0: a repeat order comes after the first one"
	case x == 0 && tx > 0:
		return "t_x must be 0 where x is 0: without a repeat order the last order is the first"
	}
	return ""
}
