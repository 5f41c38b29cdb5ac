package mailers

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"postlift"
	"postlift/accounts"
)

// ownDesign is the win-back letter with another file or two.
func ownDesign(t *testing.T, change func(files map[string]string)) DesignVersion {
	t.Helper()
	v := testDesign(t)
	change(v.Files)
	d, err := parseDesign(v)
	if err != nil {
		t.Fatal(err)
	}
	v.SHA256 = d.Hash()
	return v
}

// What further facts a letter freezes follows from the names that it uses.
func TestFactsFreezeWhatLettersName(t *testing.T) {
	p := newPlanner(t, 100)
	r := recipient(1)
	r.Email, r.Phone, r.AccountKey, r.Segment = "aenne@example.com", "030 1", "K-7", "A"
	r.Contract = &Contract{Number: "V2", Start: postlift.MustDate("2025-08-01"), End: postlift.MustDate("2026-07-31"), NoticeDeadline: postlift.MustDate("2026-07-01"),
		TermMonths: 12, Currency: "EUR", Lines: []ContractLine{{LineNo: 1, Product: "Wartung", Quantity: 2, MonthlyMinor: 1000}, {LineNo: 2, Group: "Miete", Quantity: 1.5, MonthlyMinor: 100}}}
	r.Orders = []Order{{Number: "O2", Date: postlift.MustDate("2026-05-01"), Currency: "EUR", NetMinor: 300,
		Lines: []OrderLine{{Product: "Bohrer", Group: "Werkzeug", Quantity: 3, NetMinor: 300}}}, {Number: "O1", Date: postlift.MustDate("2026-04-01"), Currency: "EUR", NetMinor: 100}}
	plain := p.letters[""]
	for _, secret := range []string{"aenne@example.com", "V2", "O2"} {
		if !plain.used["contact.email"] && strings.Contains(string(p.merge(&r, &plain, "de", "ABCDEFGHIJK")), secret) {
			t.Errorf("%s is frozen, and no letter says it", secret)
		}
	}
	v := ownDesign(t, func(files map[string]string) {
		for _, f := range []string{"de.txt", "en.txt"} {
			files[f] = strings.Replace(files[f], "@signature", "{% for l in contract.lines %}{{ l.name }} {{ l.net | money }} {% endfor %}{% for o in orders %}{{ o.number }} {% endfor %}"+
				"{{ contact.email | default: \"\" }}{{ ticket.code | default: \"\" }}{{ ticket.place | default: \"\" }}\n\n@signature", 1)
		}
	})
	k := testKind(t, v, "de", "en")
	if n := needs(k.used); !n.Contract || !n.Orders || (needs(plain.used) != Needs{}) {
		t.Errorf("needs %+v, of the plain letter %+v", n, needs(plain.used))
	}
	p.job.Definition.Merge = map[string]string{"ticket_place": "Hall 1", "ticket_place_de": "Halle 1"}
	var doc struct {
		Contact  map[string]string
		Ticket   map[string]string
		Order    struct{ Number string }
		Orders   []struct{ Number string }
		Contract struct {
			Annual_net postlift.Money
			Lines      []struct {
				Position, Name string
				Net            postlift.Money
				Unit_price     *postlift.Money
			}
		}
	}
	if err := json.Unmarshal(p.merge(&r, &k, "de", "ABCDEFGHIJK"), &doc); err != nil {
		t.Fatal(err)
	}
	lines := doc.Contract.Lines
	if doc.Contract.Annual_net.Minor != 13200 || len(lines) != 2 || lines[0].Net.Minor != 12000 || lines[0].Unit_price == nil || lines[0].Unit_price.Minor != 6000 ||
		lines[1].Name != "Miete" || lines[1].Unit_price != nil || lines[1].Position != "2" {
		t.Errorf("contract %+v", doc.Contract)
	}
	if doc.Order.Number != "O2" || len(doc.Orders) != 2 || doc.Contact["email"] != "aenne@example.com" || doc.Ticket["place"] != "Halle 1" || doc.Ticket["code"] != "ABCD-EFGH-IJK" {
		t.Errorf("%+v", doc)
	}
	seed, err := seedMerge(p.merge(&r, &k, "de", "ABCDEFGHIJK"), Seed{Name: "s", Language: "de"}, "ZZZZZZZZZZZ")
	if err != nil || strings.Contains(string(seed), "ABCD-EFGH") || strings.Contains(string(seed), "aenne") || !strings.Contains(string(seed), "ZZZZ-ZZZZ-ZZZ") {
		t.Errorf("a control letter has its neighbour's ticket: %s, %v", seed, err)
	}
}

