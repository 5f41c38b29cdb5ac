package merge

import (
	"strings"
	"testing"

	"postlift"
)

// sampleData is an invented recipient.
func sampleData() map[string]any {
	return map[string]any{
		"salutation": "Sehr geehrte Frau Dr. Süßkind,", "date": "2026-03-03", "code": "BJ7K-EFQN-4XN", "objection_notice": "Sie können widersprechen.",
		"contact":  map[string]any{"salutation": "Frau", "title": "Dr.", "first_name": "Änne", "last_name": "Süßkind"},
		"account":  map[string]any{"name": "Erfundene Blechwerke", "city": "Wuppertal", "industry": "  ", "last_order_on": "2025-06-11", "order_count": 12.0, "total_net": map[string]any{"minor": 1234550.0, "currency": "EUR"}},
		"campaign": map[string]any{"offer": "5 % Nachlass", "discount": 12.5, "landing_host": ""},
		"sender":   map[string]any{"company": "Antriebstechnik Beispiel GmbH"},
		"orders": []any{
			map[string]any{"number": "A-1", "date": "2025-01-31", "net": map[string]any{"minor": 123456.0, "currency": "EUR"}, "quantity": 1.0,
				"lines": []any{map[string]any{"name": "Kupplung", "quantity": 2.0}, map[string]any{"name": "Welle"}}},
			map[string]any{},
			map[string]any{"number": "A-2", "date": "2025-12-01", "net": map[string]any{"minor": -50.0, "currency": "EUR"}, "quantity": 12000.0},
		},
	}
}

func options(lang string) Options {
	return Options{File: "de.txt", Lang: lang, Vars: Builtin().With(Vars{"campaign.discount": Number, "campaign.fee": Amount, "campaign.level": String, "photo": Image}),
		Fallback: map[string]string{"campaign.fee": "9.90 EUR", "campaign.level": "Bronze"}}
}

func compileText(t testing.TB, source, lang string) *Text {
	t.Helper()
	text, err := Compile(Section{Name: "body", Source: source, Line: 5}, options(lang))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return text
}

// plainText is a merged text without the marks of its values.
func plainText(s string) string { return marks.Replace(s) }

