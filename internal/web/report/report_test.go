package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// sample measures an invented mailing of n groups whose mailed groups gain a share of their margin.
func sample(t *testing.T, n int, lift float64, withTruth bool) responses.Uplift {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 5))
	inHome := postlift.MustDate("2026-03-03")
	run := responses.MeasuredRun{UID: "run_1", CampaignUID: "cmp_1", Campaign: "Rückgewinnung Frühjahr", Currency: "EUR",
		PostedOn: inHome.AddDays(-2), InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120}
	l := responses.NewLedger(inHome, run.EndsOn(), .3)
	gained := 0.0
	for i := range n {
		key, treated := fmt.Sprint(i), i%5 != 0
		pre := math.Exp(rng.NormFloat64()) * 40000
		l.AddGroup(responses.GroupRow{Key: key, Treated: treated, Propensity: .8, Accounts: 1, PreMinor: pre, PlannedGainMinor: pre * .05})
		for range rng.IntN(4) {
			margin := pre * .2 * rng.Float64()
			if treated {
				gained += margin * lift
				margin *= 1 + lift
			}
			l.AddDay(responses.DayRow{Key: key, On: inHome.AddDays(rng.IntN(91)), Net: margin * 3, Margin: margin, Assumed: margin / 4, Orders: 1})
		}
	}
	run.Accounts = responses.AccountFunnel{Matched: n + n/3, Gated: n / 4, OverCap: n/3 - n/4, Holdout: n / 5, Assigned: n - n/5}
	run.PlannedCostMinor = int64(120 * run.Accounts.Assigned)
	in := responses.Reading{Run: run, AsOf: run.EndsOn(), DataOn: run.EndsOn(), Ledger: l,
		Pieces:  responses.PieceFunnel{Planned: run.Accounts.Assigned, Mailed: run.Accounts.Assigned - 12, Withdrawn: 7, Failed: 5, Returned: 21, Seeds: 2, Printed: run.Accounts.Assigned - 10},
		Answers: responses.Answers{Visits: 211, Answered: 46, Objections: 3},
		Credits: responses.CreditTotals{ByCode: responses.Credits{Orders: 74, NetMinor: 5210000, MarginMinor: 1700000}, ByCustomer: responses.Credits{Orders: 930, NetMinor: 61000000, MarginMinor: 20300000}, Holdout: responses.Credits{Orders: 240, NetMinor: 15800000, MarginMinor: 5100000}},
	}
	if withTruth {
		in.Truth = &responses.Truth{Gain: postlift.Money{Minor: postlift.RoundMinor(gained), Currency: "EUR"}}
	}
	u, err := responses.Measure(in)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func html(t *testing.T, u responses.Uplift, lang string) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, u, lang); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("POSTLIFT_KEEP_REPORTS"); dir != "" { // to look at
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+"-"+lang+".html"), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Every page is whole: no unknown text, no style attribute, nothing loaded from elsewhere, charts that
// are well-formed and described.
func TestPagesAreWhole(t *testing.T) {
	works := sample(t, 6000, .25, true)
	unclear := sample(t, 1500, .05, true)
	withheld := sample(t, 1500, 0, false)
	withheld.Verdict, withheld.Net, withheld.Gain, withheld.Welch, withheld.CUPED, withheld.PrePeriod, withheld.Orders, withheld.ROI, withheld.CostPerOrder, withheld.Relative =
		responses.Withheld, nil, nil, nil, nil, nil, nil, nil, nil, nil
	for name, u := range map[string]responses.Uplift{"works": works, "unclear": unclear, "withheld": withheld} {
		for _, lang := range []string{"en", "de"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				text := html(t, u, lang)
				for _, bad := range []string{"style=", "[", "NaN", "http://w3", "<script", "%!"} {
					body := regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(text, "")
					if i := strings.Index(body, bad); i >= 0 {
						t.Errorf("%q in the page: …%s…", bad, body[max(0, i-60):min(len(body), i+60)])
					}
				}
				if !strings.Contains(text, escaped(u.Sentence.In(lang))) {
					t.Errorf("the sentence is missing: %s", u.Sentence.In(lang))
				}
				checkCharts(t, text)
			})
		}
	}
	if works.Verdict != responses.Works || unclear.Verdict != responses.NoProof {
		t.Errorf("the samples say %s and %s", works.Verdict, unclear.Verdict)
	}
}

// escaped writes as html/template does for the characters that sentences hold.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", "+", "&#43;").Replace(s)
}

func checkCharts(t *testing.T, page string) {
	t.Helper()
	charts := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(charts) < 3 {
		t.Errorf("%d charts", len(charts))
	}
	for _, c := range charts {
		d := xml.NewDecoder(strings.NewReader(c))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("a chart is not well-formed: %v", err)
			}
		}
		if !strings.Contains(c, "<title id=") || !strings.Contains(c, "<desc id=") {
			t.Errorf("a chart lacks title or description: %.200s", c)
		}
	}
}

