package mailers

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/mailers/merge"
	"postlift/mailers/pdfread"
	"postlift/mailers/preflight"
	"postlift/templates"
)

// designShelf is a DesignStore in memory.
type designShelf struct {
	settings accounts.Settings
	saved    []SavedDesign
	broken   error
}

func (s *designShelf) Settings(context.Context) (accounts.Settings, error) { return s.settings, nil }

func (s *designShelf) SavedDesigns(context.Context) ([]SavedDesign, error) {
	var list []SavedDesign
	for _, v := range s.saved {
		v.Files = nil
		list = append(list, v)
	}
	return list, s.broken
}

func (s *designShelf) SavedDesign(_ context.Context, name string, version int) (SavedDesign, error) {
	for _, v := range s.saved {
		if v.Name == name && (version == 0 || v.Version == version) {
			return v, nil
		}
	}
	return SavedDesign{}, postlift.Faultf(postlift.NotFound, "test", "there is no design %s", name)
}

func newGallery(t testing.TB, saved ...SavedDesign) (*Gallery, *designShelf) {
	t.Helper()
	shelf := &designShelf{settings: accounts.DefaultSettings(), saved: saved}
	press := NewPress(PressOptions{Fonts: templates.Fonts(), Profiles: templates.Profiles()})
	return NewGallery(GalleryOptions{Store: shelf, Press: press, Shipped: templates.Designs(),
		Clock: postlift.FixedClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}), shelf
}

// changedDesign is the win-back letter as a user changed it, stored as a version.
func changedDesign(t testing.TB, version int, old, new string) SavedDesign {
	t.Helper()
	v := testDesign(t)
	v.Files = maps.Clone(v.Files)
	if v.Files["design.yaml"] = strings.Replace(v.Files["design.yaml"], old, new, 1); old != "" && !strings.Contains(v.Files["design.yaml"], new) {
		t.Fatalf("the design has no %q", old)
	}
	v.SHA256 = postlift.DerivedIDs(testSecret, postlift.MustDate("2026-06-01"))(postlift.DesignID, old, new)
	if d, err := parseDesign(v); err == nil {
		v.SHA256, v.Name = d.Hash(), d.Name()
	}
	return SavedDesign{DesignVersion: v, Version: version, SavedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), By: "Mara Beispiel"}
}

// TestGalleryShowsEveryShippedDesign draws every page of every shipped design, in every language, for every sample
// recipient: SVG and PDF.
func TestGalleryShowsEveryShippedDesign(t *testing.T) {
	g, _ := newGallery(t)
	list, err := g.List(t.Context())
	if err != nil || len(list) < 8 {
		t.Fatalf("%d designs, %v", len(list), err)
	}
	for _, card := range list {
		t.Run(card.Name, func(t *testing.T) {
			shown, err := g.Show(t.Context(), card.Ref)
			if err != nil || shown.Problem != "" || len(shown.Trials) != len(card.Languages)*len(SampleCases()) {
				t.Fatalf("%d trials, problem %q, %v", len(shown.Trials), shown.Problem, err)
			}
			if card.Title["de"] == "" || card.Title["en"] == "" || card.Version != 0 || card.Origin != OriginShipped || shown.Profile == "" {
				t.Errorf("card %+v", card)
			}
			for _, trial := range shown.Trials {
				checkTrial(t, g, card.Ref, trial)
			}
		})
	}
}

