package letter

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"postlift"
	"postlift/templates"
)

// loadPiece reads an invented recipient from testdata.
func loadPiece(t testing.TB, lang string) Piece {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "piece-"+lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var p Piece
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// group gives a group of the merge data to be changed.
func group(p Piece, name string) map[string]any { return p.Merge[name].(map[string]any) }

func winback(t testing.TB) *Compiled {
	t.Helper()
	d, err := ParseDesign(templates.Designs(), "winback")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compile(d, templates.Fonts())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// smallText is the least that an advertising text needs; body replaces its only paragraph.
func smallText(body string) string {
	return "@subject\n{{ campaign.offer }}\n\n@body\n" + body + "\n\n@signature\nMit freundlichen Grüßen\n\n@notice\n{{ objection_notice }}\n"
}

// designWith is the shipped design with another German text and settings replaced ("old", "new", …).
func designWith(t testing.TB, text string, replace ...string) fstest.MapFS {
	t.Helper()
	spec, err := os.ReadFile("../../templates/designs/winback/design.yaml")
	if err != nil {
		t.Fatal(err)
	}
	yaml := strings.NewReplacer(append([]string{"  en: en.txt\n", ""}, replace...)...).Replace(string(spec))
	return fstest.MapFS{
		"own/design.yaml": {Data: []byte(yaml)},
		"own/de.txt":      {Data: []byte(text)},
	}
}

// compose sets the German sample with another text.
func compose(t testing.TB, text string, change func(Piece)) (Plan, error) {
	t.Helper()
	d, err := ParseDesign(designWith(t, text), "own")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compile(d, templates.Fonts())
	if err != nil {
		t.Fatal(err)
	}
	p := loadPiece(t, "de")
	if change != nil {
		change(p)
	}
	return c.Compose(p)
}

// texts are all words of a plan, a line each.
func texts(p Plan) string {
	var b strings.Builder
	for _, page := range p.Pages {
		for _, op := range page.Ops {
			if op.Kind == OpText {
				b.WriteString(op.Text + "\n")
			}
		}
	}
	return b.String()
}

// wantFault asserts an Invalid fault whose text holds every part.
func wantFault(t *testing.T, err error, parts ...string) {
	t.Helper()
	if postlift.KindOf(err) != postlift.Invalid {
		t.Fatalf("want an Invalid fault, got %v", err)
	}
	for _, part := range parts {
		if !strings.Contains(postlift.UserText(err), part) {
			t.Errorf("fault %q does not name %q", postlift.UserText(err), part)
		}
	}
}
