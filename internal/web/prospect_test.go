package web

import (
	"context"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/planner"
)

// TestProspectNeverBlocks: while it is worked out, the page says so and asks again, the campaign's page answers at
// once; then both show the answer, worked out once.
func TestProspectNeverBlocks(t *testing.T) {
	f := newFakes()
	open, asked := make(chan struct{}), 0
	f.assess = func(ctx context.Context) (planner.Assessment, error) {
		asked++
		<-open
		f.assess = nil
		return f.Assess(ctx, "", 0, 0)
	}
	h := f.staff(t)
	page := get(h, "GET", "/campaigns/cmp_2/outlook").Body.String()
	if !strings.Contains(page, `http-equiv="refresh"`) || strings.Contains(page, "You will know") {
		t.Errorf("a page under way:\n%s", page)
	}
	if page := get(h, "GET", "/campaigns/cmp_2").Body.String(); !strings.Contains(page, "Work it out") || !strings.Contains(page, `href="/campaigns/cmp_2/outlook"`) {
		t.Error("the campaign does not offer to work it out")
	}
	close(open)
	for deadline := time.Now().Add(time.Minute); !strings.Contains(page, "You will know"); {
		if page = get(h, "GET", "/campaigns/cmp_2/outlook").Body.String(); time.Now().After(deadline) {
			t.Fatal("it never gets ready")
		}
	}
	if strings.Contains(page, "http-equiv") || asked != 1 || !strings.Contains(get(h, "GET", "/campaigns/cmp_2").Body.String(), "You will know") {
		t.Errorf("worked out %d times", asked)
	}
	if page := get(h, "GET", "/campaigns/cmp_1").Body.String(); strings.Contains(page, "/outlook") {
		t.Error("a running campaign is still foretold")
	}
}

func TestProspectFaults(t *testing.T) {
	f := newFakes()
	f.assess = func(context.Context) (planner.Assessment, error) {
		return planner.Assessment{}, postlift.Faultf(postlift.Invalid, "test", "contractual mail is not measured")
	}
	if w := get(f.staff(t), "GET", "/campaigns/cmp_2/outlook"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "contractual mail is not measured") {
		t.Errorf("%d", w.Code)
	}
	for _, c := range []campaigns.Campaign{{Class: campaigns.Contractual, State: campaigns.StateDraft}, {Class: campaigns.Advertising, State: "running"}} {
		if foretold(c) {
			t.Errorf("%+v is foretold", c)
		}
	}
}

// TestMoneyOnTheCampaignPage: a budget that is not used up is said in words, warnings, sentences and the parts of the
// quote are in the reader's language.
func TestMoneyOnTheCampaignPage(t *testing.T) {
	h := newFakes().staff(t)
	text := func(path, lang string) string {
		return html.UnescapeString(strings.ReplaceAll(get(h, "GET", path, "Accept-Language", lang).Body.String(), "\u00a0", " "))
	}
	de := text("/campaigns/cmp_2", "de")
	for _, want := range []string{"Mit 1.000 € mehr", "Jeder, der seinen Brief wert ist, ist schon dabei.", "Mit 20 % weniger Geld", "80 Briefe weniger. Zu 90 % zwischen",
		"Nur 9 Kunden sind geplant", "Porto: Brief, Deutschland", "Bekommt einen Brief: Rang 7, Briefe: 2; ein Schlüsselkunde", "Dieser Plan mit 250 €: Wert 850 €", "<title>Budget 100 €: Wert 500 €</title>"} {
		if !strings.Contains(de, want) {
			t.Errorf("the German page lacks %q", want)
		}
	}
	en := text("/campaigns/cmp_2", "en")
	for _, want := range []string{"With €1,000 more", "80 fewer letters. 90 % between", "only 9 accounts are planned", "Postage: letter, Germany", "Mailed: rank 7"} {
		if !strings.Contains(en, want) {
			t.Errorf("the English page lacks %q", want)
		}
	}
	if page := text("/campaigns/cmp_1", "de"); !strings.Contains(page, "800 Briefe mehr. Zu 90 % zwischen −10 € und +610 €.") {
		t.Error("what 1,000 more would bring is not told")
	}
}
