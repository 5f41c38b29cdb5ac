package responses

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"postlift"
)

// keptStore keeps readings by run.
type keptStore struct {
	Store
	runs []int64
	docs [][]byte
}

func (k *keptStore) KeptReadings(_ context.Context, _ int64, _ postlift.Date, take func(int64, []byte) error) error {
	for i, run := range k.runs {
		if err := take(run, k.docs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (k *keptStore) keep(t *testing.T, run int64, u Uplift) {
	t.Helper()
	raw, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	k.runs, k.docs = append(k.runs, run), append(k.docs, raw)
}

func renewed(value, half float64, few bool) *ShareOutcome {
	return &ShareOutcome{Difference: &Interval{Value: value, Low: value - half, High: value + half}, Few: few}
}

// Of each run the latest outcomes count, the newest run stands first, and only trusted differences are put together.
func TestMailOnRetention(t *testing.T) {
	day := postlift.MustDate
	k := &keptStore{}
	curve := &SurvivalOutcome{Difference: &Interval{Value: 2}, Arms: []SurvivalArm{{Name: ArmAssigned, Curve: []SurvivalPoint{{Day: 1, Share: 1}}}}}
	k.keep(t, 1, Uplift{RunID: "run_1", InHomeOn: day("2025-01-10"), Outcomes: &Outcomes{Day: 180, Renewal: renewed(.04, .0196, false), Retention: curve}})
	k.keep(t, 1, Uplift{RunID: "run_1", InHomeOn: day("2025-01-10"), Outcomes: &Outcomes{Day: 30, Renewal: renewed(.5, .1, false)}})
	k.keep(t, 2, Uplift{RunID: "run_2", InHomeOn: day("2025-06-10"), Outcomes: &Outcomes{Day: 90, Renewal: renewed(.02, .0196, false)}})
	k.keep(t, 3, Uplift{RunID: "run_3", InHomeOn: day("2025-08-10"), Outcomes: &Outcomes{Day: 90, Renewal: renewed(.9, .01, true)}})
	k.keep(t, 4, Uplift{RunID: "run_4", InHomeOn: day("2025-09-10"), Outcomes: &Outcomes{Day: 90, Reason: OutcomeWaves}})
	k.keep(t, 5, Uplift{RunID: "run_5", InHomeOn: day("2025-10-10")})
	s := Service{store: k}
	m, err := s.MailOnRetention(context.Background(), day("2026-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Runs) != 4 || m.Runs[0].RunID != "run_4" || m.Runs[3].Day != 180 || m.Runs[3].Retention.Arms[0].Curve != nil {
		t.Errorf("%+v", m.Runs)
	}
	if m.Pooled != 2 || m.Renewal == nil {
		t.Fatalf("%d runs pooled: %+v", m.Pooled, m.Renewal)
	}
	// Equally precise estimates have their mean in common, whatever their spread; it is no surer than the two together.
	if math.Abs(m.Renewal.Value-.03) > 1e-9 || m.Renewal.High-m.Renewal.Value < 1.96*.01/math.Sqrt2 || m.Renewal.Low > m.Renewal.Value {
		t.Errorf("%+v", m.Renewal)
	}
	k.docs[0] = []byte("{")
	if _, err := s.MailOnRetention(context.Background(), day("2026-01-01")); err == nil {
		t.Error("a broken reading is taken")
	}
}
