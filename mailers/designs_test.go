package mailers

import (
	"testing"

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
