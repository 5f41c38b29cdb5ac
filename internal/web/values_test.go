package web

import (
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/backtest"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/scoring"
	"postlift/clv/segments"
	"postlift/clv/spend"
)

// TestValueTextsAreThere looks up what the engine may bring.
func TestValueTextsAreThere(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	add := func(prefix string, names ...string) {
		for _, name := range names {
			keys = append(keys, prefix+"."+name)
		}
	}
	for _, stage := range segments.Stages() {
		add("stage", string(stage), "text."+string(stage))
	}
	for _, why := range []segments.Reason{segments.NeverBought, segments.ContractEnded, segments.LowProbability, segments.LongSilence, segments.NoticeGiven,
		segments.Declining, segments.Young, segments.Rising, segments.Steady} {
		add("stage.why", string(why))
	}
	for _, tier := range segments.Tiers() {
		add("tier", string(tier))
	}
	for score := 1; score <= 5; score++ {
		add("rfm", fmt.Sprint("recency.", score), fmt.Sprint("frequency.", score), fmt.Sprint("value.", score))
	}
	for _, tab := range (&view{}).ValueTabs() {
		add("tab", tab.Name)
	}
	for _, p := range valueParts(scoring.Parts{}) {
		add("part", p.Key)
	}
	for _, s := range clv.Waterfall(clv.Value{}) {
		add("part", partKey(s.Name))
	}
	run := (&fakes{}).run()
	for _, m := range modelLines(&run.Params) {
		add("role.model", m.Role)
		add("basis", m.Role)
	}
	add("term", "all", renewal.TermClass(1), renewal.TermClass(12), renewal.TermClass(36))
	add("missing", "orders", "spend", "renewals")
	add("models.source", scoring.ChoiceBacktest, scoring.ChoiceStated, scoring.ChoiceDefault)
	add("model", append(append(purchase.Names(), spend.Names()...), renewal.ModelGeometric, renewal.ModelSBG, renewal.ModelBdW, backtest.BaselineLastYear, backtest.BaselineRFM, backtest.BaselineZero)...)
	add("renewalmodel", backtest.RenewalCells, backtest.BaselineRenew, renewal.ModelGeometric, renewal.ModelSBG, renewal.ModelBdW)
	add("payback", "month", "already", "never", "nocost", "unknown")
	add("whatif.wrong", "term", "discount", "notice", "renew", "service", "price", "hazard")
	add("assume", constants(t, `\bAssume[A-Z][A-Za-z]+ *= "([a-z_]+)"`)...)
	add("flag", constants(t, `(?:Flag|Warn)[A-Za-z]+ *= "([a-z_]+)"`)...)
	for _, key := range keys {
		if _, ok := all["en"][key]; !ok {
			t.Errorf("there is no text %q", key)
		}
	}
}

// constants are the values of the value engine's constants whose declaration matches.
func constants(t *testing.T, pattern string) []string {
	t.Helper()
	declared := regexp.MustCompile(pattern)
	var found []string
	err := filepath.Walk("../../clv", func(path string, _ os.FileInfo, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(raw), -1) {
			found = append(found, m[1])
		}
		return err
	})
	if err != nil || len(found) < 5 {
		t.Fatalf("%d constants found: %v", len(found), err)
	}
	return found
}

