package tables_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"postlift"
	"postlift/clv/tables"
)

func mustRead(t *testing.T, text string, opt tables.LogOptions) (tables.OrderLog, tables.Counts) {
	t.Helper()
	log, c, err := tables.ReadOrders(strings.NewReader(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Complete() {
		t.Fatalf("rows lost: %+v", c)
	}
	return log, c
}

// TestLineBreaksInQuotes: a quoted cell over several lines (RFC 4180) loses no customer, and a stray quotation mark
// no more than its line.
func TestLineBreaksInQuotes(t *testing.T) {
	var b strings.Builder
	b.WriteString("note;customer;date;value\n")
	for i := range 60 {
		fmt.Fprintf(&b, "\"Lager; Halle %d\nTor \"\"A\"\"\n\n2. OG\";K%d;2024-01-%02d;10\n", i, i, i%28+1)
	}
	log, c := mustRead(t, b.String(), tables.LogOptions{})
	if len(log.IDs) != 60 || c.Rows != 60 || c.Used != 60 || c.StrayQuotes != 0 || log.IDs[59] != "K59" {
		t.Errorf("%d customers, %+v", len(log.IDs), c)
	}
	named, _ := mustRead(t, "customer,date,value\n\"Meier\r\n& Sohn\",2024-01-01,5\nb,2024-01-02,6\n", tables.LogOptions{})
	if fmt.Sprintf("%q", named.IDs) != `["Meier & Sohn" "b"]` {
		t.Errorf("%q", named.IDs)
	}
	stray := "customer,date,value,note\na,2024-01-01,5,\"12\" nails\nb,2024-01-02,6,\"open\nc,2024-01-03,7,x\nd,2024-01-03,8,\"y\"\n"
	log, c = mustRead(t, stray, tables.LogOptions{})
	if len(log.IDs) != 4 || c.StrayQuotes != 1 || !slices.Contains(c.Flags, tables.FlagStrayQuotes) {
		t.Errorf("%q, %+v", log.IDs, c)
	}
	long := "customer,date,value,note\na,2024-01-01,5,\"never closed\n" + strings.Repeat("b,2024-01-02,6,x\n", 5000) + "c,2024-01-02,6,closed\"\n"
	if log, c = mustRead(t, long, tables.LogOptions{}); len(log.IDs) != 3 || c.Used != 5002 {
		t.Errorf("%q, %+v", log.IDs, c)
	}
}

// TestEncodings: the same log in four encodings is the same log.
func TestEncodings(t *testing.T) {
	const text = "Kundennr;Belegdatum;Währung;Betrag\nMüller & Söhne – „Bau“;01.02.2024;€;12,50\nÀ Zoë;02.02.2024;EUR;3\n"
	wide := utf16.Encode([]rune("\ufeff" + text))
	little, big := make([]byte, 0), make([]byte, 0)
	for _, u := range wide {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	var ansi []byte
	for _, r := range text {
		if at := strings.IndexRune("€–„“", r); at >= 0 {
			ansi = append(ansi, map[rune]byte{'€': 0x80, '–': 0x96, '„': 0x84, '“': 0x93}[r])
			continue
		}
		ansi = append(ansi, byte(r))
	}
	for name, raw := range map[string][]byte{"utf-8": []byte("\xef\xbb\xbf" + text), "utf-16le": little, "utf-16be": big, "windows-1252": ansi} {
		log, c, err := tables.ReadOrders(strings.NewReader(string(raw)), tables.LogOptions{})
		if err != nil || c.Encoding != name || days(log) != "Müller & Söhne – „Bau“ 2024-02-01 12.5; À Zoë 2024-02-02 3" {
			t.Errorf("%s: %v, %s, %s", name, err, c.Encoding, days(log))
		}
	}
	if _, _, err := tables.ReadOrders(strings.NewReader("PK\x03\x04rest"), tables.LogOptions{}); err == nil || !strings.Contains(postlift.UserText(err), "save the sheet as CSV") {
		t.Errorf("%v", err)
	}
}

// TestDocumentTypes: RE is a Rechnung, codes with two meanings are told, unknown ones are named with their counts, and
// --types decides.
func TestDocumentTypes(t *testing.T) {
	text := "customer,date,value,type,number\na,2024-01-01,10,RE,1\na,2024-02-01,20,Teilrechnung,2\na,2024-03-01,30,Rechn.,3\na,2024-04-01,5,Rechnungsgutschrift,4\na,2024-05-01,7,XQ,5\na,2024-06-01,7,XQ,6\n"
	log, c := mustRead(t, text, tables.LogOptions{})
	if days(log) != "a 2024-01-01 10; a 2024-02-01 20; a 2024-03-01 25" || c.UnknownType != 2 || c.Types[0] != (tables.TypeCount{Code: "XQ", As: "unknown", Rows: 2}) {
		t.Errorf("%s, %+v", days(log), c)
	}
	if !slices.Contains(c.Flags, tables.FlagTypesUnknown) || !slices.Contains(c.Flags, tables.FlagTypesAmbiguous) {
		t.Errorf("flags %v", c.Flags)
	}
	log, c = mustRead(t, text, tables.LogOptions{Types: map[string]string{"xq": "ignore", "re": "credit", "Teilrechnung": "order"}})
	if days(log) != "a 2024-02-01 20; a 2024-03-01 25" || c.IgnoredType != 2 || c.UnknownType != 0 || len(c.Flags) != 0 {
		t.Errorf("%s, %+v", days(log), c)
	}
	_, _, err := tables.ReadOrders(strings.NewReader(text), tables.LogOptions{Types: map[string]string{"XQ": "perhaps"}})
	if postlift.KindOf(err) != postlift.Invalid {
		t.Error(err)
	}
}

// TestHiddenCurrencies: amounts in several currencies are not added, wherever the currency is said.
func TestHiddenCurrencies(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown header":  "customer,date,value,devise\na,2024-01-01,10,EUR\nb,2024-01-02,10,USD\n",
		"no header":          "a,2024-01-01,10,EUR\nb,2024-01-02,10,CHF\n",
		"beside the amounts": "customer,date,value\na,2024-01-01,10 €\nb,2024-01-02,$ 10\n",
		"as codes":           "customer;date;value\na;2024-01-01;10,00 EUR\nb;2024-01-02;10,00 PLN\n",
	} {
		opt := tables.LogOptions{}
		if name == "no header" {
			opt = tables.LogOptions{Customer: 1, Date: 2, Value: 3}
		}
		_, _, err := tables.ReadOrders(strings.NewReader(text), opt)
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "cannot be added") {
			t.Errorf("%s: %v", name, err)
		}
		opt.Reporting, opt.Rates = "EUR", map[string]float64{"USD": .5, "CHF": .5}
		log, c, err := tables.ReadOrders(strings.NewReader(text), opt)
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case name == "as codes" && (c.NoRate != 1 || c.MissingRates["PLN"] != 1):
			t.Errorf("%s: %+v", name, c)
		case name != "as codes" && days(log) != "a 2024-01-01 10; b 2024-01-02 5":
			t.Errorf("%s: %s", name, days(log))
		}
	}
}

