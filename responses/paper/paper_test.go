package paper

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/responses"
)

// measured measures an invented mailing of n groups, a fifth of them held out, whose mailed groups gain a share of their
// margin; days after in-home are read.
func measured(t *testing.T, n int, lift float64, days int) responses.Uplift {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 3))
	inHome := postlift.MustDate("2026-03-03")
	run := responses.MeasuredRun{UID: "run_1", CampaignUID: "cmp_1", Campaign: "Rückgewinnung Frühjahr", Currency: "EUR",
		PostedOn: inHome.AddDays(-2), InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120}
	asOf := inHome.AddDays(days)
	l := responses.NewRunLedger(run, asOf, .3)
	for i := range n {
		key, treated := fmt.Sprint(i), lift > -2 && i%5 != 0 || lift < -2
		pre := math.Exp(rng.NormFloat64()) * 40000
		l.AddGroup(responses.GroupRow{Key: key, Treated: treated, Propensity: .8, Accounts: 1, PreMinor: pre, PlannedGainMinor: pre * .05})
		for range rng.IntN(4) {
			margin := pre * .2 * rng.Float64()
			if treated {
				margin *= 1 + lift
			}
			l.AddDay(responses.DayRow{Key: key, On: inHome.AddDays(rng.IntN(days)), Net: margin * 3, Margin: margin, Orders: 1})
		}
	}
	run.Accounts = responses.AccountFunnel{Matched: n + n/4, Gated: n / 4, Holdout: n / 5, Assigned: n - n/5}
	u, err := responses.Measure(responses.Reading{Run: run, AsOf: asOf, DataOn: asOf, Ledger: l,
		Pieces:  responses.PieceFunnel{Planned: n - n/5, Mailed: n - n/5, Returned: 9, Unknown: n - n/5 - 9, Printed: n - n/5},
		Credits: responses.CreditTotals{ByCustomer: responses.Credits{Orders: 40, NetMinor: 888888800, MarginMinor: 444444400}}})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// judged adds what the store's part of a reading fills in.
func judged(u responses.Uplift) responses.Uplift {
	eur := func(major float64) postlift.Money { return postlift.FromMajor(major, "EUR") }
	span := &responses.MoneyInterval{Value: eur(900), Low: eur(-200), High: eur(2000), Low80: eur(100), High80: eur(1700)}
	say := responses.Bilingual{EN: "A sentence.", DE: "Ein Satz."}
	arm := func(name string, last float64) responses.SurvivalArm {
		return responses.SurvivalArm{Name: name, Accounts: 100, Curve: []responses.SurvivalPoint{{Share: 1, Low: 1, High: 1, AtRisk: 100}, {Day: 60, Share: last, Low: last - .05, High: last + .03, AtRisk: 80}}}
	}
	u.Outcomes = &responses.Outcomes{Day: 90, ReadOn: u.AsOf, Note: say,
		Money: &responses.MoneyOutcome{Readings: []responses.MoneyReading{{Day: 30, On: u.InHomeOn.AddDays(30), Registered: true, Complete: true, Net: span}},
			Curve: []responses.NetPoint{{Day: 0, Net: eur(-10), Low: eur(-20), High: eur(0)}, {Day: 90, Net: eur(900), Low: eur(-200), High: eur(2000)}}, Payback: responses.Payback{Text: say}},
		Renewal:   &responses.ShareOutcome{Metric: say, Text: say, Arms: []responses.ShareArm{{Name: responses.ArmAssigned, Units: 10, Yes: 9, Share: .9}}, Difference: &responses.Interval{Value: .05, Low: -.1, High: .2}},
		Retention: &responses.SurvivalOutcome{Active: say, Text: say, Until: 90, Arms: []responses.SurvivalArm{arm(responses.ArmAssigned, .95), arm(responses.ArmHoldout, .9)}},
		CLV:       &responses.CLVUplift{Realised: span, Note: say, Projected: &responses.ProjectedLine{Text: say, Residual: span}, Programme: &responses.ProgrammeLine{Net: span, Text: say}}}
	u.Belief = &responses.Belief{Believed: responses.Believed{PriorSD: .15, Chance: .61, Net: eur(1120), Loss: eur(1033)}, Sentence: say, Others: []responses.Believed{{PriorSD: .075, Chance: .5}}}
	lift := responses.Interval{Value: .1, Low: -.2, High: .4}
	u.Segments = []responses.SegmentEffect{{Segment: "Maschinenbau", Raw: *span, Shrunk: *span, RawLift: lift, ShrunkLift: lift}, {Raw: *span, Shrunk: *span, RawLift: lift, ShrunkLift: lift}}
	u.Trust = &responses.Trust{Sentence: say, Instead: []responses.Bilingual{{EN: "Pool it.", DE: "Gemeinsam lesen."}}}
	return u
}

