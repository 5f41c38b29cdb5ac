package tables_test

import (
	"bytes"
	"fmt"
	"math"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"postlift/clv/tables"
	"slices"
	"strings"
	"testing"

	"postlift"
)

func TestReadOrdersForms(t *testing.T) {
	byNumber := tables.LogOptions{Customer: 1, Date: 2, Value: 3}
	for name, c := range map[string]struct {
		text string
		opt  tables.LogOptions
	}{
		"comma, header skipped":        {"who,when,what\na,2024-01-01,10\nb,2024-01-05,1\na,2024-01-15,4\na,2024-01-15,6.5\n", byNumber},
		"semicolon, German":            {"\xef\xbb\xbfKundennummer;Datum;Betrag\r\na;01.01.2024;10,00\r\nb;05.01.2024;1\r\na;15.01.2024;4,0\r\na;15.01.2024;6,50\r\n", tables.LogOptions{}},
		"tab, no header":               {"a\t20240101\t10\nb\t20240105\t1\na\t20240115\t4\na\t20240115\t6.5\n", byNumber},
		"blanks":                       {" a  20240101   10\n b 20240105 1\n\n a 20240115 4\n a 20240115 6.5", byNumber},
		"quotes, thousands":            {"customer,date,value\n\"a\",2024-01-01,\"10.00\"\nb,2024-01-05,1\na,2024-01-15,4\n\"a\",2024-01-15,\"6.5\"", tables.LogOptions{}},
		"other columns, layout, until": {"x;10;01/01/24;a\nx;1;05/01/24;b\nx;4;15/01/24;a\nx;6,5;15/01/24;a\nx;99;16/01/24;a", tables.LogOptions{Customer: 4, Date: 3, Value: 2, DateLayout: "02/01/06", Until: postlift.MustDate("2024-01-15")}},
	} {
		log, counts, err := tables.ReadOrders(strings.NewReader(c.text), c.opt)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := fmt.Sprint(log.Summaries())
		want := fmt.Sprint([]purchase.Summary{{ID: "a", X: 1, TX: 2, T: 2, M: 10.5, LogGaps: math.Log(2), LogMean: math.Log(10.5)}, {ID: "b", T: 10.0 / 7}})
		if got != want || counts.Used != 4 {
			t.Errorf("%s: %s, want %s; counts %+v", name, got, want, counts)
		}
	}
}

// TestReadOrdersBadRows: each bad row is counted once by its reason, a stray quote spoils only its line.
func TestReadOrdersBadRows(t *testing.T) {
	text := "a,2024-01-01,10\nb\n,2024-01-02,3\nc,never,3\nd,2024-01-03,NaN\ne,2024-02-30,5\n\"f,2024-01-04,7\ng,2024-01-05,8\nh,2024-09-01,1\n"
	log, c, err := tables.ReadOrders(strings.NewReader(text), tables.LogOptions{Customer: 1, Date: 2, Value: 3, Until: postlift.MustDate("2024-06-30")})
	if err != nil {
		t.Fatal(err)
	}
	want := tables.Counts{Rows: 9, Used: 3, AfterUntil: 1, NoCustomer: 1, BadDate: 2, BadValue: 1, ShortRow: 1, FirstBad: "line 2: only 1 columns", StrayQuotes: 1, NoOrders: 4}
	if !slices.Equal(c.Excluded(), want.Excluded()) || c.Rows != want.Rows || c.Used != want.Used ||
		c.FirstBad != want.FirstBad || c.StrayQuotes != want.StrayQuotes || c.NoOrders != want.NoOrders {
		t.Errorf("counts %+v, want %+v", c, want)
	}
	if got := c.Examples["bad_value"]; got != `line 5: column 3: "NaN" is no number` {
		t.Errorf("example %q", got)
	}
	if len(log.IDs) != 3 || log.IDs[2] != "g" {
		t.Errorf("customers %q", log.IDs)
	}
}

func TestReadOrdersFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		opt  tables.LogOptions
		says string
	}{
		"empty":            {"", tables.LogOptions{}, "empty"},
		"no known columns": {"foo,bar\n1,2\n", tables.LogOptions{}, "customer=1,date=2"},
		"only bad rows":    {"a,2024-01-01\nb,nope\n", tables.LogOptions{Customer: 2, Date: 1, DateLayout: "2006-01-02"}, "line 2"},
		"all too late":     {"a,2024-01-01\n", tables.LogOptions{Customer: 1, Date: 2, Until: postlift.MustDate("2023-01-01")}, "after 2023-01-01"},
		"column 0":         {"a,2024-01-01\n", tables.LogOptions{Customer: 1}, "count from 1"},
		"not a table":      {strings.Repeat("x", 3<<20), tables.LogOptions{Customer: 1, Date: 2}, "not a text table"},
	} {
		_, _, err := tables.ReadOrders(strings.NewReader(c.text), c.opt)
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), c.says) {
			t.Errorf("%s: %v, want an Invalid fault that says %q", name, err, c.says)
		}
	}
}