// TestRunsOfOlderPrograms: every page answers for a run without bands, tiers, stages and tests.
func TestRunsOfOlderPrograms(t *testing.T) {
	f := newFakes()
	f.old = true
	h := f.staff(t)
	for _, path := range []string{"/clv", "/clv/segments", "/clv/acquisition", "/clv/retention", "/clv/models", "/clv/runs", "/accounts", "/accounts/acc_1", "/accounts/acc_1/what-if"} {
		w := get(h, "GET", path)
		if w.Code != 200 {
			t.Errorf("%s answers %d", path, w.Code)
		}
		checkPage(t, w.Body.String(), "en")
	}
	for path, want := range map[string]string{"/accounts/acc_1": "does not hold all", "/clv/segments": "before there were tiers", "/clv/models": "postlift clv backtest"} {
		if !strings.Contains(get(h, "GET", path).Body.String(), want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

// TestEveryPictureHasATable: behind each chart stand its figures.
func TestEveryPictureHasATable(t *testing.T) {
	h := newFakes().staff(t)
	for path, want := range map[string]int{"/clv": 2, "/clv/retention": 1, "/clv/models": 3, "/accounts/acc_1": 3, "/accounts/acc_1/what-if?term=24": 1} {
		body := get(h, "GET", path).Body.String()
		charts := strings.Split(body, `class="chart"`)
		if len(charts)-1 != want {
			t.Errorf("%s shows %d charts, want %d", path, len(charts)-1, want)
		}
		for i, after := range charts[1:] {
			section, _, _ := strings.Cut(after, "</section>")
			if !strings.Contains(section, "<table") && !strings.Contains(section, `<dl class="grid`) {
				t.Errorf("%s: chart %d has no figures beside it", path, i+1)
			}
		}
	}
}

func TestAccountPageSaysWhatItIsWorth(t *testing.T) {
	page := html.UnescapeString(get(newFakes().staff(t), "GET", "/accounts/acc_1", "Accept-Language", "de").Body.String())
	for _, want := range []string{"9.000\u00a0€ – 21.000\u00a0€", "98\u00a0%", "im Monat 2", "42,4\u00a0×", "256\u00a0€ der Akquisekosten", "weil der Umsatz gefallen ist", "ganz kürzlich",
		"oft", "sehr wenig", "unter Vertrag", "Gefährdet", "Wertklasse A", `href="/accounts/acc_1/what-if"`, "in month"} {
		if strings.Contains(page, want) == (want == "in month") {
			t.Errorf("the page and %q do not agree", want)
		}
	}
}

func TestAccountFilters(t *testing.T) {
	f := newFakes()
	var asked scoring.AccountFilter
	f.accounts = func(filter scoring.AccountFilter) ([]scoring.AccountLine, error) {
		asked = filter
		lines := make([]scoring.AccountLine, filter.Limit)
		for i := range lines {
			lines[i] = scoring.AccountLine{UID: "acc_1", Name: "A", Cursor: fmt.Sprint(i, ".1")}
		}
		return lines, nil
	}
	h := f.staff(t)
	page := html.UnescapeString(get(h, "GET", "/accounts?tier=B&stage=lapsed&segment=Gro%C3%9F&after=7.7").Body.String())
	if asked.Tier != "B" || asked.Stage != "lapsed" || asked.Segment != "Groß" || asked.Cursor != "7.7" {
		t.Errorf("asked for %+v", asked)
	}
	next := regexp.MustCompile(`href="(/accounts\?[^"]*)" rel="next"`).FindStringSubmatch(page)
	if next == nil {
		t.Fatal("there is no next page")
	}
	at, err := url.Parse(next[1])
	if err != nil || at.Query().Get("tier") != "B" || at.Query().Get("stage") != "lapsed" || at.Query().Get("segment") != "Groß" || at.Query().Get("after") != "49.1" {
		t.Errorf("the next page is %s", next[1])
	}
	if !strings.Contains(page, `<option value="B" selected>`) || !strings.Contains(page, `<option value="lapsed" selected>`) {
		t.Error("the form does not keep what was chosen")
	}
	for _, bad := range []string{"tier=F", "stage=asleep", "segment=" + strings.Repeat("x", 201)} {
		if w := get(h, "GET", "/accounts?"+bad); w.Code != 400 {
			t.Errorf("%s answers %d", bad[:10], w.Code)
		}
	}
}

// TestWhatIfForm reads what people write, with comma or point, and names the field that cannot be.
func TestWhatIfForm(t *testing.T) {
	days, yes, standard := 30, true, ""
	for _, c := range []struct {
		form  whatIfForm
		want  clv.Change
		wrong string
	}{
		{whatIfForm{Term: "24"}, clv.Change{TermMonths: 24}, ""},
		{whatIfForm{Discount: "5,5 %", Notice: "30", Renew: "yes"}, clv.Change{Discount: .055, NoticeDays: &days, AutoRenew: &yes}, ""},
		{whatIfForm{Service: "default", Price: "-2.5", Hazard: "-20"}, clv.Change{ServiceLevel: &standard, PriceChange: -.025, HazardFactor: .8}, ""},
		{whatIfForm{Discount: "0", Hazard: "0"}, clv.Change{}, ""},
		{whatIfForm{Term: "0"}, clv.Change{}, "term"},
		{whatIfForm{Term: "12.5"}, clv.Change{}, "term"},
		{whatIfForm{Discount: "101"}, clv.Change{}, "discount"},
		{whatIfForm{Discount: "NaN"}, clv.Change{}, "discount"},
		{whatIfForm{Notice: "731"}, clv.Change{}, "notice"},
		{whatIfForm{Renew: "maybe"}, clv.Change{}, "renew"},
		{whatIfForm{Service: "gold"}, clv.Change{}, "service"},
		{whatIfForm{Price: "1e9"}, clv.Change{}, "price"},
		{whatIfForm{Hazard: "-100"}, clv.Change{}, "hazard"},
	} {
		got, wrong := c.form.change([]string{"premium"})
		if wrong != c.wrong {
			t.Errorf("%+v: %q is wrong, want %q", c.form, wrong, c.wrong)
		}
		if wrong == "" && fmt.Sprint(deref(got)) != fmt.Sprint(deref(c.want)) {
			t.Errorf("%+v becomes %v, want %v", c.form, deref(got), deref(c.want))
		}
		if wrong == "" && got.Check() != nil {
			t.Errorf("%+v: %v", c.form, got.Check())
		}
	}
}

// deref shows a change with what its pointers point to.
func deref(c clv.Change) []any {
	out := []any{c.TermMonths, c.Discount, c.PriceChange, fmt.Sprintf("%.6f", c.HazardFactor)}
	if c.NoticeDays != nil {
		out = append(out, "notice", *c.NoticeDays)
	}
	if c.AutoRenew != nil {
		out = append(out, "renew", *c.AutoRenew)
	}
	if c.ServiceLevel != nil {
		out = append(out, "service", *c.ServiceLevel)
	}
	return out
}

func TestWhatIfPage(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	page := html.UnescapeString(get(h, "GET", "/accounts/acc_1/what-if?term=24").Body.String())
	for _, want := range []string{"Worth more: +€510", "€15,090", "€15,600", "+€600", "−€90", "12.0%", "whose customers chose it themselves", `<option value="24" selected>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	f.whatIf = func(clv.Change) (scoring.Difference, error) {
		return scoring.Difference{}, postlift.Faultf(postlift.Invalid, "test", "no such %s", hostile)
	}
	refused := get(h, "GET", "/accounts/acc_1/what-if?discount=5")
	if refused.Code != 200 || !strings.Contains(html.UnescapeString(refused.Body.String()), "no such "+hostile) {
		t.Errorf("a refused change answers %d", refused.Code)
	}
	checkPage(t, refused.Body.String(), "en")
}

// TestMovesGrid: shares are of the stage that an account came from, and each line's counts add up.
func TestMovesGrid(t *testing.T) {
	moves, _ := (&fakes{}).Transitions(t.Context(), scoring.Run{}, scoring.Run{})
	g := newMovesGrid(moves)
	for _, line := range g.Lines {
		sum := 0
		for _, cell := range line.Cells {
			sum += cell.Accounts
			if cell.Same != (cell.Accounts > 0 && cell.From == cell.To) && cell.Accounts > 0 {
				t.Errorf("%+v", cell)
			}
		}
		if sum != line.Accounts || len(line.Cells) != len(g.To) {
			t.Errorf("%+v adds up to %d", line, sum)
		}
	}
	if newMovesGrid(scoring.Moves{}) != nil || len(g.Lines) != 4 {
		t.Errorf("%d lines", len(g.Lines))
	}
}

func TestRFMGrid(t *testing.T) {
	found, _ := (&fakes{}).Segmentation(t.Context(), scoring.Run{})
	g := newRFMGrid(found.RFM)
	best, worst := g.Lines[0].Cells[4], g.Lines[4].Cells[0]
	if best.Accounts != 30 || best.Mean != eur(3100) || best.Heat != 5 {
		t.Errorf("the best cell is %+v", best)
	}
	if worst.Accounts != 70 || worst.Mean != eur(-10) || worst.Heat != 0 {
		t.Errorf("the worst cell is %+v", worst)
	}
	if newRFMGrid(nil) != nil || newRFMGrid([]scoring.RFMLine{{Code: "9x"}}) == nil {
		t.Error("odd codes")
	}
}

// TestAcquisitionReading: a channel that costs more than a new account brings is said to.
func TestAcquisitionReading(t *testing.T) {
	page := html.UnescapeString(get(newFakes().staff(t), "GET", "/clv/acquisition").Body.String())
	for _, want := range []string{"costs more than it brings", "€812", "€600", "few accounts are behind", "not named"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestTinyCohortsAreMarked: cohorts of fewer than 20 accounts carry a word, not only a shade.
func TestTinyCohortsAreMarked(t *testing.T) {
	f := &fakes{}
	cohorts, err := f.Cohorts(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	d := retentionData{Cohorts: cohorts}
	d.triangle()
	for _, l := range d.Lines {
		if l.Tiny != (l.Accounts < 20) || len(l.Cells) != len(d.Later) {
			t.Errorf("%s: %d accounts, tiny %t", l.Start, l.Accounts, l.Tiny)
		}
	}
	if len(d.Lines) != cohortsShown || d.Hidden != 5 {
		t.Errorf("%d cohorts shown, %d hidden", len(d.Lines), d.Hidden)
	}
}

// TestWhyIsBilingual: the reason of a choice is said in the reader's language, with its figures.
func TestWhyIsBilingual(t *testing.T) {
	h := newFakes().staff(t)
	for lang, want := range map[string]string{"en": "MBG/CNBD-k, k = 2 is used. Over 18 tests of 1,700 customers", "de": "MBG/CNBD-k, k = 2 ist im Einsatz. In 18 Prüfungen an 1.700 Kunden"} {
		if !strings.Contains(html.UnescapeString(get(h, "GET", "/clv/models", "Accept-Language", lang).Body.String()), want) {
			t.Errorf("%s does not say %q", lang, want)
		}
	}
}