func TestMergeLanguage(t *testing.T) {
	for source, want := range map[string]string{
		`{{ account.name }}`:                                                   "Erfundene Blechwerke",
		`{{ account.total_net | money }}`:                                      "12.345,50\u00a0€",
		`{{ account.total_net | money: "whole" }}`:                             "12.346\u00a0€",
		`{{ account.last_order_on | date }}`:                                   "11.06.2025",
		`{{ account.last_order_on | date: "long" }}`:                           "11.\u00a0Juni 2025",
		`{{ account.last_order_on | date: "month" }}`:                          "Juni 2025",
		`{{ account.last_order_on | date: "year" }}`:                           "2025",
		`{{ account.last_order_on | date: "weekday" }}`:                        "Mittwoch",
		`{{ account.order_count }} {{ account.order_count | plural: "a","b"}}`: "12 b",
		`{{ account.industry | default: "Ihre Branche" }}`:                     "Ihre Branche",
		`{{ campaign.landing_host | default: "" }}.`:                           ".",
		`{{ campaign.landing_host | default: account.city }}.`:                 "Wuppertal.",
		`{% if account.industry == "" %}ja{% endif %}{% if account.industry != "" %}nein{% endif %}{% if account.name != "" %}!{% endif %}`:        "ja!",
		`{{ account.name | upcase | append: "!" | prepend: "?" }}`:                                                                                 "?ERFUNDENE BLECHWERKE!",
		`{{ campaign.offer | downcase | capitalize }}`:                                                                                             "5 % nachlass",
		`{{ campaign.discount | percent }}|{{ campaign.discount | number: 2}}`:                                                                     "12,5\u00a0%|12,50",
		`{{ campaign.fee | money }} {{ campaign.level }}`:                                                                                          "9,90\u00a0€ Bronze",
		`{% if campaign.level %}da{% else %}nicht da{% endif %}`:                                                                                   "nicht da",
		`{% assign n = account.name %}{{ n }}x`:                                                                                                    "Erfundene Blechwerkex",
		`{% if account.order_count > 10 %}viel{% else %}wenig{% endif %}`:                                                                          "viel",
		`{% if account.total_net > 12345 %}viel{% endif %}`:                                                                                        "viel",
		`{% unless account.industry %}keine{% endunless %}`:                                                                                        "keine",
		`{% if account.industry == blank and account.name != "x" %}ja{% endif %}`:                                                                  "ja",
		`{% if account.name contains "Blech" %}ja{% endif %}`:                                                                                      "ja",
		`{% if account.last_order_on < "2026-01-01" %}alt{% endif %}`:                                                                              "alt",
		`{% if account.city == "x" %}1{% elsif account.city == "Wuppertal" %}2{% else %}3{% endif %}`:                                              "2",
		`{% case account.city %}{% when "Bonn", "Wuppertal" %}a{% when "x" %}b{% else %}c{% endcase %}`:                                            "a",
		`{% case account.city %}{% when "x" or "y" %}b{% else %}c{% endcase %}`:                                                                    "c",
		`{% if true or false and false %}rechts{% endif %}`:                                                                                        "rechts", // Liquid reads from the right
		`{{ orders | size }} {% for o in orders %}{{ o.number }} {{ o.net | money }} {{ o.quantity | number }}; {% endfor %}`:                      "2 A-1 1.234,56\u00a0€ 1; A-2 −0,50\u00a0€ 12.000; ",
		`{% for o in orders reversed limit: 1 %}{{ o.number }}{% endfor %}`:                                                                        "A-1",
		`{% for o in orders offset: 1 %}{{ o.number }}{% endfor %}`:                                                                                "A-2",
		`{% for o in orders %}{{ forloop.index }}/{{ forloop.length }}{% unless forloop.last %}, {% endunless %}{% endfor %}`:                      "1/2, 2/2",
		`{% for o in orders %}{% for l in o.lines %}{{ l.name }}{{ forloop.rindex0 }} {% else %}leer{% endfor %}{{ forloop.index0 }};{% endfor %}`: "Kupplung1 Welle0 0;leer1;",
		`{% for l in contract.lines %}x{% else %}nichts{% endfor %}`:                                                                               "nichts",
		`{{ orders | sum: "net" | money }} {{ orders | sum: "quantity" | number }}`:                                                                "1.234,06\u00a0€ 12.001",
		`{{ orders | join: ", ", "number" }} {{ orders | map: "number" | join: "+" }}`:                                                             "A-1, A-2 A-1+A-2",
		`{% assign o = orders | first %}{{ o.number }} {% assign p = orders | last %}{{ p.date | date }}`:                                          "A-1 01.12.2025",
		`{{ contact | salutation }} {{ contact | name }} {{ contact | name: "short" }}`:                                                            "Sehr geehrte Frau Dr. Süßkind, Dr. Änne Süßkind Dr. Süßkind",
		"{% comment %}{{ unknown }}{% endcomment %}da":                                                                                             "da",
		"{% if account.city %}a\n{%- if account.name %}\nb\n{%- endif %}\nc{% endif %}":                                                            "a\nb\nc",
		"a {%- if account.city -%} knapp {%- endif -%}  x":                                                                                         "aknappx",
		"eins {{- account.city -}} zwei":                                                                                                           "einsWuppertalzwei",
		"a\n{% if account.city %}\nb\n{% endif %}\nc":                                                                                              "a\nb\nc",
		"a\n  {% for o in orders %}{% if o.number %}  \n{{ o.number }}\n{% endif %}{% endfor %}\nc":                                                "a\nA-1\nA-2\nc",
		"a\n{% comment %}\nx\n{% endcomment %}\nb":                                                                                                 "a\n\nb",
	} {
		got, err := compileText(t, source, "de").Render(NewData(sampleData()))
		if err != nil || plainText(got) != want {
			t.Errorf("%s: %q, %v; want %q", source, plainText(got), err, want)
		}
	}
}

