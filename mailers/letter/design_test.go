package letter

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"postlift"
	"postlift/templates"
)

// Each wrong text is refused when the design is read, with file, line and the nearest name.
func TestDesignTextFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		parts []string
	}{
		"unknown variable":     {smallText("{{ acount.name }}"), []string{"de.txt:5: ", `"acount.name"`, "did you mean account.name?"}},
		"unknown in condition": {smallText("Hallo\n{% if account.nmae %}x{% endif %}"), []string{"de.txt:6: ", "account.name"}},
		"group":                {smallText("{{ account }}"), []string{"group", "account.city"}},
		"unknown filter":       {smallText("{{ account.name | upcas }}"), []string{"de.txt:5: ", "did you mean upcase?"}},
		"hidden filter":        {smallText(`{{ account.name | postlift_out: "a", "b" }}`), []string{"not known"}},
		"unknown tag":          {smallText("{% includ 'x' %}"), []string{"de.txt:5: ", `"includ"`}},
		"include":              {smallText("{% include '/etc/passwd' %}"), []string{`"include"`}},
		"unclosed if":          {smallText("{% if account.name %}x"), []string{"de.txt:5: ", `"if"`}},
		"unclosed braces":      {smallText("{{ account.name }"), []string{"de.txt:5: ", "partner"}},
		"range":                {smallText("{% for i in (1..9999999) %}x{% endfor %}"), []string{"de.txt:5: ", "loop"}},
		"loop over a text":     {smallText("{% for i in account.name %}x{% endfor %}"), []string{"not a list"}},
		"deep loops":           {smallText("{% for a in orders %}{% for b in orders %}{% for c in orders %}x{% endfor %}{% endfor %}{% endfor %}"), []string{"loops"}},
		"index":                {smallText("{{ orders[0] }}"), []string{"cannot be read"}},
		"date without filter":  {smallText("{{ account.last_order_on }}"), []string{"| date"}},
		"money without filter": {smallText("{{ account.total_net }}"), []string{"| money"}},
		"loop field":           {smallText("{% for o in orders %}{{ o.nett | money }}{% endfor %}"), []string{`"o.nett"`}},
		"assign over data":     {smallText("{% assign account = 1 %}"), []string{"cannot be assigned"}},
		"open bold":            {smallText("x\n\n**bold"), []string{"de.txt:7: ", "not closed"}},
		"unknown section":      {"@subjekt\nx\n", []string{"de.txt:1: ", "did you mean subject?"}},
		"text before":          {"x\n@subject\n", []string{"de.txt:1: "}},
		"no signature":         {"@subject\nx\n@body\ny\n@notice\n{{ objection_notice }}\n", []string{"@signature"}},
		"no objection notice":  {"@subject\nx\n@body\ny\n@signature\nz\n", []string{"Art. 21(4)", "objection_notice"}},
		"guarded notice":       {"@subject\nx\n@body\ny\n@signature\nz\n@notice\n{% if account.name %}{{ objection_notice }}{% endif %}\n", []string{"Art. 21(4)"}},
		"response, no code":    {"@subject\nx\n@body\ny\n@response\nscan\n@signature\nz\n@notice\n{{ objection_notice }}\n", []string{"de.txt:5: ", "{{ code }}"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseDesign(designWith(t, c.text), "own")
			wantFault(t, err, c.parts...)
		})
	}
}

func TestDesignSettingFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, part string }{
		"unknown key":       {"max_pages: 2", "max_page: 2", "did you mean max_pages?"},
		"line of the key":   {"marks: true", "marks: true\nmark: 1", "design.yaml:21: "},
		"wrong type":        {"max_pages: 2", "max_pages: many", "design.yaml:7"},
		"class":             {"class: advertising", "class: spam", "class"},
		"pages":             {"max_pages: 2", "max_pages: 21", "max_pages"},
		"NaN":               {"size: 10,", "size: .nan,", "body.size"},
		"small module":      {"module: 0.55", "module: 0.3", "qr.module"},
		"too much ink":      {"c: 95, m: 55, y: 25, k: 15", "c: 100, m: 100, y: 95, k: 15", "300"},
		"over 100 percent":  {"c: 95", "c: 101", "100 percent"},
		"decor off sheet":   {"w: 216, h: 7", "w: 217, h: 7", "bleed"},
		"decor in window":   {"x: -3, y: -3, w: 216, h: 7", "x: 0, y: 50, w: 30, h: 7", "window"},
		"decor colour":      {"h: 7, colour: accent", "h: 7, colour: acent", "did you mean accent?"},
		"font hash":         {"4644c81b", "", "64"},
		"variable kind":     {"marks: true", "marks: true\nvariables: {gift.name: colour}", "gift.name"},
		"variable taken":    {"marks: true", "marks: true\nvariables: {account.name: text}", "already known"},
		"language":          {"de: de.txt", "fr: de.txt", "texts.fr"},
		"path out of there": {"de: de.txt", "de: ../own/de.txt", "file name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseDesign(designWith(t, smallText("x"), c.old, c.new), "own")
			wantFault(t, err, c.part)
		})
	}
}

