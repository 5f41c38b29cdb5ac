package letter

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"postlift/mailers/design"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// labelFont is the line of a design that names the font of addresses.
const labelFont = "  label:   {file: SourceSans3-It.ttf,      sha256: 192afd78f0f54a3c69eaf02d43f4d9a821e9d6110e41d3d25d61a7385cd580e4}\n\ncolours:\n"

// Addresses and the line above them, and nothing else, are set in the design's font of labels; without one, in regular.
func TestLabelFont(t *testing.T) {
	for style, replace := range map[sheet.Style][]string{sheet.Regular: nil, sheet.Label: {"\ncolours:\n", labelFont}} {
		c := compiled(t, "reference", replace...)
		plan, err := c.Compose(loadPiece(t, "de"))
		if err != nil {
			t.Fatal(err)
		}
		labels := 0
		for i := range plan.Pages {
			plan.Pages[i].All(func(op sheet.Op) {
				label := op.Part == sheet.PartAddress || op.Part == sheet.PartReturn
				if op.Kind != sheet.OpText || !label && op.Style != sheet.Label {
					return
				}
				labels++
				if !label || op.Style != style {
					t.Errorf("%s", op)
				}
				if op.W != c.Family()[style].Width(op.Text, op.Size) {
					t.Errorf("%q is measured in another font", op.Text)
				}
			})
		}
		if labels != len(loadPiece(t, "de").Address)+1 {
			t.Errorf("%s: %d lines", style, labels)
		}
	}
	_, err := design.Parse(files(t, "reference", "\ncolours:\n", "  label: {file: SourceSans3-It.ttf}\n\ncolours:\n"), "reference")
	wantFault(t, err, "fonts.label", "sha256")
	_, err = tryCompile(t, "reference", kit(), "\ncolours:\n", strings.Replace(labelFont, "192afd", "000000", 1))
	wantFault(t, err, "SourceSans3-It.ttf", "sha256")
}

// The shipped designs in a serif face take the company lines that address.Lines fills.
func TestShippedLabelsAreNarrow(t *testing.T) {
	for _, name := range []string{"letter-b", "owner", "invitation"} {
		d, err := design.Parse(templates.Designs(), name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Compile(d, kit())
		if err != nil {
			t.Fatal(err)
		}
		s := d.Samples("de")[0]
		s.Address[0] = "Gesellschaft für Messwerkzeuge Oberschwabn" // 42 characters
		if _, err := c.Compose(Piece{ID: "pc_x", BatchID: "bt_x", Seq: 1, Kind: "proof", Language: "de", TrackingURL: s.TrackingURL, Code: s.Code,
			MatchCode: s.MatchCode, Address: s.Address, Merge: s.Merge}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the limits of a design's place allow is composed, and nothing that is wider or has more lines.
func TestAddressLimits(t *testing.T) {
	for _, d := range []struct {
		name    string
		replace []string
		lines   int
	}{{"reference", nil, 6}, {"reference", []string{"envelope: DL", "envelope: C6/5"}, 6}, {"card", nil, 6},
		{"reference", []string{"\nblocks:\n", "\nblocks:\n  - {kind: address, x: 25, y: 63, w: 50, h: 18, size: 12}\n"}, 3}} {
		c := compiled(t, d.name, d.replace...)
		l := c.AddressLimits()
		if l.Lines != d.lines {
			t.Errorf("%s %q: %d lines", d.name, d.replace, l.Lines)
		}
		p := loadPiece(t, "de")
		for line := "W"; len(line) < 45; line += "W" {
			p.Address = slices.Repeat([]string{line}, l.Lines)
			if _, err := c.Compose(p); (err == nil) != l.Fits(line) {
				t.Fatalf("%s %q: %d letters: %v", d.name, d.replace, len(line), err)
			}
		}
		p.Address = slices.Repeat([]string{"x"}, l.Lines+1)
		_, err := c.Compose(p)
		wantFault(t, err, "address has")
	}
}

// A coupon at a place of its own has its cut line on the sheet, and as wide as the coupon at least.
func TestPlacedCouponIsCutOnTheSheet(t *testing.T) {
	c := compiled(t, "renewal", "kind: coupon}", "kind: coupon, page: first, x: 4, y: 180, w: 165, h: 100}")
	plan, err := c.Compose(loadPiece(t, "de"))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	plan.Pages[0].All(func(op sheet.Op) {
		if op.Kind == sheet.OpPath && op.Part == sheet.PartMark && len(op.Path.Dash) > 0 {
			found = true
			if op.X < 0 || op.X > 4_000 || op.X+op.W < 169_000 || op.X+op.W > plan.Sheet.W {
				t.Errorf("the cut line reaches from %s to %s mm", sheet.MM(op.X), sheet.MM(op.X+op.W))
			}
		}
	})
	if !found {
		t.Error("no cut line")
	}
}

// A code says the lines of its section one below the other.
func TestCodeOfLines(t *testing.T) {
	f := files(t, "reference", "\nblocks:\n", "\nblocks:\n  - {kind: qr, text: card, x: 150, y: 100, w: 30, h: 30}\n")
	for _, lang := range []string{"de", "en"} {
		f["reference/"+lang+".txt"] = &fstest.MapFile{Data: append(f["reference/"+lang+".txt"].Data, "\n@card\nBEGIN:VCARD\\\nFN:{{ sender.signature_name }}\n\nEND:VCARD\n"...)}
	}
	d, err := design.Parse(f, "reference")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compile(d, kit())
	if err != nil {
		t.Fatal(err)
	}
	p := loadPiece(t, "de")
	group(p, "sender")["signature_name"] = "Tom *Erfunden*"
	cp := &composer{mem: lasting, voice: c.voices["de"], piece: &p}
	cp.data.Missing = c.missing
	if _, err := c.compose(cp, p); err != nil {
		t.Fatal(err)
	}
	got, err := cp.said(&place{text: c.voices["de"].named["card"]})
	if want := "BEGIN:VCARD\nFN:Tom *Erfunden*\nEND:VCARD"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}
