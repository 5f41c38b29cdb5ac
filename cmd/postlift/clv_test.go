package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/clv/tables"
)

// constantsOf lists the texts of all constants in a folder and below whose names begin in one of these ways, by file.
func constantsOf(t *testing.T, folder string, beginnings ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					begins := func(with string) bool { return strings.HasPrefix(name.Name, with) }
					if i >= len(v.Values) || !slices.ContainsFunc(beginnings, begins) {
						continue
					}
					if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						text, err := strconv.Unquote(lit.Value)
						if err != nil {
							return err
						}
						found[text] = path
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestEveryFlagOfTheRoomIsExplained: whatever flag a value, a fit or a test can raise has its sentence in
// English and German, and no sentence stands for a flag that nobody raises.
func TestEveryFlagOfTheRoomIsExplained(t *testing.T) {
	allExplained(t, constantsOf(t, filepath.Join("..", "..", "clv"), "Flag", "Warn"), sentences)
}

func allExplained(t *testing.T, found map[string]string, words map[string][2]string) {
	t.Helper()
	if len(found) < 8 {
		t.Fatalf("only %d constants found: the search is broken", len(found))
	}
	for flag, path := range found {
		if s := words[flag]; s[0] == "" || s[1] == "" || s[0] == s[1] {
			t.Errorf("%q of %s has no sentence in English and German", flag, path)
		}
	}
	for flag := range words {
		if found[flag] == "" {
			t.Errorf("no package raises %q any more", flag)
		}
	}
}

// TestEveryReasonIsExplained: whatever makes a row unusable is said in words.
func TestEveryReasonIsExplained(t *testing.T) {
	var c tables.Counts
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Int {
			f.SetInt(1)
		}
	}
	var keys []string
	for _, r := range c.Excluded() {
		keys = append(keys, r.Key)
	}
	slices.Sort(keys)
	if want := slices.Sorted(maps.Keys(reasonSentences)); !slices.Equal(keys, want) {
		t.Errorf("reasons %v, sentences for %v", keys, want)
	}
}

// TestBadFilesOnTheCommandLine: bad input gives exit code 2 and a clear text, or a counted exclusion.
func TestBadFilesOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	tomorrow := postlift.DateOf(time.Now()).AddDays(2)
	good := "a,2024-01-01,10,EUR\na,2024-02-01,10,EUR\nb,2024-01-05,5,EUR\n"
	const header = "customer,date,value,currency\n"
	for name, c := range map[string]struct {
		text string
		args []string
		says string // with exit code 2; "" for a fit
		key  string // of one row counted
	}{
		"mixed currencies":       {header + good + "b,2024-03-05,5,USD\n", nil, "--rate USD=0.92", ""},
		"a currency without one": {header + good + "b,2024-03-05,5,USD\n", []string{"--currency", "EUR", "--rate", "GBP=1.1"}, "", "no_rate"},
		"a future date":          {header + good + "b," + tomorrow.String() + ",5,EUR\n", nil, "", "future"},
		"an empty file":          {"", nil, "the order log is empty", ""},
		"a header only":          {header, nil, "header only", ""},
		"an unreferenced credit": {header + good + "c,2024-03-05,-5,EUR\n", nil, "", "credit_without_order"},
		"before the company":     {header + good + "b,1899-12-30,5,EUR\n", nil, "", "too_early"},
		"before its first day":   {header + good + "b,1999-12-30,5,EUR\n", []string{"--not-before", "2001-01-01"}, "", "too_early"},
		"a bad rate":             {header + good, []string{"--currency", "EUR", "--rate", "USD"}, "--rate USD=0.92", ""},
		"a bad date":             {header + good, []string{"--not-before", "soon"}, "--not-before", ""},
		"bad columns":            {header + good, []string{"--columns", "customer=1,colour=2"}, "colour=2", ""},
		"bad zero lines":         {header + good, []string{"--zero-lines", "perhaps"}, "keep or drop", ""},
		"no such segment":        {header + good, []string{"--segment", "industry"}, `no column "industry"`, ""},
		"no such spend model":    {header + good, []string{"--spend", "crystal-ball"}, "crystal-ball", ""},
		"k without its model":    {header + good, []string{"--k", "2"}, "mbgcnbd", ""},
		"a language":             {header + good, []string{"--language", "fr"}, "en or de", ""},
		"all before the history": {"customer,date,value,opened\na,2024-02-01,3,2020-01-01\n", nil, "won before the history begins", ""},
	} {
		file := filepath.Join(dir, "orders.csv")
		write(t, file, c.text)
		code, out, errOut := call(t, append([]string{"clv", "fit", "--orders", file, "--json"}, c.args...)...)
		if c.says != "" {
			if code != 2 || out != "" || !strings.Contains(errOut, c.says) {
				t.Errorf("%s: exit code %d, %q, want 2 and %q", name, code, errOut, c.says)
			}
			continue
		}
		var got struct{ Rows map[string]any }
		if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || got.Rows[c.key] != 1.0 {
			t.Errorf("%s: exit code %d, %v, %s%s", name, code, err, errOut, out)
		}
	}
}