// TestMergeKeepsSums forces many merges and compares with sums made aside.
func TestMergeKeepsSums(t *testing.T) {
	var b strings.Builder
	want := map[string]float64{}
	for i := range 300_000 {
		id := fmt.Sprint("c", i*7919%50)
		day := postlift.MustDate("2024-01-01").AddDays(i * 31 % 20)
		fmt.Fprintf(&b, "%s,%s,%d\n", id, day, i%13)
		want[id+day.String()] += float64(i % 13)
	}
	log, _, err := tables.ReadOrders(strings.NewReader(b.String()), tables.LogOptions{Customer: 1, Date: 2, Value: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Days) != len(want) || cap(log.Days) > 1<<18 {
		t.Errorf("%d order days in room for %d, want %d", len(log.Days), cap(log.Days), len(want))
	}
	for _, d := range log.Days {
		if w := want[log.IDs[d.Customer]+d.Day.String()]; w != d.Value {
			t.Fatalf("%s on %s: %g, want %g", log.IDs[d.Customer], d.Day, d.Value, w)
		}
	}
}

func TestSummaryFileAndPredictions(t *testing.T) {
	text := "id,x,t_x,T,m\n1,2,30.43,38.86,22.345\n\"a,b\",0,0,38.86,0\n"
	m, err := purchase.New("bgnbd", mustParams(t, "r=.243, alpha=4.414,a=.793,b=2.426"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := tables.Predict(strings.NewReader(text), &out, m, &spend.GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 39); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || lines[0] != "id,p_alive,expected_orders,mean_spend,expected_value" || !strings.HasPrefix(lines[2], `"a,b",1,0.195098`) {
		t.Fatalf("%q", lines)
	}
	var p, e, v float64
	if _, err := fmt.Sscanf(lines[1], "1,%g,%g,%g", &p, &e, &v); err != nil {
		t.Fatal(err)
	}
	clvtest.Within(t, "P(alive)", p, .726578570, 1e-8)
	clvtest.Within(t, "expected orders", e, 1.226028175, 1e-8)
	clvtest.Within(t, "mean spend", v, 24.659612861, 1e-10)
}

func mustParams(t testing.TB, s string) map[string]float64 {
	t.Helper()
	p, err := fitting.ParseParams(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFaultsNamePlaceAndRemedy(t *testing.T) {
	_, unknown := purchase.New("poisson", nil)
	_, lacking := purchase.New("bgnbd", map[string]float64{"r": 1, "alpha": 2, "a": 1})
	_, negative := purchase.New("bgnbd", map[string]float64{"r": 1, "alpha": 2, "a": -1, "b": 1})
	_, form := fitting.ParseParams("r=1,alpha")
	_, twice := fitting.ParseParams("r=1,r=2")
	_, unfitted := purchase.Fit("weibull", nil, purchase.Options{})
	_, empty := purchase.Fit("bgnbd", nil, purchase.Options{})
	_, swapped := tables.ReadSummary(strings.NewReader("id,x,t_x,T\na,1,3,9\nb,2,9,3\n"))
	_, broken := tables.ReadSummary(strings.NewReader("id,x,t_x,T\na,1.5,3,9\n"))
	_, headless := tables.ReadSummary(strings.NewReader("id,x,T\na,1,9\n"))
	_, text := tables.ReadSummary(strings.NewReader("id;x;t_x;T\na;one;3;9\n"))
	_, spendless := spend.FitGammaGamma([]spend.Observation{{X: 0, M: 3}})
	horizon := tables.Predict(strings.NewReader(""), &bytes.Buffer{}, purchase.BGNBD{R: .243, Alpha: 4.414, A: .793, B: 2.426}, nil, math.NaN())
	for _, c := range []struct {
		err  error
		says string
	}{
		{unknown, "bgnbd"}, {lacking, "parameter b"}, {negative, "a=-1"}, {form, `"alpha"`},
		{twice, "twice"}, {unfitted, "known: b"}, {empty, "no customer"}, {swapped, "line 3"}, {broken, "whole"},
		{headless, "no column t_x"}, {text, "line 2, column 2 (x)"}, {spendless, "repeat order"}, {horizon, "horizon"},
	} {
		if postlift.KindOf(c.err) != postlift.Invalid || !strings.Contains(postlift.UserText(c.err), c.says) {
			t.Errorf("%v, want an Invalid fault that says %q", c.err, c.says)
		}
	}
}

// FuzzReadOrders: no text makes the readers panic, loop or lose a row.
func FuzzReadOrders(f *testing.F) {
	f.Add("a,2024-01-01,3\n\"b,2024-01-02,4\n", 1, 2, 3)
	f.Add("customer;date;value\na;01.01.2024;1.234,56\n", 0, 0, 0)
	f.Add(" 1 1 20240101\n", 2, 3, 1)
	f.Fuzz(func(t *testing.T, text string, customer, date, value int) {
		log, c, err := tables.ReadOrders(strings.NewReader(text), tables.LogOptions{Customer: customer % 9, Date: date % 9, Value: value % 9})
		if !c.Complete() {
			t.Fatalf("rows lost: %+v", c)
		}
		if err == nil {
			if _, err := purchase.Compress(log.Summaries()); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = tables.ReadSummary(strings.NewReader(text))
	})
}
