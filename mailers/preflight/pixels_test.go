package preflight

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"postlift/mailers/pdf"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// pixelPlans have so many pages of A6 with 3 mm bleed and what is given on every one.
func pixelPlans(t testing.TB, pages int, ops ...sheet.Op) []sheet.Plan {
	t.Helper()
	data, err := fs.ReadFile(templates.Fonts(), "SourceSans3-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	out := make([]sheet.Plan, pages)
	for i := range out {
		out[i] = sheet.Plan{PieceID: fmt.Sprintf("pc_%04d", i), Sheet: sheet.Sheet{Name: "A6", W: 148_000, H: 105_000, Bleed: 3_000}, Pages: []sheet.Page{{Ops: ops}}}
		out[i].Fonts[sheet.Regular] = sheet.FontRef{File: "SourceSans3-Regular.ttf", SHA256: hex.EncodeToString(sum[:])}
	}
	return out
}

func pixelFile(t testing.TB, plans []sheet.Plan) string {
	t.Helper()
	if _, err := exec.LookPath("gs"); err != nil {
		t.Skip("gs is not installed (Debian: ghostscript)")
	}
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pixels.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, _, err = pdf.RenderFile(f, pdf.Options{Fonts: templates.Fonts(), Sheet: plans[0].Sheet, Profile: pdf.Profile{ICC: icc, Identifier: "FOGRA39", Info: "Coated FOGRA39"},
		Meta: pdf.Meta{Title: "pixels", Created: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}}, plans)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func pixelsOf(t testing.TB, path string, o PixelOptions) []Finding {
	t.Helper()
	got, err := Pixels(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// summary lists findings as "rule severity".
func summary(t testing.TB, all []Finding) string {
	t.Helper()
	known := map[string]bool{}
	for _, r := range PixelRules() {
		known[r.Name] = true
	}
	var out []string
	for _, f := range all {
		if !known[f.Rule] || f.Text == "" || f.TextDE == "" {
			t.Errorf("finding of an unlisted rule or without text: %+v", f)
		}
		out = append(out, f.Rule+" "+string(f.Severity))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func filled(x, y, w, h int, ink sheet.Ink) sheet.Op {
	return sheet.Op{Kind: sheet.OpRect, Part: sheet.PartDecor, X: x, Y: y, W: w, H: h, Ink: ink}
}

func words9(x, y int, ink sheet.Ink) sheet.Op {
	return sheet.Op{Kind: sheet.OpText, X: x, Y: y, Size: 9_000, W: 40_000, Text: "Erfundene Werke, Musterweg 4, Hamburg", Ink: ink}
}

// TestPixelRules keeps and breaks one rule at a time.
func TestPixelRules(t *testing.T) {
	cyan, tint := sheet.Ink{C: 100}, sheet.Ink{C: 8, M: 3, Y: 2}
	window := PixelPage{Prints: []PixelBox{{X: 20_000, Y: 26_000, W: 60_000, H: 5_000}},
		Zones: []sheet.Zone{{Name: "window", Kind: sheet.ZoneWindow, X: 10_000, Y: 20_000, W: 80_000, H: 30_000}, {Name: "visible", Kind: sheet.ZoneAddress, X: 15_000, Y: 25_000, W: 70_000, H: 20_000}}}
	read := PixelPage{Zones: []sheet.Zone{{Name: "reading", Kind: sheet.ZoneRead, X: 10_000, Y: 20_000, W: 80_000, H: 30_000}}}
	zone := func(k sheet.ZoneKind) PixelPage {
		return PixelPage{Zones: []sheet.Zone{{Name: "place", Kind: k, X: 10_000, Y: 20_000, W: 30_000, H: 30_000}}}
	}
	code := PixelPage{Codes: []PixelBox{{X: 50_000, Y: 50_000, W: 20_000, H: 20_000, Quiet: 2_000}}}
	address := words9(20_000, 30_000, sheet.Black)
	away := words9(60_000, 95_000, sheet.Black)
	cases := []struct {
		what, want string
		page       *PixelPage
		ops        []sheet.Op
	}{
		{"text", "", nil, []sheet.Op{address}},
		{"nothing", "blank_page warning", nil, nil},
		{"ink below the limit", "", nil, []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{C: 100, M: 100, Y: 50, K: 50})}},
		{"ink above the limit", "total_ink error", nil, []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{C: 100, M: 100, Y: 50, K: 53})}},
		{"a small place above the limit", "total_ink warning", nil, []sheet.Op{filled(20_000, 20_000, 2_000, 2_000, sheet.Ink{C: 100, M: 100, Y: 100, K: 60})}},
		{"bleed on four sides", "", nil, []sheet.Op{filled(-3_000, -3_000, 154_000, 111_000, tint)}},
		{"bleed short at the top and full at the sides", "bleed_reached error", nil, []sheet.Op{filled(-3_000, 0, 154_000, 20_000, cyan)}},
		{"bleed short by half a millimetre", "bleed_reached warning", nil, []sheet.Op{filled(-3_000, -2_400, 154_000, 20_000, cyan)}},
		{"bleed short on three sides", "bleed_reached error, bleed_reached error, bleed_reached error", nil, []sheet.Op{filled(0, 0, 148_000, 20_000, cyan)}},
		{"bleed short on a part", "bleed_reached error", nil, []sheet.Op{filled(-3_000, -3_000, 80_000, 20_000, cyan), filled(77_000, 0, 30_000, 20_000, cyan)}},
		{"decor within the trim", "", nil, []sheet.Op{filled(1_000, 1_000, 146_000, 103_000, cyan)}},
		{"a slanted line over the edge", "", nil, []sheet.Op{{Kind: sheet.OpPath, X: -3_000, Y: -3_000, W: 30_000, H: 30_000, Ink: cyan, Path: &sheet.Path{Verbs: "ML", Coords: []int{20_000, 0, 0, 20_000}, Stroke: 3_000}}}},
		{"small text in black", "", nil, []sheet.Op{filled(10_000, 10_000, 100_000, 60_000, tint), words9(20_000, 30_000, sheet.Black), words9(20_000, 40_000, sheet.Black)}},
		{"small text in rich black", "rich_black warning", nil, []sheet.Op{words9(20_000, 30_000, sheet.Ink{C: 50, M: 40, K: 100}), words9(20_000, 40_000, sheet.Ink{C: 50, M: 40, K: 100})}},
		{"a large area in rich black", "", nil, []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{C: 50, M: 40, K: 100})}},
		{"coloured text", "", nil, []sheet.Op{words9(20_000, 30_000, sheet.Ink{C: 90, M: 40})}},
		{"a spot colour that was ordered", "", nil, []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{M: 80, Y: 60, Spot: "Hausrot 1", Tint: 60})}},
		{"a spot colour that was not", "plates warning", nil, []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{M: 80, Y: 60, Spot: "Hausblau", Tint: 60})}},
		{"address in the window", "", &window, []sheet.Op{address, away}},
		{"no address", "address_visible error", &window, []sheet.Op{away}},
		{"text in the window", "window_clear error", &window, []sheet.Op{address, words9(20_000, 46_000, sheet.Black)}},
		{"colour in the window", "window_clear error", &window, []sheet.Op{words9(20_000, 30_000, cyan)}},
		{"a picture in the window", "window_clear error, window_clear error", &window, []sheet.Op{address, filled(70_000, 30_000, 20_000, 20_000, cyan)}},
		{"black in the reading zone", "", &read, []sheet.Op{address}},
		{"colour in the reading zone", "read_zone_clear error", &read, []sheet.Op{address, filled(70_000, 30_000, 20_000, 20_000, tint)}},
		{"an empty zone", "", ptr(zone(sheet.ZoneClear)), []sheet.Op{away}},
		{"ink beside the zone", "", ptr(zone(sheet.ZoneClear)), []sheet.Op{filled(40_000, 20_000, 10_000, 10_000, cyan)}},
		{"ink in the zone", "zone_clear error", ptr(zone(sheet.ZoneClear)), []sheet.Op{filled(39_000, 20_000, 10_000, 10_000, cyan)}},
		{"ink in the postage zone", "postage_clear error", ptr(zone(sheet.ZonePostage)), []sheet.Op{filled(35_000, 20_000, 1_000, 1_000, sheet.Black)}},
		{"a code with its border", "", &code, []sheet.Op{filled(50_000, 50_000, 20_000, 20_000, sheet.Black)}},
		{"ink in a code's border", "quiet_zone error", &code, []sheet.Op{filled(50_000, 50_000, 20_000, 20_000, sheet.Black), filled(48_500, 50_000, 500, 20_000, sheet.Black)}},
		{"a tint in a code's border", "quiet_zone error", &code, []sheet.Op{filled(10_000, 10_000, 100_000, 80_000, sheet.Ink{Y: 20}), filled(50_000, 50_000, 20_000, 20_000, sheet.Black)}},
		{"no code", "quiet_zone error", &code, []sheet.Op{away}},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			o := PixelOptions{Spots: []string{"Hausrot 1"}, DPI: 150}
			if c.page != nil {
				o.Page = func(int) PixelPage { return *c.page }
			}
			got := pixelsOf(t, pixelFile(t, pixelPlans(t, 1, c.ops...)), o)
			if s := summary(t, got); s != c.want {
				t.Errorf("findings %q, want %q: %+v", s, c.want, got)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

// TestPixelBox: what is found is named with its place and figure.
func TestPixelBox(t *testing.T) {
	path := pixelFile(t, pixelPlans(t, 3, filled(20_000, 30_000, 10_000, 20_000, sheet.Ink{C: 90, M: 90, Y: 90, K: 90})))
	got := pixelsOf(t, path, PixelOptions{})
	if len(got) != 1 || got[0].Page != 1 || !regexp.MustCompile(`36[01] %`).MatchString(got[0].Text) || !strings.Contains(got[0].Text, "3 pages") || !strings.Contains(got[0].TextDE, "betrifft 3 Seiten") {
		t.Fatalf("%+v", got)
	}
	b := got[0].Box
	for i, v := range []float64{b.X - 20, b.Y - 30, b.W - 10, b.H - 20} {
		if v < -.4 || v > .4 {
			t.Errorf("measure %d of the box is %.2f mm off: %+v", i, v, *b)
		}
	}
}

// TestPixelSpots: a spot colour counts in the sum of inks with its own tint, not with that of its alternate.
func TestPixelSpots(t *testing.T) {
	ops := []sheet.Op{filled(20_000, 30_000, 10_000, 20_000, sheet.Ink{C: 100, M: 100}), filled(20_000, 30_000, 10_000, 20_000, sheet.Ink{C: 100, M: 100, Y: 100, Spot: "Hausrot 1", Tint: 90})}
	if got := pixelsOf(t, pixelFile(t, pixelPlans(t, 1, ops...)), PixelOptions{Spots: []string{"Hausrot 1"}}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestPixelSample: some pages of many, in their order, and it is said.
func TestPixelSample(t *testing.T) {
	plans := pixelPlans(t, 60, words9(20_000, 30_000, sheet.Black))
	heavy := sheet.Ink{C: 100, M: 100, Y: 100, K: 100}
	plans[59].Pages[0].Ops = []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, heavy)}
	plans[30].Pages[0].Ops = []sheet.Op{filled(20_000, 20_000, 20_000, 20_000, heavy)}
	path := pixelFile(t, plans)
	got := pixelsOf(t, path, PixelOptions{Sample: 5, DPI: 72})
	if summary(t, got) != "drawable not_checked, total_ink error" || got[0].Page != 60 || !strings.Contains(got[1].Text, "5 of 60") {
		t.Errorf("%+v", got)
	}
	got = pixelsOf(t, path, PixelOptions{DPI: 72})
	if summary(t, got) != "total_ink error" || got[0].Page != 31 || !strings.Contains(got[0].Text, "2 pages") {
		t.Errorf("%+v", got)
	}
	for n, want := range map[int]string{0: "[1 2 3 4 5 6 7 8 9]", 1: "[1]", 2: "[1 9]", 3: "[1 5 9]", 20: "[1 2 3 4 5 6 7 8 9]"} {
		if s := fmt.Sprint(spread(9, n)); s != want {
			t.Errorf("%d of 9 pages: %s", n, s)
		}
	}
}

func TestPixelsNotChecked(t *testing.T) {
	path := pixelFile(t, pixelPlans(t, 1, words9(20_000, 30_000, sheet.Black)))
	got := pixelsOf(t, path, PixelOptions{Ghostscript: "no-such-program"})
	if len(got) != len(PixelRules())-zonePixelRules || got[0].Severity != NotChecked || !strings.Contains(got[0].Text, "not installed") {
		t.Errorf("without Ghostscript: %+v", got)
	}
	got = pixelsOf(t, path, PixelOptions{Timeout: time.Nanosecond, Page: func(int) PixelPage { return PixelPage{} }})
	if len(got) != len(PixelRules()) || got[0].Severity != NotChecked || !strings.Contains(got[0].Text, "time was up after 0 of 1") {
		t.Errorf("without time: %+v", got)
	}
	if err := os.WriteFile(path, []byte("no PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got = pixelsOf(t, path, PixelOptions{}); len(got) == 0 || got[0].Severity != NotChecked {
		t.Errorf("no PDF: %+v", got)
	}
	if _, err := Pixels(t.Context(), path+".missing", PixelOptions{}); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestPixelsCancel: a context that ends stops Ghostscript, whatever it is at.
func TestPixelsCancel(t *testing.T) {
	path := pixelFile(t, pixelPlans(t, 400, words9(20_000, 30_000, sheet.Black)))
	ctx, cancel := context.WithCancel(t.Context())
	pages := 0
	o := PixelOptions{DPI: 600, Page: func(int) PixelPage {
		if pages++; pages == 2 {
			cancel()
		}
		return PixelPage{}
	}}
	if _, err := Pixels(ctx, path, o); !errors.Is(err, context.Canceled) || pages > 2 {
		t.Errorf("after %d pages: %v", pages, err)
	}
}

// TestPixelsTurned: a page that is turned is tested as one sees it.
func TestPixelsTurned(t *testing.T) {
	ops := []sheet.Op{filled(-3_000, -3_000, 154_000, 20_000, sheet.Ink{C: 50}), filled(20_000, 30_000, 10_000, 20_000, sheet.Ink{C: 90, M: 90, Y: 90, K: 90})}
	path := pixelFile(t, pixelPlans(t, 1, ops...))
	if _, err := exec.LookPath("qpdf"); err != nil {
		t.Skip("qpdf is not installed (Debian: qpdf)")
	}
	turned := path + ".turned.pdf"
	if out, err := exec.Command("qpdf", path, turned, "--rotate=90").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := pixelsOf(t, turned, PixelOptions{})
	if summary(t, got) != "total_ink error" {
		t.Fatalf("%+v", got)
	}
	if b := got[0].Box; b.W < 19 || b.H > 11 || b.X < 54 || b.X > 56 || b.Y < 19 || b.Y > 21 { // 105 - 30 - 20, 20
		t.Errorf("the box is %+v", *b)
	}
}

// TestPlatesDamaged: a stream that is no PSD, or ends early, is an error and no panic.
func TestPlatesDamaged(t *testing.T) {
	names := []byte("8BIM\x03\xee\x00\x00\x00\x00\x00\x0a\x09Hausrot 1")
	if got := channelNames(names); len(got) != 1 || got[0] != "Hausrot 1" {
		t.Errorf("names %q", got)
	}
	for i := range names {
		channelNames(names[:i])
	}
	row := make([]byte, 6)
	if !unpack(row, []byte{1, 7, 8, 0xfd, 9}) || !bytes.Equal(row, []byte{7, 8, 9, 9, 9, 9}) {
		t.Errorf("unpacked %v", row)
	}
	if unpack(row, []byte{5, 1}) || unpack(row, []byte{0xfd}) {
		t.Error("a short row is taken for a whole one")
	}
}

// Cut marks print on every plate. That makes no plate of a page that has none but theirs.
func TestCutMarksMakeNoPlates(t *testing.T) {
	spot := pixelPlans(t, 1, filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{M: 80, Spot: "Hausblau", Tint: 100}))
	plain := pixelPlans(t, 1, filled(20_000, 20_000, 20_000, 20_000, sheet.Ink{C: 80}))
	plain[0].PieceID = "pc_plain"
	both := append(spot, plain...)
	for i := range both {
		both[i].Sheet.CutMarks = true
	}
	found := pixelsOf(t, pixelFile(t, both), PixelOptions{})
	if len(found) != 1 || found[0].Rule != "plates" || found[0].Page != 1 || !strings.Contains(found[0].Text, `"Hausblau"`) || strings.Contains(found[0].Text, "pages have it") {
		t.Errorf("findings %+v", found)
	}
	if found := pixelsOf(t, pixelFile(t, both), PixelOptions{Spots: []string{"Hausblau"}}); len(found) > 0 {
		t.Errorf("findings %+v", found)
	}
}