// sampleLog writes a log of customers of two industries, one of which orders more often.
func sampleLog(t *testing.T, customers int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("customer;date;value;industry\n")
	start := postlift.MustDate("2023-01-02")
	for i := range customers {
		industry, gap := "metal", 60.0
		if i%3 == 0 {
			industry, gap = "wood", 20
		}
		gap *= .3 + rng.ExpFloat64()
		for day := rng.IntN(300); day < 900; day += 1 + int(gap*rng.ExpFloat64()) {
			fmt.Fprintf(&b, "K%d;%s;%s;%s\n", i, start.AddDays(day).Format("de"), strings.Replace(fmt.Sprintf("%.2f", 20+100*rng.ExpFloat64()), ".", ",", 1), industry)
			if rng.Float64() < .1 {
				break
			}
		}
	}
	file := filepath.Join(t.TempDir(), "orders.csv")
	write(t, file, b.String())
	return file
}

// TestFitEverything asks for all that clv fit can do, in one document and in words.
func TestFitEverything(t *testing.T) {
	file, charts := sampleLog(t, 900), filepath.Join(t.TempDir(), "new", "charts")
	args := []string{"clv", "fit", "--orders", file, "--model", "mbgcnbd", "--spend", "best", "--compare", "--segment", "industry",
		"--covariates", "industry", "--charts", charts, "--language", "de"}
	var got struct {
		Model    string
		Spend    struct{ Model string }
		Compare  []comparedModel
		Segments []struct {
			Segment   string
			Customers int
			Params    map[string]float64
		}
		Covariates covariateAnswer
		Warnings   []warning
		Charts     []string
	}
	doc := must(t, append(args, "--json")...)
	if err := json.Unmarshal([]byte(doc), &got); err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	if !strings.HasPrefix(got.Model, "mbg") || got.Spend.Model == "" || len(got.Compare) != 5 || len(got.Charts) != 2 {
		t.Errorf("%s", doc)
	}
	if len(got.Segments) != 2 || got.Segments[0].Segment != "metal" || got.Segments[0].Customers != 600 || got.Segments[1].Customers != 300 {
		t.Errorf("segments %+v", got.Segments)
	}
	if c := got.Covariates; len(c.Orders) != 1 || c.Orders[0].Name != "industry=wood" || !(c.Orders[0].Value > 2*c.Orders[0].SE) || c.Columns[0].Base != "metal" {
		t.Errorf("wood orders three times as often: %+v", c)
	}
	for _, path := range got.Charts {
		soundPicture(t, path, "beobachtet")
	}
	text := must(t, args...)
	for _, want := range []string{"AIC", "Segment wood", "Kunden mit industry=wood bestellen", "mittlerer Log-Score", "Diagramm " + charts} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}

// soundPicture reads a chart as XML and looks for a text.
func soundPicture(t *testing.T, path, want string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(string(raw)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if s := string(raw); !strings.Contains(s, want) || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
		t.Errorf("%s lacks %q or holds a number that is none", path, want)
	}
}

// TestFitRenewals compares with Fader and Hardie (2007), Regular: alpha .704077, beta 1.182043, LL -1680.265188.
func TestFitRenewals(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.csv")
	write(t, file, "opportunity,ended,renewed\n1,369,631\n2,163,468\n3,86,382\n4,56,326\n5,37,289\n6,27,262\n7,21,241\n")
	var got struct {
		Model    *string
		Renewals renewalAnswer
	}
	doc := must(t, "clv", "fit", "--renewals", file, "--charts", dir, "--json")
	if err := json.Unmarshal([]byte(doc), &got); err != nil || got.Model != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	sbg := got.Renewals.Models[1]
	near(t, sbg.Params, map[string]float64{"alpha": .704077, "beta": 1.182043}, 1e-5)
	if got.Renewals.Chosen != "sbg" || math.Abs(sbg.LogLikelihood+1680.265188) > 1e-5 || math.Abs(got.Renewals.Observed[6].Survival-.241) > 1e-12 {
		t.Errorf("%s", doc)
	}
	soundPicture(t, filepath.Join(dir, "survival.svg"), "observed 24.1%")
	write(t, file, "start,end,term_months,ended\n2024-01-01,2024-12-31,12,yes\n2024-01-01,,12,no\n2024-06-01,,12,no\n")
	if text := must(t, "clv", "fit", "--renewals", file, "--until", "2026-01-15"); !strings.Contains(text, "4 decisions") || !strings.Contains(text, "few_accounts") {
		t.Errorf("%s", text)
	}
}

