package tables_test

import (
	"fmt"
	"math"
	"postlift/clv/purchase"
	"postlift/clv/tables"
	"slices"
	"strings"
	"testing"

	"postlift"

	"pgregory.net/rapid"
)

// days writes a log as "customer date value" texts.
func days(l tables.OrderLog) string {
	var out []string
	for _, d := range l.Days {
		out = append(out, fmt.Sprintf("%s %s %.6g", l.IDs[d.Customer], d.Day, d.Value))
	}
	return strings.Join(out, "; ")
}

// TestDocuments nets the documents of accounting systems by hand-made logs.
func TestDocuments(t *testing.T) {
	const header = "customer,date,value,type,number,refers_to\n"
	for name, c := range map[string]struct{ text, want string }{
		"a credit reduces the order it names, not the latest one": {
			header + "a,2024-01-01,100,order,1,\na,2024-02-01,100,order,2,\na,2024-03-01,-30,credit_note,3,1\n",
			"a 2024-01-01 70; a 2024-02-01 100; netted 1"},
		"however the file signs it": {
			header + "a,2024-01-01,100,order,1,\na,2024-03-01,30,Gutschrift,3,1\n", "a 2024-01-01 70; netted 1"},
		"a cancellation before its order, in German": {
			"Kundennummer;Belegdatum;Nettobetrag;Belegart;Belegnummer;Bezugsbeleg\na;05.01.2024;-100,00;Storno;9;1\na;01.01.2024;100,00;Rechnung;1;\na;02.01.2024;1.000,00;Rechnung;2;\n",
			"a 2024-01-02 1000; netted 1; cancelled_days 1"},
		"a cancellation without an amount takes the whole document and leaves the day's others": {
			header + "a,2024-01-01,60,order,1,\na,2024-01-01,40,order,1,\na,2024-01-01,7,order,2,\na,2024-01-09,,cancellation,3,1\n",
			"a 2024-01-01 7; netted 1"},
		"several documents a day are one order day": {
			header + "a,2024-01-01,60,order,1,\na,2024-01-01,40,order,2,\n", "a 2024-01-01 100"},
		"a zero line is no order day": {
			header + "a,2024-01-01,60,order,1,\na,2024-02-01,0,order,2,\n", "a 2024-01-01 60; zero 1"},
		"an unreferenced credit goes back from the latest order before it": {
			"customer,date,value\na,2024-01-01,50\na,2024-02-01,20\na,2024-04-01,80\na,2024-03-01,-30\n",
			"a 2024-01-01 40; a 2024-04-01 80; netted_latest 1; cancelled_days 1"},
		"a credit before any order is counted": {
			"customer,date,value\na,2024-01-01,-5\na,2024-02-01,20\nb,2024-01-01,-5\n", "a 2024-02-01 20; credit_without_order 2"},
		"a credit that names an unknown order touches no other": {
			header + "a,2024-01-01,60,order,1,\nb,2024-01-01,60,order,7,\na,2024-02-01,-60,credit_note,3,7\n",
			"a 2024-01-01 60; b 2024-01-01 60; credit_unmatched 1"},
		"more than there was to credit": {
			header + "a,2024-01-01,60,order,1,\na,2024-02-01,9,order,2,\na,2024-02-01,-90,credit_note,3,1\n",
			"a 2024-02-01 9; netted 1; cancelled_days 1; excess_credits 1"},
		"a discount line belongs to its own order": {
			header + "a,2024-01-01,60,order,1,\na,2024-01-01,-6,order,1,\na,2024-02-01,9,order,2,\n",
			"a 2024-01-01 54; a 2024-02-01 9; netted 1"},
		"an offer is no order": {
			header + "a,2024-01-01,60,order,1,\na,2024-02-01,60,Angebot,2,\n", "a 2024-01-01 60; ignored_type 1"},
		"rounding leaves nothing": {
			"customer,date,value\na,2024-01-01,0.1\na,2024-01-01,0.2\na,2024-01-02,-0.3\na,2024-02-01,1\n",
			"a 2024-02-01 1; netted_latest 1; cancelled_days 1"},
		"lines with the order's total on each": {
			"external_id,account_id,date,net,line_net\n1,a,2024-01-01,100,70\n1,a,2024-01-01,100,30\n2,a,2024-02-01,5,\n",
			"a 2024-01-01 100; a 2024-02-01 5"},
		"a cancelled order in a log without values": {
			"customer,date,type,number,refers_to\na,2024-01-01,order,1,\na,2024-02-01,order,2,\na,2024-02-02,cancellation,3,2\na,2024-02-03,credit_note,4,1\n",
			"a 2024-01-01 0; netted 1; credit_without_amount 1; cancelled_days 1"},
		"thousands": {
			"customer;date;value\na;2024-01-01;12,50\na;2024-01-02;1.234\na;2024-01-03;1.234.567,8\na;2024-01-04;€ 2.000\na;2024-01-05;1'000\na;2024-01-06;5,00-\n",
			"a 2024-01-01 12.5; a 2024-01-02 1234; a 2024-01-03 1.23457e+06; a 2024-01-04 2000; a 2024-01-05 995; netted_latest 1"},
	} {
		log, counts, err := tables.ReadOrders(strings.NewReader(c.text), tables.LogOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := days(log) + remarks(counts); got != c.want || !counts.Complete() {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func remarks(c tables.Counts) string {
	text := ""
	add := func(key string, n int) {
		if n > 0 {
			text += fmt.Sprintf("; %s %d", key, n)
		}
	}
	add("netted", c.Netted)
	add("netted_latest", c.NettedLatest)
	for _, r := range c.Excluded() {
		add(r.Key, r.Rows)
	}
	add("cancelled_days", c.CancelledDays)
	add("excess_credits", c.ExcessCredits)
	return text
}

// TestColumnsByNumber: the columns of documents may be given by number, and zero lines either way.
func TestColumnsByNumber(t *testing.T) {
	text := "a,2024-01-01,60,S,11,\na,2024-02-01,0,F2,12,\na,2024-03-01,20,G2,13,11\n"
	opt := tables.LogOptions{Customer: 1, Date: 2, Value: 3, Type: 4, Number: 5, Refers: 6, Zero: tables.KeepZeroOrders}
	log, c, err := tables.ReadOrders(strings.NewReader(strings.Replace(text, ",S,", ",TA,", 1)), opt)
	if err != nil || days(log) != "a 2024-01-01 40; a 2024-02-01 0" || c.ZeroKept != 1 {
		t.Errorf("%v, %s, %+v", err, days(log), c)
	}
	plain := tables.LogOptions{Customer: 1, Date: 2, Value: 3, Zero: tables.DropZeroLines}
	if log, c, err = tables.ReadOrders(strings.NewReader(text), plain); err != nil || c.Zero != 1 || len(log.Days) != 2 {
		t.Errorf("%v, %s, %+v", err, days(log), c)
	}
}

// TestUnusableLogs: what cannot be used gives a clear fault or is counted by reason.
func TestUnusableLogs(t *testing.T) {
	day := postlift.MustDate
	for name, c := range map[string]struct {
		text string
		opt  tables.LogOptions
		says string // of the fault; "" for none
		key  string // of the reason counted
	}{
		"two currencies":           {"customer,date,value,currency\na,2024-01-01,10,EUR\nb,2024-01-02,10,USD\n", tables.LogOptions{}, "line 3, column 4 (currency): the log has orders in EUR and in USD", ""},
		"one currency":             {"customer,date,value,currency\na,2024-01-01,10,€\nb,2024-01-02,10,eur\nb,2024-01-03,1,\n", tables.LogOptions{}, "", ""},
		"a currency without rate":  {"customer,date,value,currency\na,2024-01-01,10,EUR\nb,2024-01-02,10,CHF\n", tables.LogOptions{Reporting: "EUR", Rates: map[string]float64{"USD": .9}}, "", "no_rate"},
		"rates without a currency": {"customer,date,value,currency\na,2024-01-01,10,EUR\n", tables.LogOptions{Rates: map[string]float64{"USD": .9}}, "--currency", ""},
		"rates without a column":   {"customer,date,value\na,2024-01-01,10\n", tables.LogOptions{Reporting: "EUR", Rates: map[string]float64{"USD": .9}}, "column with the currency", ""},
		"a rate of nothing":        {"customer,date,value\na,2024-01-01,10\n", tables.LogOptions{Reporting: "EUR", Rates: map[string]float64{"USD": 0}}, "USD=0", ""},
		"future":                   {"customer,date,value\na,2024-01-01,10\na,2124-01-01,10\n", tables.LogOptions{Today: day("2024-06-30")}, "", "future"},
		"all in the future":        {"customer,date,value\na,2124-01-01,10\n", tables.LogOptions{Today: day("2024-06-30")}, "line 2: 2124-01-01 lies in the future", ""},
		"placeholder dates":        {"customer,date,value\na,2024-01-01,10\na,1899-12-30,10\n", tables.LogOptions{}, "", "too_early"},
		"before the company":       {"customer,date,value\na,2024-01-01,10\na,1990-01-01,10\n", tables.LogOptions{NotBefore: day("1998-05-01")}, "", "too_early"},
		"empty":                    {"", tables.LogOptions{}, "the order log is empty", ""},
		"blank lines":              {"\n \n\n", tables.LogOptions{}, "the order log is empty", ""},
		"header only":              {"customer,date,value\n", tables.LogOptions{}, "header only", ""},
		"unreferenced credits":     {"customer,date,value\na,2024-01-01,-10\n", tables.LogOptions{}, "credit_without_order 1", ""},
		"everything cancelled":     {"customer,date,value\na,2024-01-01,10\na,2024-01-02,-10\n", tables.LogOptions{}, "credits that cancel all orders 1", ""},
		"no such column":           {"customer,date,value\na,2024-01-01,10\n", tables.LogOptions{Labels: []string{"industry"}}, `no column "industry"`, ""},
		"column out of range":      {"customer,date,value\na,2024-01-01,10\n", tables.LogOptions{Labels: []string{"4"}}, "columns 1 to 3", ""},
		"reference without number": {"a,2024-01-01,10,1\n", tables.LogOptions{Customer: 1, Date: 2, Value: 3, Refers: 4}, "number=", ""},
	} {
		_, counts, err := tables.ReadOrders(strings.NewReader(c.text), c.opt)
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), c.says)):
			t.Errorf("%s: %v, want an Invalid fault that says %q", name, err, c.says)
		case c.key != "" && !slices.Contains(counts.Excluded(), tables.Reason{Key: c.key, Rows: 1}):
			t.Errorf("%s: %+v, want one row counted as %s", name, counts, c.key)
		}
		if err == nil && !counts.Complete() {
			t.Errorf("%s: rows lost: %+v", name, counts)
		}
	}
}