func checkTrial(t *testing.T, g *Gallery, ref string, trial DesignTrial) {
	t.Helper()
	at := DesignPage{Ref: ref, Language: trial.Language, Case: trial.Case, Page: 1}
	if trial.Problem != "" {
		if trial.Case == "present" {
			t.Errorf("the usual letter in %s stops: %s", trial.Language, trial.Problem)
		}
		if _, err := g.Preview(t.Context(), at); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v is told to stop and is drawn: %v", trial, err)
		}
		return
	}
	if n := trial.Count(preflight.Error); n > 0 {
		t.Errorf("%d errors of the letter in %s, %s: %+v", n, trial.Language, trial.Case, trial.Findings)
	}
	for at.Page = 1; at.Page <= trial.Pages; at.Page++ {
		for _, at.Zones = range []bool{false, true} {
			picture, err := g.Preview(t.Context(), at)
			if err != nil {
				t.Fatalf("%+v: %v", at, err)
			}
			wellFormed(t, picture)
		}
	}
	if _, err := g.Preview(t.Context(), at); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("a page beyond the last: %v", err)
	}
	file, err := g.PDF(t.Context(), at)
	if err != nil {
		t.Fatalf("%+v: %v", at, err)
	}
	read, err := pdfread.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if pages, err := read.Pages(); err != nil || len(pages) != trial.Pages {
		t.Errorf("the PDF has %d pages, %v, want %d", len(pages), err, trial.Pages)
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	if bytes.Contains(svg, []byte("<script")) || bytes.Contains(svg, []byte("href=\"http")) {
		t.Error("the picture holds a script or loads something")
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestGalleryKnowsStoredDesigns lists a stored version beside the shipped design only where they differ, and tells of
// one that cannot be read any more instead of failing.
func TestGalleryKnowsStoredDesigns(t *testing.T) {
	same := changedDesign(t, 3, "", "")
	other := changedDesign(t, 4, "name: winback", "name: own-letter")
	edited := changedDesign(t, 5, "max_pages: 2", "max_pages: 3")
	broken := changedDesign(t, 1, "layout:", "lay out:")
	broken.Name = "broken"
	g, shelf := newGallery(t, same, other, broken)
	cards := map[string]DesignCard{}
	list, err := g.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		cards[c.Ref] = c
	}
	if c := cards["winback"]; c.Origin != OriginShipped || c.Version != 3 || !c.SavedAt.Equal(same.SavedAt) {
		t.Errorf("the shipped design that is stored, too, is %+v", c)
	}
	if c := cards["own-letter"]; c.Origin != OriginStored || c.Version != 4 || c.Problem != "" || c.Class != "advertising" {
		t.Errorf("a user's design is %+v", c)
	}
	if c := cards["broken"]; c.Problem == "" || c.Name != "broken" {
		t.Errorf("a broken design is %+v", c)
	}
	if shown, err := g.Show(t.Context(), "broken"); err != nil || shown.Problem == "" || len(shown.Trials) > 0 {
		t.Errorf("a broken design shows %+v, %v", shown, err)
	}
	shelf.saved = []SavedDesign{edited, same}
	if list, err = g.List(t.Context()); err != nil || !slices.ContainsFunc(list, func(c DesignCard) bool { return c.Ref == "winback@5" && c.Origin == OriginStored }) {
		t.Errorf("an edited version of a shipped design is not listed: %+v, %v", list, err)
	}
	for ref, want := range map[string]int{"winback": 2, "winback@5": 3, "winback@3": 2} {
		if shown, err := g.Show(t.Context(), ref); err != nil || shown.MaxPages != want || shown.Ref != ref {
			t.Errorf("%s has %d pages at most, %v", ref, shown.MaxPages, err)
		}
	}
	for _, ref := range []string{"nobody", "winback@9", "winback@x", "winback@-1", "winback@", "../winback", ""} {
		if _, err := g.Show(t.Context(), ref); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("%q is found: %v", ref, err)
		}
	}
	shelf.broken = errors.New("no database")
	if _, err := g.List(t.Context()); err == nil {
		t.Error("a broken store is not told")
	}
}