// TestPredictFromAFit: the answer of a fit predicts; months add up to the horizon; the total of CDNOW's 39 weeks
// under MBG/NBD is the 1576.7 that BTYDplus and lifetimes predict.
func TestPredictFromAFit(t *testing.T) {
	log := []string{"--orders", filepath.Join(testData(t), "clv", "CDNOW_sample.txt"), "--columns", "customer=2,date=3,value=5", "--until", "1997-09-30"}
	fit := filepath.Join(t.TempDir(), "fit.json")
	write(t, fit, must(t, append([]string{"clv", "fit", "--model", "mbgnbd", "--json"}, log...)...))
	out := must(t, append([]string{"clv", "predict", "--fit", fit, "--horizon", "39", "--monthly", "--discount-rate", ".1"}, log...)...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if want := "id,p_alive,expected_orders,mean_spend,expected_value,dert,discounted_value,month_1,"; !strings.HasPrefix(lines[0], want) || len(lines) != 2358 {
		t.Fatalf("%d lines, %s", len(lines), lines[0])
	}
	total := 0.0
	for _, line := range lines[1:] {
		cells := strings.Split(line, ",")
		months := 0.0
		for _, c := range cells[7:] {
			months += number(t, c)
		}
		orders := number(t, cells[2])
		total += orders
		if math.Abs(months-orders) > 1e-9*(1+orders) || !(number(t, cells[5]) > 0) || math.Abs(number(t, cells[4])-orders*number(t, cells[3])) > 1e-9*(1+number(t, cells[4])) {
			t.Fatalf("%s", line)
		}
	}
	if math.Abs(total-1576.7) > .1 {
		t.Errorf("%g orders in 39 weeks, want 1576.7", total)
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPredictRefuses(t *testing.T) {
	dir := t.TempDir()
	summary, fit, log := filepath.Join(dir, "s.csv"), filepath.Join(dir, "fit.json"), filepath.Join(dir, "o.csv")
	write(t, summary, "id,x,t_x,T\n7,2,10,30\n")
	write(t, fit, `{"model": "bgnbd", "params": {"r": 1, "alpha": 2, "a": 1, "b": 2}}`)
	write(t, log, "customer,date\na,2024-01-01\na,2024-03-01\n")
	const bgbb = "alpha=1,beta=1,gamma=1,delta=1"
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no parameters":       {[]string{"--summary", summary}, "--params"},
		"both":                {[]string{"--summary", summary, "--fit", fit, "--params", "r=1"}, "--params"},
		"another model":       {[]string{"--summary", summary, "--fit", fit, "--model", "mbgnbd"}, "leave --model out"},
		"no fit":              {[]string{"--summary", summary, "--fit", summary}, "no model"},
		"no file":             {[]string{"--fit", fit}, "--orders FILE"},
		"a rate of 20":        {[]string{"--summary", summary, "--fit", fit, "--discount-rate", "20"}, "0 to 10"},
		"discrete by month":   {[]string{"--summary", summary, "--model", "bgbb", "--params", bgbb, "--monthly"}, "opportunities"},
		"discrete from a log": {[]string{"--orders", log, "--model", "bgbb", "--params", bgbb}, "--summary"},
		"a gamma for two":     {[]string{"--summary", summary, "--model", "bgbb", "--params", bgbb + ",p=6,q=4"}, "--fit FILE"},
		"a stranger":          {[]string{"--summary", summary, "--params", "r=1,alpha=2,a=1,b=2,colour=1"}, "colour"},
	} {
		code, out, errOut := call(t, append([]string{"clv", "predict", "--horizon", "10"}, c.args...)...)
		if code != 2 || !strings.Contains(errOut, c.says) {
			t.Errorf("%s: exit code %d, %q%s, want 2 and %q", name, code, errOut, out, c.says)
		}
	}
	if out := must(t, "clv", "predict", "--summary", summary, "--horizon", "10", "--params", "r=1,alpha=2,a=1,b=2,mu=3,tau=.5,sigma=.5"); !strings.Contains(out, "mean_spend") {
		t.Errorf("the lognormal model's parameters add the spend: %s", out)
	}
}

// TestPredictOlderCustomers: a customer won before the history is predicted from its opening on.
func TestPredictOlderCustomers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "o.csv")
	write(t, file, "customer,date,value,opened\nnew,2024-01-01,10,\nold,2024-02-01,10,2019-05-01\nold,2024-06-01,10,2019-05-01\nnew,2024-12-31,10,\n")
	out := must(t, "clv", "predict", "--orders", file, "--params", "r=1,alpha=8,a=1,b=3,p=6,q=4,gamma=15", "--horizon", "52")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[2], "old,") {
		t.Fatalf("%s", out)
	}
	early := must(t, "clv", "predict", "--orders", file, "--params", "r=1,alpha=8,a=1,b=3,p=6,q=4,gamma=15", "--horizon", "52", "--history-start", "2018-01-01")
	if old := strings.Split(early, "\n")[2]; old == lines[2] {
		t.Errorf("the same prediction whether won in 2019 or with its first order: %s", old)
	}
}

