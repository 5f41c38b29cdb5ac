package web

import (
	"strings"
	"testing"

	"postlift/accounts"
	"postlift/campaigns/rules"
)

// TestClausesInWords: every form of a condition has words, groups keep their shape, own attributes their labels.
func TestClausesInWords(t *testing.T) {
	c := rules.Builtin().With([]accounts.Attribute{{Name: "fleet", Type: "number", LabelEN: "Fleet", LabelDE: "Fuhrpark"}})
	tree, err := c.Parse(`none_of(in_segment("loyal"), within_km(25, "DE", "70173")) and last_order_on >= days_ago(90) and custom.fleet > 5 and not dunning`)
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][]string{
		"en": {"|In the segment", "main site|within 25 km of DE-70173", "Last order|in the last 90 days", "Fleet|above 5", "|open dunning"},
		"de": {"|Im Segment", "Hauptstandort|im Umkreis von 25 km um DE-70173", "Letzte Bestellung|in den letzten 90 Tagen", "Fuhrpark|über 5", "|laufendes Mahnverfahren"},
	} {
		all := clauseOf(c, tree, lang, "EUR")
		if all.Group != rules.OpAll || len(all.Parts) != 4 || all.Parts[0].Group != rules.OpNone || len(all.Parts[0].Parts) != 2 || all.Parts[3].Group != rules.OpNot {
			t.Fatalf("%+v", all)
		}
		for i, leaf := range []*clause{all.Parts[0].Parts[0], all.Parts[0].Parts[1], all.Parts[1], all.Parts[2], all.Parts[3].Parts[0]} {
			if got := leaf.Label + "|" + leaf.Value; !strings.HasPrefix(strings.ToLower(got), strings.ToLower(want[i])) {
				t.Errorf("%s: %s, want %s", lang, got, want[i])
			}
		}
	}
}

// TestHeldSets: the members of a set are listed by their labels, as they come and as a document carries them.
func TestHeldSets(t *testing.T) {
	v := &view{Lang: "de", texts: texts{"value.none": "kein Wert"}}
	for _, value := range []any{[]string{"purchasing", "technical"}, []any{"purchasing", "technical"}} {
		if got := v.Held("contact.roles", value); got != "Einkauf, Technik" {
			t.Errorf("%v is shown as %q", value, got)
		}
	}
	if got := v.Held("contact.roles", []string{}); got != "kein Wert" {
		t.Errorf("no members are shown as %q", got)
	}
}
