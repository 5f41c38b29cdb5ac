package lift

import (
	"math"
)

// Traits are what the lift of an account may depend on.
type Traits struct {
	Segment          string
	MailAffinity     float64 // share of its orders that followed letters, 0 to 1; .5 where unknown
	FrequencyRank    float64 // rank by number of orders over all accounts, 0 (fewest) to 1 (most)
	PAlive           float64 // probability that it is still a customer, 0 to 1
	MonthsSincePiece float64 // since its last letter; never mailed: NeverMailed
}

// NeverMailed stands for the months since the last piece of an account without any; longer times count
// as this.
const NeverMailed = 24.0

// The traits that every model has, in this order, behind which its segments stand.
const (
	FeatureAverage   = "average"
	FeatureAffinity  = "mail_affinity"
	FeatureFrequency = "frequency_rank"
	FeatureAlive     = "p_alive"
	FeatureMonths    = "months_since_piece"
	FeatureSegment   = "segment"
)

// Feature is one coefficient of the model: theta_j ~ N(PriorMean, PriorSD²) before any campaign.
type Feature struct {
	Code      string  `json:"code"`
	Segment   string  `json:"segment,omitzero"` // of code segment
	Centre    float64 `json:"centre"`           // taken off the trait; a segment's share, so that dummies are centred
	PriorMean float64 `json:"prior_mean"`
	PriorSD   float64 `json:"prior_sd"`
}

// value is the centred trait: rates around their centre, months in years.
func (f Feature) value(t *Traits) float64 {
	switch f.Code {
	case FeatureAverage:
		return 1
	case FeatureAffinity:
		return clamp(t.MailAffinity, 0, 1, f.Centre) - f.Centre
	case FeatureFrequency:
		return clamp(t.FrequencyRank, 0, 1, f.Centre) - f.Centre
	case FeatureAlive:
		return clamp(t.PAlive, 0, 1, f.Centre) - f.Centre
	case FeatureMonths:
		return (clamp(t.MonthsSincePiece, 0, NeverMailed, f.Centre) - f.Centre) / 12
	case FeatureSegment:
		if t.Segment == f.Segment {
			return 1 - f.Centre
		}
		return -f.Centre
	}
	return 0
}

// clamp keeps a trait within its range; NaN (unknown) stands at the centre and so adds nothing.
func clamp(v, low, high, centre float64) float64 {
	if math.IsNaN(v) {
		return centre
	}
	return min(max(v, low), high)
}
