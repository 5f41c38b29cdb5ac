package rules

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"postlift"
)

const issueRule = `clv.residual > 5000 and days_since_last_order > 120 and country == "DE" and not has_open_contract`

func mustRule(t testing.TB, text string) *Node {
	t.Helper()
	n, err := Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func set(t testing.TB, f *Facts, name string, v any) {
	t.Helper()
	field, ok := Builtin().Field(name)
	if !ok {
		t.Fatalf("no field %s", name)
	}
	switch v := v.(type) {
	case float64:
		f.SetNumber(field, v)
	case string:
		f.SetText(field, v)
	case bool:
		f.SetBool(field, v)
	case postlift.Date:
		f.SetDate(field, v)
	default:
		t.Fatalf("no setter for %T", v)
	}
}

func TestParseRuleTree(t *testing.T) {
	n := mustRule(t, issueRule)
	if n.Op != OpAll || len(n.Nodes) != 4 || n.Nodes[3].Op != OpNot || n.Nodes[3].Nodes[0].Field != "has_open_contract" {
		t.Fatalf("tree %+v", n)
	}
	if got := n.Text(); got != issueRule {
		t.Errorf("text %s", got)
	}
	raw, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Builtin().Decode(raw)
	if err != nil || !reflect.DeepEqual(n, back) {
		t.Errorf("through JSON: %v\n%s", err, raw)
	}
	var names []string
	for _, f := range bound(t, n).Fields() {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "clv.residual country days_since_last_order has_open_contract" {
		t.Errorf("fields %s", got)
	}
}

func TestParseRuleForms(t *testing.T) {
	for text, want := range map[string]string{
		`5000 < clv.residual <= 9000.5`:                      `clv.residual > 5000 and clv.residual <= 9000.5`,
		`clv.stage in ["at_risk", "lapsed"] and clv.low > 0`: `clv.stage in ["at_risk", "lapsed"] and clv.low > 0`,
		`clv.rfm startsWith "5" or clv.stage contains "la"`:  `clv.rfm startsWith "5" or clv.stage contains "la"`,
		`country not in ["DE", 'AT']`:                        `not (country in ["DE", "AT"])`,
		`!(orders == 1) || is_empty(segment)`:                `not (orders == 1) or is_empty(segment)`,
		`(orders > 1 and orders < 5) and employees > 3`:      `orders > 1 and orders < 5 and employees > 3`,
		`orders > 1 or (country == "DE" and employees > 3)`:  `orders > 1 or (country == "DE" and employees > 3)`,
		`city startsWith "Bad \"X\" \\"`:                     `city startsWith "Bad \"X\" \\"`,
		`last_order_on >= "2026-01-31"`:                      `last_order_on >= "2026-01-31"`,
		`has_open_contract == false`:                         `has_open_contract == false`,
		`clv.window_margin > -1_000`:                         `clv.window_margin > -1000`,
		"orders in [1, 2,\n 3]":                              `orders in [1, 2, 3]`,
	} {
		n, err := Builtin().Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := n.Text(); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestParseRuleErrors(t *testing.T) {
	deep := strings.Repeat("(orders > 1 or (employees > 2 and ", 40) + "orders > 3" + strings.Repeat("))", 40)
	for text, want := range map[string][]string{
		`clv.residul > 5`:                   {"line 1, column 1", `"clv.residul"`, "did you mean clv.residual?"},
		"orders > 1 and\n  residual > 5":    {"line 2, column 3", `"residual"`, "did you mean clv.residual?"},
		`country > "DE"`:                    {"column 9", "no order"},
		`clv.stage == "at risk"`:            {"line 1, column 14", `never a value of clv.stage; did you mean at_risk?`, "prospect, new, growing"},
		`clv.tier in ["A", "F"]`:            {"column 19", `"F" is never a value of clv.tier; it has A, B, C, D, E`},
		`clv.tier != "b"`:                   {"did you mean B?"},
		`clv.tier <= "B"`:                   {"has no order"},
		`clv.rfm == "556"`:                  {"column 12", "three digits from 1 to 5"},
		`clv.rfm == 555`:                    {"put texts in quotes"},
		`country == DE`:                     {"column 12", `put texts in quotes: "DE"`},
		`country in ["DE", 5]`:              {"column 19", `"5"`, "cannot be compared with a number"},
		`country in "DE"`:                   {"column 12", "takes a list"},
		`country in []`:                     {"1 to 1000 values"},
		`orders == "5"`:                     {"column 11", "cannot be compared with a text"},
		`last_order_on > "31.01.2026"`:      {"column 17", "is not a date", `"2026-01-31"`},
		`last_order_on > "2026-02-30"`:      {"is not a date"},
		`clv.residual > 5.005`:              {"two decimals"},
		`clv.residual contains "5"`:         {"contains needs a text"},
		`not country == "DE"`:               {"column 1", "write not (… == …)"},
		`country == ""`:                     {"is_empty(field)"},
		`orders`:                            {"no condition by itself", "orders > 100"},
		`orders > employees`:                {"column 10", "two fields"},
		`orders + 1 > 3`:                    {"is not possible"},
		`matches(country)`:                  {"line 1"},
		`country matches "D.*"`:             {"column 9", `"matches"`, "not possible in rules"},
		`len(country) > 2`:                  {"functions are not possible"},
		`any([1], # > 0)`:                   {"functions are not possible"},
		`orders = 5`:                        {"compare with =="},
		`orders > 5 employees > 3`:          {"column 12", "and, or"},
		`orders > `:                         {"too early"},
		`(orders > 5`:                       {"too early"},
		`country == „DE“`:                   {"column 12", "quotes"},
		`true`:                              {"a condition is expected"},
		`orders > 1 ? true : false`:         {"if and ?: are not possible"},
		`let x = 1; orders > x`:             {"variables are not possible"},
		`orders > nil`:                      {"column 10", "is_empty"},
		`is_empty(orders, 1)`:               {"exactly one field"},
		`has_open_contract > 1`:             {"has no order"},
		`has_open_contract in [true]`:       {"is a boolean"},
		`   `:                               {"empty", "an example"},
		`orders > 99999999999999999999`:     {"number", "cannot be read"},
		strings.Repeat("x", MaxRuleBytes+1): {"65536"},
		"orders in [" + strings.Repeat("1,", 1001) + "1]":     {"1 to 1000"},
		strings.Repeat("orders > 1 or ", 1100) + "orders > 1": {"1000 conditions"},
		deep: {"nests more than 32"},
	} {
		_, err := Builtin().Parse(text)
		if postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%.60s: %v", text, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(postlift.UserText(err), w) {
				t.Errorf("%.60s: %q does not say %q", text, postlift.UserText(err), w)
			}
		}
	}
}

func TestMissingValues(t *testing.T) {
	empty, full := Builtin().NewFacts(), Builtin().NewFacts()
	set(t, full, "country", "DE")
	set(t, full, "orders", 3.0)
	for text, want := range map[string][2]bool{ // with no value at all, with country DE and 3 orders
		`country == "DE"`:                            {false, true},
		`country != "DE"`:                            {false, false},
		`not (country == "DE")`:                      {false, false},
		`not (country == "AT")`:                      {false, true},
		`not (country == "AT") or is_empty(country)`: {true, true},
		`country not in ["AT"]`:                      {false, true},
		`not (country contains "A")`:                 {false, true},
		`not (orders > 5)`:                           {false, true},
		`orders != 5`:                                {false, true},
		`orders > 1 or is_empty(orders)`:             {true, true},
		`not (is_empty(orders) or orders > 1)`:       {false, false},
		`not (orders > 5 and country == "DE")`:       {false, true},
		`employees > 5 or country == "DE"`:           {false, true},
		`not (employees > 5 and country == "AT")`:    {false, true}, // unknown and false is false
	} {
		n := mustRule(t, text)
		p, err := compiled(n, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range []*Facts{empty, full} {
			if got := p(f); got != want[i] {
				t.Errorf("%s, facts %d: %t", text, i, got)
			}
			if got := explained(n, f, "EUR").Outcome == Met; got != want[i] {
				t.Errorf("%s, facts %d: explained as %t", text, i, got)
			}
		}
	}
}

func TestMoneyLiteralsAreExact(t *testing.T) {
	f := Builtin().NewFacts()
	set(t, f, "clv.residual", 1999.0) // 19.99 EUR in cents; 19.99*100 is below 1999 in floating point
	for text, want := range map[string]bool{
		`clv.residual == 19.99`: true, `clv.residual >= 19.99`: true, `clv.residual < 19.99`: false, `clv.residual in [1, 19.99]`: true,
	} {
		p, err := compiled(mustRule(t, text), "EUR")
		if err != nil || p(f) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestExplainNamesValues(t *testing.T) {
	f := Builtin().NewFacts()
	set(t, f, "clv.residual", 612345.0)
	set(t, f, "country", "AT")
	e := explained(mustRule(t, issueRule), f, "EUR")
	if e.Outcome != NotMet || len(e.Parts) != 4 {
		t.Fatalf("%+v", e)
	}
	want := []struct {
		outcome Outcome
		value   any
	}{{Met, postlift.Money{Minor: 612345, Currency: "EUR"}}, {Unknown, nil}, {NotMet, "AT"}, {Unknown, nil}}
	for i, w := range want {
		if e.Parts[i].Outcome != w.outcome || e.Parts[i].Value != w.value {
			t.Errorf("part %d: %+v, want %+v", i, e.Parts[i], w)
		}
	}
}

func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for i, f := range Builtin().Fields() {
		if f.Index() != i || seen[f.Name] || f.EN == "" || f.DE == "" {
			t.Errorf("field %d %q is numbered, named or labelled wrongly", i, f.Name)
		}
		if f.About.EN == "" || f.About.DE == "" || f.About.EN == f.About.DE || (f.Missing.EN == "") != (f.Missing.DE == "") {
			t.Errorf("%s is described %+v, without a value %+v", f.Name, f.About, f.Missing)
		}
		for _, v := range f.Values {
			if v.Value == "" || v.EN == "" || v.DE == "" || f.Type != Text && f.Type != Texts || f.ValueLabel(v.Value, "de-AT") != v.DE {
				t.Errorf("%s has the value %+v", f.Name, v)
			}
		}
		if f.Pattern != "" && (f.Type != Text || f.Unit == "") {
			t.Errorf("%s has a pattern that Unit does not put into words", f.Name)
		}
		seen[f.Name] = true
		if got, err := Builtin().Parse("is_empty(" + f.Name + ")"); err != nil || got.Field != f.Name {
			t.Errorf("%s cannot be used in a rule: %v", f.Name, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	f, err := Builtin().Describe("clv.stage")
	if err != nil || f.ValueLabel("at_risk", "de") != "Gefährdet" || f.ValueLabel("at_risk", "en-GB") != "At risk" || f.ValueLabel("other", "de") != "other" {
		t.Errorf("%+v, %v", f, err)
	}
	for name, want := range map[string]string{"clv.tear": "clv.tier", "clv.payback": "clv.payback_month", "payback": "clv.payback_month", "CLV.Tier": "clv.tier", "x": ""} {
		_, err = Builtin().Describe(name)
		text := postlift.UserText(err)
		if postlift.KindOf(err) != postlift.NotFound || strings.Contains(text, "did you mean") != (want != "") || want != "" && !strings.Contains(text, "did you mean "+want+"?") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStoredTreesAreChecked: a tree that comes as JSON is held against a field's values as a text is.
func TestStoredTreesAreChecked(t *testing.T) {
	for raw, want := range map[string]string{
		`{"op":"==","field":"clv.stage","value":"gone"}`:             "never a value",
		`{"op":"in","field":"clv.rfm","values":["555","5"]}`:         "value 2 of the list",
		`{"op":"contains","field":"clv.stage","value":"gone"}`:       "",
		`{"op":"in","field":"clv.stage","values":["lost","lapsed"]}`: "",
	} {
		_, err := Builtin().Decode([]byte(raw))
		if want == "" && err != nil || want != "" && !strings.Contains(postlift.UserText(err), want) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add(issueRule)
	f.Add(`country not in ["DE"] or (5 < orders < 9 and is_empty(city))`)
	f.Add(`none_of(in_segment("a"), within_km(2.5, "DE", "70173")) and last_order_on >= days_ago(90) and city endsWith "x" // so`)
	f.Add(`next_notice_on in ["2026-01-31", months_ahead(2), today()] or products contains "A" or not (days_ago(3) > acquired_on)`)
	f.Add("let x = 1; if orders > 1 { 2 } else { any(x, # > 1) } ?? b'x'[1:2]")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Builtin().Parse(text)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		back, err := Builtin().Parse(n.Text())
		if err != nil || !reflect.DeepEqual(back, n) {
			t.Fatalf("%q prints as %q, which reads as %v, %v", text, n.Text(), back, err)
		}
		raw, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		if stored, err := Builtin().Decode(raw); err != nil || !reflect.DeepEqual(stored, n) {
			t.Fatalf("%q is stored as %s, which reads as %v, %v", text, raw, stored, err)
		}
		for _, lang := range []string{"en", "de"} {
			if !utf8.ValidString(n.Sentence(Builtin(), lang, "EUR")) {
				t.Fatalf("%q: %q", text, n.Sentence(Builtin(), lang, "EUR"))
			}
		}
		if changes := Diff(n, back); len(changes) > 0 {
			t.Fatalf("%q differs from itself: %v", text, changes)
		}
	})
}

// BenchmarkRule evaluates 10 clauses that are all met; the bar is 80 ns without allocation.
func BenchmarkRule(b *testing.B) {
	facts := Builtin().NewFacts()
	set(b, facts, "clv.residual", 900000.0)
	set(b, facts, "clv.decile", 2.0)
	set(b, facts, "country", "DE")
	set(b, facts, "segment", "Handel")
	set(b, facts, "has_open_contract", false)
	set(b, facts, "days_since_last_order", 200.0)
	set(b, facts, "orders", 7.0)
	set(b, facts, "employees", 50.0)
	set(b, facts, "mails_365d", 1.0)
	set(b, facts, "city", "Bad Musterstadt")
	n := mustRule(b, `clv.residual > 5000 and clv.decile <= 3 and country in ["DE", "AT"] and segment != "Public" and not has_open_contract
		and days_since_last_order > 120 and orders >= 2 and employees > 10 and mails_365d < 6 and city startsWith "Bad"`)
	p, err := compiled(n, "EUR")
	if err != nil || !p(facts) {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p(facts)
	}
}

// testDay is the day that tests ask rules for.
var testDay = postlift.MustDate("2026-06-01")

// savedNames are rules that tests may refer to; "again" refers to "big".
var savedNames = []string{"big", "again"}

// testBinding knows two saved rules and every place.
func testBinding(currency string) Binding {
	return Binding{AsOf: testDay, Currency: currency,
		Segment: func(name string) (*Node, error) {
			text, ok := map[string]string{"big": `orders > 0 and not dunning`, "again": `in_segment("big") or is_empty(country)`}[name]
			if !ok {
				return nil, postlift.Faultf(postlift.NotFound, "test", "there is no rule %q", name)
			}
			return Builtin().Parse(text)
		},
		Near: func(p Near) ([]string, error) {
			if p.KM < 1 {
				return nil, nil
			}
			return []string{"DE-70173", "DE"}, nil
		},
	}
}

// bound binds a rule as of a day in euros.
func bound(t rapid.TB, n *Node) *Term {
	term, err := Builtin().Bind(n, testBinding("EUR"))
	if err != nil {
		t.Fatal(err)
	}
	return term
}

func compiled(n *Node, currency string) (Predicate, error) {
	term, err := Builtin().Bind(n, testBinding(currency))
	if err != nil {
		return nil, err
	}
	return term.Compile(), nil
}

func explained(n *Node, facts *Facts, currency string) Explained {
	term, err := Builtin().Bind(n, testBinding(currency))
	if err != nil {
		return Explained{}
	}
	return term.Explain(facts, currency)
}
