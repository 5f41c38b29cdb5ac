package responses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// inWaves makes a reading of n groups in four waves, 14 days apart, of which so many were posted. Every day each group
// has a margin of 100, and one more effect on every day since its wave arrived.
func inWaves(n, posted int, asOf postlift.Date, effect float64) Reading {
	rng := rand.New(rand.NewPCG(uint64(n), 4))
	run := MeasuredRun{ID: 1, Campaign: "Spring", Currency: "EUR", PostedOn: inHome, InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120,
		Design: RunDesign{PlanDesign: campaigns.PlanDesign{Design: campaigns.DesignWaves, Waves: 4}, WaveDays: 14}}
	for w := range posted {
		run.Design.Posted = append(run.Design.Posted, Posting{Wave: w + 1, InHomeOn: inHome.AddDays(14 * w)})
	}
	l := NewRunLedger(run, asOf, .3)
	for i := range n {
		key, wave := fmt.Sprint(i), i%4+1
		own := math.Exp(rng.NormFloat64())
		l.AddGroup(GroupRow{Key: key, Treated: true, Propensity: 1, Accounts: 1, PreMinor: own * 1000, Wave: wave, PlannedGainMinor: 500, Stratum: "01|*"})
		for day := range 60 {
			margin := 100 * own * rng.Float64()
			if day >= 14*(wave-1) && wave <= posted {
				margin += effect
			}
			l.AddDay(DayRow{Key: key, On: inHome.AddDays(day), Net: margin * 3, Margin: margin, Orders: 1})
		}
	}
	return Reading{Run: run, AsOf: asOf, DataOn: asOf, Ledger: l, Pieces: PieceFunnel{Planned: n, Mailed: n * posted / 4, Printed: n * posted / 4}}
}

// Waves are read period by period: 14 days of an effect of 50 a day are 700 a group, whatever came of the letter
// later. Arms are the waves, and there is no curve that would compare the mailed with the mailed.
func TestWavesAreReadAsWaves(t *testing.T) {
	in := inWaves(800, 4, inHome.AddDays(60), 50)
	u := measured(t, in)
	if u.Verdict != Works || u.Estimator != experiment.PrimaryWaves || u.Reason != "" || len(u.Flags) != 0 {
		t.Fatalf("%s %s %s %v: %s", u.Verdict, u.Reason, u.Estimator, u.Flags, u.Sentence.EN)
	}
	d := u.Designed.PerGroup
	if d.Low.Minor > 700 || d.High.Minor < 700 || d.High.Minor-d.Low.Minor > 200 {
		t.Errorf("a group gains %+v, want 700", d)
	}
	if u.Gain.Value.Minor < 790*d.Value.Minor || u.Cost.Actual.Minor != 800*120 || u.Net.Value.Minor != u.Gain.Value.Minor-u.Cost.Actual.Minor {
		t.Errorf("gain %+v, net %+v, cost %+v", u.Gain, u.Net, u.Cost)
	}
	if len(u.Arms) != 4 || u.Arms[2].Name != ArmWave || u.Arms[2].Groups != 200 || u.Arms[2].InHomeOn != inHome.AddDays(28) || len(u.Curve) != 0 {
		t.Errorf("arms %+v, curve of %d days", u.Arms, len(u.Curve))
	}
	if u.WindowEndsOn != inHome.AddDays(41) || u.Design.ControlGroups != 200 || u.Design.HoldoutShare != 0 || u.Welch != nil || u.CUPED != nil || u.Relative != nil {
		t.Errorf("ends on %s, design %+v", u.WindowEndsOn, u.Design)
	}
	if u.PrePeriod == nil || u.PrePeriod.P < .001 || !u.SampleRatio.Groups.OK || !strings.Contains(fmt.Sprint(u.Notes), "first 14 days") {
		t.Errorf("before %+v, ratio %+v, notes %v", u.PrePeriod, u.SampleRatio, u.Notes)
	}
	if !strings.Contains(u.Method.DE, "noch nicht angeschriebenen") || strings.Contains(u.Sentence.EN+u.Sentence.DE, "%!") {
		t.Errorf("%s\n%s", u.Method.DE, u.Sentence.DE)
	}
}

// Before the first period is over nothing is told; after it, so much as is over, as an interim reading; a campaign
// cancelled after two waves is final once the second one's days are over.
func TestWavesOnTheWay(t *testing.T) {
	u := measured(t, inWaves(400, 1, inHome.AddDays(12), 50))
	if u.Net != nil || u.Verdict != NoProof || u.Reason != WavesRunning || !strings.Contains(u.Sentence.EN, inHome.AddDays(13).Format("en")) || !strings.Contains(u.Sentence.DE, "300 Kunden warten") {
		t.Errorf("on day 12: %s %s %+v: %s", u.Verdict, u.Reason, u.Net, u.Sentence)
	}
	in := inWaves(400, 2, inHome.AddDays(20), 50)
	u = measured(t, in)
	if u.Net == nil || u.Flags[0] != Interim || u.Arms[3].InHomeOn != 0 || !strings.Contains(u.Sentence.EN, "2 of 4 waves") || u.Gain.Value.Minor/200 < 600 || u.Gain.Value.Minor/200 > 800 {
		t.Errorf("on day 20: %v %+v: %s", u.Flags, u.Gain, u.Sentence.EN)
	}
	in = inWaves(400, 2, inHome.AddDays(90), 50)
	if u = measured(t, in); u.Flags[0] != Interim {
		t.Errorf("two of four waves are posted, more may come: flags %v", u.Flags)
	}
	in.Run.Design.Ended = true
	in.Ledger = inWaves(400, 2, inHome.AddDays(90), 50).Ledger
	if u = measured(t, in); strings.Contains(fmt.Sprint(u.Flags), Interim) || u.WindowEndsOn != inHome.AddDays(27) || !strings.Contains(fmt.Sprint(u.Notes), "cancelled between waves") {
		t.Errorf("cancelled: %v, to %s", u.Flags, u.WindowEndsOn)
	}
	if u.Design.ControlGroups != 200 {
		t.Errorf("%d groups were never mailed, want 200", u.Design.ControlGroups)
	}
}

// A wave that arrived before the one drawn before it cannot be compared, and lost groups of one wave alarm.
func TestWavesThatCannotBeRead(t *testing.T) {
	in := inWaves(400, 4, inHome.AddDays(60), 50)
	in.Run.Design.Posted[2].InHomeOn = inHome.AddDays(7)
	if u := measured(t, in); u.Verdict != Withheld || u.Reason != WavesUnordered || u.Net != nil {
		t.Errorf("%s %s", u.Verdict, u.Reason)
	}
	in = inWaves(400, 4, inHome.AddDays(60), 50)
	for i, w := range in.Ledger.waves {
		if w == 2 && i%8 == 1 {
			in.Ledger.waves[i] = 3
		}
	}
	if u := measured(t, in); u.Reason != BrokenRatio || u.Net != nil {
		t.Errorf("half of a wave is gone: %s, %+v", u.Reason, u.SampleRatio)
	}
	same := inWaves(400, 4, inHome.AddDays(60), 50)
	same.Ledger = NewRunLedger(same.Run, same.AsOf, .3)
	for i := range 400 {
		same.Ledger.AddGroup(GroupRow{Key: fmt.Sprint(i), Treated: true, Propensity: 1, Accounts: 1, Wave: i%4 + 1})
	}
	if u := measured(t, same); u.Reason != experiment.ConstantOutcome {
		t.Errorf("nobody ordered: %s", u.Reason)
	}
}
