package letter

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/sheet"
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
func group(p Piece, name string) map[string]any {
	if p.Merge[name] == nil {
		p.Merge[name] = map[string]any{}
	}
	return p.Merge[name].(map[string]any)
}

// files is a design of testdata with pieces of its files replaced ("old", "new", …).
func files(t testing.TB, name string, replace ...string) fstest.MapFS {
	t.Helper()
	dir := filepath.Join("testdata", "designs", name)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for i := 0; i < len(replace); i += 2 {
			text = strings.ReplaceAll(text, replace[i], replace[i+1])
		}
		out[name+"/"+e.Name()] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// kit prints with the shipped fonts and invented pictures.
func kit() Kit {
	picture := func(w, h int) *sheet.Image {
		return &sheet.Image{Key: "picture", W: w, H: h, Data: make([]byte, w*h)}
	}
	return Kit{Fonts: templates.Fonts(),
		Images: func(string, []byte) (*sheet.Image, error) { return picture(40, 20), nil },
		Artwork: func(_ []byte, _, w, h, bleed int) (*sheet.Form, error) {
			return &sheet.Form{Key: "form", W: w, H: h, Bleed: bleed}, nil
		},
		Assets: func(name string) (*sheet.Image, error) {
			if name == "missing.png" {
				return nil, nil
			}
			return picture(30, 10), nil
		},
	}
}

func compiled(t testing.TB, name string, replace ...string) *Compiled {
	t.Helper()
	c, err := tryCompile(t, name, kit(), replace...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryCompile(t testing.TB, name string, k Kit, replace ...string) (*Compiled, error) {
	t.Helper()
	d, err := design.Parse(files(t, name, replace...), name)
	if err != nil {
		t.Fatal(err)
	}
	return Compile(d, k)
}

// smallText is the least that the reference letter's text needs; body replaces its paragraphs.
func smallText(body string) string {
	return "@subject\n{{ campaign.offer }}\n\n@body\n" + body + "\n\n@signature\nMit freundlichen Grüßen\n\n@notice\n{{ objection_notice }}\n"
}

// written is the reference letter with another German text.
func written(t testing.TB, text string, replace ...string) (*Compiled, error) {
	t.Helper()
	f := files(t, "reference", append([]string{"  en: en.txt\n", "", "  - {kind: panel, module: 0.55}\n", ""}, replace...)...)
	f["reference/de.txt"].Data = []byte(text)
	d, err := design.Parse(f, "reference")
	if err != nil {
		t.Fatal(err)
	}
	return Compile(d, kit())
}

// compose sets the German sample with another text.
func compose(t testing.TB, text string, change func(Piece)) (sheet.Plan, error) {
	t.Helper()
	c, err := written(t, text)
	if err != nil {
		t.Fatal(err)
	}
	p := loadPiece(t, "de")
	if change != nil {
		change(p)
	}
	return c.Compose(p)
}

// texts are all words of pages, a line each.
func texts(pages ...sheet.Page) string {
	var b strings.Builder
	for i := range pages {
		pages[i].All(func(op sheet.Op) {
			if op.Kind == sheet.OpText {
				b.WriteString(op.Text + "\n")
			}
		})
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

// whole is a plan with the keys of its layers: what is shared counts, too.
func whole(p sheet.Plan) string {
	s := p.String()
	for _, page := range p.Pages {
		for _, l := range page.Base {
			s += l.Key + "\n"
		}
		for _, l := range page.Placed {
			s += l.Layer.Key + "\n"
		}
	}
	return s
}

// byHeight sorts lines written as their height and words, and gives the words.
func byHeight(lines []string) []string {
	slices.Sort(lines)
	for i, l := range lines {
		_, lines[i], _ = strings.Cut(l, " ")
	}
	return lines
}
