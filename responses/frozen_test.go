package responses

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// kept is a store that knows frozen readings and nothing else.
type kept struct {
	Store
	readings []FrozenReading
}

func (k kept) FrozenReadings(context.Context, int64) ([]FrozenReading, error) { return k.readings, nil }

// A result that was withheld stays withheld with all its figures: outcomes of a later reading do not stand in for them.
func TestWithheldStaysWithoutLaterFigures(t *testing.T) {
	freeze := func(day int, u Uplift) FrozenReading {
		raw, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(raw)
		return FrozenReading{RunID: 1, Day: day, DueOn: inHome.AddDays(max(day, 90)), Report: raw, SHA256: hex.EncodeToString(sum[:])}
	}
	withheld := Uplift{Currency: "EUR", Verdict: Withheld, Reason: BrokenRatio, Outcomes: &Outcomes{Day: 90, Reason: BrokenRatio}}
	later := Uplift{Currency: "EUR", Verdict: Works, Outcomes: &Outcomes{Day: 180, Money: &MoneyOutcome{}}}
	s := &Service{store: kept{readings: []FrozenReading{freeze(PrimaryReading, withheld), freeze(180, later)}}}
	in := Reading{Run: MeasuredRun{ID: 1, InHomeOn: inHome, WindowDays: 90}, AsOf: inHome.AddDays(200)}
	u, err := s.asFrozen(context.Background(), in, later)
	if err != nil || u.Verdict != Withheld || u.Outcomes == nil || u.Outcomes.Money != nil || u.Outcomes.Reason != BrokenRatio {
		t.Errorf("%s with outcomes %+v, %v", u.Verdict, u.Outcomes, err)
	}
	works := Uplift{Currency: "EUR", Verdict: Works, Outcomes: &Outcomes{Day: 90}}
	s = &Service{store: kept{readings: []FrozenReading{freeze(PrimaryReading, works), freeze(180, later)}}}
	if u, err = s.asFrozen(context.Background(), in, later); err != nil || u.Outcomes.Day != 180 {
		t.Errorf("outcomes %+v, %v", u.Outcomes, err)
	}
}
