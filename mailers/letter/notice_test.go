package letter

import (
	"strings"
	"testing"

	"postlift/templates"
)

func notice(t testing.TB) *Compiled {
	t.Helper()
	d, err := ParseDesign(templates.Designs(), "notice")
	if err != nil {
		t.Fatal(err)
	}
	if d.Class() != "contractual" {
		t.Fatalf("the notice is %s", d.Class())
	}
	c, err := Compile(d, templates.Fonts())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// noticePiece is the invented recipient with a notice's own fields.
func noticePiece(t testing.TB, lang string) Piece {
	t.Helper()
	p := loadPiece(t, lang)
	delete(p.Merge, "objection_notice")
	delete(group(p, "campaign"), "offer")
	c := group(p, "campaign")
	c["subject"], c["change"], c["valid_from"], c["rights"] = "Neue Geschäftsbedingungen", "Abschnitt 4 wird neu gefasst.", "2027-01-01", "Sie können bis zum 15. Dezember widersprechen."
	return p
}

// The ordinary notice is one page without code, objection notice and offer; it names what changes, from when, and
// that it is no advertising.
func TestNoticeIsOnePlainPage(t *testing.T) {
	c := notice(t)
	for lang, words := range map[string][]string{
		"de": {"Neue Geschäftsbedingungen", "Abschnitt 4", "1. Januar 2027", "keine Werbung", "widersprechen"},
		"en": {"1 January 2027", "not advertising", "Abschnitt 4"},
	} {
		p := noticePiece(t, lang)
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(err)
		}
		got := texts(plan)
		if len(plan.Pages) != 1 || strings.Contains(got, p.Code) {
			t.Errorf("%s: %d pages, code printed: %v\n%s", lang, len(plan.Pages), strings.Contains(got, p.Code), got)
		}
		for _, want := range words {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in\n%s", lang, want, got)
			}
		}
	}
}

// Extremes of what a campaign and the data may say: nothing optional, and texts and names as long as can be.
func TestNoticeWithExtremes(t *testing.T) {
	c := notice(t)
	for _, lang := range []string{"de", "en"} {
		p := noticePiece(t, lang)
		delete(group(p, "campaign"), "rights")
		delete(p.Merge, "contact")
		p.MatchCode = ""
		group(p, "sender")["owner_phone"], group(p, "sender")["signature_role"] = "", nil
		plan, err := c.Compose(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"  ", " .", "{{", "%}", "<nil>", "##", "What you can do", "Was Sie tun können"} {
			if strings.Contains(texts(plan), bad) {
				t.Errorf("%s: %q in\n%s", lang, bad, texts(plan))
			}
		}

		p = noticePiece(t, lang)
		group(p, "campaign")["subject"] = strings.Repeat("Neue Bedingungen für Ihren Vertrag ", 5)
		group(p, "campaign")["change"] = strings.Repeat("Der Abschnitt über Fristen und Vergütung wird neu gefasst. ", 40)
		group(p, "account")["name"] = "Vereinigte Erfundene Präzisionswerkzeugmaschinenbaugesellschaft Oberschwaben-Allgäu mbH & Co. KG"
		if plan, err = c.Compose(p); err != nil || len(plan.Pages) != 2 {
			t.Errorf("%s: %d pages, %v", lang, len(plan.Pages), err)
		}
	}
	for _, field := range []string{"subject", "change", "valid_from"} {
		p := noticePiece(t, "de")
		delete(group(p, "campaign"), field)
		_, err := c.Compose(p)
		wantFault(t, err, "campaign."+field)
	}
	p := noticePiece(t, "de")
	group(p, "campaign")["valid_from"] = "1.1.2027"
	_, err := c.Compose(p)
	wantFault(t, err, "1.1.2027", "YYYY-MM-DD")
}
