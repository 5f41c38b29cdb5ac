package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/backtest"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
)

// planted is a log of customers won through three channels, and what they ordered after it.
type planted struct {
	log, summary string
	until        string
	later        map[string]float64 // order days within the holdout
}

// holdoutDays is how long the planted customers are followed after the log.
const holdoutDays = 39 * 7

// plant simulates customers under BG/NBD with r .8, alpha 12 weeks, a .6, b 2.4. Those of the channel fair order
// exp(1) times as fast, those of web with exp(1.2) times the odds of leaving; phone is the base. Half of all are
// won in the last twelve weeks of the log, so that little but the channel is known of them.
func plant(t *testing.T, n int) planted {
	t.Helper()
	rng := rand.New(rand.NewPCG(31, 4))
	until := postlift.MustDate("2025-06-30")
	p := planted{until: until.String(), later: map[string]float64{}, log: filepath.Join(t.TempDir(), "orders.csv"), summary: filepath.Join(t.TempDir(), "summary.csv")}
	laws := map[string]simulate.BGNBD{"phone": {R: .8, Alpha: 12, A: .6, B: 2.4}, "fair": {R: .8, Alpha: 12 * math.Exp(-1), A: .6, B: 2.4}}
	odds := .25 * math.Exp(1.2)
	laws["web"] = simulate.BGNBD{R: .8, Alpha: 12, A: 3 * odds / (1 + odds), B: 3 / (1 + odds)}
	var log, summary strings.Builder
	log.WriteString("customer,date,channel\n")
	summary.WriteString("id,x,t_x,T,channel\n")
	for i := range n {
		channel := []string{"phone", "phone", "fair", "web"}[i%4]
		age := 1 + rng.IntN(84)
		if i%8 < 4 {
			age = 84 + rng.IntN(280)
		}
		id, won := fmt.Sprintf("c%d", i), until.AddDays(-age)
		fmt.Fprintf(&log, "%s,%s,%s\n", id, won, channel)
		x, last := 0, 0
		for _, day := range simulate.Days(laws[channel], rng, age+holdoutDays, nil) {
			if day > age {
				p.later[id]++
				continue
			}
			x, last = x+1, day
			fmt.Fprintf(&log, "%s,%s,%s\n", id, won.AddDays(day), channel)
		}
		fmt.Fprintf(&summary, "%s,%d,%.17g,%.17g,%s\n", id, x, float64(last)/7, float64(age)/7, channel)
	}
	write(t, p.log, log.String())
	write(t, p.summary, summary.String())
	return p
}

// predictions reads the expected orders by customer.
func predictions(t *testing.T, out string) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
		cells := strings.Split(line, ",")
		got[cells[0]] = number(t, cells[2])
	}
	return got
}

// nearer wants predictions whose mean absolute error is smaller than that of others by more than three standard
// errors of the difference, customer by customer.
func (p planted) nearer(t *testing.T, what string, got, others map[string]float64) {
	t.Helper()
	n := float64(len(got))
	var mae, diff, square float64
	for id, v := range got {
		e := math.Abs(v - p.later[id])
		d := math.Abs(others[id]-p.later[id]) - e
		mae, diff, square = mae+e/n, diff+d/n, square+d*d/n
	}
	se := math.Sqrt((square - diff*diff) / n)
	t.Logf("%s: mean absolute error %.4f, %.4f +- %.4f less than without", what, mae, diff, se)
	if len(got) != len(others) || !(diff > 3*se) {
		t.Errorf("%s: mean absolute error %.4f, %.4f +- %.4f less than without", what, mae, diff, se)
	}
}

// TestPredictWithCovariates: the effects of a planted column make predictions of what comes later better, every
// prediction is that of the customer's own parameters worked out by hand, and so are those by segment.
func TestPredictWithCovariates(t *testing.T) {
	p := plant(t, 4000)
	fit := filepath.Join(t.TempDir(), "fit.json")
	doc := must(t, "clv", "fit", "--orders", p.log, "--until", p.until, "--covariates", "channel", "--segment", "channel", "--json")
	write(t, fit, doc)
	by := func(use, kind, file string, more ...string) map[string]float64 {
		return predictions(t, must(t, append([]string{"clv", "predict", "--" + kind, file, "--fit", fit, "--horizon", "39", "--use", use}, more...)...))
	}
	together, apart, plain := by("covariates", "summary", p.summary), by("segments", "summary", p.summary), by("portfolio", "summary", p.summary)
	if len(plain) != 4000 {
		t.Fatalf("%d predictions", len(plain))
	}
	p.nearer(t, "covariates", together, plain)
	p.nearer(t, "segments", apart, plain)
	for id, v := range by("covariates", "orders", p.log, "--until", p.until) {
		if math.Abs(v-together[id]) > 1e-12*(1+v) {
			t.Fatalf("%s: %g from the log, %g from its summary", id, v, together[id])
		}
	}
	byHand(t, p, doc, together)
	out := predictions(t, must(t, "clv", "predict", "--summary", p.summary, "--fit", fit, "--horizon", "39"))
	if out["c2"] != together["c2"] {
		t.Errorf("a fit with both uses %g, the covariates give %g", out["c2"], together["c2"])
	}
}