// TestGalleryReadsTheOwnFolder: an own design is shown as its files stand, before any campaign stores it, and stands for
// a shipped one of its name; a broken one says what is wrong.
func TestGalleryReadsTheOwnFolder(t *testing.T) {
	g, shelf := newGallery(t)
	own := fstest.MapFS{"readme.txt": {}, "empty/readme.txt": {}}
	put := func(name, old, new string) {
		for file, data := range testDesign(t).Files {
			own[name+"/"+file] = &fstest.MapFile{Data: []byte(strings.Replace(data, old, new, 1))}
		}
	}
	put("winback", "max_pages: 2", "max_pages: 3")
	put("house", "name: winback", "name: house")
	put("torn", "layout:", "lay out:")
	put("lost", "name: winback", "name: lost\nprofile: gone.icc")
	g.o.Own = own
	list, err := g.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	origin := map[string]Origin{}
	for _, c := range list {
		if _, twice := origin[c.Ref]; twice || (c.Problem != "") != (c.Ref == "torn" || c.Ref == "lost") {
			t.Errorf("%s is listed twice, or its problem is %q", c.Ref, c.Problem)
		}
		origin[c.Ref] = c.Origin
	}
	if origin["winback"] != OriginOwn || origin["house"] != OriginOwn || origin["torn"] != OriginOwn || origin["renewal"] != OriginShipped || origin["empty"] != "" {
		t.Errorf("origins %v", origin)
	}
	if shown, err := g.Show(t.Context(), "winback"); err != nil || shown.MaxPages != 3 || shown.Origin != OriginOwn {
		t.Errorf("the own letter of a shipped name: %+v, %v", shown.DesignCard, err)
	}
	put("house", "name: winback", "name: house\ncut_marks: true")
	if shown, err := g.Show(t.Context(), "house"); err != nil || !shown.Format.CutMarks {
		t.Errorf("a change of the folder is not seen: %+v, %v", shown.Format, err)
	}
	shelf.saved = []SavedDesign{changedDesign(t, 7, "", "")}
	if list, err = g.List(t.Context()); err != nil || !slices.ContainsFunc(list, func(c DesignCard) bool { return c.Ref == "winback@7" }) {
		t.Errorf("the stored version of an own design that was changed since is not listed: %v", err)
	}
}