// TestImplausibleDates: days that no history reaches back to are left out unless --not-before says otherwise.
func TestImplausibleDates(t *testing.T) {
	text := "customer,date,value\na,1970-01-01,10\na,1979-12-31,10\na,1985-01-01,10\na,2024-01-01,10\n"
	log, c := mustRead(t, text, tables.LogOptions{})
	if len(log.Days) != 2 || c.Implausible != 2 || !strings.Contains(c.Examples["implausible"], "1970-01-01") {
		t.Errorf("%s, %+v", days(log), c)
	}
	if log, c = mustRead(t, text, tables.LogOptions{NotBefore: postlift.MustDate("1900-01-01")}); len(log.Days) != 4 || c.Implausible != 0 {
		t.Errorf("%s, %+v", days(log), c)
	}
	if log, _ = mustRead(t, text, tables.LogOptions{Today: postlift.MustDate("2050-01-01")}); len(log.Days) != 1 {
		t.Errorf("%s", days(log))
	}
}

// TestDecimalOfTheColumn: a value that can be read in two ways is read as the column is, even where the column tells
// only at its end, and by what goes with the file where none tells.
func TestDecimalOfTheColumn(t *testing.T) {
	const start = "customer;date;value\n"
	many := start + strings.Repeat("a;2024-01-02;1.234\n", 6000)
	for name, c := range map[string]struct {
		text string
		opt  tables.LogOptions
		want string
		from string
	}{
		"a German file of grouped integers": {start + "a;02.01.2024;1.234\n", tables.LogOptions{}, "a 2024-01-02 1234", "separator"},
		"by its dates":                      {"customer\tdate\tvalue\na\t02.01.2024\t1.234\n", tables.LogOptions{}, "a 2024-01-02 1234", "dates"},
		"an English one":                    {"customer,date,value\na,2024-01-02,1.234\n", tables.LogOptions{}, "a 2024-01-02 1.234", "separator"},
		"said":                              {start + "a;02.01.2024;1.234\n", tables.LogOptions{Decimal: '.'}, "a 2024-01-02 1.234", "given"},
		"by another value":                  {start + "a;02.01.2024;1.234\nb;02.01.2024;1.5\n", tables.LogOptions{}, "a 2024-01-02 1.234; b 2024-01-02 1.5", "values"},
		"by the last value":                 {many + "b;2024-01-02;0.5\n", tables.LogOptions{}, "a 2024-01-02 7404; b 2024-01-02 0.5", "values"},
	} {
		log, counts := mustRead(t, c.text, c.opt)
		if days(log) != c.want || counts.DecimalFrom != c.from {
			t.Errorf("%s: %s, want %s; from %q", name, days(log), c.want, counts.DecimalFrom)
		}
		if assumed := slices.Contains(counts.Flags, tables.FlagDecimalAssumed); assumed != (c.from == "separator" || c.from == "dates") {
			t.Errorf("%s: flags %v", name, counts.Flags)
		}
	}
	stream := io.MultiReader(strings.NewReader(many + "b;2024-01-02;0.5\n"))
	if _, _, err := tables.ReadOrders(stream, tables.LogOptions{}); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "--decimal") {
		t.Errorf("a stream that cannot be read twice: %v", err)
	}
}