// byHand works out the parameters of a channel: alpha exp(-g), and logit a/(a+b) + h at the same a+b.
func byHand(t *testing.T, p planted, doc string, got map[string]float64) {
	t.Helper()
	var fit struct{ Covariates covariateAnswer }
	if err := json.Unmarshal([]byte(doc), &fit); err != nil {
		t.Fatal(err)
	}
	c := fit.Covariates
	models := map[string]purchase.Model{}
	for i, channel := range []string{"fair", "web"} {
		if c.Orders[i].Name != "channel="+channel {
			t.Fatalf("effects %+v", c.Orders)
		}
		a, b := c.Base["a"], c.Base["b"]
		odds := a / b * math.Exp(c.Leaving[i].Value)
		models[channel] = purchase.BGNBD{R: c.Base["r"], Alpha: c.Base["alpha"] * math.Exp(-c.Orders[i].Value), A: (a + b) * odds / (1 + odds), B: (a + b) / (1 + odds)}
	}
	models["phone"] = purchase.BGNBD{R: c.Base["r"], Alpha: c.Base["alpha"], A: c.Base["a"], B: c.Base["b"]}
	for _, line := range strings.Split(strings.TrimSpace(read(t, p.summary)), "\n")[1:] {
		cells := strings.Split(line, ",")
		x, tx, age := int(number(t, cells[1])), number(t, cells[2]), number(t, cells[3])
		want := purchase.ExpectedOrders(models[cells[4]], x, tx, age, 39)
		if math.Abs(got[cells[0]]-want) > 1e-9*(1+want) {
			t.Fatalf("%s: %g, by hand %g", line, got[cells[0]], want)
		}
	}
	for name, c := range map[string]struct {
		got  effect
		want float64
	}{"fair orders": {c.Orders[0], 1}, "web leaves": {c.Leaving[1], 1.2}} {
		if math.Abs(c.got.Value-c.want) > 3*c.got.SE {
			t.Errorf("%s: %.3f +- %.3f, planted %.2f", name, c.got.Value, c.got.SE, c.want)
		}
	}
}

// TestPredictStrangers: what the fit does not know is told, counted and predicted all the same.
func TestPredictStrangers(t *testing.T) {
	p := plant(t, 1200)
	fit, file := filepath.Join(t.TempDir(), "fit.json"), filepath.Join(t.TempDir(), "s.csv")
	write(t, fit, must(t, "clv", "fit", "--summary", p.summary, "--covariates", "channel", "--segment", "channel", "--json"))
	write(t, file, "id,x,t_x,T,channel\na,2,5,20,phone\nb,2,5,20,pigeon\nc,2,5,20,\nd,2,5,20,pigeon\ne,2,5,20,web\n")
	for use, says := range map[string]string{"covariates": "5 Kunden vorhergesagt, mit der Wirkung von channel\n  3 haben einen Wert von channel, den die Anpassung nicht kennt (pigeon 2, (ohne) 1): als der häufigste Wert gewertet",
		"segments": "vorhergesagt nach der Anpassung aller Kunden"} {
		code, out, errOut := call(t, "clv", "predict", "--summary", file, "--fit", fit, "--horizon", "10", "--use", use, "--language", "de")
		if code != 0 || !strings.Contains(errOut, says) {
			t.Fatalf("%s: exit code %d, %q", use, code, errOut)
		}
		got := predictions(t, out)
		if got["b"] != got["c"] || got["b"] != got["d"] || got["e"] == got["a"] {
			t.Errorf("%s: %v", use, got)
		}
		if base := use == "covariates"; (got["b"] == got["a"]) != base {
			t.Errorf("%s: strangers %g, base %g", use, got["b"], got["a"])
		}
	}
	plain := filepath.Join(t.TempDir(), "plain.json")
	write(t, plain, must(t, "clv", "fit", "--summary", p.summary, "--json"))
	bare := filepath.Join(t.TempDir(), "bare.csv")
	write(t, bare, "id,x,t_x,T\na,2,5,20\n")
	broken := filepath.Join(t.TempDir(), "broken.json")
	write(t, broken, strings.Replace(read(t, fit), `"name": "channel=fair"`, `"name": "channel=fare"`, 1))
	for _, c := range []struct{ file, fit, use, says string }{
		{bare, fit, "", `has no column "channel"`}, {bare, fit, "segments", "--use portfolio does without"},
		{file, plain, "covariates", "made without --covariates"}, {file, plain, "segments", "made without --segment"},
		{file, fit, "magic", "covariates, segments or portfolio"}, {file, broken, "", "make the fit anew"},
	} {
		code, out, errOut := call(t, "clv", "predict", "--summary", c.file, "--fit", c.fit, "--horizon", "10", "--use", c.use)
		if code != 2 || !strings.Contains(errOut, c.says) {
			t.Errorf("%+v: exit code %d, %q%s", c, code, errOut, out)
		}
	}
	if out := must(t, "clv", "predict", "--summary", bare, "--fit", fit, "--horizon", "10", "--use", "portfolio"); !strings.HasPrefix(out, "id,") {
		t.Error(out)
	}
}

