package accounts

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"postlift"
	"postlift/accounts/csvfile"
)

var keyer = Keyer{Secret: []byte("a secret for tests only")}

func TestKeysUniteSpellings(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{keyer.Company("Müller & Söhne GmbH", "12345"), keyer.Company("MUELLER und SOEHNE G.m.b.H.", "D-12345")},
		{keyer.Company("Muster GmbH & Co. KG", ""), keyer.Company("Muster", "")},
		{keyer.Company("Example Tools Ltd.", "AB1 2CD"), keyer.Company("example  tools limited", "ab12cd")},
		{keyer.Address("Musterstraße 12 a", "", "12345", "Musterstadt", "DE"), keyer.Address("Muster Str. 12a", "", "12345", "MUSTERSTADT (Nord)", "de")},
		{keyer.Address("", "Postfach 12 34", "12345", "", "DE"), keyer.Address("Postfach 1234", "", "12345", "X", "DE")},
		{keyer.Address("1 Sample Street", "", "", "Sampleton", "GB"), keyer.Address("1 sample st.", "", "", "SAMPLETON", "GB")},
		{keyer.Person("Jürgen", "Größer-Muster", "Beispiel AG"), keyer.Person("Juergen", "GROESSER MUSTER", "beispiel")},
		{keyer.Person("José", "D’Or", "X"), keyer.Person("Jose", "D'Or", "X")},
		{keyer.Recipient("A", "B", "", "C GmbH", "Weg 1", "", "12345", "Ort", "DE"), keyer.Recipient("a", "b", "ignored", "c", "WEG 1", "", "12345", "ort", "de")},
	} {
		if c.a != c.b || c.a == "" {
			t.Errorf("%s and %s differ", c.a, c.b)
		}
	}
	for _, c := range []struct{ a, b string }{
		{keyer.Company("Müller GmbH", "12345"), keyer.Company("Müller GmbH", "54321")},
		{keyer.Company("Muster", ""), keyer.Person("", "Muster", "")},
		{keyer.Address("Weg 1", "", "12345", "", "DE"), keyer.Address("Weg 11", "", "12345", "", "DE")},
		{keyer.Person("Kim", "Muster", "A"), keyer.Person("Kim", "Muster", "B")},
		{keyer.Recipient("", "", "Leitung Einkauf", "C", "Weg 1", "", "1", "", "DE"), keyer.Recipient("", "", "Leitung Technik", "C", "Weg 1", "", "1", "", "DE")},
		{keyer.Company("Muster", ""), Keyer{Secret: []byte("another")}.Company("Muster", "")},
	} {
		if c.a == c.b {
			t.Errorf("%s should differ", c.a)
		}
	}
	for _, k := range []string{keyer.Company(" .", "1"), keyer.Address("", "", "1", "Ort", "DE"), keyer.Address("Weg 1", "", "", "", "DE"), keyer.Person("Kim", "", "X")} {
		if k != "" {
			t.Errorf("a key of nothing: %s", k)
		}
	}
}

func TestNormalisingTwiceIsNormalisingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if once := NormalText(s); NormalText(once) != once {
			t.Fatalf("%q: %q, then %q", s, once, NormalText(once))
		}
		if once := NormalText(s); NormalText(strings.ToUpper(once)) != once && strings.ToLower(strings.ToUpper(once)) == once {
			t.Fatalf("%q depends on case", s)
		}
	})
}

