package store

import (
	"context"
	"fmt"

	"postlift"
	"postlift/clv/scoring"
)

// ratesOn gives, for each currency with a rate on the day, the factor between minor units.
func (s *Store) ratesOn(ctx context.Context, day postlift.Date) (map[string]float64, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	var rows []exchangeRateRow
	if err := s.reader(ctx).Where("valid_from <= ?", day).Order("valid_from").Find(&rows).Error; err != nil {
		return nil, err
	}
	rates := map[string]float64{}
	for _, r := range rows {
		rates[r.Currency] = r.Rate * postlift.MinorFactor(settings.Currency) / postlift.MinorFactor(r.Currency)
	}
	rates[settings.Currency] = 1
	return rates, nil
}

// Metrics gives retention of buyers in the last twelve months and cost by channel.
func (s *Store) Metrics(ctx context.Context, asOf postlift.Date) (scoring.Metrics, error) {
	var m scoring.Metrics
	y1, y2 := asOf.AddMonths(-12), asOf.AddMonths(-24)
	row := s.read.QueryRowContext(ctx, s.bind("SELECT COUNT(*) FROM orders WHERE placed_on > ?"), asOf)
	if err := row.Scan(&m.FutureDocuments); err != nil {
		return m, fmt.Errorf("metrics: %w", err)
	}
	row = s.read.QueryRowContext(ctx, s.bind(`SELECT COUNT(*), COALESCE(SUM(again), 0) FROM (
  SELECT account_id, MAX(CASE WHEN placed_on > ? THEN 1 ELSE 0 END) AS again, MAX(CASE WHEN placed_on <= ? THEN 1 ELSE 0 END) AS before
  FROM orders WHERE doc_type = 'order' AND placed_on > ? AND placed_on <= ? AND net_minor + credited_minor > 0 GROUP BY account_id
) x WHERE before = 1`), y1, y1, y2, asOf)
	if err := row.Scan(&m.BuyersBefore, &m.BuyersAgain); err != nil {
		return m, fmt.Errorf("metrics: %w", err)
	}
	m.OrderRetention = ratio(m.BuyersAgain, m.BuyersBefore)
	var err error
	m.Channels, err = s.channelMetrics(ctx, asOf)
	return m, err
}

func (s *Store) channelMetrics(ctx context.Context, asOf postlift.Date) ([]scoring.ChannelMetrics, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	rates, err := s.ratesOn(ctx, asOf)
	if err != nil {
		return nil, err
	}
	var rows []channelCostRow
	if err := s.reader(ctx).Where("month <= ?", asOf).Order("channel, month").Find(&rows).Error; err != nil {
		return nil, err
	}
	var found []scoring.ChannelMetrics
	for _, r := range rows {
		rate, ok := rates[r.Currency]
		if !ok {
			continue
		}
		if len(found) == 0 || found[len(found)-1].Channel != r.Channel {
			found = append(found, scoring.ChannelMetrics{Channel: r.Channel, Spend: postlift.Money{Currency: settings.Currency}})
		}
		c := &found[len(found)-1]
		c.Spend.Minor += postlift.RoundMinor(float64(r.SpendMinor) * rate)
		c.Won += r.Won
		if r.Leads != nil {
			c.Leads = addTo(c.Leads, *r.Leads)
		}
	}
	for i := range found {
		c := &found[i]
		if c.Won > 0 {
			c.CPA = &postlift.Money{Minor: postlift.RoundMinor(float64(c.Spend.Minor) / float64(c.Won)), Currency: settings.Currency}
		}
		if c.Leads != nil {
			c.Conversion = ratio(c.Won, *c.Leads)
		}
	}
	return found, nil
}

// ratio is part of whole, or nil where there is no whole.
func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	r := float64(part) / float64(whole)
	return &r
}

func addTo(sum *int64, n int64) *int64 {
	if sum != nil {
		n += *sum
	}
	return &n
}
