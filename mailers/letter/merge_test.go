package letter

import (
	"strings"
	"testing"
)

// A value is printed as it is, whatever marks it holds.
func TestValuesAreNoMarkup(t *testing.T) {
	for _, name := range []string{"*Stern* & **Söhne**", "- Strich", "## Raute", `Back\slash\`, "{{ code }}", "@notice", "a\n\nb"} {
		plan, err := compose(t, smallText("{{ account.name }}\n\nEnde"), func(p Piece) { group(p, "account")["name"] = name })
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if want := cleanLine(name) + "\nEnde\n"; !strings.Contains(texts(plan), want) {
			t.Errorf("%q is not printed as it is:\n%s", name, texts(plan))
		}
	}
}

func TestMergeLanguage(t *testing.T) {
	orders := []any{
		map[string]any{"number": "A-1", "date": "2025-01-31", "net": map[string]any{"minor": 123456.0, "currency": "EUR"}, "quantity": 1.0},
		map[string]any{"number": "A-2", "date": "2025-12-01", "net": map[string]any{"minor": -50.0, "currency": "EUR"}, "quantity": 12000.0},
	}
	for body, want := range map[string]string{
		`{{ account.total_net | money }}`:                                      "12.345,50\u00a0€",
		`{{ account.last_order_on | date }}`:                                   "11.06.2025",
		`{{ account.last_order_on | date: "long" }}`:                           "11. Juni 2025",
		`{{ account.last_order_on | date: "month" }}`:                          "Juni 2025",
		`{{ account.order_count }} {{ account.order_count | plural: "a","b"}}`: "12 b",
		`{{ account.industry | default: "Ihre Branche" }}`:                     "Ihre Branche",
		`{{ account.name | upcase | append: "!" }}`:                            "ERFUNDENE BLECHWERKE!",
		`{% assign n = account.name %}{{ n }}x`:                                "Erfundene Blechwerkex",
		`{% if account.order_count > 10 %}viel{% else %}wenig{% endif %}`:      "viel",
		`{% unless account.industry %}keine{% endunless %}`:                    "keine",
		`{{ orders | size }} {% for o in orders %}{{ o.number }} {{ o.date | date }} {{ o.net | money }} {{ o.quantity | number }}; {% endfor %}Ende`: "2 A-1 31.01.2025 1.234,56\u00a0€ 1; A-2 01.12.2025 -0,50\u00a0€ 12.000; Ende",
		"{% comment %}{{ unknown }}{% endcomment %}da": "da",
		"**fett {{ account.city }}** und \\*Stern":     "fett Wuppertal\nund *Stern",
		"eins\\\nzwei": "eins\nzwei",
		"a {%- if account.city -%} knapp {%- endif -%}  x": "aknappx",
	} {
		plan, err := compose(t, smallText("Anfang\n\n"+body+"\n\nSchluss"), func(p Piece) { p.Merge["orders"] = orders })
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got := texts(plan); !strings.Contains(got, "Anfang\n"+want+"\nSchluss\n") {
			t.Errorf("%s: want %q in\n%s", body, want, got)
		}
	}
}

func TestMergeStops(t *testing.T) {
	many := make([]any, 2000)
	for i := range many {
		many[i] = map[string]any{"number": "x"}
	}
	for body, part := range map[string]string{
		`{{ account.industry }}`:                                                               "account.industry has no value",
		`{{ account.industry | upcase }}`:                                                      "account.industry has no value",
		`{{ account.name | append: account.industry }}`:                                        "append",
		`{{ account.name | date }}`:                                                            "Erfundene Blechwerke",
		`{{ account.name | money }}`:                                                           "money needs",
		`{{ account.last_order_on | date: "dayish" }}`:                                         "dayish",
		`{% for a in orders %}{% for b in orders %}{% endfor %}{% endfor %}`:                   "10000 rounds",
		`{% for a in orders %}{{ a.date | date }}{% endfor %}`:                                 "a.date has no value",
		`{% assign s = account.name %}` + strings.Repeat(`{% assign s = s | append: s %}`, 14): "grows beyond",
	} {
		_, err := compose(t, smallText("Hallo "+body), func(p Piece) { p.Merge["orders"] = many })
		t.Run(part, func(t *testing.T) { wantFault(t, err, part) })
	}
}
