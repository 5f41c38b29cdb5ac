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
