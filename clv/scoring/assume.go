package scoring

import (
	"postlift/accounts"
	"postlift/clv"
)

// Assume joins the settings with what the imported costs say: a channel's own cost per acquired account
// replaces the stated one.
func Assume(settings accounts.Settings, m Metrics) clv.Assumptions {
	v := settings.Value
	channels := withDefault(v.AcquisitionMinor)
	for _, c := range m.Channels {
		if c.CPA != nil {
			channels[c.Channel] = c.CPA.Minor
		}
	}
	return clv.Assumptions{
		HorizonMonths: v.HorizonMonths, DiscountRate: v.DiscountRate, DefaultMargin: v.DefaultMargin,
		DefaultRenewalRate: v.DefaultRenewalRate, OrderCostMinor: v.FulfilmentMinor, ContactMinorPerYear: v.ContactMinorYear,
		ServiceCostMinorPerMonth: withDefault(v.ServiceMinor), AcquisitionCostMinor: channels,
		WindowDays: settings.Mail.WindowDays,
	}
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
