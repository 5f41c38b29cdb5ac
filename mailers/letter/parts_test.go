package letter

import (
	"io/fs"
	"postlift"
	"strings"
	"testing"
	"testing/fstest"

	"postlift/mailers/codes"
	"postlift/mailers/design"
	"postlift/mailers/sheet"
)

// A signature's image is printed only while its bearer agrees to it; without one there is room to sign.
func TestSignatureConsent(t *testing.T) {
	c := compiled(t, "reference")
	for name, d := range map[string]struct {
		file, until string
		parts       []string // of the fault; none prints the image
	}{
		"agreed":        {"tom.png", "2026-12-31", nil},
		"on the day":    {"tom.png", "2026-03-02", nil},
		"ended":         {"tom.png", "2026-03-01", []string{"2026-03-01", "2026-03-02", "consent"}},
		"never":         {"tom.png", "", []string{"signature_consent_until", "tom.png"}},
		"missing image": {"missing.png", "2026-12-31", []string{"missing.png", "sender.signature_file"}},
		"no date":       {"tom.png", "gestern", []string{"signature_consent_until"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := loadPiece(t, "de")
			group(p, "sender")["signature_file"], group(p, "sender")["signature_consent_until"] = d.file, d.until
			plan, err := c.Compose(p)
			if d.parts != nil {
				wantFault(t, err, d.parts...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !holds(plan, func(op sheet.Op) bool { return op.Kind == sheet.OpImage && op.W <= signMaxW && op.H <= signMaxH }) {
				t.Error("the signature's image is not printed")
			}
		})
	}
	k := kit()
	k.Assets = nil
	bare, err := tryCompile(t, "reference", k)
	if err != nil {
		t.Fatal(err)
	}
	p := loadPiece(t, "de")
	group(p, "sender")["signature_file"], group(p, "sender")["signature_consent_until"] = "tom.png", "2027-01-01"
	_, err = bare.Compose(p)
	wantFault(t, err, "no folder of images")
}

func holds(plan sheet.Plan, is func(sheet.Op) bool) bool {
	found := false
	for i := range plan.Pages {
		plan.Pages[i].All(func(op sheet.Op) { found = found || is(op) })
	}
	return found
}

// The direct dial stands below the signature where no info block tells it.
func TestDirectDial(t *testing.T) {
	for replace, want := range map[string]bool{"rows: [contact, phone, email": false, "rows: [contact, email": true} {
		plan, err := compiled(t, "reference", "rows: [contact, phone, email", replace).Compose(loadPiece(t, "de"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(texts(plan.Pages...), "Durchwahl +49 40 000 000-12"); got != want {
			t.Errorf("%s: %v", replace, got)
		}
	}
}

// The coupon stands at the foot of its page, prefilled, with boxes, lines, code and where it goes; without a code of
// the piece's own it goes without, and absent particulars leave no blank rows.
func TestCoupon(t *testing.T) {
	c := compiled(t, "renewal")
	p := loadPiece(t, "de")
	plan, err := c.Compose(p)
	if err != nil {
		t.Fatal(err)
	}
	got := texts(plan.Pages[0])
	for _, want := range []string{"Erfundene Blechwerke", "Dr. Änne Süßkind", "K-10023", "BJ7K-EFQN-4XN", "Ja, bitte verlängern", "Unterschrift:", "Fax +49 40 000 000-9", "kontakt@beispiel.example"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if !holds(plan, func(op sheet.Op) bool {
		return op.Kind == sheet.OpPath && len(op.Path.Dash) > 0 && op.Part == sheet.PartMark
	}) {
		t.Error("no cut line")
	}
	p.TrackingURL, p.Code, p.Seq = "", "", 0
	delete(group(p, "account"), "customer_no")
	delete(p.Merge, "contact")
	if plan, err = c.Compose(p); err != nil {
		t.Fatal(err)
	}
	if got := texts(plan.Pages...); strings.Contains(got, "Kundennr.") || strings.Contains(got, "Ansprechpartner") {
		t.Errorf("labels without values:\n%s", got)
	}
	if holds(plan, func(op sheet.Op) bool { return op.Kind == sheet.OpModules }) {
		t.Error("a code is printed for a piece without one")
	}
	last := compiled(t, "renewal", "kind: coupon}", "kind: coupon, page: last}")
	if plan, err = last.Compose(loadPiece(t, "de")); err != nil {
		t.Fatal(err)
	}
	if n := len(plan.Pages); n > 1 && !strings.Contains(texts(plan.Pages[n-1]), "Unterschrift:") {
		t.Error("the coupon is not on the last page")
	}
}

// What the design alone decides is shared by all pieces; what holds a value of the recipient is not.
func TestSharedLayersFollowFromTheDesign(t *testing.T) {
	c := compiled(t, "reference")
	first, err := c.Compose(loadPiece(t, "de"))
	if err != nil {
		t.Fatal(err)
	}
	other := loadPiece(t, "de")
	group(other, "account")["name"], group(other, "contact")["last_name"] = "Andere Werke", "Anders"
	other.Address[0], other.Code, other.TrackingURL, other.ID, other.Seq = "Andere Werke", "AAAABBBBCCC", "https://antwort.example/r/X", "pc_01jmtestde0000000000000002", 2
	second, err := c.Compose(other)
	if err != nil {
		t.Fatal(err)
	}
	keys := func(p sheet.Plan) string {
		var out []string
		for _, l := range append([]sheet.Placed{{Layer: p.Pages[0].Base[0]}}, p.Pages[0].Placed...) {
			out = append(out, l.Layer.Key)
		}
		return strings.Join(out, "\n")
	}
	if keys(first) != keys(second) {
		t.Errorf("the layers differ:\n%s\n\n%s", keys(first), keys(second))
	}
	for _, l := range first.Pages[0].Placed {
		for _, op := range l.Layer.Ops {
			if strings.Contains(op.Text, "Blechwerke") || strings.Contains(op.Text, "Süßkind") {
				t.Errorf("a layer holds the recipient's data: %s", op)
			}
		}
	}
	if again := compiled(t, "reference"); again.voices["de"].base[firstPage][0].Key != first.Pages[0].Base[0].Key {
		t.Error("another compilation gave the ground another key")
	}
}

// Blocks at places of their own: pictures, artwork, conditions, shrinking text.
func TestPlacedBlocks(t *testing.T) {
	yaml := `
images:
  logo: {file: logo.png}
blocks:
  - {kind: image, page: first, image: logo, x: 150, y: 10, w: 40, h: 20, align: right}
  - {kind: artwork, page: next, file: back.pdf}
  - {kind: image, page: first, variable: account.image, x: 120, y: 100, w: 60, h: 30, if: account.image}
  - {kind: box, page: first, x: 120, y: 120, w: 60, h: 5, ink: tint}
  - {kind: text, page: first, text: claim, x: 120, y: 12, w: 25, h: 13, size: 14, shrink: 9, style: bold}
  - {kind: text, page: last, text: fixed, x: 25, y: 30, w: 60, h: 8}
`
	f := files(t, "reference", "\nblocks:\n", yaml)
	for _, lang := range []string{"de", "en"} {
		f["reference/"+lang+".txt"].Data = append(f["reference/"+lang+".txt"].Data, "\n@claim\nFür {{ account.city }}\n\n@fixed\nGanz am Ende\n"...)
	}
	f["reference/logo.png"], f["reference/back.pdf"] = &fstest.MapFile{Data: []byte("png")}, &fstest.MapFile{Data: []byte("pdf")}
	d, err := design.Parse(f, "reference")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compile(d, kit())
	if err != nil {
		t.Fatal(err)
	}
	p := loadPiece(t, "de")
	plan, err := c.Compose(p)
	if err != nil {
		t.Fatal(err)
	}
	images := func(p sheet.Plan) (n int) {
		p.Pages[0].All(func(op sheet.Op) {
			if op.Kind == sheet.OpImage {
				n++
			}
		})
		return n
	}
	if images(plan) != 1 || !strings.Contains(texts(plan.Pages[0]), "Ganz am Ende") {
		t.Errorf("%d images\n%s", images(plan), texts(plan.Pages...))
	}
	group(p, "account")["image"] = "werk.jpg"
	group(p, "account")["city"] = "Sankt Beispiel am Musterberg"
	if plan, err = c.Compose(p); err != nil {
		t.Fatal(err)
	}
	if images(plan) != 2 {
		t.Errorf("%d images with the recipient's own", images(plan))
	}
	// The box comes after the recipient's picture in the design and lies upon it.
	picture, box := -1, -1
	for i, l := range plan.Pages[0].Placed {
		switch op := l.Layer.Ops[0]; {
		case op.Kind == sheet.OpImage:
			picture = i
		case op.Kind == sheet.OpRect && op.Y == 120_000:
			box = i
		}
	}
	if picture < 0 || box < picture {
		t.Errorf("picture at %d, box at %d", picture, box)
	}
	small := holds(plan, func(op sheet.Op) bool {
		return op.Kind == sheet.OpText && op.Style == sheet.Bold && op.Size == 9_000 && op.X == 120_000
	})
	if !small {
		t.Errorf("the claim did not shrink:\n%s", plan)
	}
	group(p, "account")["city"] = strings.Repeat("Lang ", 30)
	_, err = c.Compose(p)
	wantFault(t, err, "@claim", "mm")
	k := kit()
	k.Artwork = nil
	_, err = Compile(d, k)
	wantFault(t, err, "back.pdf", "importer")
	k = kit()
	k.Images = nil
	_, err = Compile(d, k)
	wantFault(t, err, "images.logo")
}

// A franking mark stands in the postage zone where one is configured; else the zone stays empty.
func TestFranking(t *testing.T) {
	k := kit()
	k.Franking = func(*Piece) (codes.Matrix, []string, bool) {
		mark, ok, err := codes.TestFranking().Mark(1, postlift.MustDate("2026-03-04"), nil)
		return mark.Code, mark.Lines, ok && err == nil
	}
	c, err := tryCompile(t, "card", k)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := c.Compose(loadPiece(t, "de"))
	if err != nil {
		t.Fatal(err)
	}
	franked := func(op sheet.Op) bool {
		return op.Part == sheet.PartFranking && op.X >= 74_000 && op.X+op.W <= 148_000 && op.Y+op.H <= 40_000
	}
	sizes := 0
	plan.Pages[1].All(func(op sheet.Op) {
		if op.Part == sheet.PartFranking && op.Kind == sheet.OpModules {
			sizes = op.Unit
		}
		if op.Part == sheet.PartFranking && !franked(op) {
			t.Errorf("out of the postage zone: %s", op)
		}
	})
	if !holds(plan, franked) || sizes < 400 || sizes > 600 {
		t.Errorf("no franking mark with modules of half a millimetre:\n%s", plan)
	}
	if plan, err = compiled(t, "card").Compose(loadPiece(t, "de")); err != nil || holds(plan, franked) {
		t.Errorf("the zone is not empty: %v", err)
	}
}

// A card is one sheet of two sides: the match code is on the address side, once.
func TestCardIsOneSheet(t *testing.T) {
	plan, err := compiled(t, "card").Compose(loadPiece(t, "de"))
	if err != nil || len(plan.Pages) != 2 {
		t.Fatalf("%d pages, %v", len(plan.Pages), err)
	}
	for i := range plan.Pages {
		n := 0
		plan.Pages[i].All(func(op sheet.Op) {
			if op.Part == sheet.PartMatch && op.Kind == sheet.OpModules {
				n++
			}
		})
		if n != i {
			t.Errorf("side %d has %d match codes", i+1, n)
		}
	}
	p := loadPiece(t, "de")
	group(p, "account")["name"] = strings.Repeat("Großes Wort ", 60)
	_, err = compiled(t, "card").Compose(p)
	wantFault(t, err, "@claim")
}

// A design whose fonts lack a letter of its texts, or that has other fonts than it names, is refused.
func TestCompileRefuses(t *testing.T) {
	_, err := written(t, smallText("Antriebe 株"))
	wantFault(t, err, "@body", "U+682A")
	k := kit()
	k.Fonts = fstest.MapFS{"SourceSans3-Regular.ttf": {Data: []byte("no font")}}
	_, err = tryCompile(t, "reference", k)
	wantFault(t, err, "SourceSans3-Regular.ttf")
	k.Fonts = fs.FS(fstest.MapFS{})
	_, err = tryCompile(t, "reference", k)
	wantFault(t, err, "SourceSans3-Regular.ttf")
	_, err = written(t, smallText("x"), "\nblocks:\n", "\nblocks:\n  - {kind: flow, page: first, x: 25, y: 100, w: 165, h: 160}\n  - {kind: flow, page: next, x: 25, y: 30, w: 150, h: 230}\n")
	wantFault(t, err, "one width")
}
