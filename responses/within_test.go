package responses

import (
	"context"
	"fmt"
	"math"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
)

// mailed is a store of measured runs with the same groups and orders; a run named waves is drawn in waves.
type mailed struct {
	Store
	runs []string
}

func (m mailed) Settings(context.Context) (accounts.Settings, error) {
	s := accounts.DefaultSettings()
	s.Currency = "EUR"
	return s, nil
}

func (m mailed) RunsWithin(context.Context, postlift.Date, postlift.Date) ([]string, error) {
	return m.runs, nil
}

func (m mailed) MeasuredRun(_ context.Context, uid string) (MeasuredRun, error) {
	run := MeasuredRun{ID: int64(len(uid)), UID: uid, Campaign: uid, Currency: "EUR", PostedOn: inHome.AddDays(-3), InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 100}
	if uid == OtherCurrency {
		run.Currency = "CHF"
	}
	if uid == WavesApart {
		run.Design.PlanDesign = campaigns.PlanDesign{Design: campaigns.DesignWaves, Waves: 2}
	}
	return run, nil
}

func (m mailed) RunGroups(_ context.Context, _ int64, each func(GroupRow) error) error {
	for i := range 40 {
		if err := each(GroupRow{Key: fmt.Sprint(i), Treated: i%2 == 0, Propensity: .5, Accounts: 1, PreMinor: float64(i * i % 37)}); err != nil {
			return err
		}
	}
	return nil
}

func (m mailed) RunDays(_ context.Context, _ MeasuredRun, from, until postlift.Date, each func(DayRow) error) error {
	for i := range 40 {
		for _, day := range []int{5, 60} {
			on := inHome.AddDays(day + i%7)
			margin := float64(1000 + 700*(i*13%11) + 900*(1-i%2))
			if on >= from && on <= until {
				if err := each(DayRow{Key: fmt.Sprint(i), On: on, Net: 2 * margin, Margin: margin, Orders: 1}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m mailed) RunContracts(context.Context, int64, postlift.Date, postlift.Date, func(ContractRow) error) error {
	return nil
}
func (m mailed) RatesOn(context.Context, string, postlift.Date) (map[string]float64, error) {
	return nil, nil
}
func (m mailed) RunPieces(context.Context, int64) (PieceFunnel, error) {
	return PieceFunnel{Printed: 20}, nil
}
func (m mailed) RunAnswers(context.Context, MeasuredRun, postlift.Date) (Answers, error) {
	return Answers{}, nil
}
func (m mailed) RunCredits(context.Context, int64, postlift.Date) (CreditTotals, error) {
	return CreditTotals{}, nil
}
func (m mailed) LatestOrder(_ context.Context, until postlift.Date) (postlift.Date, error) {
	return until, nil
}
func (m mailed) OtherLetters(_ context.Context, run MeasuredRun, _, _ postlift.Date) (mail [2]OtherMail, err error) {
	if run.UID == "overlapped" {
		mail[1].Letters = 3
	}
	return mail, nil
}

// What letters brought within a whole window is the run's own gain with its interval; two halves of it add up to it, two
// runs are twice as much with variances added, and a run in waves is named instead of guessed.
func TestMailBetween(t *testing.T) {
	between := func(from, until postlift.Date, runs ...string) MailPart {
		s := &Service{store: mailed{runs: runs}}
		part, err := s.MailBetween(context.Background(), from, until)
		if err != nil {
			t.Fatal(err)
		}
		return part
	}
	in := Reading{AsOf: inHome.AddDays(200), DataOn: inHome.AddDays(200), Quick: true}
	store := mailed{}
	in.Run, _ = store.MeasuredRun(context.Background(), "one")
	s := &Service{store: store}
	in.Ledger = NewRunLedger(in.Run, in.AsOf, .3)
	if err := s.fill(context.Background(), &in, inHome, in.Run.EndsOn()); err != nil {
		t.Fatal(err)
	}
	u, err := Measure(in)
	if err != nil || u.Gain == nil {
		t.Fatal(u.Verdict, err)
	}
	whole := between(inHome.AddDays(-10), inHome.AddDays(200), "one")
	if whole.Runs != 1 || *whole.Gain != *u.Gain || whole.Cost.Minor != 2000 {
		t.Errorf("a whole window: %+v, the report says %+v", whole, u.Gain)
	}
	first, second := between(inHome, inHome.AddDays(40), "one"), between(inHome.AddDays(41), inHome.AddDays(200), "one")
	if sum := first.Gain.Value.Minor + second.Gain.Value.Minor; math.Abs(float64(sum-whole.Gain.Value.Minor)) > float64(whole.Gain.Value.Minor)/5 || second.Cost.Minor != 0 {
		t.Errorf("halves of %d and %d, the whole is %d", first.Gain.Value.Minor, second.Gain.Value.Minor, whole.Gain.Value.Minor)
	}
	two := between(inHome, inHome.AddDays(200), "one", "two", WavesApart)
	width := func(g *MoneyInterval) float64 { return float64(g.High.Minor - g.Low.Minor) }
	if two.Runs != 2 || two.Gain.Value.Minor != 2*whole.Gain.Value.Minor || len(two.Left) != 1 || !(width(two.Gain) > width(whole.Gain) && width(two.Gain) < 1.45*width(whole.Gain)) {
		t.Errorf("two runs: %+v, one: %+v", two, whole)
	}
	if mixed := between(inHome, inHome.AddDays(200), "one", OtherCurrency); *mixed.Gain != *whole.Gain || mixed.Cost != whole.Cost || len(mixed.Left) != 1 || mixed.Left[0].Reason != OtherCurrency {
		t.Errorf("a run in another currency: %+v", mixed)
	}
	if both := between(inHome, inHome.AddDays(200), "one", "overlapped"); whole.Overlap != 0 || both.Overlap != 1 || both.Runs != 2 {
		t.Errorf("overlapping runs: %d of %d, alone %d", both.Overlap, both.Runs, whole.Overlap)
	}
	if none := between(inHome, inHome.AddDays(9), WavesApart); none.Gain != nil || none.Runs != 0 {
		t.Errorf("waves alone: %+v", none)
	}
}
