package clv_test

import (
	"testing"

	"postlift"
	"postlift/clv"
)

// TestRate compares with the Wilson interval of 8 in 10 as printed in the statistics literature
// (0.490, 0.943; Agresti and Coull, The American Statistician 52, 1998, formula 2).
func TestRate(t *testing.T) {
	r := clv.NewRate(8, 10)
	within(t, "low", r.Low, .4901625, 1e-6)
	within(t, "high", r.High, .9433178, 1e-6)
	if z := clv.NewRate(0, 0); z != (clv.Rate{}) {
		t.Errorf("nothing of nothing: %+v", z)
	}
}

func TestRenewalByYear(t *testing.T) {
	d := postlift.MustDate
	got := clv.RenewalByYear([]clv.Opportunity{
		{d("2023-12-31"), true}, {d("2024-01-01"), true}, {d("2024-05-01"), false}, {d("2025-02-01"), true}, {d("2025-03-02"), false},
	}, d("2025-03-01"))
	if len(got) != 3 || got[1].Kept != 1 || got[1].Of != 2 || !got[1].Complete || got[2].Of != 1 || got[2].Complete {
		t.Errorf("%+v", got)
	}
}

func TestOrderRetention(t *testing.T) {
	got := clv.OrderRetention([]clv.AccountYear{
		{1, 2022}, {1, 2023}, {1, 2024}, {2, 2022}, {2, 2024}, {3, 2023}, {3, 2024}, {3, 2024}, {4, 2025},
	}, postlift.MustDate("2024-11-30"))
	if len(got) != 2 || got[0].Year != 2022 || got[0].Kept != 1 || got[0].Of != 2 || !got[0].Complete ||
		got[1].Kept != 2 || got[1].Of != 2 || got[1].Complete {
		t.Errorf("%+v", got)
	}
}

func TestAcquisition(t *testing.T) {
	channels, total := clv.Acquisition([]clv.ChannelCost{
		{"fair", 100_000, 4, 80}, {"fair", 50_000, 1, -1}, {"mail", 30_000, 0, 10}, {"web", 1_000, 3, 2},
	})
	if len(channels) != 3 || *channels[0].CPAMinor != 30_000 || channels[0].Conversion.Share != .05 {
		t.Errorf("fair: %+v", channels[0])
	}
	if channels[1].CPAMinor != nil || channels[1].Conversion.Share != 0 {
		t.Errorf("mail won nothing: %+v", channels[1])
	}
	if channels[2].Conversion != nil {
		t.Errorf("web won more than its leads: %+v", channels[2])
	}
	if total.SpendMinor != 181_000 || total.Won != 8 || *total.CPAMinor != 22_625 {
		t.Errorf("total %+v", total)
	}
}
