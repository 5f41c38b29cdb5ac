package web

import (
	"strings"
	"testing"
)

// TestSegmentPageMarksObjectors: the page says at how many members nobody may be sent advertising, and at which.
func TestSegmentPageMarksObjectors(t *testing.T) {
	h := newFakes().staff(t)
	for lang, words := range map[string][]string{"en": {"nobody at 17 of the accounts", ">objection<", "of an earlier day"},
		"de": {"bei 17 der Kunden", ">Widerspruch<", "von einem früheren Tag"}} {
		body := get(h, "GET", "/segments/seg_1?lang="+lang).Body.String()
		for _, want := range words {
			if strings.Count(body, want) != 1 {
				t.Errorf("%s: %q stands %d times in the page", lang, want, strings.Count(body, want))
			}
		}
	}
}

// TestPagesTellInstantsOnTheOrganisationsClocks: with their mark, and never in UTC.
func TestPagesTellInstantsOnTheOrganisationsClocks(t *testing.T) {
	h := newFakes().staff(t)
	for lang, mark := range map[string]string{"en": "10:00\u00a0CET", "de": "10:00\u00a0MEZ"} {
		marked := 0
		for _, page := range pages {
			body := get(h, "GET", page+map[bool]string{true: "&", false: "?"}[strings.Contains(page, "?")]+"lang="+lang).Body.String()
			marked += strings.Count(body, mark)
			if strings.Contains(body, "\u00a0UTC") {
				t.Errorf("%s in %s tells an instant in UTC", page, lang)
			}
		}
		if marked < 5 {
			t.Errorf("%d instants are marked in %s", marked, lang)
		}
	}
}
