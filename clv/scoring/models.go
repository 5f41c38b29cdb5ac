package scoring

import (
	"postlift/clv"
	"postlift/clv/backtest"
)

// fitModels fits the chosen models to what was gathered; bands are widened by the errors of past predictions.
func fitModels(g *gathered, choice Choice, tested *StoredBacktest, horizon int) (clv.Models, clv.PortfolioFit, error) {
	return clv.FitPortfolio(&g.portfolio, clv.Choice{Orders: choice.Model, K: choice.K, Levels: choice.Levels, Spend: choice.Spend, SpendLevels: choice.SpendLevels,
		Calibration: calibration(tested, horizon)})
}

// calibration is what a backtest says of the width of bands around values of so many months; without one, the
// stated default for totals. What errors of accounts were learned over a shorter time grow with it as those of
// totals do.
func calibration(b *StoredBacktest, horizonMonths int) clv.Calibration {
	if b == nil {
		return clv.Calibration{LogSDTotal: backtest.DefaultLogSD, LearnedFrom: []string{}}
	}
	c := b.Report.Calibration
	days := float64(horizonMonths) * clv.DaysPerMonth
	out := clv.Calibration{LogSDAccount: c.AccountLogSD, LogSDTotal: c.LogSDMoney(days), LearnedFrom: []string{}}
	if c.LogSDTotal > 0 {
		out.LogSDAccount *= c.LogSD(days) / c.LogSDTotal
	}
	for _, l := range c.LearnedFrom {
		out.LearnedFrom = append(out.LearnedFrom, l.Origin.String())
	}
	return out
}