// TestPredictByColumnNumber: a log without a header is fitted and predicted by the numbers of its columns, and
// rare values of the fit are no strangers.
func TestPredictByColumnNumber(t *testing.T) {
	p := plant(t, 1200)
	lines := strings.Split(read(t, p.log), "\n")[1:]
	for i := range 6 {
		lines = append(lines, fmt.Sprintf("r%d,2025-05-0%d,post", i, i+1))
	}
	write(t, p.log, strings.Join(lines, "\n"))
	log := []string{"--orders", p.log, "--columns", "customer=1,date=2", "--until", p.until}
	fit := filepath.Join(t.TempDir(), "fit.json")
	doc := must(t, append([]string{"clv", "fit", "--covariates", "3", "--json"}, log...)...)
	write(t, fit, doc)
	if !strings.Contains(doc, `"name": "column 3"`) || !strings.Contains(doc, `"post"`) {
		t.Fatalf("%s", doc)
	}
	code, out, errOut := call(t, append([]string{"clv", "predict", "--fit", fit, "--horizon", "10"}, log...)...)
	if code != 0 || errOut != "1,206 customers predicted with the effects of column 3\n" || strings.Count(out, "\n") != 1207 {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}

// TestEffectsInWords: an effect is a sentence, and one that may be chance says so.
func TestEffectsInWords(t *testing.T) {
	for _, c := range []struct {
		e     effect
		l     language
		model string
		want  string
	}{
		{effect{Value: math.Log(1.23), SE: .056}, "en", "bgnbd", "customers of channel=fair order 23% more often than those of channel=web (95% interval +10% to +37%)"},
		{effect{Value: math.Log(.7), SE: .1}, "de", "bgnbd", "Kunden mit channel=fair bestellen 30 % seltener als die mit channel=web (95-%-Intervall -42 % bis -15 %)"},
		{effect{Value: math.Log(2.5), SE: .1}, "en", "mbgcnbd", "customers of channel=fair order 2.5 times as often as those of channel=web (95% interval 2.1 to 3.0 times)"},
		{effect{Value: math.Log(2.5), SE: .1}, "de", "paretonbd", "Kunden mit channel=fair bestellen 2,5-mal so häufig wie die mit channel=web (95-%-Intervall 2,1- bis 3,0-mal)"},
		{effect{Value: -.001, SE: .1}, "en", "bgnbd", "customers of channel=fair order about as often as those of channel=web: no clear difference (+0%, 95% interval -18% to +22%)"},
		{effect{Value: .01, SE: .1}, "en", "bgbb", "customers of channel=fair against those of channel=web: no clear difference in the odds of ordering (+1%, 95% interval -17% to +23%)"},
	} {
		if got := c.e.sentence(orderWords(c.model), c.l, "channel=fair", "channel=web"); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := (effect{Value: -.5, SE: .1}).sentence(leavingWords("paretonbd"), "en"); got != "they leave at a rate 39% lower (95% interval -50% to -26%)" {
		t.Errorf("%q", got)
	}
}

// TestSeriesOfTheChosen: where fits came out alike, the chosen model's line is the one drawn for them, and that of
// no other model of its family.
func TestSeriesOfTheChosen(t *testing.T) {
	day, h := postlift.MustDate("2025-01-01"), backtest.Horizon{Months: 3}
	r := backtest.Report{Tracking: backtest.Tracking{Origin: day, Horizon: h}, Results: []backtest.Result{
		{Origin: day, Horizon: h, Model: "mbgnbd", Orders: 10}, {Origin: day, Horizon: h, Model: "mbgcnbd", Orders: 12},
		{Origin: day, Horizon: h, Model: "mbgcnbd-2", Orders: 12}, {Origin: day.AddDays(-9), Horizon: h, Model: "mbgnbd", Orders: 12}}}
	all := []backtest.Series{{Model: "mbgnbd", Values: []float64{1}}, {Model: "mbgcnbd-2", Values: []float64{2}}}
	for key, want := range map[string]float64{"mbgnbd": 1, "mbgcnbd-2": 2, "mbgcnbd": 2} {
		if v, ok := seriesOf(r, all, day, key); !ok || v[0] != want {
			t.Errorf("%s: %v", key, v)
		}
	}
	if v, ok := seriesOf(r, all, day, "paretonbd"); ok {
		t.Errorf("a model without a line has %v", v)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
