package spend

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// Channel is what was spent on a way of winning accounts, and how many it won.
type Channel struct {
	Name       string
	SpendMinor int64
	Won        int
}

// ChannelCost is the cost of winning an account by one channel.
type ChannelCost struct {
	Name  string
	Won   int
	Raw   float64 // spend by won, minor units; 0 where none was won
	Cost  float64 // shrunk towards the pooled cost, minor units
	Own   float64 // share of Cost, 0 to 1, that is the channel's own experience
	Flags []string
}

// Flags of a channel's cost.
const (
	FlagChannelFree   = "channel_free" // nothing was spent: its cost is 0 and tells nothing of others
	FlagChannelNoWins = "channel_no_wins"
	FlagChannelFew    = "channel_few_wins" // most of the cost is the pooled one
)

// ShrinkCAC shrinks the cost of acquisition of each channel towards the pooled one by empirical Bayes. Accounts
// won are Poisson with a rate per unit of spend that is Gamma over channels (a, a times the pooled cost), so
// the cost is (a pooled + spend)/(a + won): a channel with few wins takes most from the others, one that won
// nothing is dear but not infinitely so. a, worth so many wins, is the likeliest for these channels under a
// weak prior around 5. Negative figures are an Invalid fault; channels come back in their order.
func ShrinkCAC(channels []Channel) ([]ChannelCost, error) {
	var spend, won float64
	var paid []Channel
	for _, c := range channels {
		if c.SpendMinor < 0 || c.Won < 0 {
			return nil, postlift.Faultf(postlift.Invalid, "spend.ShrinkCAC",
				"channel %q spent %d and won %d: neither can be negative; book refunds against the month they belong to", c.Name, c.SpendMinor, c.Won)
		}
		if c.SpendMinor > 0 {
			spend, won, paid = spend+float64(c.SpendMinor), won+float64(c.Won), append(paid, c)
		}
	}
	pooled := spend / max(won, 0.5) // without any win, half of one: the cost is at least about twice the spend
	strength := channelStrength(paid, pooled)
	out := make([]ChannelCost, 0, len(channels))
	for _, c := range channels {
		out = append(out, shrinkChannel(c, pooled, strength))
	}
	return out, nil
}

func shrinkChannel(c Channel, pooled, strength float64) ChannelCost {
	spent, won := float64(c.SpendMinor), float64(c.Won)
	out := ChannelCost{Name: c.Name, Won: c.Won}
	if c.Won > 0 {
		out.Raw = spent / won
	}
	if c.SpendMinor == 0 {
		out.Own, out.Flags = 1, []string{FlagChannelFree}
		return out
	}
	out.Cost = (strength*pooled + spent) / (strength + won)
	out.Own = won / (strength + won)
	switch {
	case c.Won == 0:
		out.Flags = []string{FlagChannelNoWins}
	case out.Own < 0.5:
		out.Flags = []string{FlagChannelFew}
	}
	return out
}

// Prior of the strength: a channel's cost is worth about five wins, from a quarter to a hundred.
const (
	strengthCentre = 5.0
	strengthSD     = 1.5
)

// channelStrength maximises the likelihood of the wins over a, with the prior.
func channelStrength(paid []Channel, pooled float64) float64 {
	centre := []float64{math.Log(strengthCentre)}
	f := fitting.WithPrior(channelObjective(paid, pooled), centre, strengthSD, 1)
	return math.Exp(fitting.Minimise(f, [][]float64{centre, {0}, {4}}, false).Theta[0])
}

// channelObjective is the negative log-likelihood of the wins, negative binomial, at log a. With the expected
// wins e = spend/pooled a channel brings log G(a+w) - log G(a) + a log(a/(a+e)) + w log(e/(a+e)).
func channelObjective(paid []Channel, pooled float64) fitting.Objective {
	return func(theta, grad []float64) float64 {
		a := math.Exp(theta[0])
		var v, g float64
		for _, c := range paid {
			w, e := float64(c.Won), float64(c.SpendMinor)/pooled
			v -= fitting.LgammaRatio(a, w) - a*math.Log1p(e/a) - w*math.Log(a+e) // w log e is constant
			g -= fitting.PsiDiff(a, w) - math.Log1p(e/a) + (e-w)/(a+e)
		}
		if grad != nil {
			grad[0] = g * a
		}
		return v
	}
}
