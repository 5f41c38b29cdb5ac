package design

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"postlift/mailers/sheet"
)

// layoutFor parses a small design of a layout.
func layoutFor(t *testing.T, head string) *Design {
	t.Helper()
	fsys := designWith(t, "@subject\nx\n@body\ny\n@signature\nz\n", "class: advertising", "class: contractual")
	yaml := string(fsys["own/design.yaml"].Data)
	start, end := strings.Index(yaml, "format:"), strings.Index(yaml, "\nfonts:")
	blocks, texts := strings.Index(yaml, "\nblocks:"), strings.Index(yaml, "\ntexts:")
	yaml = yaml[:start] + head + yaml[end:blocks] + yaml[texts:]
	fsys["own/design.yaml"] = &fstest.MapFile{Data: []byte(yaml)}
	d, err := Parse(fsys, "own")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The places of DIN 5008 (address field 85 x 45 mm at 20, 27 or 45; text 8.46 mm below it, 165 mm wide; marks at
// 87/192, 105/210 and 148.5), of the window's play in DL and C6/5, and of Deutsche Post's card sides (franking zone
// 74 x 40, coding zone 150 x 15).
func TestLayouts(t *testing.T) {
	a, b := layoutFor(t, "layout: din5008-a\n").Layout(), layoutFor(t, "layout: din5008-b\n").Layout()
	for _, c := range []struct {
		l    Layout
		top  int // of the address field
		mark []int
	}{{a, 27_000, []int{87_000, 148_500, 192_000}}, {b, 45_000, []int{105_000, 148_500, 210_000}}} {
		if c.l.Address.Bottom() != c.top+45_000 || c.l.Address.Y != c.top+17_700 || c.l.Address.X != 25_000 || c.l.Address.H != 6*c.l.AddressLine {
			t.Errorf("%s: address %+v", c.l.Name, c.l.Address)
		}
		if c.l.Return.Bottom() > c.l.Address.Y || c.l.Return.Y < c.top || c.l.Body.Y < c.top+45_000+8_460 || c.l.Body.W != 165_000 || c.l.Info != (Rect{125_000, c.top + 5_000, 75_000, 40_000}) {
			t.Errorf("%s: return %+v body %+v info %+v", c.l.Name, c.l.Return, c.l.Body, c.l.Info)
		}
		for i, m := range c.l.Marks {
			if m.Y != c.mark[i] {
				t.Errorf("%s: mark %d at %d", c.l.Name, i, m.Y)
			}
		}
		if c.l.Letterhead.Bottom() > c.top || c.l.Body.Bottom() != 266_500 {
			t.Errorf("%s: head %+v body %+v", c.l.Name, c.l.Letterhead, c.l.Body)
		}
	}
	narrow := layoutFor(t, "layout: din5008-b\nenvelope: C6/5\n").Layout()
	if b.Address.Right() != 98_500 || narrow.Address.Right() != 89_500 {
		t.Errorf("address ends at %d in DL and %d in C6/5", b.Address.Right(), narrow.Address.Right())
	}
	for _, format := range []string{"A6", "DIN-long", "235 x 125"} {
		d := layoutFor(t, "layout: card\nformat: "+format+"\n")
		l, f := d.Layout(), d.Format()
		if l.Postage != (Rect{f.W - 74_000, 0, 74_000, 40_000}) || l.Coding.Bottom() != f.H || l.Coding.H != 15_000 || l.Coding.W != min(f.W, 150_000) {
			t.Errorf("%s: %+v", format, l)
		}
		if l.Address.X < l.Separator+5_000 || l.Address.Right() > f.W-5_000 || l.Address.Overlaps(l.Postage) || l.Address.Overlaps(l.Coding) || l.Address.W < 60_000 {
			t.Errorf("%s: address %+v, separator %d", format, l.Address, l.Separator)
		}
	}
}

// No part of a layout stands in another's place, off the sheet or, but for address and return line, in a zone.
func TestPlacesDoNotOverlap(t *testing.T) {
	for _, head := range []string{"layout: din5008-a\n", "layout: din5008-b\n", "layout: din5008-b\nenvelope: C6/5\n", "layout: card\n", "layout: card\nformat: DIN-long\n", "layout: free\nformat: A5\n"} {
		d := layoutFor(t, head)
		l, f := d.Layout(), d.Format()
		places := map[string]Rect{"head": l.Letterhead, "return": l.Return, "address": l.Address, "info": l.Info, "body": l.Body, "page": l.PageNumber, "footer": l.Footer, "match": l.Match, "matchtext": l.MatchText}
		names := []string{"head", "return", "address", "info", "body", "page", "footer", "match", "matchtext"}
		for i, n := range names {
			r := places[n]
			if r.W == 0 {
				continue
			}
			if !r.Inside(Rect{safeMargin, safeMargin, f.W - 2*safeMargin, f.H - 2*safeMargin}) {
				t.Errorf("%q: %s %+v leaves the safe area", head, n, r)
			}
			for _, m := range names[i+1:] {
				if places[m].W > 0 && r.Overlaps(places[m]) {
					t.Errorf("%q: %s %+v over %s %+v", head, n, r, m, places[m])
				}
			}
			for _, z := range d.PageZones(l.AddressPage == "first") {
				zone := Rect{z.X, z.Y, z.W, z.H}
				if z.Kind != sheet.ZoneSafe && n != "address" && n != "return" && r.Overlaps(zone) {
					t.Errorf("%q: %s stands in %s", head, n, z.Name)
				}
			}
		}
	}
}

func TestZones(t *testing.T) {
	show := func(zones []sheet.Zone) string {
		var b strings.Builder
		for _, z := range zones {
			fmt.Fprintf(&b, "%s %s %s %s %s %s\n", z.Name, z.Kind, sheet.MM(z.X), sheet.MM(z.Y), sheet.MM(z.W), sheet.MM(z.H))
		}
		return b.String()
	}
	d := layoutFor(t, "layout: din5008-b\nzones: [{name: stamp, kind: clear, page: next, x: 150, y: 10, w: 20, h: 20}]\n")
	if got := show(d.PageZones(true)); got != "safe area safe 4.000 4.000 202.000 289.000\naddress window window 1.000 45.000 109.000 54.000\nalways visible in the window address 21.500 51.500 77.000 38.500\n" {
		t.Error(got)
	}
	if got := show(d.PageZones(false)); got != "safe area safe 4.000 4.000 202.000 289.000\nstamp clear 150.000 10.000 20.000 20.000\n" {
		t.Error(got)
	}
	card := layoutFor(t, "layout: card\n")
	if got := show(card.PageZones(true)); got != "safe area safe 4.000 4.000 140.000 97.000\n" {
		t.Error(got)
	}
	if got := show(card.PageZones(false)); got != "safe area safe 4.000 4.000 140.000 97.000\nfranking zone postage 74.000 0.000 74.000 40.000\nreading zone read 72.000 40.000 76.000 50.000\ncoding zone clear 0.000 90.000 148.000 15.000\n" {
		t.Error(got)
	}
}