func TestWordsAreComplete(t *testing.T) {
	raw, err := files.ReadFile("report.html")
	if err != nil {
		t.Fatal(err)
	}
	used := regexp.MustCompile(`\.T "([a-z_0-9]+)"`).FindAllStringSubmatch(string(raw), -1)
	if len(used) < 50 {
		t.Fatalf("only %d texts found in the page", len(used))
	}
	for _, m := range used {
		if _, ok := words[m[1]]; !ok {
			t.Errorf("the page uses %q, which has no words", m[1])
		}
	}
	for key, w := range words {
		if w.EN == "" || w.DE == "" {
			t.Errorf("%s lacks a language: %+v", key, w)
		}
	}
}

func TestBodyStandsInAnotherPage(t *testing.T) {
	body, err := Body(sample(t, 1500, .05, false), "de-AT")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(body), "<html") || strings.Contains(string(body), "<style") || !strings.Contains(string(body), "Noch kein Beweis") {
		t.Errorf("not a German body: %.300s", body)
	}
}

// designed measures an invented mailing in matched pairs or in waves.
func designed(t *testing.T, design campaigns.PlanDesign, posted int, asOf postlift.Date) responses.Uplift {
	t.Helper()
	rng := rand.New(rand.NewPCG(12, 5))
	inHome := postlift.MustDate("2026-03-03")
	run := responses.MeasuredRun{UID: "run_1", CampaignUID: "cmp_1", Campaign: "Rückgewinnung Frühjahr", Currency: "EUR",
		PostedOn: inHome.AddDays(-2), InHomeOn: inHome, WindowDays: 42, PieceCostMinor: 120, Explored: 40,
		KeyAccounts: &campaigns.KeyShare{Mailed: 12, RevenueShare: .31, MarginShare: .28},
		Design:      responses.RunDesign{PlanDesign: design, WaveDays: 14}}
	for w := range posted {
		run.Design.Posted = append(run.Design.Posted, responses.Posting{Wave: w + 1, InHomeOn: inHome.AddDays(14 * w)})
	}
	l := responses.NewRunLedger(run, asOf, .3)
	for i := range 800 {
		g := responses.GroupRow{Key: fmt.Sprint(i), Accounts: 1, PreMinor: math.Exp(rng.NormFloat64()) * 40000, PlannedGainMinor: 900,
			Treated: i%2 == 0, Propensity: .5, Stratum: fmt.Sprintf("pair|a|%05d", i/2)}
		arrived := inHome
		if design.Waves > 0 {
			g.Treated, g.Propensity, g.Stratum, g.Wave = true, 1, "01|*", i%design.Waves+1
			arrived = inHome.AddDays(14 * (g.Wave - 1))
		}
		l.AddGroup(g)
		for range rng.IntN(5) {
			on := inHome.AddDays(rng.IntN(43))
			margin := g.PreMinor * .2 * rng.Float64()
			if g.Treated && on >= arrived {
				margin *= 1.6
			}
			l.AddDay(responses.DayRow{Key: g.Key, On: on, Net: margin * 3, Margin: margin, Orders: 1})
		}
	}
	run.Accounts = responses.AccountFunnel{Matched: 900, Gated: 100, Assigned: 800}
	u, err := responses.Measure(responses.Reading{Run: run, AsOf: asOf, DataOn: asOf, Ledger: l,
		Pieces: responses.PieceFunnel{Planned: 800, Mailed: 800, Printed: 800}})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Pages of tests in pairs and in waves are whole, and tell what they leave out; waves show no two arms.
func TestPagesOfDesignsAreWhole(t *testing.T) {
	day := postlift.MustDate("2026-04-30")
	waves := campaigns.PlanDesign{Design: campaigns.DesignWaves, Waves: 4}
	for name, u := range map[string]responses.Uplift{
		"pairs":     designed(t, campaigns.PlanDesign{Design: campaigns.DesignPairs, Block: 2, Share: .5}, 0, day),
		"waves":     designed(t, waves, 4, day),
		"on-way":    designed(t, waves, 2, postlift.MustDate("2026-03-20")),
		"first-way": designed(t, waves, 1, postlift.MustDate("2026-03-10")),
	} {
		for _, lang := range []string{"en", "de"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				text := html(t, u, lang)
				body := regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(text, "")
				for _, bad := range []string{"[", "NaN", "%!", "0001"} {
					if i := strings.Index(body, bad); i >= 0 {
						t.Errorf("%q in the page: …%s…", bad, body[max(0, i-60):min(len(body), i+60)])
					}
				}
				heldOut := map[string]string{"en": ">Held out<", "de": ">Zurückgehalten<"}[lang]
				if got := strings.Contains(body, heldOut); got != (name == "pairs") {
					t.Errorf("an arm held out is shown: %t", got)
				}
				for _, n := range u.Notes {
					if !strings.Contains(body, escaped(n.Text.In(lang))) {
						t.Errorf("the note %s is missing", n.Name)
					}
				}
				if share := map[string]string{"en": "31.0%", "de": "31,0"}[lang]; !strings.Contains(body, share) {
					t.Error("the key accounts' share is missing")
				}
			})
		}
	}
}
