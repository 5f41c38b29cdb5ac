package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
)

// TestEvenly: a path known every two weeks is read by week and by month where it belongs.
func TestEvenly(t *testing.T) {
	origin := postlift.MustDate("2025-01-01")
	var days []postlift.Date
	var values []float64
	for d := 14; d < 400; d += 14 {
		days, values = append(days, origin.AddDays(d)), append(values, float64(d))
	}
	days, values = append(days, origin.AddDays(401)), append(values, 401)
	for _, step := range []float64{7, 30.4375} {
		got := evenly(origin, days, values, step)
		if len(got) != int(401/step)+1 {
			t.Errorf("step %g: %d points", step, len(got))
		}
		for n, v := range got {
			if d := v - float64(n)*step; d < -.6 || d > .6 {
				t.Errorf("step %g: %g at %d", step, v, n)
			}
		}
	}
}

// TestFilesTellWhatWasRead: the columns stand on standard error, prediction tells the rows that it could not use and
// where its data are read otherwise than those of the fit.
func TestFilesTellWhatWasRead(t *testing.T) {
	dir := t.TempDir()
	file, fit := filepath.Join(dir, "o.csv"), filepath.Join(dir, "fit.json")
	var b strings.Builder
	b.WriteString("Kundennummer;Belegdatum;Nettobetrag;Belegart;Farbe\n")
	for i := range 60 {
		fmt.Fprintf(&b, "K%d;%02d.03.2024;1.%03d,50;RE;rot\nK%d;%02d.09.2024;20;RE;rot\n", i%40, i%28+1, i, i%40, i%27+1)
	}
	b.WriteString("K1;05.10.2024;20;XY;rot\nZ;nie;5;RE;blau\n")
	write(t, file, b.String())
	code, out, errOut := call(t, "clv", "fit", "--orders", file, "--json")
	const columns = "columns: customer=Kundennummer, date=Belegdatum, value=Nettobetrag, type=Belegart; not used: Farbe\n"
	if code != 0 || !strings.HasPrefix(errOut, columns) {
		t.Fatalf("exit code %d, %q", code, errOut)
	}
	var got fitAnswer
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Rows.UnknownType != 1 || got.Rows.BadDate != 1 || got.Rows.NoOrders != 1 ||
		got.Source.Columns["date"] != "Belegdatum" || got.Source.Until != postlift.MustDate("2024-09-27") {
		t.Fatalf("%v\n%s", err, out)
	}
	write(t, fit, out)
	code, out, errOut = call(t, "clv", "predict", "--orders", file, "--fit", fit, "--horizon", "10", "--until", "2024-08-31", "--types", "XY=ignore", "--language", "de")
	if code != 0 || !strings.HasPrefix(out, "id,p_alive") {
		t.Fatalf("exit code %d, %s", code, errOut)
	}
	for _, want := range []string{"Zeilen mit unlesbarem Datum", "der erste Fall", "die Anpassung stammt von anderen Daten", "letzter Tag war dort", "Belegarten war dort (ohne) und ist hier XY=ignore", "RE 60 (Bestellung)"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("no %q in\n%s", want, errOut)
		}
	}
	_, _, errOut = call(t, "clv", "predict", "--orders", file, "--fit", fit, "--horizon", "10")
	if strings.Contains(errOut, "other data") {
		t.Errorf("the same data: %s", errOut)
	}
}

// TestRefusedFlags: what groups nobody is no segment, and words that are none of their flag's are refused.
func TestRefusedFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "o.csv")
	var b strings.Builder
	b.WriteString("customer,date,value,phone,region\n")
	for i := range 80 {
		fmt.Fprintf(&b, "c%d,2024-%02d-01,5,%d,%d\n", i%40, i%12+1, i%40, i%3)
	}
	write(t, file, b.String())
	for says, args := range map[string][]string{
		"40 different values for 40 customers": {"--segment", "phone"},
		"comma or point":                       {"--decimal", "dot"},
		"--types RE=order":                     {"--types", "RE=invoice"},
	} {
		for _, command := range []string{"fit", "backtest"} {
			if code, _, errOut := call(t, append([]string{"clv", command, "--orders", file}, args...)...); code != 2 || !strings.Contains(errOut, says) {
				t.Errorf("%s %v: exit code %d, %q, want %q", command, args, code, errOut, says)
			}
		}
	}
	if code, _, errOut := call(t, "clv", "fit", "--orders", file, "--segment", "region", "--columns", "customer=1,date=2,value=3,type=none"); code != 0 {
		t.Errorf("%s", errOut)
	}
}

