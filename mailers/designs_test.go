package mailers

import (
	"testing"

	"postlift/mailers/address"
	"postlift/mailers/artwork"
	"postlift/mailers/design"
	"postlift/templates"
)

// Artwork is asked for the size and the bleed that composing asks for: only what covers the sheet reaches over its edges.
func TestArtworkAsComposed(t *testing.T) {
	d, err := design.Parse(templates.Designs(), "letter-a")
	if err != nil {
		t.Fatal(err)
	}
	mm := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		w, h *float64
		want artwork.Want
	}{
		{nil, nil, artwork.Want{W: 210_000, H: 297_000, Bleed: 3_000}},
		{mm(210), mm(297), artwork.Want{W: 210_000, H: 297_000, Bleed: 3_000}},
		{mm(60), mm(20), artwork.Want{W: 60_000, H: 20_000}},
	} {
		got := wantOf(d, design.Block{Kind: "artwork", W: c.w, H: c.h})
		if got.W != c.want.W || got.H != c.want.H || got.Bleed != c.want.Bleed {
			t.Errorf("%d x %d with %d bleed, want %d x %d with %d", got.W, got.H, got.Bleed, c.want.W, c.want.H, c.want.Bleed)
		}
	}
}

// A company in capitals that the design's place holds on two lines only is printed on two, in the label that is frozen
// when the letter is planned.
func TestLabelsFollowTheDesign(t *testing.T) {
	press := testPress(t)
	p := newPlanner(t, 10)
	kind := p.letters[""]
	limits, err := press.AddressLimits(kind.design, Terms{})
	if err != nil {
		t.Fatal(err)
	}
	kind.limits = limits
	p.letters[""] = kind
	r := recipient(1)
	r.AccountName = "BÜRO- UND DATENTECHNIK HANDELS GMBH & CO. KG"
	if wide, err := address.Lines(addressee(&r, "DE"), "DE"); err != nil || wide[0] != r.AccountName || limits.Fits(wide[0]) {
		t.Fatalf("%q, %v: the name must be short enough and yet too wide", wide, err)
	}
	b, err := p.plan([]Recipient{r})
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range b.Pieces {
		if piece.Kind != KindLive {
			continue
		}
		if len(piece.Lines) != 5 || piece.Lines[0]+" "+piece.Lines[1] != r.AccountName {
			t.Errorf("%q", piece.Lines)
		}
		for _, line := range piece.Lines {
			if !limits.Fits(line) {
				t.Errorf("%q does not fit", line)
			}
		}
	}
}
