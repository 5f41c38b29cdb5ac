package letter

import (
	"fmt"
	"testing"

	"postlift/mailers/sheet"
)

// A plan in a room is the plan that is composed for itself, whatever the room held before: pieces of several designs
// and languages, and pieces that fail halfway, one after the other.
func TestARoomChangesNoPlan(t *testing.T) {
	var room Room
	designs := []*Compiled{compiled(t, "reference"), compiled(t, "renewal"), compiled(t, "card")}
	failed := 0
	for round := range 3 {
		for k, c := range designs {
			for _, lang := range []string{"de", "en"} {
				p := loadPiece(t, lang)
				p.Seq = 1 + round
				group(p, "account")["name"] = fmt.Sprintf("Erfundene Blechwerke %d%d", round, k)
				if round == 1 && lang == "de" {
					p.TrackingURL = ""
				}
				want, wantErr := c.Compose(p)
				got, err := c.ComposeIn(&room, p)
				if fmt.Sprint(err) != fmt.Sprint(wantErr) {
					t.Fatalf("in a room %v, else %v", err, wantErr)
				}
				if err != nil {
					failed++
				}
				if whole(got) != whole(want) || boxes(got) != boxes(want) {
					t.Errorf("design %d, %s, round %d: in a room\n%s\nelse\n%s", k, lang, round, got, want)
				}
			}
		}
	}
	if failed == 0 {
		t.Error("no piece failed, so that nothing is known of rooms after one")
	}
}

// What designs keep for all pieces does not lie in the room of the piece that it was made for.
func TestSharedPartsOutliveTheirRoom(t *testing.T) {
	c := compiled(t, "reference")
	var room Room
	first, err := c.ComposeIn(&room, loadPiece(t, "de"))
	if err != nil {
		t.Fatal(err)
	}
	var layers []*sheet.Layer
	for _, placed := range first.Pages[0].Placed {
		layers = append(layers, placed.Layer)
	}
	for i := range 3 { // which overwrites what the first piece had
		p := loadPiece(t, "de")
		group(p, "contact")["last_name"] = fmt.Sprintf("Mustermann-%d", i)
		if _, err := c.ComposeIn(&room, p); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range layers {
		if again := sheet.NewLayer(l.Ops); again.Key != l.Key {
			t.Errorf("a layer changed after its piece:\n%v", l.Ops)
		}
	}
}

// Composing in a room that has grown leaves next to no garbage.
func TestARoomIsUsedAgain(t *testing.T) {
	c := compiled(t, "reference")
	p := loadPiece(t, "de")
	var room Room
	in := func() {
		if _, err := c.ComposeIn(&room, p); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		in()
	}
	if n := testing.AllocsPerRun(20, in); n > 120 {
		t.Errorf("%g allocations a piece", n)
	}
}

// boxes are the codes of a plan in full.
func boxes(p sheet.Plan) string {
	s := ""
	for i := range p.Pages {
		p.Pages[i].All(func(op sheet.Op) { s += fmt.Sprintln(op.Modules, op.Shift) })
	}
	return s
}