func TestEnglishForms(t *testing.T) {
	for source, want := range map[string]string{
		`{{ account.total_net | money }}`:                             "€12,345.50",
		`{{ account.total_net | money: "whole" }}`:                    "€12,346",
		`{{ account.last_order_on | date: "long" }}`:                  "11\u00a0June 2025",
		`{{ date | date: "weekday" }} {{ date | date: "month" }}`:     "Tuesday March 2026",
		`{{ campaign.discount | percent }}`:                           "12.5%",
		`{% for o in orders %}{{ o.quantity | number }} {% endfor %}`: "1 12,000 ",
	} {
		got, err := compileText(t, source, "en").Render(NewData(sampleData()))
		if err != nil || plainText(got) != want {
			t.Errorf("%s: %q, %v; want %q", source, plainText(got), err, want)
		}
	}
}

func wantFault(t *testing.T, err error, parts ...string) {
	t.Helper()
	if postlift.KindOf(err) != postlift.Invalid {
		t.Fatalf("want an Invalid fault, got %v", err)
	}
	for _, part := range parts {
		if !strings.Contains(postlift.UserText(err), part) {
			t.Errorf("fault %q does not name %q", postlift.UserText(err), part)
		}
	}
}

func TestMergeStops(t *testing.T) {
	many := make([]any, 2000)
	for i := range many {
		many[i] = map[string]any{"number": "x"}
	}
	double := strings.Repeat(`{% assign s = s | append: s %}`, 14)
	for source, part := range map[string]string{
		`{{ account.industry }}`:                                             "account.industry has no value",
		`{{ account.industry | upcase }}`:                                    "account.industry has no value",
		`{{ contract.end | date }}`:                                          "contract.end has no value",
		`{{ campaign.landing_host | default: account.industry }}`:            "campaign.landing_host has no value",
		`{% for l in contract.lines %}{{ l.name }}{% endfor %}`:              "contract.lines is no list",
		`{{ account.name | append: account.industry }}`:                      "append",
		`{% for a in orders %}{% for b in orders %}{% endfor %}{% endfor %}`: "10000 rounds",
		`{% for a in orders %}{{ a.date | date }}{% endfor %}`:               "a.date has no value",
		`{% assign s = account.name %}` + double:                             "grows beyond",
		`{{ contact.email }}`:                                                "contact.email contains '💙' (U+1F499)",
		`{{ contact.phone }}`:                                                "U+E001",
		`{{ account.customer_since | date }}`:                                `account.customer_since: "1.1.2027" is not a date of the form YYYY-MM-DD`,
		`{{ account.last_order_on | date }}`:                                 `account.last_order_on: "2026-02-31": there is no such day`,
		"{% for o in orders %}" + strings.Repeat("{% if o.number %}{% endif %}", 1200) + "{% endfor %}": "steps",
		`{{ order.net | money }}`: "order.net: money needs",
	} {
		data := sampleData()
		data["orders"] = many
		data["contact"] = map[string]any{"email": "a💙", "phone": "\uE001**x**"}
		data["account"].(map[string]any)["customer_since"] = "1.1.2027"
		data["account"].(map[string]any)["last_order_on"] = "2026-02-31"
		data["order"] = map[string]any{"net": map[string]any{"minor": 1.5, "currency": "EUR"}}
		data["contract"] = map[string]any{"lines": `[{"name": "A"}]`}
		d := NewData(data)
		d.Missing = func(s string) (rune, bool) { return '💙', strings.ContainsRune(s, '💙') }
		_, err := compileText(t, "Hallo "+source, "de").Render(d)
		t.Run(part, func(t *testing.T) { wantFault(t, err, part) })
	}
}