var registered = Registered{On: postlift.MustDate("2026-02-20"), Version: 4, Hash: strings.Repeat("0123456789abcdef", 4), ReadingDays: []int{30, 90, 180, 365}}

// five are the kinds of reports that there are.
func five(t *testing.T) map[string]responses.Uplift {
	t.Helper()
	return map[string]responses.Uplift{"works": judged(measured(t, 6000, .3, 90)), "no proof": judged(measured(t, 800, .02, 90)), "hurts": judged(measured(t, 6000, -.4, 90)),
		"withheld": judged(measured(t, 800, -3, 90)), "interim": judged(measured(t, 800, .05, 30))}
}

func sections(r Report) []string {
	var ids []string
	for _, s := range r.Sections {
		ids = append(ids, s.ID)
	}
	return ids
}

// Every kind of report has its sections in their order, in both languages, and every figure's explanation.
func TestSections(t *testing.T) {
	all := []string{"net", "funnel", "path", "curve", "survival", "secondary", "clv", "belief", "segments", "match", "cost", "arms", "checks", "trust", "method", "record"}
	for name, u := range five(t) {
		want := all
		if name == "withheld" {
			want = []string{"funnel", "cost", "checks", "method", "record"}
		}
		for _, lang := range []string{"en", "de-AT"} {
			r := Compose(u, registered, lang)
			if got := sections(r); !slices.Equal(got, want) {
				t.Errorf("%s, %s: the sections are %v", name, lang, got)
			}
			explained := map[string]bool{"": true}
			for _, s := range r.Sections {
				for _, item := range s.Items {
					explained[item.ID] = true
				}
			}
			for _, s := range r.Sections {
				if !explained[s.How] {
					t.Errorf("%s: nothing says how %s was computed", name, s.How)
				}
			}
			for _, tile := range r.Tiles {
				if !explained[tile.How] {
					t.Errorf("%s: nothing says how %s was computed", name, tile.Name)
				}
			}
		}
	}
}

