package merge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/tags"
	"pgregory.net/rapid"
)

// outside are the data of both engines; what postlift reads as nothing is not in them.
var outside = map[string]any{
	"account": map[string]any{"name": "Blech", "city": "Bonn", "order_count": 3},
	"orders":  []any{map[string]any{"number": "A", "quantity": 1}, map[string]any{"number": "B", "quantity": 20}, map[string]any{"number": "C", "quantity": 3}},
}

// liquidText draws a text of the language that both engines read alike.
func liquidText(t *rapid.T, depth int, loop bool) string {
	var b strings.Builder
	for range rapid.IntRange(0, 4).Draw(t, "parts") {
		b.WriteString(liquidPart(t, depth, loop))
	}
	return b.String()
}

func liquidPart(t *rapid.T, depth int, loop bool) string {
	dash := func() string { return rapid.SampledFrom([]string{"", "-"}).Draw(t, "dash") }
	value := func() string {
		names := []string{"account.name", "account.city", "account.order_count"}
		if loop {
			names = append(names, "o.number", "o.quantity", "forloop.index", "forloop.length")
		}
		return rapid.SampledFrom(names).Draw(t, "name")
	}
	condition := func() string {
		return rapid.SampledFrom([]string{`account.name == "Blech"`, "account.order_count > 2", "account.order_count <= 2", "contact.title", `account.city contains "on"`,
			`account.name != "x" and account.city`, "contact.title or account.city"}).Draw(t, "condition")
	}
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth > 2 {
		kind %= 2
	}
	switch kind {
	case 0:
		return "x" + rapid.SampledFrom([]string{" a b ", "text", " ", " \n b"}).Draw(t, "text") + "y"
	case 1:
		filter := rapid.SampledFrom([]string{"", " | upcase", ` | append: "!"`, ` | default: "d"`}).Draw(t, "filter")
		return "{{" + dash() + " " + value() + filter + " " + dash() + "}}"
	case 2, 3:
		return "{%" + dash() + " if " + condition() + " " + dash() + "%}" + liquidText(t, depth+1, loop) + "{% elsif " + condition() + " %}" + liquidText(t, depth+1, loop) + "{%" + dash() + " else %}" + liquidText(t, depth+1, loop) + "{% endif " + dash() + "%}"
	case 4:
		return "{% unless " + condition() + " %}" + liquidText(t, depth+1, loop) + "{% endunless %}"
	case 5:
		return `{% case account.city %}{% when "Bonn" %}` + liquidText(t, depth+1, loop) + `{% else %}` + liquidText(t, depth+1, loop) + "{% endcase %}"
	}
	if loop {
		return "z"
	}
	how := rapid.SampledFrom([]string{"", " limit: 2", " reversed"}).Draw(t, "how")
	return "{%" + dash() + " for o in orders" + how + " %}" + liquidText(t, depth+1, true) + "{% endfor " + dash() + "%}"
}

// The language is Liquid: texts merge to what osteele/liquid, a port of Shopify's, makes of them. The texts are on
// lines with other words, where a line of tags alone cannot stand.
func TestMergesAsLiquid(t *testing.T) {
	cfg := render.NewConfig()
	tags.AddStandardTags(cfg)
	cfg.AddFilter("upcase", func(s any) string { return strings.ToUpper(fmt.Sprint(s)) })
	cfg.AddFilter("append", func(s any, more string) string { return fmt.Sprint(s) + more })
	cfg.AddFilter("default", func(v, fallback any) any {
		if v == nil {
			return fallback
		}
		return v
	})
	rapid.Check(t, func(t *rapid.T) {
		source := "<" + strings.ReplaceAll(liquidText(t, 0, false), "\n", "\n.") + ">"
		node, lerr := cfg.Compile(source, parser.SourceLoc{})
		if lerr != nil {
			t.Fatalf("%s: %v", source, lerr)
		}
		var out strings.Builder
		if lerr := render.Render(node, &out, outside, cfg); lerr != nil {
			t.Fatalf("%s: %v", source, lerr)
		}
		want := out.String()
		text, err := Compile(Section{Name: "body", Source: source, Line: 1}, options("de"))
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		got, err := text.Render(NewData(outside))
		if err != nil || plainText(got) != want {
			t.Fatalf("%s\n got %q, %v\nwant %q", source, plainText(got), err, want)
		}
	})
}

// Nothing that a user can write into a text or a file makes the merge panic or hang.
func FuzzMerge(f *testing.F) {
	for _, s := range []string{"x", "{{ account.name | default: 'x' }}", "{% for o in orders %}{{ o.net | money }}\n{% endfor %}", "{%- comment -%}{{",
		"| a | b |\n|:--|--:|\n| {{ account.name }} | \\| |\n| === | === |", "1. a\n  - b\n[ ] c\n---\n____", `{% case account.city %}{% when "a" or 'b' %}**{{ date | date: "long" }}**{% endcase %}`,
		"{% assign o = orders | first %}{{ o.number }}", "***a** b*\\", "{{ contact | salutation: \"informal\" }}"} {
		f.Add(s, "Wert *a* | \\ \uE001 x")
	}
	f.Fuzz(func(t *testing.T, source, v string) {
		sections, err := Split("@body\n"+source, "de.txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range sections {
			text, err := Compile(sec, options("de"))
			if err != nil {
				noPanic(t, err)
				continue
			}
			data := sampleData()
			data["account"].(map[string]any)["name"] = v
			data["date"] = v
			d := NewData(data)
			merged, err := text.Render(d)
			if err != nil {
				noPanic(t, err)
				continue
			}
			if _, err := Blocks(merged); err != nil {
				noPanic(t, err)
			}
		}
	})
}

func noPanic(t *testing.T, err error) {
	t.Helper()
	wantFault(t, err)
	if strings.Contains(err.Error(), "runtime error") {
		t.Fatal(err)
	}
}
