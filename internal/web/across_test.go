package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// programmeShelf has a programme test that runs, one that has not begun, and three campaigns.
type programmeShelf struct{}

func shelfMoney(major float64) postlift.Money { return postlift.FromMajor(major, "EUR") }

func shelfInterval(v, half float64) *responses.MoneyInterval {
	return &responses.MoneyInterval{Value: shelfMoney(v), Low: shelfMoney(v - half), High: shelfMoney(v + half), Low80: shelfMoney(v - .6*half), High80: shelfMoney(v + .6*half)}
}

func shelfTest(uid string, starts postlift.Date) campaigns.Programme {
	lift := .23
	return campaigns.Programme{UID: uid, Name: hostile, RuleText: "orders > 2", Block: 2, Months: 12, StartsOn: starts, EndsOn: starts.AddMonths(12).AddDays(-1), Hash: "c0ffee", Currency: "EUR", By: hostile,
		Record: campaigns.ProgrammeRecord{Blocks: 700, TreatedGroups: 701, ControlGroups: 700, Power: campaigns.ProgrammePower{DetectableLift: &lift}}}
}

func (programmeShelf) Programmes(context.Context) ([]campaigns.Programme, error) {
	return []campaigns.Programme{shelfTest("prg_2", today.AddDays(20)), shelfTest("prg_1", today.AddDays(-200))}, nil
}

func shelfReport(control string) responses.ProgrammeReport {
	return responses.ProgrammeReport{Name: hostile, Control: control, Currency: "EUR", From: today.AddDays(-200), Until: today.AddDays(165), AsOf: today, DataOn: today,
		Verdict: responses.NoProof, Flags: []string{responses.Interim}, Sentence: responses.Bilingual{EN: "No proof yet: in between.", DE: "Noch kein Beweis: dazwischen."},
		Advice: responses.Bilingual{EN: "Wait.", DE: "Warten."}, Method: responses.Bilingual{EN: "By assignment.", DE: "Nach Zuteilung."},
		Notes: []responses.Note{{Name: "carry_over", Text: responses.Bilingual{EN: "A note.", DE: "Ein Hinweis."}}}, Net: shelfInterval(800, 2500), Gain: shelfInterval(2300, 2500), Cost: shelfMoney(1500), Letters: 1400,
		NetAlways: &responses.MoneyRange{Low: shelfMoney(-3000), High: shelfMoney(4600)}, Orders: &responses.Interval{Value: 12, Low: -8, High: 32},
		Quarters: []responses.ProgrammeQuarter{{Quarter: "2026-Q1", Letters: 700, Cost: shelfMoney(700), Gain: shelfInterval(900, 1000), SumNet: shelfInterval(200, 1000)},
			{Quarter: "2026-Q2", Letters: 700, Cost: shelfMoney(800), Gain: shelfInterval(1400, 1500), SumNet: shelfInterval(800, 2500)}}}
}

func (programmeShelf) Programme(_ context.Context, ref string) (campaigns.Programme, *responses.ProgrammeReport, error) {
	switch ref {
	case "prg_1":
		r := shelfReport(responses.ControlProgramme)
		return shelfTest(ref, today.AddDays(-200)), &r, nil
	case "prg_2":
		return shelfTest(ref, today.AddDays(20)), nil, nil
	}
	return campaigns.Programme{}, nil, postlift.Faultf(postlift.NotFound, "test", "there is no programme test %q", ref)
}

func (programmeShelf) GlobalControl(context.Context) (responses.ProgrammeReport, error) {
	return shelfReport(responses.ControlGlobal), nil
}

func (programmeShelf) Across(_ context.Context, by string, _, _ postlift.Date) (responses.Across, error) {
	lift, p := responses.Interval{Value: .08, Low: -.02, High: .18}, .04
	total := responses.AcrossTotal{Runs: 3, Letters: 900, Cost: shelfMoney(900), Net: shelfInterval(500, 400), Verdict: responses.Works}
	quarter := total
	quarter.Name, quarter.Interim, quarter.Verdict = "2026-Q1", true, responses.NoProof
	a := responses.Across{Currency: "EUR", GroupBy: by, Total: total, Quarter: []responses.AcrossTotal{quarter}, Pooled: &responses.AcrossPooled{Runs: 3, Lift: lift, Next: lift},
		Sentence: responses.Bilingual{EN: "They pay.", DE: "Sie lohnen sich."}, Method: responses.Bilingual{EN: "Pooled.", DE: "Gemeinsam."}}
	for i, name := range []string{hostile, "Win back 2", "Win back 3"} {
		a.Runs = append(a.Runs, responses.AcrossRun{RunID: "run_1", CampaignID: "cmp_1", Campaign: name, InHomeOn: today.AddDays(-30 * i), Verdict: responses.NoProof, Flags: []string{responses.Interim}, Letters: 300,
			Cost: shelfMoney(300), Gain: *shelfInterval(400, 300), Net: *shelfInterval(100, 300), PerLetter: shelfInterval(1.3, 1), Lift: &lift, Shrunk: &lift})
	}
	a.Groups = []responses.AcrossGroup{{Name: hostile, Runs: 2, Total: &total, Lift: &lift, Shrunk: &lift, P: &p, Adjusted: &p, Pays: "yes"}, {Name: "Other", Runs: 1, Pays: "open"}, {Name: "Third", Runs: 1, Lift: &lift, Pays: "no"}}
	return a, nil
}

func (programmeShelf) Today(context.Context) (postlift.Date, error) { return today, nil }

// TestAcrossShowsWhatWasFound: figures, badges and groups of both pages, in both languages.
func TestAcrossShowsWhatWasFound(t *testing.T) {
	h := newFakes().staff(t)
	for path, want := range map[string][]string{
		"/results/across?lang=en":         {"They pay.", "Win back 2", "€100", "8.0%", "0.040", "pays", "2026-Q1", "<svg"},
		"/results/across?lang=de&by=kind": {"Sie lohnen sich.", "8,0\u00a0%", "0,040", "lohnt sich nicht", "Regel, Brief und Behandlung"},
		"/results/programmes?lang=en":     {"not begun", "running", "No proof yet", "Global control of the year", "€800"},
		"/results/programmes/prg_1":       {"orders &gt; 2", "c0ffee", "700 blocks of 2 groups", "2026-Q2"},
		"/results/programmes/prg_2":       {"The test begins on"},
	} {
		w := get(h, "GET", path, "Accept-Language", "en")
		for _, text := range want {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s (%d) lacks %q", path, w.Code, text)
			}
		}
	}
	if w := get(h, "GET", "/results/programmes/nobody"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown test answers %d", w.Code)
	}
}
