package scoring

import (
	"postlift"
	"postlift/clv"
)

// Ranking holds the limits by which a run sorts accounts.
type Ranking struct{}

func (r Ranking) rank(h *History, in *clv.AccountInput, v *clv.Value, asOf postlift.Date) (rfm, stage string) {
	return "", ""
}

// ranks collects, over all accounts, what the limits are drawn from.
type ranks struct{}

func (r *ranks) add(h *History, asOf postlift.Date) {}
func (r *ranks) limits() Ranking                    { return Ranking{} }
