package pdf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"postlift"
	"postlift/mailers/letter"
	"postlift/mailers/sheet"
	"postlift/templates"
)

var testMeta = Meta{Title: "bt_test", Created: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}

func compiled(t testing.TB) *letter.Compiled {
	t.Helper()
	d, err := letter.ParseDesign(templates.Designs(), "winback")
	if err != nil {
		t.Fatal(err)
	}
	c, err := letter.Compile(d, templates.Fonts())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// samplePieces are n invented recipients, German and English by turns, each with its own code and name.
func samplePieces(t testing.TB, n int) []letter.Piece {
	t.Helper()
	var raw [2][]byte
	for i, lang := range []string{"de", "en"} {
		b, err := os.ReadFile("../letter/testdata/piece-" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		raw[i] = b
	}
	out := make([]letter.Piece, n)
	for i := range out {
		if err := json.Unmarshal(raw[i%2], &out[i]); err != nil {
			t.Fatal(err)
		}
		p := &out[i]
		p.ID = fmt.Sprintf("pc_%026d", i)
		p.Code = postlift.TypedCode([]byte("test"), p.ID)
		p.TrackingURL = "https://antwort.example/r/" + postlift.TrackingToken([]byte("test"), p.ID)
		p.Address[0] = fmt.Sprintf("Erfundene Werke %d GmbH", i)
		p.Merge["account"].(map[string]any)["name"] = fmt.Sprintf("Erfundene Werke %d", i)
	}
	return out
}

func compose(t testing.TB, c *letter.Compiled, pieces []letter.Piece) []sheet.Plan {
	t.Helper()
	plans := make([]sheet.Plan, len(pieces))
	for i := range pieces {
		p, err := c.Compose(pieces[i])
		if err != nil {
			t.Fatal(err)
		}
		plans[i] = p
	}
	return plans
}

func render(t testing.TB, plans []sheet.Plan) ([]byte, []PageRange) {
	t.Helper()
	var buf bytes.Buffer
	ranges, err := RenderFile(&buf, templates.Fonts(), plans, testMeta)
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), ranges
}