// A signature's image comes from the assets and needs a consent that stands; franking marks change the print and not
// what an approval stands on.
func TestPressTermsAndAssets(t *testing.T) {
	p := newPlanner(t, 100)
	with, without := recipient(1), recipient(2)
	for _, r := range []*Recipient{&with, &without} {
		r.OwnerName, r.SignatureFile, r.SignatureConsentUntil = "Udo Außendienst", "signatures/udo.png", postlift.MustDate("2027-01-01")
	}
	without.SignatureConsentUntil = postlift.MustDate("2026-01-01")
	b, err := p.plan([]Recipient{with, without})
	if err != nil {
		t.Fatal(err)
	}
	press := NewPress(PressOptions{Fonts: os.DirFS("../templates/fonts"), Profiles: os.DirFS("../templates/profiles"),
		Assets: fstest.MapFS{"signatures/udo.png": {Data: strokes(t)}}})
	job := PrintJob{Designs: p.job.Designs(), Title: b.UID, Created: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Terms: Terms{Posted: postlift.MustDate("2026-06-04")}}
	for i, x := range b.Pieces {
		if x.Kind != KindLive {
			continue
		}
		s, err := Stored(int64(i), x.SeqNo, b.UID, x.UID, x.Kind, x.Language, x.Code, x.Lines, x.Merge)
		if err != nil {
			t.Fatal(err)
		}
		job.Pieces = append(job.Pieces, s)
	}
	var out bytes.Buffer
	printed, _, err := press.Render(t.Context(), &out, job)
	if err != nil {
		t.Fatal(err)
	}
	failed := ""
	for _, x := range printed {
		failed += x.Failed
		if (x.Failed == "") != (len(x.PrintSHA256) == 64) {
			t.Errorf("%+v", x)
		}
	}
	if !strings.Contains(failed, "2026-01-01") || !strings.Contains(failed, "signatures/udo.png") {
		t.Errorf("a signature without consent: %q", failed)
	}
	job.Terms.Franking = accounts.Franking{Customer: 5_000_000_000, Settlement: 70_000}
	if _, _, err := press.Render(t.Context(), &out, job); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "mail.franking") {
		t.Errorf("franking settings that make no mark: %v", err)
	}
	job.Terms.Franking.Settlement = 7
	if words := job.Terms.frankingText("DE", 3); !strings.HasPrefix(words, "TEST - NICHT FRANKIERT / ") || job.Terms.frankingText("GB", 3) != "" {
		t.Errorf("manifest: %q", words)
	}
	job.Terms.Profile = "nobody.icc"
	if _, _, err := press.Render(t.Context(), &out, job); postlift.KindOf(err) != postlift.NotFound || !strings.Contains(err.Error(), "FOGRA39") {
		t.Errorf("a profile that is not there: %v", err)
	}
}

