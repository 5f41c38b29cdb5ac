package csvfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"postlift"
)

var testColumns = []Column{
	{Name: "id", Required: true, Aliases: []string{"Kundennummer", "Record ID"}},
	{Name: "name", Aliases: []string{"Firma", "Company Name"}},
	{Name: "amount", Type: Number, Aliases: []string{"Betrag"}},
	{Name: "on", Type: Date, Aliases: []string{"Datum"}},
	{Name: "yes", Type: Flag},
}

// readAll renders rows as "row:id|name" and rejects as "row!rule".
func readAll(t *testing.T, file string) []string {
	t.Helper()
	r, err := Open(strings.NewReader(file), testColumns, Options{})
	if err != nil {
		t.Fatalf("%q: %v", file, err)
	}
	return drain(t, r)
}

func drain(t *testing.T, r *Reader) []string {
	t.Helper()
	var out []string
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		id, name := row.Text("id"), row.Text("name")
		if !row.OK() {
			out = append(out, fmt.Sprintf("%d!%s", row.Number(), row.Rejects()[0].Rule))
			continue
		}
		out = append(out, fmt.Sprintf("%d:%s|%s", row.Number(), id, name))
	}
}

func TestRecords(t *testing.T) {
	long := strings.Repeat("x", MaxRecordBytes+10)
	for name, c := range map[string]struct{ file, want string }{
		"plain":                         {"id,name\n1,A\n2,B\n", "2:1|A 3:2|B"},
		"mixed line ends":               {"id,name\r\n1,A\n2,B\r\n3,C", "2:1|A 3:2|B 4:3|C"},
		"carriage returns only":         {"id,name\r1,A\r2,B", "2:1|A 3:2|B"},
		"blank lines count as rows":     {"id;name\n\n1;A\n;;\n2;B\n", "3:1|A 5:2|B"},
		"sep line of a spreadsheet":     {"sep=;\nid;name\n1;A\n", "3:1|A"},
		"tab":                           {"id\tname\n1\tA, B; C\n", "2:1|A, B; C"},
		"bar":                           {"id|name\n1|A\n", "2:1|A"},
		"quotes":                        {"id,name\n1,\"A, \"\"B\"\"\"\n", "2:1|A, \"B\""},
		"quote inside text":             {"id,name\n1,3\" pipe\n2,B\n", "2:1|3\" pipe 3:2|B"},
		"two lines in a field":          {"id,name\n1,\"Street 1\nBackyard\"\n2,B\n", "2:1|Street 1, Backyard 3:2|B"},
		"stray quote, none after it":    {"id,name\n1,\"A\n2,B\n3,C\n", "2!quote 3:2|B 4:3|C"},
		"stray quote, quoted row later": {"id,name,on\n1,\"A,\n2,B,\n3,\"C\",\n4,D,\n", "2!quote 3:2|B 4:3|C 5:4|D"},
		"stray quote meets another":     {"id,name,on\n1,\"A,\n2,B,\n3,C,\"\n4,D,\n", "2!quote 3:2|B 4!quote 5:4|D"},
		"text behind a closing quote":   {"id,name\n1,\"A\" GmbH\n2,B\n", "2!quote 3:2|B"},
		"stray quote in the last row":   {"id,name\n1,A\n2,\"B\n", "2:1|A 3!quote"},
		"too many columns":              {"id,name\n1,A,B\n2,B,,\n", "2!columns 3:2|B"},
		"too few columns":               {"id,name,on\n1,A\n", "2:1|A"},
		"NUL":                           {"id,name\n1,A\x00B\n2,B\n", "2!nul 3:2|B"},
		"too long a row":                {"id,name\n1," + long + "\n2,B\n", "2!too_long 3:2|B"},
		"invalid UTF-8 in a UTF-8 file": {"id,name\n1,Müller\n2,J\xfcrgen\n3,Ärzte\n", "2:1|Müller 3!encoding 4:3|Ärzte"},
		"apostrophe guard":              {"id,name\n'0123,'+49 30\n'=1,'t Hart\n", "2:0123|+49 30 3:=1|'t Hart"},
		"German headers":                {"Kunden-Nummer;FIRMA\n1;A\n", "2:1|A"},
	} {
		if got := strings.Join(readAll(t, c.file), " "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestStrayQuoteCostsOneRowOfMany(t *testing.T) {
	var b strings.Builder
	b.WriteString("id;name\n")
	for i := range 20000 {
		switch {
		case i == 10:
			b.WriteString("10;\"stray\n")
		case i%7 == 0:
			fmt.Fprintf(&b, "%d;\"Firma %d\nHinterhaus\"\n", i, i)
		default:
			fmt.Fprintf(&b, "%d;Firma %d\n", i, i)
		}
	}
	good, bad := 0, 0
	for _, row := range readAll(t, b.String()) {
		if strings.Contains(row, "!") {
			bad++
		} else {
			good++
		}
	}
	if good != 19999 || bad != 1 {
		t.Errorf("%d good rows and %d bad, want 19999 and 1", good, bad)
	}
}

func TestEncodings(t *testing.T) {
	const text = "id;name\n1;Größe & Söhne – 5 €\n"
	w1252, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	le, be := []byte{}, []byte{}
	for _, u := range utf16.Encode([]rune(text)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	late := "id;name\n" + strings.Repeat("1;plain\n", 200000) // the sample is ASCII, the umlaut comes later
	for want, files := range map[string][]string{
		"utf-8":        {text, "\xef\xbb\xbf" + text, late + "1;Größe\n"},
		"windows-1252": {w1252, late + "1;Gr\xf6\xdfe\n"},
		"utf-16le":     {"\xff\xfe" + string(le), string(le)},
		"utf-16be":     {"\xfe\xff" + string(be), string(be)},
	} {
		for i, f := range files {
			r, err := Open(strings.NewReader(f), testColumns, Options{})
			if err != nil {
				t.Errorf("%s %d: %v", want, i, err)
				continue
			}
			rows := drain(t, r)
			if last := rows[len(rows)-1]; !strings.Contains(last, "Größe") || r.Format().Encoding != want {
				t.Errorf("%s %d: read as %s: %q", want, i, r.Format().Encoding, last)
			}
		}
	}
}

func TestUnusableFiles(t *testing.T) {
	wide := "id" + strings.Repeat(",c", 10000) + "\n"
	for name, f := range map[string]string{"empty": "", "blank": " \n\n", "archive": "PK\x03\x04aaaa", "unknown header": "foo;bar\n1;2\n",
		"missing column": "name;amount\nA;1\n", "10k columns": wide, "binary": "\x00\x01\x02\x03\x04", "broken header": "id,\"name\n1,A\n"} {
		if _, err := Open(strings.NewReader(f), testColumns, Options{}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		column, value string
		want          int64
		ok            bool
	}{
		{"1.234,56;12,5", "1.234,56", 123456, true},
		{"1,234.56;12.5", "1,234.56", 123456, true},
		{"12,5", "1.234", 123400, true},
		{"12.5", "1.234", 0, false}, // 1,234.00 or 1.23: a thousand times as much
		{"12,5", "1,234", 0, false},
		{"12,5", "-12,345 €", 0, false},
		{"1.234,56", "123,456", 0, false},
		{"12,5", "1234,567", 123457, true}, // nobody groups so
		{"12,5", "1.234,567", 123457, true},
		{"12,5", "0,123", 12, true},
		{"12,5", "12,3400", 1234, true},
		{"0,125;12,500;1,250", "1,234", 123, true}, // the column has three decimals
		{"12,3400;1234,5600", "1,234", 123, true},
		{"0,125;12,50;7,90", "1,234", 0, false}, // it has two
		{"12.5;13.5", "12,5", 0, false},         // another sign than the column's is refused, not misread
		{"", "1.234", 123400, true},             // semicolons go with decimal commas
		{"12,50", "-3,00", -300, true},
		{"12,50", "3,00-", -300, true},
		{"12,50", "(3,00)", -300, true},
		{"12,50", "1.234,50 €", 123450, true},
		{"12,50", "EUR 7", 700, true},
		{"12.50", "1'234.50", 123450, true},
		{"12,50", "1 234,50", 123450, true},
		{"12,50", "0,005", 1, true},
		{"12,50", "1.2E+05", 0, false},
		{"12,50", "1.23.456", 0, false},
		{"12,50", "99999999999999999999", 0, false},
		{"12,50", "--3", 0, false},
		{"12,50", "€", 0, false},
	} {
		var b strings.Builder
		b.WriteString("id;amount\n")
		for _, v := range strings.Split(c.column, ";") {
			fmt.Fprintf(&b, "0;%s\n", v)
		}
		fmt.Fprintf(&b, "1;%s\n", c.value)
		r, err := Open(strings.NewReader(b.String()), testColumns, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			row, err := r.Next()
			if err != nil {
				break
			}
			if row.Text("id") != "1" {
				continue
			}
			v, ok := row.Minor("amount", "EUR")
			if v != c.want || ok != c.ok || ok != row.OK() {
				t.Errorf("column %q, value %q: %d %v, want %d %v", c.column, c.value, v, ok, c.want, c.ok)
			}
		}
	}
}

// TestTwoReadingsAreNamed, in the column's own writing, for currencies of any decimals.
func TestTwoReadingsAreNamed(t *testing.T) {
	for _, c := range [][4]string{ // value in a column with a decimal comma, or point; currency; what the message names
		{"1,234", "12,5", "EUR", "write 1.234,00 or 1,23"}, {"(9,995)", "12,5", "EUR", "write -9.995,00 or -10,00"},
		{"12.345", "12.5", "USD", "write 12,345.00 or 12.35"}, {"1,234", "12,5", "JPY", "write 1.234 or 1"}, {"1,234", "12,5", "KWD", ""},
	} {
		r, err := Open(strings.NewReader("id;amount\n0;"+c[1]+"\n1;"+c[0]+"\n"), testColumns, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var row *Row
		for range 2 {
			if row, err = r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		_, ok := row.Minor("amount", c[2])
		if ok != (c[3] == "") || !ok && (row.Rejects()[0].Rule != "ambiguous" || !strings.HasSuffix(row.Rejects()[0].Message, c[3])) {
			t.Errorf("%q %s: %v %+v, want %q", c[0], c[2], ok, row.Rejects(), c[3])
		}
		if got := row.Record(); got != "1;"+c[0] {
			t.Errorf("record %q", got)
		}
	}
}

// TestAmountsRoundTrip writes amounts as Germans and Americans do and reads them back.
func TestAmountsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-maxMinor, maxMinor).Draw(t, "minor")
		m := postlift.Money{Minor: minor, Currency: rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")}
		for lang, decimal := range map[string]byte{"de": ',', "en": '.'} {
			text := m.Format(lang)
			got, err := parseMinor(text, decimal, postlift.MinorDigits(m.Currency))
			if err != nil || got != minor {
				t.Fatalf("%s: %d, %v; want %d", text, got, err, minor)
			}
		}
	})
}

func TestDates(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	dayFirst, monthFirst := dateOrder{dayFirst: 1}, dateOrder{monthFirst: 1}
	for _, c := range []struct {
		text  string
		order dateOrder
		want  string // "" is an error
	}{
		{"2026-05-01", dateOrder{}, "2026-05-01"}, {"01.05.2026", dateOrder{}, "2026-05-01"}, {"1.5.26", dateOrder{}, "2026-05-01"},
		{"1.5.99", dateOrder{}, "1999-05-01"}, {"20260501", dateOrder{}, "2026-05-01"}, {"2026/05/01", dateOrder{}, "2026-05-01"},
		{"13/05/2026", dayFirst, "2026-05-13"}, {"05/13/2026", monthFirst, "2026-05-13"}, {"05/06/2026", dateOrder{}, ""},
		{"2026-05-01T10:00:00Z", dateOrder{}, "2026-05-01"}, {"2026-05-01T23:30:00Z", dateOrder{}, "2026-05-02"},
		{"2026-05-01 10:00:00 +0200", dateOrder{}, "2026-05-01"}, {"2026-05-01T10:00:00.123+02:00", dateOrder{}, "2026-05-01"},
		{"01.05.2026 23:59", dateOrder{}, "2026-05-01"}, {"2026-02-29", dateOrder{}, ""}, {"29.02.2024", dateOrder{}, "2024-02-29"},
		{"31.04.2026", dateOrder{}, ""}, {"2026-5-1", dateOrder{}, "2026-05-01"}, {"45000", dateOrder{}, ""}, {"gestern", dateOrder{}, ""},
		{"2026-05-01T25:00:00Z", dateOrder{}, ""}, {"0026-05-01", dateOrder{}, ""},
	} {
		got, _, err := instant(c.text, c.order, berlin)
		text := ""
		if err == nil {
			text = postlift.DateOf(got).String()
		}
		if text != c.want {
			t.Errorf("%s: %s (%v), want %s", c.text, text, err, c.want)
		}
	}
}

func TestMonths(t *testing.T) {
	for text, want := range map[string]string{"2026-01": "2026-01-01", "01.2026": "2026-01-01", "1/2026": "2026-01-01",
		"31.01.2026": "2026-01-01", "2026-01-31": "2026-01-01", "13.2026": "", "2026": "", "Januar": ""} {
		got, err := ParseMonth(text)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s %v, want %s", text, got, err, want)
		}
	}
}

func TestHeaderPrefersCanonicalNames(t *testing.T) {
	r, err := Open(strings.NewReader("Record ID,Company Name,id,Firma,Foo\n1,A,2,B,x\n"), testColumns, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := r.Format()
	if f.Columns["id"] != "id" || f.Columns["name"] != "Firma" || len(f.Ignored) != 3 {
		t.Errorf("%+v", f)
	}
}

func TestRejectsAreGuarded(t *testing.T) {
	var b bytes.Buffer
	w, err := NewRejectWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(Reject{Row: 2, Field: "name", Rule: "x", Value: "=cmd()", Message: "no", Record: "-2;x"}), w.Flush()); err != nil {
		t.Fatal(err)
	}
	if want := "row,field,rule,value,message,record\n2,name,x,'=cmd(),no,'-2;x\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}

// FuzzReader holds the reader to its promises on any bytes: it ends, does not panic, and its rows rise.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"id,name\n1,A\n", "id;amount;on\n\"1;2,5;01.05.2026\n3;4;\"5\n", "\xff\xfei\x00d\x00\n\x001\x00", "id\tname\r\n1\t\"a\r\nb\"\r\n",
		"sep=;\nid;name\n'1;\x00\n", "id|yes\n1|ja\n\xfc|x\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Open(bytes.NewReader(data), testColumns, Options{})
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatalf("not the user's fault? %v", err)
			}
			return
		}
		last := 0
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				if postlift.KindOf(err) != postlift.Invalid {
					t.Fatal(err)
				}
				return
			}
			if row.Number() <= last {
				t.Fatalf("row %d after row %d", row.Number(), last)
			}
			last = row.Number()
			row.Need("id")
			row.Text("name")
			row.Minor("amount", "EUR")
			row.Float("amount", -1e9, 1e9)
			row.Int("amount", 0, 10)
			row.Date("on")
			row.Time("on")
			row.Bool("yes", false)
		}
	})
}
