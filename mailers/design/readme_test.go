package design

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// The document of the design format names every key, kind, filter and variable that the program knows.
func TestReadmeNamesEverything(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "templates", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for i, quoted := range strings.Split(string(raw), "`") {
		if i%2 == 0 { // outside of code
			continue
		}
		for _, w := range strings.FieldsFunc(quoted, func(r rune) bool {
			return !strings.ContainsRune("_[]-./", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
		}) {
			words[w], words[strings.Trim(w, ".")] = true, true
		}
	}
	want := func(kind string, names ...string) {
		for _, n := range names {
			if !words[n] {
				t.Errorf("templates/README.md does not name the %s %q", kind, n)
			}
		}
	}
	for _, v := range []any{Spec{}, Fonts{}, Font{}, Body{}, Variable{}, Image{}, Zone{}, Block{}, sheet.Ink{}} {
		for i := range reflect.TypeOf(v).NumField() {
			want("key of "+reflect.TypeOf(v).Name(), reflect.TypeOf(v).Field(i).Tag.Get("yaml"))
		}
	}
	want("kind of block", sorted(rules)...)
	want("kind of zone", sorted(zoneKinds)...)
	for kind, names := range map[string][]string{"class": classes, "layout": layouts, "envelope": envelopes, "row": infoRows, "style": styles,
		"alignment": aligns, "alignment in height": valigns, "page": pages, "shape": shapes, "format": sorted(formats), "section": known} {
		want(kind, names...)
	}
	want("filter", merge.FilterNames()...)
	for _, name := range merge.Builtin().Names() {
		parts := strings.Split(name, ".")
		if len(parts) > 1 {
			want("group of "+name, strings.Join(parts[:len(parts)-1], "."))
		}
		want("variable of "+name, parts[len(parts)-1])
	}
	for _, entry := range entriesOf(t, filepath.Join("..", "..", "templates", "designs")) {
		want("shipped design", entry)
	}
	if rows := strings.Count(string(raw), "| advertising |") + strings.Count(string(raw), "| contractual |"); rows != len(entriesOf(t, filepath.Join("..", "..", "templates", "designs"))) {
		t.Errorf("the table of shipped designs has %d rows", rows)
	}
}

// The example of variables in the document is read as it stands.
func TestReadmeExample(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "templates", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok || !strings.HasPrefix(example, "variables:") {
		t.Fatalf("no example: %q", example)
	}
	text := smallText("{{ campaign.event_time }}{% for s in speakers %} {{ s.name }} {{ s.fee | money }}{% endfor %}")
	d, err := Parse(designWith(t, text, "texts:\n", example+"texts:\n"), "own")
	if err != nil {
		t.Fatal(err)
	}
	if got := d.spec.Variables["campaign.event_time"].Sample.In("en"); got != "9 am to 4 pm" {
		t.Errorf("the English sample is %q", got)
	}
	if got := d.Sample("de")["speakers"]; len(got.([]any)) != 1 {
		t.Errorf("the list's sample is %v", got)
	}
}

func entriesOf(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	slices.Sort(out)
	return out
}