func TestRatesConvert(t *testing.T) {
	text := "customer,date,value,currency\na,2024-01-01,10,EUR\na,2024-01-02,10,USD\na,2024-01-03,10,\n"
	log, _, err := tables.ReadOrders(strings.NewReader(text), tables.LogOptions{Reporting: "eur", Rates: map[string]float64{"usd": .92}})
	if err != nil || days(log) != "a 2024-01-01 10; a 2024-01-02 9.2; a 2024-01-03 10" {
		t.Errorf("%v, %s", err, days(log))
	}
}

// TestOlderCustomers: a customer won before the history is told from one whose first order is its first.
func TestOlderCustomers(t *testing.T) {
	text := "customer,date,value,opened,industry\nnew,2024-01-10,10,2024-01-08,metal\nold,2024-02-01,10,2019-05-01,\nold,2024-03-01,12,2019-05-01,wood\nunknown,2024-02-01,5,,\n"
	log, c, err := tables.ReadOrders(strings.NewReader(text), tables.LogOptions{Labels: []string{"Industry"}})
	if err != nil {
		t.Fatal(err)
	}
	older := log.OlderCustomers()
	if log.HistoryStart != postlift.MustDate("2024-01-10") || c.Late != 2 || len(older) != 2 {
		t.Fatalf("history from %s, %d older: %+v", log.HistoryStart, c.Late, older)
	}
	// Opened two days before the log's first day: the history that the log itself begins cannot vouch for it.
	if older[0].ID != "new" || older[1].ID != "old" || older[1].X != 1 || older[1].Opened != postlift.MustDate("2019-05-01") {
		t.Errorf("%+v", older)
	}
	if sums := log.Summaries(); len(sums) != 1 || sums[0].ID != "unknown" {
		t.Errorf("%+v", sums)
	}
	if got := fmt.Sprint(log.Labels); got != "[{industry [metal wood ]}]" {
		t.Errorf("labels %s", got)
	}
	log, c, err = tables.ReadOrders(strings.NewReader(text), tables.LogOptions{HistoryStart: postlift.MustDate("2024-01-01")})
	if err != nil || c.Late != 1 || len(log.Summaries()) != 2 {
		t.Errorf("%v: with the history from 1 January %d are older", err, c.Late)
	}
	// An order from before the history proves the age without any opening date.
	plain := "a,2023-12-01,3\na,2024-01-05,3\nb,2024-01-06,3\nc,2023-11-01,3\n"
	log, c, err = tables.ReadOrders(strings.NewReader(plain), tables.LogOptions{Customer: 1, Date: 2, Value: 3, HistoryStart: postlift.MustDate("2024-01-01")})
	if err != nil || c.BeforeHistory != 2 || c.Late != 1 || len(log.IDs) != 2 || log.OlderCustomers()[0].Opened != postlift.MustDate("2023-12-01") {
		t.Errorf("%v, %+v, %+v", err, c, log)
	}
}