// What is said first follows the verdict: when it will be known, and by what.
func TestWhen(t *testing.T) {
	all := five(t)
	for name, want := range map[string]string{"works": "Now: the registered window ended on 1 June 2026. Next registered reading of the secondary metrics: 30 August 2026.",
		"no proof": "Pool it.", "withheld": "Never from this run", "interim": "On 1 June 2026, the registered reading at the end of the window"} {
		if got := Compose(all[name], registered, "en").When; !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// An interim report shows the interval that decides it, first and in the first figures.
func TestInterimShowsWhatDecides(t *testing.T) {
	u := five(t)["interim"]
	if u.Checks == nil || u.Checks.AlwaysValid == nil {
		t.Fatal("the reading is not interim")
	}
	r := Compose(u, registered, "en")
	always := u.Checks.AlwaysValid.Net
	want := responses.WholeMoney(always.Low, "en") + " to " + responses.WholeMoney(always.High, "en")
	if got := r.Tiles[0].Range; !strings.HasSuffix(got, want) || !strings.Contains(got, "all looks") {
		t.Errorf("the first figure says %q, not %q", got, want)
	}
	if got := r.Sections[0].Tables[0].Rows[0]; got.Cells[1] != want || !got.Strong {
		t.Errorf("the first row says %v", got)
	}
}

// A withheld report has no figure that could be read as a result, in no form.
func TestWithheldHasNoResult(t *testing.T) {
	u := five(t)["withheld"]
	var csv strings.Builder
	if err := WriteCSV(&csv, u); err != nil {
		t.Fatal(err)
	}
	plan := printed(t, Compose(u, registered, "en"))
	for form, text := range map[string]string{"csv": csv.String(), "print": words(plan), "report": fmt.Sprintf("%+v", Compose(u, registered, "en"))} {
		for _, bad := range []string{"4,444,444", "4444444", "8,888,888", "net_gain", "1,120"} {
			if strings.Contains(text, bad) {
				t.Errorf("the %s shows %s", form, bad)
			}
		}
	}
}

// The tidy table has six columns, the deciding figures and the same numbers in every language.
func TestCSV(t *testing.T) {
	u := five(t)["works"]
	u.Campaign = "=cmd()"
	var b strings.Builder
	if err := WriteCSV(&b, u); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"section,key,value,low,high,unit\n", "report,campaign,'=cmd(),,,text\n", "report,verdict,works,,,text\n",
		fmt.Sprintf("net,net_gain,%s,%s,%s,EUR\n", decimal(u.Net.Value), decimal(u.Net.Low), decimal(u.Net.High)), "funnel,accounts_matched,7500,,,count\n", "survival,holdout_day_60,0.9,0.85,0.93,share\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func printed(t *testing.T, r Report) sheet.Plan {
	t.Helper()
	plan, err := Print(r, os.DirFS("../../templates/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// words are the texts of a plan, joined by blanks.
func words(plan sheet.Plan) string {
	var out []string
	for i := range plan.Pages {
		plan.Pages[i].All(func(o sheet.Op) {
			if o.Kind == sheet.OpText {
				out = append(out, o.Text)
			}
		})
	}
	return strings.Join(out, " ")
}

// The printed form stays on its sheet, says everything, is the same every time, and holds charts as vectors.
func TestPrintedForm(t *testing.T) {
	for name, u := range five(t) {
		for _, lang := range []string{"en", "de"} {
			r := Compose(u, registered, lang)
			plan := printed(t, r)
			if plan.String() != printed(t, r).String() {
				t.Errorf("%s: two plans of one report differ", name)
			}
			paths := 0
			for i := range plan.Pages {
				plan.Pages[i].All(func(o sheet.Op) {
					if o.Kind == sheet.OpPath {
						paths++
					}
					if o.X < 10_000 || o.Y < 0 || o.Y > pageH-5_000 || o.Kind != sheet.OpPath && o.X+o.W > pageW-10_000 {
						t.Errorf("%s, page %d: %s leaves the sheet", name, i+1, o)
					}
				})
			}
			text := words(plan)
			for _, s := range r.Sections {
				if head := strings.Fields(s.Title)[0]; !strings.Contains(text, head) {
					t.Errorf("%s: the heading %q is missing", name, s.Title)
				}
			}
			if name != "withheld" && paths < 40 {
				t.Errorf("%s: only %d vectors", name, paths)
			}
		}
	}
}

// Names that the fonts lack, that no line holds or that are very long do not stop a report.
func TestPrintedFormTakesAnyName(t *testing.T) {
	u := five(t)["works"]
	for _, name := range []string{"漢字 🙂", strings.Repeat("x", 300), "a\u00adb\x01", ""} {
		u.Campaign = name
		u.Segments[0].Segment = name
		printed(t, Compose(u, Registered{}, "de"))
	}
}