func TestCountries(t *testing.T) {
	for text, want := range map[string]string{"DE": "DE", "de": "DE", "DEU": "DE", "Deutschland": "DE", "Germany": "DE", "ÖSTERREICH": "AT", "Austria": "AT",
		"Schweiz": "CH", "Switzerland": "CH", "USA": "US", "United States": "US", "UK": "GB", "Großbritannien": "GB", "Vereinigtes Königreich": "GB", "Liechtenstein": "LI"} {
		if got, ok := ParseCountry(text); got != want || !ok {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "ZZ", "ZZZ", "XX", "EU", "Nirgendwo", "D E U X"} {
		if got, ok := ParseCountry(text); ok {
			t.Errorf("%s was taken for %s", text, got)
		}
	}
}

func TestTopParent(t *testing.T) {
	parents := map[string]string{"c": "b", "b": "a", "x": "y", "y": "z", "z": "x", "w": "x", "s": "s"}
	for key, want := range map[string]string{"a": "a", "b": "a", "c": "a", "x": "x", "y": "x", "z": "x", "w": "x", "s": "s"} {
		if got := TopParent(key, parents); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

func TestRunningTerm(t *testing.T) {
	d := postlift.MustDate
	today := d("2026-06-01")
	for name, c := range map[string]struct {
		k    Contract
		want string
	}{
		"first term":                   {Contract{StartedOn: d("2026-01-01"), TermMonths: 12}, "2026-12-31"},
		"renewed twice":                {Contract{StartedOn: d("2024-01-01"), TermMonths: 12, AutoRenew: true}, "2026-12-31"},
		"expired":                      {Contract{StartedOn: d("2024-01-01"), TermMonths: 12}, "2024-12-31"},
		"named term":                   {Contract{StartedOn: d("2024-01-01"), TermMonths: 12, TermEndsOn: d("2027-03-31"), AutoRenew: true}, "2027-03-31"},
		"month ends":                   {Contract{StartedOn: d("2025-01-31"), TermMonths: 1, AutoRenew: true}, "2026-06-29"},
		"notice in time":               {Contract{StartedOn: d("2024-01-01"), TermMonths: 12, NoticeDays: 90, NoticeGivenOn: d("2025-09-01"), AutoRenew: true}, "2025-12-31"},
		"notice too late":              {Contract{StartedOn: d("2024-01-01"), TermMonths: 12, NoticeDays: 90, NoticeGivenOn: d("2025-12-01"), AutoRenew: true}, "2026-12-31"},
		"ended after a silent renewal": {Contract{StartedOn: d("2023-01-01"), TermMonths: 12, EndedOn: d("2024-12-31")}, "2024-12-31"},
	} {
		if got := RunningTerm(c.k, today).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestRenewalsAndTermsAgree: between the start and the running term's end lie as many terms as there are
// renewals, plus the first.
func TestRenewalsAndTermsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := postlift.MustDate("2026-06-01")
		k := Contract{StartedOn: today.AddDays(-rapid.IntRange(0, 5000).Draw(t, "age")), TermMonths: int64(rapid.IntRange(1, 36).Draw(t, "term")), AutoRenew: true}
		k.TermEndsOn = RunningTerm(k, today)
		renewed := 0
		for _, e := range ContractEvents(k, nil, today) {
			if e.Kind == "renewed" {
				renewed++
				if e.OccurredOn > today || e.OccurredOn <= k.StartedOn {
					t.Fatalf("renewed on %s", e.OccurredOn)
				}
			}
		}
		months := int64(renewed+1) * k.TermMonths
		end := k.StartedOn.AddMonths(int(months)).AddDays(-1)
		if gap := end.DaysSince(k.TermEndsOn); gap < -3 || gap > 3 { // ends of months may move a boundary by up to three days
			t.Fatalf("%d renewals of %d months from %s end on %s, the term on %s", renewed, k.TermMonths, k.StartedOn, end, k.TermEndsOn)
		}
		if k.TermEndsOn < today {
			t.Fatalf("the running term has passed: %s", k.TermEndsOn)
		}
	})
}

func TestIndex(t *testing.T) {
	x := NewIndex(0, 7)
	x.Add("known", 3)
	if id, fresh, again := x.Claim("known"); id != 3 || fresh || again {
		t.Error("known", id, fresh, again)
	}
	if id, fresh, again := x.Claim("new"); id != 7 || !fresh || again {
		t.Error("new", id, fresh, again)
	}
	if id, _, again := x.Claim("new"); id != 7 || !again {
		t.Error("again", id, again)
	}
	if id := x.peek("next"); id != 8 || x.Len() != 2 {
		t.Error("peek", id, x.Len())
	}
	if _, ok := x.Find("next"); ok {
		t.Error("peek claimed")
	}
}

// fakeStore runs imports without a database.
type fakeStore struct{ loader *fakeLoader }

func (f fakeStore) ImportFile(_ context.Context, _ ImportHead, _ bool, work func(Loader) (ImportCounts, error)) (string, error) {
	_, err := work(f.loader)
	return "imp_x", err
}

type fakeLoader struct {
	check    func(*Chunk) // may be nil
	saveErr  error
	accounts []Account
	saves    int
}

func (f *fakeLoader) Index(string, string) (*Index, error)               { return NewIndex(0, 1), nil }
func (f *fakeLoader) AccountsOf(string, string) (map[int64]int64, error) { return nil, nil }
func (f *fakeLoader) Finish(FinishInput) (Finished, error)               { return Finished{}, nil }
func (f *fakeLoader) Save(c *Chunk, _ func(string) bool) (Changed, error) {
	f.saves++
	if f.check != nil {
		f.check(c)
	}
	f.accounts = append(f.accounts, c.Accounts...)
	return Changed{}, f.saveErr
}

func importer(l *fakeLoader) *Importer {
	return &Importer{Store: fakeStore{l}, Clock: postlift.FixedClock(time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)), Secret: keyer.Secret, Settings: DefaultSettings()}
}

func TestChunksKeepEveryRowOnce(t *testing.T) {
	l := &fakeLoader{}
	var b strings.Builder
	b.WriteString("external_id,name\n")
	const n = 3*chunkRows + 17
	for i := range n {
		b.WriteString(strings.Repeat("a", i%5) + "-" + time.Duration(i).String() + ",Firma\n")
	}
	r, err := importer(l).Import(context.Background(), Request{Kind: "accounts", Reader: strings.NewReader(b.String())})
	if err != nil || r.Inserted != n || len(l.accounts) != n || l.saves < 4 {
		t.Fatalf("%v: inserted %d, saved %d in %d chunks, want %d", err, r.Inserted, len(l.accounts), l.saves, n)
	}
	for i, a := range l.accounts {
		if a.ID != int64(i+1) {
			t.Fatalf("account %d has id %d", i, a.ID)
		}
	}
}

func TestSaveErrorsAndCancelsEndTheImport(t *testing.T) {
	text := "external_id,name\n" + strings.Repeat("x,Firma\n", 10)
	boom := errors.New("disk full")
	if _, err := importer(&fakeLoader{saveErr: boom}).Import(context.Background(), Request{Kind: "accounts", Reader: strings.NewReader(text)}); !errors.Is(err, boom) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := importer(&fakeLoader{}).Import(ctx, Request{Kind: "accounts", Reader: strings.NewReader(text)}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestRequestsAreChecked(t *testing.T) {
	for _, req := range []Request{
		{Kind: "unicorns", Reader: strings.NewReader("a")},
		{Kind: "accounts", Source: "a:b", Reader: strings.NewReader("external_id,name\n1,A\n")},
		{Kind: "orders", Reader: strings.NewReader("external_id,account_id,date\n1,A,2026-01-01\n")},
	} {
		if _, err := importer(&fakeLoader{}).Import(context.Background(), req); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", req.Kind, err)
		}
	}
}

// TestTemplatesAreImportable reads each template with its own kind's columns: every row must be right.
func TestTemplatesAreImportable(t *testing.T) {
	for _, name := range Kinds() {
		raw, err := Template(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := csvfile.Open(strings.NewReader(string(raw)), kinds[name].columns, csvfile.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := r.Format(); len(f.Columns) != len(kinds[name].columns) || len(f.Ignored) != 0 {
			t.Errorf("%s: %+v", name, f)
		}
		for _, example := range kinds[name].example {
			if len(example) != len(kinds[name].columns) {
				t.Errorf("%s: an example has %d fields of %d", name, len(example), len(kinds[name].columns))
			}
		}
	}
}

// TestHeadersOfOtherSystems reads headers as the systems export them.
func TestHeadersOfOtherSystems(t *testing.T) {
	for name, c := range map[string]struct {
		kind, header string
		want         map[string]string
	}{
		"HubSpot companies": {"accounts", "Record ID,Company name,Company Domain Name,Company owner,Industry,Country/Region,City,Postal Code,Street Address,Create Date",
			map[string]string{"external_id": "Record ID", "name": "Company name", "website": "Company Domain Name", "country": "Country/Region", "postcode": "Postal Code", "street": "Street Address", "acquired_on": "Create Date"}},
		"Salesforce accounts": {"accounts", "Id,Name,Type,ParentId,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry,Website,Industry,NumberOfEmployees,OwnerId,CreatedDate",
			map[string]string{"external_id": "Id", "name": "Name", "parent_id": "ParentId", "street": "BillingStreet", "region": "BillingState", "employees": "NumberOfEmployees", "owner_id": "OwnerId"}},
		"Pipedrive, German": {"accounts", "Organisation - ID;Organisation - Name", map[string]string{"external_id": "Organisation - ID", "name": "Organisation - Name"}},
		"SAP customers":     {"accounts", "KUNNR\tNAME1\tSTRAS\tPSTLZ\tORT01\tLAND1", map[string]string{"external_id": "KUNNR", "name": "NAME1", "street": "STRAS", "postcode": "PSTLZ", "city": "ORT01", "country": "LAND1"}},
		"HubSpot contacts":  {"contacts", "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Associated Company IDs", map[string]string{"external_id": "Record ID", "account_id": "Associated Company IDs", "function": "Job Title"}},
		"Shopify orders":    {"orders", "Name,Email,Customer ID,Currency,Subtotal,Discount Code,Created at", map[string]string{"external_id": "Name", "net": "Subtotal", "code": "Discount Code", "date": "Created at"}},
		"Stripe":            {"contracts", "id,Customer ID,Start (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC),Cancellation Reason,MRR", map[string]string{"started_on": "Start (UTC)", "ended_on": "Ended At (UTC)", "monthly_fee": "MRR"}},
		"ERP orders":        {"orders", "Belegnummer;Kundennummer;Belegdatum;Belegart;Pos;Artikelnummer;Warengruppe;Menge;Positionsbetrag;Währung", map[string]string{"line_no": "Pos", "line_net": "Positionsbetrag", "product_group": "Warengruppe", "currency": "Währung"}},
	} {
		r, err := csvfile.Open(strings.NewReader(c.header+"\n"), kinds[c.kind].columns, csvfile.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for column, header := range c.want {
			if got := r.Format().Columns[column]; got != header {
				t.Errorf("%s: %s is read from %q, want %q", name, column, got, header)
			}
		}
	}
}