// TestBacktestOnAFile runs on orders alone: a table, a choice with its reason, charts.
func TestBacktestOnAFile(t *testing.T) {
	file, charts := sampleLog(t, 400), t.TempDir()
	args := []string{"clv", "backtest", "--orders", file, "--models", "bgnbd,mbgnbd", "--segment", "industry", "--horizons", "3m,26w", "--charts", charts}
	var got struct {
		Choice   struct{ Key, Sentence string }
		Tests    []any
		Segments []struct{ Segment string }
		Rows     tables.Counts
		Charts   []string
	}
	doc := must(t, append(args, "--json")...)
	if err := json.Unmarshal([]byte(doc), &got); err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	if got.Choice.Key == "" || len(got.Tests) < 4 || len(got.Segments) < 2 || got.Rows.Used == 0 || len(got.Charts) != 3 {
		t.Errorf("%+v", got)
	}
	for _, in := range []struct {
		language string
		wants    []string
	}{ // German last: its charts are looked at below
		{"en", []string{got.Choice.Sentence, "horizon 3m", "(naive)", "segment wood", "90% band"}},
		{"de", []string{got.Choice.Key + " wird verwendet: über", "wird für Bestellwerte verwendet", "Zeitraum 3m", "(naiv)", "Segment wood", "90-%-Band"}},
	} {
		text := must(t, append(args, "--language", in.language)...)
		for _, want := range in.wants {
			if !strings.Contains(text, want) {
				t.Errorf("the text lacks %q:\n%s", want, text)
			}
		}
	}
	for name, want := range map[string]string{"tracking": "eingegangen", "calibration": "vorhergesagt", "lift": "beste Zehntel"} {
		soundPicture(t, filepath.Join(charts, name+".svg"), want)
	}
	contracts := filepath.Join(t.TempDir(), "c.csv")
	var b strings.Builder
	b.WriteString("start,end,term_months,ended\n")
	for i := range 300 {
		start := postlift.MustDate("2020-01-01").AddDays(5 * i)
		if i%4 == 0 {
			fmt.Fprintf(&b, "%s,%s,12,yes\n", start, start.AddMonths(12*(1+i%3)))
		} else {
			fmt.Fprintf(&b, "%s,,12,no\n", start)
		}
	}
	write(t, contracts, b.String())
	if text := must(t, append(args, "--renewals", contracts)...); !strings.Contains(text, "last_year (naive)") || !strings.Contains(text, "calibration slope") {
		t.Errorf("renewals are not tested:\n%s", text)
	}
	for _, bad := range [][]string{{"--horizons", "soon"}, {"--origins", "2023"}, {"--step", "-1"}, {"--models", "crystal-ball"}} {
		if code, _, errOut := call(t, append(append([]string{}, args[:4]...), bad...)...); code != 2 || errOut == "" {
			t.Errorf("%v: exit code %d, %q", bad, code, errOut)
		}
	}
}

// TestBacktestNeedsTheFile: what only a file can be asked is not silently dropped on the database.
func TestBacktestNeedsTheFile(t *testing.T) {
	for _, args := range [][]string{{"--models", "bgnbd"}, {"--until", "2026-01-01", "--json"}, {"--orders", "x.csv", "--as-of", "2026-01-01"}} {
		code, out, errOut := call(t, append([]string{"clv", "backtest"}, args...)...)
		if code != 2 || out != "" || !strings.Contains(errOut, "--orders") && !strings.Contains(errOut, "--until") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
}

// TestChartWords: numbers and lengths of time in both languages.
func TestChartWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{language("en").count(1234567.4), "1,234,567"}, {language("de").count(-1234), "-1.234"}, {language("en").count(0), "0"},
		{language("en").percent(.5), "50%"}, {language("de").percent(.1234), "12,3 %"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