// A number below nothing has the minus sign of print, where the fonts have one.
func TestMinusSign(t *testing.T) {
	for source, want := range map[string]string{
		`{{ account.total_net | money }}`:          "−1.234,50 €",
		`{{ account.total_net | money: "whole" }}`: "−1.235 €",
		`{{ account.order_count | number }}`:       "−3",
		`{{ account.order_count | percent }}`:      "−3 %",
	} {
		data := sampleData()
		account := data["account"].(map[string]any)
		account["total_net"], account["order_count"] = map[string]any{"minor": -123450, "currency": "EUR"}, -3
		for _, lacks := range []bool{false, true} {
			d := NewData(data)
			d.Missing = func(s string) (rune, bool) { return '−', lacks && strings.ContainsRune(s, '−') }
			if lacks {
				want = strings.ReplaceAll(want, "−", "-")
			}
			got, err := compileText(t, source, "de").Render(d)
			if got = strings.Trim(got, ""); err != nil || got != want {
				t.Errorf("%s, lacking %v: %q, %v; want %q", source, lacks, got, err, want)
			}
		}
	}
}

// Each wrong text is refused when it is read, with file, line and the nearest name.
func TestCompileFaults(t *testing.T) {
	for source, parts := range map[string][]string{
		"{{ acount.name }}":                                    {"de.txt:5: ", `"acount.name"`, "did you mean account.name?"},
		"Hallo\n{% if account.nmae %}x{% endif %}":             {"de.txt:6: ", "account.name"},
		"{{ account }}":                                        {"group", "account.city"},
		"{{ account.name | upcas }}":                           {"de.txt:5: ", "did you mean upcase?"},
		"{% includ 'x' %}":                                     {"de.txt:5: ", `"includ"`},
		"{% include '/etc/passwd' %}":                          {`"include"`},
		"a\n{% if account.name %}x":                            {"de.txt:6: ", `"if"`, "not closed"},
		"{% if account.name %}x{% endfor %}":                   {`"endfor"`, "line 5"},
		"{% endif %}":                                          {"de.txt:5: ", "no open block"},
		"{% if account.name %}{% else %}{% else %}{% endif %}": {`"else" cannot stand here`},
		"a\n\n{{ account.name }":                               {"de.txt:7: ", "has no end", "}}"},
		"a\n{% if account.name":                                {"de.txt:6: ", `"{% if account.name"`, "add %}"},
		"a }} b":                                               {"de.txt:5: ", "partner"},
		"{% comment %}{{":                                      {"comment", "not closed"},
		"{% for i in (1..9999999) %}x{% endfor %}":             {"de.txt:5: ", "loop"},
		"{% for i in account.name %}x{% endfor %}":             {"not a list"},
		"{% for i in ordrs %}x{% endfor %}":                    {"did you mean orders?"},
		"{% for i in orders sorted %}x{% endfor %}":            {"limit: n"},
		"{% for a in orders %}{% for b in orders %}{% for c in orders %}{% for d in orders %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}": {"loops"},
		"{{ orders[0] }}":                                          {"cannot be read"},
		"{{ account.last_order_on }}":                              {"| date"},
		"{{ account.total_net }}":                                  {"| money"},
		"{{ orders }}":                                             {"list", "for item in orders"},
		"{{ photo }}":                                              {"picture"},
		`{{ "x" }}`:                                                {"prints no variable"},
		"{{ account.name | money }}":                               {"account.name", "kind text", "money"},
		"{{ account.name | date }}":                                {"kind text", "date"},
		`{{ date | date: "dayish" }}`:                              {"dayish", "short, long"},
		`{{ date | date: "%d.%m.%Y" }}`:                            {"%d.%m.%Y"},
		`{{ date | default: "bald" | date }}`:                      {"format first"},
		`{{ account.order_count | plural: "x" }}`:                  {"plural", "2 values, got 1"},
		`{{ orders | sum: "nett" | money }}`:                       {`"nett"`, "did you mean net?"},
		`{{ orders | join: ", " }}`:                                {"several fields"},
		"{% for o in orders %}{{ o.nett | money }}{% endfor %}":    {`"o.nett"`, "did you mean o.net?"},
		"{% for o in orders %}{{ forloop.idex }}{% endfor %}":      {"did you mean forloop.index?"},
		"{% assign account = 1 %}":                                 {"cannot be assigned"},
		"{% if account.name and %}x{% endif %}":                    {"value is missing"},
		"{% if account.name = 1 %}x{% endif %}":                    {`"="`, "=="},
		"x\n\n**bold":                                              {"de.txt:7: ", "not closed"},
		"{% if account.name %}\nx\n{% endif %}\n\nein *Stern\n\ny": {"de.txt:9: ", "not closed"},
		"x\n\n| a | b |\n| 1 | 2 |":                                {"de.txt:7: ", ":--"},
		"| a | b |\n|:--|:--|\n| 1 |":                              {"1 cells", "2"},
		"a \uE000 b":                                               {"U+E000"},
	} {
		_, err := Compile(Section{Name: "body", Source: source, Line: 5}, options("de"))
		t.Run(source, func(t *testing.T) { wantFault(t, err, parts...) })
	}
}

