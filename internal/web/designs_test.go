package web

import (
	"context"
	"errors"
	"html"
	"net/http"
	"strings"
	"testing"

	"postlift"
	"postlift/mailers"
	"postlift/mailers/merge"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
)

// designShelf is fakes under the names that mailers.Gallery has.
type designShelf struct{ *fakes }

var letterCard = mailers.DesignCard{Ref: "winback", Name: "winback", Origin: mailers.OriginShipped, Version: 3, SavedAt: now, Title: map[string]string{"de": "Rückgewinnung", "en": "Win-back"},
	Description: map[string]string{"en": hostile}, Class: "advertising", FormatName: "A4", Layout: "din5008-b", Envelope: "DL", Languages: []string{"de", "en"},
	Format: sheet.Sheet{W: 210_000, H: 297_000, Bleed: 3_000}}

func (d designShelf) List(context.Context) ([]mailers.DesignCard, error) {
	return []mailers.DesignCard{letterCard, {Ref: "odd@2", Name: "odd", Origin: mailers.OriginStored, Version: 2, SavedAt: now, Problem: hostile}}, d.ping
}

func (d designShelf) Show(_ context.Context, ref string) (mailers.DesignShown, error) {
	switch ref {
	case "winback":
	case "odd@2":
		return mailers.DesignShown{DesignCard: mailers.DesignCard{Ref: "odd@2", Name: "odd", Origin: mailers.OriginStored, Version: 2, SavedAt: now, Problem: hostile}}, nil
	default:
		return mailers.DesignShown{}, postlift.Faultf(postlift.NotFound, "test", "there is no design %q", ref)
	}
	findings := []preflight.Finding{
		{Rule: "window_clear", Severity: preflight.Error, Page: 1, Box: &preflight.Box{X: 25, Y: 45.5, W: 80, H: 9.5}, Text: "in English " + hostile, TextDE: "auf Deutsch " + hostile},
		{Rule: "image_resolution", Severity: preflight.Warning, Page: 2, Text: "coarse", TextDE: "grob"},
		{Rule: "total_ink", Severity: preflight.NotChecked, Text: "no tool", TextDE: "kein Werkzeug"}}
	out := mailers.DesignShown{DesignCard: letterCard, Profile: "FOGRA39", MaxPages: 2, Warnings: []string{hostile},
		Zones: []mailers.DesignZone{{First: true, Zone: sheet.Zone{Name: "address window", Kind: sheet.ZoneWindow, X: 20_000, Y: 45_000, W: 90_000, H: 45_500}}, {Zone: sheet.Zone{Kind: sheet.ZoneClear}}},
		Variables: []mailers.DesignVariable{
			{Name: "account.name", Type: "text", Needed: true, Source: mailers.FromData},
			{Name: "campaign.event_time", Type: "text", Own: true, Label: map[string]string{"de": hostile}, Fallback: map[string]string{"en": hostile}, Source: mailers.FromCampaign, Key: "merge.event_time"},
			{Name: "orders", Type: "list", Fields: []string{"date", "net"}, Source: mailers.FromData},
			{Name: "sender.fax", Type: "text", Source: mailers.FromTable}}}
	for _, lang := range letterCard.Languages {
		out.Trials = append(out.Trials, mailers.DesignTrial{Language: lang, Case: "present", Pages: 1},
			mailers.DesignTrial{Language: lang, Case: "absent", Problem: "no value " + hostile},
			mailers.DesignTrial{Language: lang, Case: "extreme", Pages: 2, Findings: findings})
	}
	return out, nil
}

func (d designShelf) Preview(_ context.Context, p mailers.DesignPage) ([]byte, error) {
	if d.draw != nil {
		return d.draw(p)
	}
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), nil
}

func (d designShelf) PDF(_ context.Context, p mailers.DesignPage) ([]byte, error) {
	return []byte("%PDF-1.7 " + p.Language + " " + p.Case), nil
}

func TestDesignPages(t *testing.T) {
	h := newFakes().staff(t)
	for target, want := range map[string][]string{
		"/designs?lang=de": {"Rückgewinnung", "Nur gespeichert", "als Version 3 gespeichert", "A4, 210\u00a0×\u00a0297\u00a0mm", `src="/designs/winback/preview.svg?case=present&letter=de&page=1"`, `href="/designs/odd@2"`},
		"/designs?lang=en": {"Win-back", `src="/designs/winback/preview.svg?case=present&letter=en&page=1" width="794" height="1123" alt="" loading="lazy"`},
		"/designs/winback?lang=de": {"<h1>Rückgewinnung</h1>", "Mitgeliefert", "Nichts zu beanstanden", "Brief entfällt", "Fehler: 1", "nicht geprüft: 1", // the letter's language follows the reader's
			`src="/designs/winback/preview.svg?case=present&letter=de&page=1"`, `href="/designs/winback/preview.pdf?case=present&letter=de"`},
		"/designs/winback?lang=de&letter=en&case=extreme&zones=1": {"auf Deutsch", "Seite 2 von 2", "25 mm von links, 45,5 mm von oben, 80 × 9,5 mm", "Anschriftfenster", "Bleibt leer",
			`src="/designs/winback/preview.svg?case=extreme&letter=en&page=2&zones=1" width="816" height="1145"`, `href="/designs/winback/preview.pdf?case=extreme&letter=en"`},
		"/designs/winback?lang=en&letter=en&case=absent": {"Such a letter is not printed", "no value"},
		"/designs/odd@2?lang=en":                         {"Nothing can be shown of this design"},
	} {
		page := html.UnescapeString(get(h, "GET", target).Body.String())
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q", target, text)
			}
		}
	}
	stopped := get(h, "GET", "/designs/winback?letter=en&case=absent").Body.String()
	if strings.Contains(stopped, "preview.svg") || strings.Contains(stopped, "preview.pdf") {
		t.Error("a letter that stops is offered as a picture or file")
	}
	if w := get(h, "GET", "/designs/nobody"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown design answers %d", w.Code)
	}
	f := newFakes()
	f.ping = errors.New("disk")
	if w := get(f.staff(t), "GET", "/designs"); w.Code != http.StatusInternalServerError {
		t.Errorf("a broken store answers %d", w.Code)
	}
}