func TestGalleryTellsWhatCannotBeDrawn(t *testing.T) {
	g, shelf := newGallery(t)
	for _, c := range []struct {
		page DesignPage
		want postlift.Kind
	}{
		{DesignPage{Ref: "winback", Page: 1, Language: "fr"}, postlift.NotFound},
		{DesignPage{Ref: "winback", Page: 1, Case: "nobody"}, postlift.NotFound},
		{DesignPage{Ref: "winback", Page: 0}, postlift.NotFound},
		{DesignPage{Ref: "winback", Page: 99}, postlift.NotFound},
	} {
		if _, err := g.Preview(t.Context(), c.page); postlift.KindOf(err) != c.want {
			t.Errorf("%+v: %v", c.page, err)
		}
	}
	shelf.settings.Mail.Profile = "lost.icc"
	if shown, err := g.Show(t.Context(), "winback"); err != nil || !strings.Contains(shown.Problem, "lost.icc") || len(shown.Variables) == 0 {
		t.Errorf("a press profile that is gone: %q, %v", shown.Problem, err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	g.busy = nil // nobody gets a turn
	if _, err := g.Preview(ended, DesignPage{Ref: "winback", Page: 1}); err == nil {
		t.Error("a reader who is gone is waited for")
	}
}

// TestPreviewsHaveNoFranking: a mark that could be cut out and used is no part of a preview.
func TestPreviewsHaveNoFranking(t *testing.T) {
	g, shelf := newGallery(t)
	before, err := g.Preview(t.Context(), DesignPage{Ref: "postcard", Page: 2, Language: "de"})
	if err != nil {
		t.Fatal(err)
	}
	shelf.settings.Mail.Franking = accounts.Franking{Customer: 5_000_000_000, Participation: 1, Product: 1, ValueCents: 95, PriceList: 51}
	after, err := g.Preview(t.Context(), DesignPage{Ref: "postcard", Page: 2, Language: "de"})
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the preview changes with franking settings: %v", err)
	}
}

// TestVariablesSayWhoFillsThem freezes the letter of a recipient of whom everything is known: what it holds is exactly
// what the variables' sources promise.
func TestVariablesSayWhoFillsThem(t *testing.T) {
	p := newPlanner(t, 10)
	all := map[string]bool{}
	builtin := merge.Builtin()
	for name := range builtin {
		all[name] = true
	}
	p.settings.ObjectionNotice = map[string]string{"de": "Sie können widersprechen."}
	p.job.Definition.OfferUntil = postlift.MustDate("2026-07-01")
	p.job.Definition.Merge = map[string]string{"event_time": "9 Uhr", "ticket_place_de": "Halle 4", "own": "x"}
	kind := letterKind{used: all, own: []string{"own", "ticket.place", "sender.logo"}}
	p.job.Definition.Merge["sender_logo"] = "logo.png"
	r := recipient(1)
	r.AccountKey, r.Industry, r.LastProductGroup, r.Segment, r.OrderCount, r.TotalNetMinor = "K-1", "Metall", "Kupplungen", "A", 3, 100_00
	day := postlift.MustDate("2026-05-01")
	r.CustomerSince, r.LastOrderOn, r.ContractEnd = day, day, day
	r.Title, r.Function, r.Department, r.Email, r.Phone = "Dr.", "Leitung", "Einkauf", "a@b.example", "040 1"
	r.OwnerName, r.OwnerRole, r.OwnerTitle, r.OwnerPhone, r.OwnerEmail = "Tom", "Vertrieb", "Dr.", "040 2", "t@b.example"
	r.SignatureFile, r.SignatureConsentUntil = "tom.png", postlift.MustDate("2027-01-01")
	r.Contract = &Contract{Number: "V-1", Start: day, End: day, NoticeDeadline: day, TermMonths: 12, Currency: "EUR",
		Lines: []ContractLine{{LineNo: 1, Product: "Wartung", Quantity: 1, MonthlyMinor: 100, From: day, Until: day}}}
	r.Orders = []Order{{Number: "A-1", Date: day, Currency: "EUR", NetMinor: 100, Lines: []OrderLine{{Product: "Kupplung", Group: "Kupplungen", Quantity: 1, NetMinor: 100}}}}
	var doc map[string]any
	if err := json.Unmarshal(p.merge(&r, &kind, "de", "BJ7KEFQN4XN"), &doc); err != nil {
		t.Fatal(err)
	}
	data := merge.NewData(doc)
	data.Set("code", "BJ7K") // set when the piece is composed
	for _, name := range builtin.Names() {
		if strings.Contains(name, "[]") || slices.Contains([]string{"ticket", "coupon"}, strings.Split(name, ".")[0]) && name != "ticket.code" && name != "ticket.place" {
			continue
		}
		source, key := sourceOf(name, builtin[name], false)
		if data.Has(name) == (source == FromTable) {
			t.Errorf("%s comes from %s (%s), and has a value: %t", name, source, key, data.Has(name))
		}
	}
	for name, want := range map[string]string{"own": "merge.own", "campaign.event_time": "merge.event_time"} {
		if source, key := sourceOf(name, merge.String, true); source != FromCampaign || key != want || !data.Has(name) {
			t.Errorf("%s comes from %s, %s", name, source, key)
		}
	}
	if source, key := sourceOf("ticket.place", merge.String, false); source != FromCampaign || key != "merge.ticket_place" {
		t.Errorf("ticket.place comes from %s, %s", source, key)
	}
}

func TestVariablesOfADesign(t *testing.T) {
	g, _ := newGallery(t)
	shown, err := g.Show(t.Context(), "notice")
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]DesignVariable{}
	for _, v := range shown.Variables {
		byName[v.Name] = v
	}
	change := byName["campaign.change"]
	if !change.Own || change.Type != "text" || change.Label["en"] == "" || change.Source != FromCampaign || change.Key != "merge.change" {
		t.Errorf("campaign.change is %+v", change)
	}
	if s := byName["salutation"]; s.Own || !s.Needed || s.Source != FromPiece {
		t.Errorf("salutation is %+v", s)
	}
	shown, err = g.Show(t.Context(), "renewal")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(shown.Variables, func(v DesignVariable) bool { return v.Name == "contract.lines" })
	if i < 0 || shown.Variables[i].Type != "list" || !slices.Contains(shown.Variables[i].Fields, "net") || shown.Variables[i].Source != FromData {
		t.Errorf("contract.lines is not described: %+v", shown.Variables)
	}
	for _, v := range shown.Variables {
		if strings.Contains(v.Name, "[]") {
			t.Errorf("a field stands beside its list: %s", v.Name)
		}
	}
}
