package scoring

import (
	"postlift"
	"postlift/accounts"
	"postlift/clv"
	"postlift/clv/spend"
)

// Assume joins the settings with what the imported costs say: a channel's own cost per acquired account, shrunk
// towards that of all channels where it won few, replaces the stated one. The costs used are noted in the
// metrics. A channel whose spend is negative is an Invalid fault.
func Assume(settings accounts.Settings, m *Metrics) (clv.Assumptions, error) {
	v := settings.Value
	costs, err := channelCosts(m.Channels)
	if err != nil {
		return clv.Assumptions{}, err
	}
	channels := withDefault(v.AcquisitionMinor)
	for i, c := range costs {
		minor := postlift.RoundMinor(c.Cost)
		channels[c.Name] = minor
		m.Channels[i].Cost, m.Channels[i].Flags = &postlift.Money{Minor: minor, Currency: settings.Currency}, c.Flags
	}
	return clv.Assumptions{
		HorizonMonths: v.HorizonMonths, DiscountRate: v.DiscountRate, DefaultMargin: v.DefaultMargin,
		DefaultRenewalRate: v.DefaultRenewalRate, OrderCostMinor: v.FulfilmentMinor, ContactMinorPerYear: v.ContactMinorYear,
		ServiceCostMinorPerMonth: withDefault(v.ServiceMinor), AcquisitionCostMinor: channels,
		WindowDays: settings.Mail.WindowDays,
	}, nil
}

// channelCosts gives the cost of an acquisition by each channel, in their order.
func channelCosts(channels []ChannelMetrics) ([]spend.ChannelCost, error) {
	list := make([]spend.Channel, len(channels))
	for i, c := range channels {
		list[i] = spend.Channel{Name: c.Channel, SpendMinor: c.Spend.Minor, Won: int(c.Won)}
	}
	return spend.ShrinkCAC(list)
}

// withDefault copies a cost table; the settings' "default" row is the engine's "".
func withDefault(costs map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for name, c := range costs {
		if name == "default" {
			name = ""
		}
		out[name] = c
	}
	return out
}