// TestFitRenewalsByTerm: contracts of several terms, with German headers and days as ends, get a fit by term.
func TestFitRenewalsByTerm(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.csv")
	var b strings.Builder
	b.WriteString("Vertragsbeginn;Laufzeit (Monate);gekündigt zum\n")
	start := postlift.MustDate("2020-01-01")
	for i := range 200 {
		from := start.AddDays(i)
		ended := ""
		if i%4 == 0 {
			ended = from.AddMonths(24).Format("de")
		}
		fmt.Fprintf(&b, "%s;24;%s\n", from.Format("de"), ended)
		if ended = ""; i%10 == 0 {
			ended = from.AddMonths(12).Format("de")
		}
		fmt.Fprintf(&b, "%s;12;%s\n", from.Format("de"), ended)
	}
	write(t, file, b.String())
	var got fitAnswer
	if err := json.Unmarshal([]byte(must(t, "clv", "fit", "--renewals", file, "--until", "2022-12-31", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	terms := got.Renewals.ByTerm
	if len(terms) != 2 || terms[0].Term != "annual" || terms[0].Ended != 20 || terms[1].Ended != 50 || terms[1].Decisions != 200 ||
		!(terms[0].FirstEnd < .16 && terms[1].FirstEnd > .18 && terms[1].FirstEnd < .3) {
		t.Errorf("%+v", terms)
	}
	if text := must(t, "clv", "fit", "--renewals", file, "--until", "2022-12-31", "--language", "de"); !strings.Contains(text, "Verträge ab 24 Monaten  200 Entscheidungen, 50 beendet") {
		t.Error(text)
	}
}

// TestGermanNumbers: a German text has decimal commas and German dates, whatever the verb.
func TestGermanNumbers(t *testing.T) {
	l := language("de")
	if got := l.say("%s  log-likelihood %.6f, AIC %.4f", "x", -1234.5, 2.25); got != "x  Log-Likelihood -1234,500000, AIC 2,2500" {
		t.Error(got)
	}
	if got := l.say("%d of %d customers, orders from %s to %s, %d tests", 1, 2, postlift.MustDate("2025-03-01"), postlift.MustDate("2025-04-02"), 3); !strings.Contains(got, "vom 01.03.2025 bis 02.04.2025") {
		t.Error(got)
	}
	if got := language("en").say("%s  log-likelihood %.6f, AIC %.4f", "x", -1.5, 2.25); got != "x  log-likelihood -1.500000, AIC 2.2500" {
		t.Error(got)
	}
}

// TestPredictForms: lengths of time, decimals, separators and the order of months.
func TestPredictForms(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.csv")
	write(t, file, "id,x,t_x,T\na;b,2,10,30\n")
	args := []string{"clv", "predict", "--summary", file, "--params", "r=1,alpha=8,a=1,b=3"}
	if a, b := must(t, append(args, "--horizon", "39")...), must(t, append(args, "--horizon", "39w")...); a != b {
		t.Errorf("%s%s", a, b)
	}
	out := must(t, append(args, "--horizon", "12m", "--monthly", "--decimals", "3", "--separator", "semicolon", "--decimal-comma")...)
	lines := strings.Split(out, "\n")
	if !strings.HasPrefix(lines[0], "id;p_alive;") || !strings.HasSuffix(lines[0], ";month_12") || !strings.HasPrefix(lines[1], `"a;b";0,`) || strings.Contains(lines[1], ".") {
		t.Error(out)
	}
	doc := must(t, append(args, "--horizon", "39", "--monthly", "--json")...)
	if !strings.Contains(doc, `"month_09_partial"`) || !strings.Contains(doc, `"month_01"`) {
		t.Error(doc)
	}
	for says, more := range map[string][]string{"39w, 12m": {"--horizon", "soon"}, "semicolon or tab": {"--horizon", "9", "--separator", "bar"}, "semicolon or a tab": {"--horizon", "9", "--decimal-comma"}} {
		if code, _, errOut := call(t, append(args, more...)...); code != 2 || !strings.Contains(errOut, says) {
			t.Errorf("%v: %d, %s", more, code, errOut)
		}
	}
}
