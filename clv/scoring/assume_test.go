package scoring

import (
	"slices"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/clv/spend"
)

// TestAssumeShrinksChannels: a channel with many wins keeps its own cost, one with a single lucky win takes most
// from the others, and the metrics say what was used.
func TestAssumeShrinksChannels(t *testing.T) {
	eur := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: "EUR"} }
	m := Metrics{Channels: []ChannelMetrics{
		{Channel: "fair", Spend: eur(40_000_000), Won: 400},
		{Channel: "field", Spend: eur(36_000_000), Won: 300},
		{Channel: "lucky", Spend: eur(10_000), Won: 1},
	}}
	a, err := Assume(accounts.DefaultSettings(), &m)
	if err != nil {
		t.Fatal(err)
	}
	if c := a.AcquisitionCostMinor["fair"]; c < 99_000 || c > 102_000 {
		t.Errorf("400 wins at 100,000 each cost %d", c)
	}
	if c := a.AcquisitionCostMinor["lucky"]; c < 50_000 || c > 110_000 {
		t.Errorf("one win at 10,000 beside others at about 108,000 costs %d: want most of theirs", c)
	}
	if l := m.Channels[2]; l.Cost == nil || l.Cost.Minor != a.AcquisitionCostMinor["lucky"] || !slices.Contains(l.Flags, spend.FlagChannelFew) {
		t.Errorf("metrics %+v do not tell the cost used", l)
	}
	m.Channels[0].Spend.Minor = -1
	if _, err := Assume(accounts.DefaultSettings(), &m); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a negative spend: %v, want an Invalid fault", err)
	}
}
