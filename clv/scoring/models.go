package scoring

import (
	"postlift/clv"
	"postlift/clv/backtest"
)

// fitModels fits the chosen models to what was gathered; bands are widened by the errors of past predictions.
func fitModels(g *gathered, choice Choice, tested *StoredBacktest) (clv.Models, clv.PortfolioFit, error) {
	return clv.FitPortfolio(&g.portfolio, clv.Choice{Orders: choice.Model, K: choice.K, Spend: choice.Spend,
		Calibration: calibration(tested)})
}

// calibration is what a backtest says of the width of bands; without one, the stated default for totals.
func calibration(b *StoredBacktest) clv.Calibration {
	if b == nil {
		return clv.Calibration{LogSDTotal: backtest.DefaultLogSD, LearnedFrom: []string{}}
	}
	c := b.Report.Calibration
	out := clv.Calibration{LogSDAccount: c.AccountLogSD, LogSDTotal: c.LogSDTotal, LearnedFrom: []string{}}
	for _, l := range c.LearnedFrom {
		out.LearnedFrom = append(out.LearnedFrom, l.Origin.String())
	}
	return out
}