func TestSplit(t *testing.T) {
	got, err := Split("\n@subject\na\n\n@body \nb\n@notice\n", "de.txt")
	want := []Section{{"subject", "a\n", 3}, {"body", "b", 6}, {"notice", "", 8}}
	if err != nil || len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%v, %v", got, err)
	}
	_, err = Split("x\n@subject\n", "de.txt")
	wantFault(t, err, "de.txt:1: ", "@subject")
}

// What a text tells about itself.
func TestTextFacts(t *testing.T) {
	text := compileText(t, `{{ account.name }} {{ account.city | default: "x" }} {{ campaign.level }}{% if account.industry %}{{ account.industry }}{% endif %}{% for o in orders %}{{ o.net | money }}{% endfor %}`, "de")
	if got := text.Always(); !got["account.name"] || len(got) != 1 {
		t.Errorf("always %v", got)
	}
	if got := strings.Join(text.Uses(), " "); got != "account.city account.industry account.name campaign.level orders orders[].net" {
		t.Errorf("uses %s", got)
	}
	if text.Static() || !compileText(t, "nur **Text**", "de").Static() {
		t.Error("static")
	}
	if got := compileText(t, `a {{ account.city | default: "🙂" }} b`, "de").Plain(); !strings.Contains(got, "🙂") || !strings.Contains(got, "a ") {
		t.Errorf("plain %q", got)
	}
}

// All that is missing is named at once.
func TestLacks(t *testing.T) {
	text := compileText(t, `{{ account.name }}{{ contract.number }}{{ contract.name | default: "x" }}{% if account.industry %}a{% else %}{{ contact.email }}{% endif %}{% for o in orders %}{{ o.product_group }}{% endfor %}{{ contract.end | date }}`, "de")
	got, err := text.Lacks(NewData(sampleData()))
	if err != nil || strings.Join(got, " ") != "contract.number contact.email orders[].product_group contract.end" {
		t.Errorf("%v, %v", got, err)
	}
}

// Data that the piece sets itself stand over what the file says, and the file's map is not changed.
func TestDataSet(t *testing.T) {
	raw := sampleData()
	d := NewData(raw)
	d.Set("account.name", "Andere")
	d.Set("account.industry", "")
	s, err := d.Field("account.name")
	if err != nil || s != "Andere" || d.Has("account.industry") || !d.Has("account.city") || d.Has("account.nothing") {
		t.Errorf("%q, %v", s, err)
	}
	if raw["account"].(map[string]any)["name"] != "Erfundene Blechwerke" {
		t.Error("the caller's data were changed")
	}
	if day, err := d.Day("account.last_order_on"); err != nil || day.String() != "2025-06-11" {
		t.Errorf("%v, %v", day, err)
	}
	_, err = d.Field("orders")
	wantFault(t, err, "orders is no text but a list")
}

// A piece's texts together have one budget.
func TestBudgetOfPiece(t *testing.T) {
	text := compileText(t, strings.Repeat("x", 200_000)+"{{ account.name }}", "de")
	d := NewData(sampleData())
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		_, err = text.Render(d)
	}
	wantFault(t, err, "merged texts of the piece")
	if n < 50 {
		t.Errorf("stopped after %d", n)
	}
}
