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
	"postlift/responses/paper"
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

func written(t *testing.T, u responses.Uplift, lang string) string {
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
	for name, u := range map[string]responses.Uplift{"works": works, "unclear": unclear, "hurts": sample(t, 6000, -.4, false), "withheld": withheld(t)} {
		for _, lang := range []string{"en", "de"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				text := written(t, u, lang)
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
	if len(charts) < 2 {
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

// Every link of a page leads to something on it, every section and figure says how it was computed, and headings follow
// each other without a gap.
func TestLinksAndHeadings(t *testing.T) {
	for _, u := range []responses.Uplift{sample(t, 6000, .25, true), sample(t, 800, -.6, false), withheld(t)} {
		text := written(t, u, "en")
		ids := map[string]int{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(text, -1) {
			ids[m[1]]++
		}
		for id, n := range ids {
			if n != 1 {
				t.Errorf("%s: the id %s stands %d times", u.Verdict, id, n)
			}
		}
		links := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(text, -1)
		if len(links) < 4 {
			t.Errorf("%s: only %d links", u.Verdict, len(links))
		}
		for _, m := range links {
			if ids[m[1]] == 0 {
				t.Errorf("%s: nothing on the page is called %s", u.Verdict, m[1])
			}
		}
		level := 0
		for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(text, -1) {
			next := int(m[1][0] - '0')
			if next > level+1 {
				t.Errorf("%s: a heading of level %d follows one of level %d", u.Verdict, next, level)
			}
			level = next
		}
	}
}

// withheld is a mailing of which nobody was held out.
func withheld(t *testing.T) responses.Uplift {
	t.Helper()
	inHome := postlift.MustDate("2026-03-03")
	run := responses.MeasuredRun{UID: "run_2", CampaignUID: "cmp_2", Campaign: "Alle", Currency: "EUR", PostedOn: inHome.AddDays(-2), InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120}
	l := responses.NewLedger(inHome, run.EndsOn(), .3)
	for i := range 300 {
		l.AddGroup(responses.GroupRow{Key: fmt.Sprint(i), Treated: true, Propensity: 1, Accounts: 1, PreMinor: 1000})
		l.AddDay(responses.DayRow{Key: fmt.Sprint(i), On: inHome.AddDays(3), Net: 77777700, Margin: 77777700, Orders: 1})
	}
	run.Accounts = responses.AccountFunnel{Matched: 300, Assigned: 300}
	u, err := responses.Measure(responses.Reading{Run: run, AsOf: run.EndsOn(), DataOn: run.EndsOn(), Ledger: l,
		Credits: responses.CreditTotals{ByCustomer: responses.Credits{Orders: 300, NetMinor: 77777700, MarginMinor: 77777700}}, Pieces: responses.PieceFunnel{Planned: 300, Mailed: 300, Printed: 300}})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A withheld report shows its reason and no figure that would be read as a result.
func TestWithheldShowsNoResult(t *testing.T) {
	u := withheld(t)
	for lang, word := range map[string]string{"en": "Withheld", "de": "Nicht auswertbar"} {
		text := written(t, u, lang)
		if u.Verdict != responses.Withheld || !strings.Contains(text, word) {
			t.Fatalf("%s: the verdict is %s", lang, u.Verdict)
		}
		for _, section := range []string{"net", "curve", "arms", "match", "clv", "belief", "segments", "path"} {
			if strings.Contains(text, `id="`+section+`"`) {
				t.Errorf("%s: the section %s is shown", lang, section)
			}
		}
		if strings.Contains(text, "777") {
			t.Errorf("%s: a margin is shown", lang)
		}
		if !strings.Contains(text, `id="funnel"`) || !strings.Contains(text, `id="record"`) {
			t.Errorf("%s: funnel or record is missing", lang)
		}
	}
}

func TestBodyStandsInAnotherPage(t *testing.T) {
	body, err := Body(paper.Compose(sample(t, 1500, .05, false), paper.Registered{}, "de-AT"))
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
				text := written(t, u, lang)
				body := regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(text, "")
				for _, bad := range []string{"[", "NaN", "%!", "0001"} {
					if i := strings.Index(body, bad); i >= 0 {
						t.Errorf("%q in the page: …%s…", bad, body[max(0, i-60):min(len(body), i+60)])
					}
				}
				heldOut := map[string]string{"en": ">Held out</th>", "de": ">Zurückgehalten</th>"}[lang]
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