func TestDesignThatIsNotThere(t *testing.T) {
	for _, name := range []string{"nothing", "../secrets", ""} {
		if _, err := ParseDesign(templates.Designs(), name); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// The hash follows everything that decides the print, and nothing else.
func TestHash(t *testing.T) {
	hash := func(fsys fstest.MapFS) string {
		d, err := ParseDesign(fsys, "own")
		if err != nil {
			t.Fatal(err)
		}
		return d.Hash()
	}
	base := hash(designWith(t, smallText("x")))
	if again := hash(designWith(t, strings.ReplaceAll(smallText("x"), "\n", "\r\n"))); again != base {
		t.Error("line ends changed the hash")
	}
	if hash(designWith(t, smallText("y"))) == base {
		t.Error("another text has the same hash")
	}
	if hash(designWith(t, smallText("x"), "leading: 13.4", "leading: 13.5")) == base {
		t.Error("another setting has the same hash")
	}
	if hash(designWith(t, smallText("x"), "4644c81b", "4644c81c")) == base {
		t.Error("another font has the same hash")
	}
}

// What a store kept is the same design again.
func TestFilesParseToTheSameDesign(t *testing.T) {
	d, err := ParseDesign(templates.Designs(), "winback")
	if err != nil {
		t.Fatal(err)
	}
	files := d.Files()
	again, err := ParseFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash() != d.Hash() {
		t.Error("another hash")
	}
	delete(files, "en.txt")
	if _, err := ParseFiles(files); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("a missing text: %v", err)
	}
	files["en.txt"] = make([]byte, 70_000)
	_, err = ParseFiles(files)
	wantFault(t, err, "larger than")
}

// A design names its fonts by content: another file of the same name is refused, and the message tells
// the value to enter.
func TestCompileChecksFonts(t *testing.T) {
	d, err := ParseDesign(designWith(t, smallText("x"), "4644c81b", "0044c81b"), "own")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Compile(d, templates.Fonts())
	wantFault(t, err, "SourceSans3-Regular.ttf", "4644c81b86ec9caaa")
	_, err = Compile(d, fstest.MapFS{})
	wantFault(t, err, "not in the fonts folder")
}

func TestCompileChecksLettersOfTheText(t *testing.T) {
	d, err := ParseDesign(designWith(t, smallText("Ein Herz 💙 für Sie")), "own")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Compile(d, templates.Fonts())
	wantFault(t, err, "de.txt", "U+1F499")
}

func TestOwnVariables(t *testing.T) {
	fsys := designWith(t, smallText("Gutschein {{ gift.value | money }} bis {{ gift.until | date }}."),
		"marks: true", "marks: true\nvariables: {gift.value: money, gift.until: date}")
	d, err := ParseDesign(fsys, "own")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compile(d, templates.Fonts())
	if err != nil {
		t.Fatal(err)
	}
	p := loadPiece(t, "de")
	_, err = c.Compose(p)
	wantFault(t, err, "gift.value")
	p.Merge["gift"] = map[string]any{"value": map[string]any{"minor": 5000.0, "currency": "EUR"}, "until": "2026-05-01"}
	plan, err := c.Compose(p)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Gutschein 50,00\u00a0€ bis 01.05.2026."; !strings.Contains(texts(plan), want) {
		t.Errorf("%q is not in %q", want, texts(plan))
	}
}

// Nothing that a user can write into a text makes the parser panic or hang.
func FuzzParseText(f *testing.F) {
	for _, s := range []string{smallText("x"), smallText("{{ account.name | default: 'x' }}"), "@subject\n{% for o in orders %}{{ o.net | money }}{% endfor %}", "@body\n{%- comment -%}{{"} {
		f.Add(s)
	}
	c := winback(f)
	f.Fuzz(func(t *testing.T, s string) {
		text, err := parseText(s, "de.txt", "de", &c.design.spec)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		ct, err := c.compileText(text)
		if err != nil {
			return
		}
		own := &Compiled{design: c.design, faces: c.faces, texts: map[string]*compiledText{"de": ct}, first: c.first, next: c.next}
		if _, err := own.Compose(loadPiece(t, "de")); err != nil && strings.Contains(fmt.Sprint(err), "runtime error") {
			t.Fatal(err)
		}
	})
}