// TestNettingConserves: whatever documents a log holds, every row has one fate, what is left of a day is
// positive, and no more is taken back than credits say.
func TestNettingConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("customer,date,value,type,number,refers_to\n")
		orders, credits, rows := 0, 0, rapid.IntRange(1, 40).Draw(t, "rows")
		for i := range rows {
			customer := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "customer")
			date := postlift.MustDate("2024-01-01").AddDays(rapid.IntRange(0, 9).Draw(t, "day"))
			value := rapid.IntRange(-20, 40).Draw(t, "value")
			kind := rapid.SampledFrom([]string{"", "order", "credit_note", "cancellation"}).Draw(t, "type")
			refers := rapid.SampledFrom([]string{"", "0", "1", "2", "99"}).Draw(t, "refers")
			fmt.Fprintf(&b, "%s,%s,%d,%s,%d,%s\n", customer, date, value, kind, i, refers)
			if value > 0 && (kind == "order" || kind == "" && refers == "") {
				orders += value
			} else {
				credits += max(value, -value)
			}
		}
		log, c, err := tables.ReadOrders(strings.NewReader(b.String()), tables.LogOptions{})
		if !c.Complete() || c.Rows != rows {
			t.Fatalf("rows lost: %+v", c)
		}
		if err != nil {
			return
		}
		sum, seen := 0.0, make([]bool, len(log.IDs))
		for i, d := range log.Days {
			sum += d.Value
			seen[d.Customer] = true
			if d.Value <= 0 || i > 0 && (log.Days[i-1].Customer > d.Customer || log.Days[i-1].Customer == d.Customer && log.Days[i-1].Day >= d.Day) {
				t.Fatalf("order day %d: %+v", i, log.Days)
			}
		}
		if slices.Contains(seen, false) {
			t.Fatalf("a customer without an order day: %+v", log)
		}
		wholes := c.Netted // a cancellation without an amount may take any document
		if sum > float64(orders)+1e-6 || wholes == 0 && sum < float64(orders-credits)-1e-6 {
			t.Fatalf("%g is left of %d with credits of %d", sum, orders, credits)
		}
		if _, err := purchase.Compress(log.Summaries()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSummaryMoments compares gaps and logs with sums by hand.
func TestSummaryMoments(t *testing.T) {
	log, _, err := tables.ReadOrders(strings.NewReader("customer,date,value\na,2024-01-01,7\na,2024-01-08,2\na,2024-01-29,8\nb,2024-01-01,5\nb,2024-01-09,0\n"), tables.LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := log.Summaries()
	a, l2 := s[0], math.Log(2)
	if math.Abs(a.LogGaps-math.Log(3)) > 1e-15 || math.Abs(a.LogMean-2*l2) > 1e-15 || math.Abs(a.LogSS-2*l2*l2) > 1e-15 {
		t.Errorf("%+v: gaps of 1 and 3 weeks, values 2 and 8", a)
	}
	if s[1].LogMean != 0 || s[1].LogSS != 0 || tables.Spend(s[1]).Logs && s[1].M == 0 {
		t.Errorf("a value of 0 has no log: %+v", s[1])
	}
	if o := tables.Spend(purchase.Summary{X: 1, M: 5}); !o.Logs || o.LogMean != math.Log(5) {
		t.Errorf("the log of one value is known: %+v", o)
	}
}
