package campaigns

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns/budget"
)

// TestWarningsSpeakBothLanguages: every code takes as many values in both languages as it says, and survives being
// stored.
func TestWarningsSpeakBothLanguages(t *testing.T) {
	for code, words := range warningWords {
		if en, de := strings.Count(words.en, "%s"), strings.Count(words.de, "%s"); en != words.args || de != words.args || strings.Count(words.en+words.de, "%") != en+de {
			t.Errorf("%s takes %d values, in English %d, in German %d", code, words.args, en, de)
		}
	}
	w := warned(warnOldScores, postlift.MustDate("2026-03-01"), 1040, postlift.MustDate("2026-06-01"))
	if w.Text != "the scores are as of 1 March 2026, 1,040 days before the plan (1 June 2026): run `postlift clv score` for the same date" ||
		!strings.HasPrefix(w.Words("de"), "Die Kundenwerte sind vom 01.03.2026, 1.040 Tage vor dem Plan (01.06.2026)") {
		t.Errorf("%q, %q", w.Text, w.Words("de"))
	}
	stored, err := json.Marshal([]Warning{w, warned(warnStepNear, 2000, postlift.Money{Minor: 12345, Currency: "EUR"}, 1900, "print"), warned(warnFewControls, 0, 1000)})
	if err != nil {
		t.Fatal(err)
	}
	var read []Warning
	if err := json.Unmarshal(stored, &read); err != nil || len(read) != 3 || !reflect.DeepEqual(read[0], w) || !strings.Contains(read[1].Words("de"), "123,45") || !strings.HasPrefix(read[2].Words("de"), "0 Firmen") {
		t.Errorf("%+v, %v", read, err)
	}
	if err := json.Unmarshal([]byte(`["an old one"]`), &read); err != nil || read[0].Words("de") != "an old one" {
		t.Errorf("a plan of an earlier version: %+v, %v", read, err)
	}
}

// TestEveryFateHasWords: each reason, cap and outcome says something of its own in German, and the sentence that is
// stored is the English one.
func TestEveryFateHasWords(t *testing.T) {
	for _, r := range gateOrder {
		if germanReasons[r] == "" {
			t.Errorf("%s has no German words", r)
		}
	}
	for _, r := range capReasons {
		if capWords[r][0] == "" || capWords[r][1] == "" {
			t.Errorf("%s has no words", r)
		}
	}
	plan := mustPlan(t, goodInput(100))
	for _, s := range plan.samples("salt-1") {
		if s.Sentence != s.Words("en") || s.Words("de") == s.Sentence || strings.Contains(s.Words("de"), "%!") {
			t.Errorf("%q, %q", s.Sentence, s.Words("de"))
		}
	}
	if got := (Sample{Outcome: Assigned, Rank: 1234, Letters: 2, Wave: 3, Role: RoleKey}).Words("de"); got != "Bekommt einen Brief: Rang 1.234, Briefe: 2, in Welle 3; ein Schlüsselkunde, der immer angeschrieben wird und aus der Schätzung bleibt." {
		t.Error(got)
	}
}

// TestCutIsOfWhatThePlanCosts: a fifth less money is a fifth less than what is spent, whether or not a larger budget
// was set, and costs accounts and expected value.
func TestCutIsOfWhatThePlanCosts(t *testing.T) {
	for _, money := range []int64{0, 1_000_000, 12_000, 6_000} {
		in := goodInput(200)
		in.BudgetMinor, in.Mode = money, string(budget.ModeValue)
		if money > 0 {
			in.Mode = string(budget.ModeBudget)
		}
		plan := mustPlan(t, in)
		o, cost := plan.outlook(&in), plan.result.Quote.Total.Minor
		if o.Cut == nil || o.Cut.Letters >= 0 || o.Cut.Gain.Value.Minor >= 0 {
			t.Fatalf("budget %d: %+v", money, o.Cut)
		}
		if left := cost + o.Cut.Cost.Minor; left > cost*4/5 || left < cost*4/5-2*in.PieceCostMinor {
			t.Errorf("budget %d: a plan of %d is cut by %d", money, cost, o.Cut.Cost.Minor)
		}
		if last := o.Curve[len(o.Curve)-1]; o.Point == nil || o.Point.Cost.Minor != cost || o.Point.Net.Minor > last.Net.Minor || money == 0 && o.Point.Net != last.Net {
			t.Errorf("budget %d: the plan stands at %+v, the curve ends at %+v", money, o.Point, last)
		}
		if (o.Next == nil) != (money == 0) {
			t.Errorf("budget %d: next %+v", money, o.Next)
		}
	}
	in := goodInput(20)
	for i := range in.Candidates {
		in.Candidates[i].BaselineMinor = 0
	}
	in.Mode = string(budget.ModeValue)
	plan := mustPlan(t, in)
	if o := plan.outlook(&in); o.Cut != nil || slices.ContainsFunc(plan.Choices, func(c Choice) bool { return c.planned() }) {
		t.Errorf("a plan without letters is cut: %+v", o.Cut)
	}
}