// strokes is a drawn signature.
func strokes(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 900, 300))
	for x := range 900 {
		for y := range 300 {
			img.SetGray(x, y, color.Gray{Y: 255})
			if y > 140 && y < 150 && x > 50 && x < 850 {
				img.SetGray(x, y, color.Gray{Y: 20})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files of a design survive the document that keeps them, whatever they are; a design of an earlier format says what
// to do, and what was printed of it can still be described.
func TestStoredDesigns(t *testing.T) {
	for _, data := range []string{"text\n", "base64:no", "\x89PNG\x00\xff", "a\x00b", ""} {
		back, err := storedFile(storeFile([]byte(data)))
		if err != nil || string(back) != data {
			t.Errorf("%q came back as %q, %v", data, back, err)
		}
	}
	old := DesignVersion{Name: "winback", Files: map[string]string{"design.yaml": "name: winback\nclass: advertising\nsheet: A4\nlayout: din5008-b\nenvelope: C6/5\n", "de.txt": "x"}}
	if _, err := parseDesign(old); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "campaign create") {
		t.Errorf("an earlier design: %v", err)
	}
	p, err := testPress(t).Describe(old, Terms{})
	if err != nil || p.Format != "A4" || p.Envelope != "C6/5" || p.sheets(2) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	p, err = testPress(t).Describe(testDesign(t), Terms{})
	if err != nil || p.Standard != "PDF/X-4" || p.Condition != "FOGRA39" || p.Bleed != "3 mm" || p.Duplex {
		t.Errorf("%+v, %v", p, err)
	}
	card := Product{Duplex: true}
	if card.sheets(2) != 1 || card.sheets(3) != 2 {
		t.Error("both sides of a sheet are printed")
	}
}

// The shipped letter passes the trial of a design; one whose colour ends at the trim is refused with rule
// and place.
func TestTryDesign(t *testing.T) {
	if _, err := testPress(t).Try(testDesign(t), Terms{}); err != nil {
		t.Error(err)
	}
	bad := ownDesign(t, func(files map[string]string) {
		files["design.yaml"] = strings.Replace(files["design.yaml"], "blocks:", "blocks:\n  - {kind: box, page: first, x: 0, y: 120, w: 4, h: 40, ink: accent}\n#", 1)
	})
	if _, err := testPress(t).Try(bad, Terms{}); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "preflight bleed_reached on page 1") {
		t.Errorf("a box without bleed: %v", err)
	}
}

// A card within Germany gets the configured mark: its print changes, and what an approval stands on does not. A card
// abroad stays as it is.
func TestFrankedCards(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"design.yaml", "de.txt", "en.txt"} {
		raw, err := os.ReadFile("../templates/designs/postcard/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(raw)
	}
	// a zone that is higher than wide has room for the words below the mark
	files["design.yaml"] = strings.Replace(files["design.yaml"], "blocks:", "blocks:\n  - {kind: postage, page: next, x: 112, y: 3, w: 32, h: 42}\n", 1)
	v := DesignVersion{Name: "postcard", Files: files}
	d, err := parseDesign(v)
	if err != nil {
		t.Fatal(err)
	}
	v.SHA256 = d.Hash()
	p := newPlanner(t, 100)
	p.job.Design, p.seeds = v, nil
	p.letters[""] = testKind(t, v, "de", "en")
	b, err := p.plan([]Recipient{recipient(1), recipient(3)}) // the second one lives in London
	if err != nil {
		t.Fatal(err)
	}
	job := PrintJob{Designs: p.job.Designs(), Title: b.UID, Created: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Terms: Terms{Posted: postlift.MustDate("2026-06-04")}}
	for i, x := range b.Pieces {
		s, err := Stored(int64(i), x.SeqNo, b.UID, x.UID, x.Kind, x.Language, x.Code, x.Lines, x.Merge)
		if err != nil {
			t.Fatal(err)
		}
		job.Pieces = append(job.Pieces, s)
	}
	press := testPress(t)
	prints := map[bool][]Printed{}
	for _, franked := range []bool{false, true} {
		if franked {
			job.Terms.Franking = accounts.Franking{Customer: 5_000_000_000, Settlement: 7}
		}
		var out bytes.Buffer
		if prints[franked], _, err = press.Render(t.Context(), &out, job); err != nil {
			t.Fatal(err)
		}
	}
	for i, x := range job.Pieces {
		plain, marked := prints[false][i], prints[true][i]
		home := b.Pieces[i].Country == "DE"
		if plain.Failed+marked.Failed != "" || plain.SHA256 != marked.SHA256 || (plain.PrintSHA256 != marked.PrintSHA256) != home {
			t.Errorf("%s to %s: %+v, franked %+v", x.Piece.ID, b.Pieces[i].Country, plain, marked)
		}
	}
}