// TestFoundColumns: what was recognised is told, by header also where the main columns go by number.
func TestFoundColumns(t *testing.T) {
	text := "Wer;Tag;Summe;Kunde seit;Belegart;Farbe\na;01.02.2024;10,5;01.02.2019;RE;rot\nb;02.02.2024;3;;GS;blau\n"
	_, c := mustRead(t, text, tables.LogOptions{Customer: 1, Date: 2, Value: 3})
	if got := fmt.Sprint(c.Columns, c.NotUsed); got != "[{customer Wer 1} {date Tag 2} {value Summe 3} {type Belegart 5} {opened Kunde seit 4}] [Farbe]" {
		t.Error(got)
	}
	if c.Late != 1 || c.CreditNoOrder != 1 || c.NoOrders != 1 {
		t.Errorf("%+v", c)
	}
	_, c = mustRead(t, text, tables.LogOptions{Customer: 1, Date: 2, Value: 3, Type: tables.NoColumn})
	if len(c.Types) != 0 || c.Used != 2 {
		t.Errorf("%+v", c)
	}
}

// TestHistoryCrowded: many first orders at a log's beginning hint at a history that is cut off; opening dates answer that.
func TestHistoryCrowded(t *testing.T) {
	var cut, opened, steady strings.Builder
	cut.WriteString("customer,date\n")
	steady.WriteString("customer,date\n")
	opened.WriteString("customer,date,opened\n")
	start := postlift.MustDate("2023-01-01")
	for i := range 100 {
		for day := i % 40; day < 700; day += 40 {
			fmt.Fprintf(&cut, "c%d,%s\n", i, start.AddDays(day))
			fmt.Fprintf(&opened, "c%d,%s,2015-03-04\n", i, start.AddDays(day))
		}
		fmt.Fprintf(&steady, "c%d,%s\n", i, start.AddDays(7*i))
	}
	for text, want := range map[string]bool{cut.String(): true, opened.String(): false, steady.String(): false} {
		if _, c := mustRead(t, text, tables.LogOptions{}); slices.Contains(c.Flags, tables.FlagHistoryCrowded) != want {
			t.Errorf("%s: flags %v", text[:20], c.Flags)
		}
	}
	if _, c := mustRead(t, cut.String(), tables.LogOptions{HistoryStart: start}); len(c.Flags) != 0 {
		t.Errorf("flags %v", c.Flags)
	}
}

// TestCopiedDocuments: a log that holds its documents twice is told and not changed; equal lines within documents are
// no copies.
func TestCopiedDocuments(t *testing.T) {
	var once, lines strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&once, "c%d,2024-01-%02d,10,R%d\nc%d,2024-01-%02d,2,R%d\n", i%50, i%28+1, i, i%50, i%28+1, i)
		fmt.Fprintf(&lines, "c%d,2024-01-%02d,10,R%d\nc%d,2024-01-%02d,2,R%d\nc%d,2024-01-%02d,2,R%d\n", i%50, i%28+1, i, i%50, i%28+1, i, i%50, i%28+1, i)
	}
	const header = "customer,date,value,number\n"
	for name, c := range map[string]struct {
		text string
		want bool
	}{"once": {once.String(), false}, "twice": {once.String() + once.String(), true}, "equal lines": {lines.String(), false}} {
		_, counts := mustRead(t, header+c.text, tables.LogOptions{})
		if slices.Contains(counts.Flags, tables.FlagCopies) != c.want || counts.Used != strings.Count(c.text, "\n") {
			t.Errorf("%s: %+v", name, counts)
		}
	}
}

// TestDaysWithTimes: a time of day and two digits of the year are read.
func TestDaysWithTimes(t *testing.T) {
	for _, text := range []string{"31.05.2025 14:33:00", "2025-05-31T14:33:00+02:00", "31.5.25", "2025/05/31", "2025-05-31 14:33", "31.05.2025"} {
		log, _ := mustRead(t, "customer;date\na;"+text+"\n", tables.LogOptions{})
		if days(log) != "a 2025-05-31 0" {
			t.Errorf("%s: %s", text, days(log))
		}
	}
	_, c, _ := tables.ReadOrders(strings.NewReader("customer;date\na;31.05.2025\nb;soon\n"), tables.LogOptions{})
	if !strings.Contains(c.Examples["bad_date"], `"soon" is no date such as 31.5.2026`) {
		t.Errorf("%+v", c)
	}
}