func TestDesignPictures(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	w := get(h, "GET", "/designs/winback/preview.svg?letter=de&case=extreme&page=2&zones=1")
	tag := w.Header().Get("ETag")
	if w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || w.Header().Get("Cache-Control") != "private, no-cache" || tag == "" ||
		!strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("picture: %d %v", w.Code, w.Header())
	}
	if again := get(h, "GET", "/designs/winback/preview.svg?letter=de&case=extreme&page=2&zones=1", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("the same picture is sent again: %d", again.Code)
	}
	if head := get(h, "HEAD", "/designs/winback/preview.svg"); head.Code != 200 || head.Body.Len() > 0 {
		t.Errorf("HEAD: %d, %d bytes", head.Code, head.Body.Len())
	}
	var asked mailers.DesignPage
	f.draw = func(p mailers.DesignPage) ([]byte, error) {
		asked = p
		return nil, postlift.Faultf(postlift.Invalid, "test", "such a letter stops")
	}
	for query, want := range map[string]mailers.DesignPage{
		"":                                       {Ref: "winback", Page: 1},
		"?letter=de&case=extreme&page=2&zones=1": {Ref: "winback", Page: 2, Language: "de", Case: "extreme", Zones: true},
		"?page=two":                              {Ref: "winback"},
		"?page=99999999999999999999999999&zones=": {Ref: "winback"},
	} {
		if w := get(h, "GET", "/designs/winback/preview.svg"+query); w.Code != http.StatusBadRequest || asked != want {
			t.Errorf("%s asks for %+v, want %+v, and answers %d", query, asked, want, w.Code)
		}
	}
	pdf := get(h, "GET", "/designs/winback/preview.pdf?letter=de&case=extreme")
	if pdf.Code != 200 || pdf.Header().Get("Content-Type") != "application/pdf" || pdf.Header().Get("Content-Disposition") != `attachment; filename="winback-de-extreme.pdf"` || pdf.Body.String() != "%PDF-1.7 de extreme" {
		t.Errorf("PDF: %d %v", pdf.Code, pdf.Header())
	}
}

// TestDesignWords: what designs and their tests may bring has words in both languages.
func TestDesignWords(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for name := range merge.Builtin() {
		if !strings.Contains(name, "[]") && name != "contract.lines" {
			keys = append(keys, "var."+name)
		}
	}
	for k := merge.String; k <= merge.List; k++ {
		keys = append(keys, "vartype."+k.String())
	}
	for _, name := range mailers.SampleCases() {
		keys = append(keys, "design.case."+name)
	}
	for _, s := range []mailers.VariableSource{mailers.FromData, mailers.FromOwner, mailers.FromSigner, mailers.FromSettings, mailers.FromCampaign, mailers.FromPiece, mailers.FromTable} {
		keys = append(keys, "varsource."+string(s))
	}
	for _, s := range []preflight.Severity{preflight.Error, preflight.Warning, preflight.NotChecked} {
		keys = append(keys, "severity."+string(s))
	}
	for k := sheet.ZoneWindow; k <= sheet.ZoneClear; k++ {
		keys = append(keys, "zone."+k.String())
	}
	for _, name := range []string{"din5008-a", "din5008-b", "card", "free"} {
		keys = append(keys, "designs.layout."+name)
	}
	for _, name := range []string{"safe area", "address window", "always visible in the window", "franking zone", "reading zone", "coding zone"} { // of the layouts
		keys = append(keys, "zone.name."+name)
	}
	for _, o := range []mailers.Origin{mailers.OriginShipped, mailers.OriginOwn, mailers.OriginStored} {
		keys = append(keys, "designs."+string(o))
	}
	for _, s := range []string{"letter", "case", "zones"} {
		keys = append(keys, "design.switch."+s)
	}
	for _, key := range keys {
		if all["en"][key] == "" {
			t.Errorf("there is no text %q", key)
		}
	}
}

var _ Designs = (*mailers.Gallery)(nil)
