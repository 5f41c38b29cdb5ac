package design

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"postlift"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// smallText is the least that an advertising letter needs; body replaces its only paragraph.
func smallText(body string) string {
	return "@subject\n{{ campaign.offer }}\n\n@body\n" + body + "\n\n@signature\nMit freundlichen Grüßen\n\n@notice\n{{ objection_notice }}\n"
}

// designWith is a win-back design with another German text and settings replaced ("old", "new", …).
func designWith(t testing.TB, text string, replace ...string) fstest.MapFS {
	t.Helper()
	spec, err := os.ReadFile(filepath.Join("testdata", "winback.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	yaml := string(spec)
	pairs := append([]string{"  en: en.txt\n", "", "  - {kind: panel, module: 0.55}\n", ""}, replace...)
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(yaml, pairs[i]) {
			t.Fatalf("design.yaml does not hold %q", pairs[i])
		}
		yaml = strings.Replace(yaml, pairs[i], pairs[i+1], 1)
	}
	return fstest.MapFS{"own/design.yaml": {Data: []byte(yaml)}, "own/de.txt": {Data: []byte(text)}}
}

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

// Each wrong text is refused when the design is read, with file, line and the nearest name.
func TestTextFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		parts []string
	}{
		"not UTF-8":          {smallText("Gr\xfc\xdfe"), []string{"de.txt:5: not UTF-8: save the file as UTF-8"}},
		"tag without end":    {smallText("{% if account.name"), []string{"de.txt:5: ", "add %}"}},
		"unknown variable":   {smallText("{{ acount.name }}"), []string{"de.txt:5: ", `"acount.name"`, "did you mean account.name?"}},
		"open bold":          {smallText("x\n\n**bold"), []string{"de.txt:7: ", "not closed"}},
		"unknown section":    {"@subjekt\nx\n", []string{"de.txt:1: ", "did you mean subject?"}},
		"text before":        {"x\n@subject\n", []string{"de.txt:1: "}},
		"no subject":         {"@body\nx\n@signature\ny\n@notice\n{{ objection_notice }}", []string{"@subject", "first"}},
		"two subjects":       {"@subject\nx\n@subject\ny\n", []string{"@subject may stand once"}},
		"no signature":       {"@subject\nx\n@body\ny\n@notice\n{{ objection_notice }}\n", []string{"@signature"}},
		"no objection":       {"@subject\nx\n@body\ny\n@signature\nz\n", []string{"Art. 21(4)", "objection_notice"}},
		"guarded objection":  {"@subject\nx\n@body\ny\n@signature\nz\n@notice\n{% if account.name %}{{ objection_notice }}{% endif %}\n", []string{"Art. 21(4)"}},
		"response, no code":  {"@subject\nx\n@body\ny\n@response\nscan\n@signature\nz\n@notice\n{{ objection_notice }}\n", []string{"de.txt:5: ", "{{ code }}"}},
		"unnamed own text":   {smallText("x") + "@claim\nx\n", []string{"de.txt:12: ", "@claim", "kind text"}},
		"own list is a list": {smallText("{% for p in account.name %}{% endfor %}"), []string{"not a list"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(designWith(t, c.text), "own")
			wantFault(t, err, c.parts...)
		})
	}
}

// Each wrong setting is refused with its line and the remedy.
func TestSettingFaults(t *testing.T) {
	block := func(b string) [2]string {
		return [2]string{"blocks:                       # lengths in millimetres from the top left of the trim; -3 reaches the bleed\n", "blocks:\n  - {" + b + "}\n"}
	}
	vars := func(v string) [2]string { return [2]string{"\ntexts:", "\nvariables:\n  " + v + "\ntexts:"} }
	for name, c := range map[string]struct {
		change [2]string
		parts  []string
	}{
		"unknown key":         {[2]string{"max_pages: 2", "max_page: 2"}, []string{"design.yaml:", "did you mean max_pages?"}},
		"key in a block":      {block("kind: qr, x: 1, y: 1, modul: 1"), []string{"design.yaml:28: ", `"modul"`, "did you mean module?"}},
		"wrong type":          {[2]string{"max_pages: 2", "max_pages: many"}, []string{"design.yaml:12"}},
		"second document":     {[2]string{"\ntexts:", "\n---\ntexts:"}, []string{"document"}},
		"name":                {[2]string{"name: winback", "name: Win/back"}, []string{"design.yaml:2: ", "lower-case"}},
		"class":               {[2]string{"class: advertising", "class: advertizing"}, []string{"did you mean advertising?"}},
		"pages":               {[2]string{"max_pages: 2", "max_pages: 21"}, []string{"design.yaml:12: ", "max_pages"}},
		"NaN":                 {[2]string{"size: 10,", "size: .nan,"}, []string{"body.size"}},
		"align":               {[2]string{"align: left", "align: right"}, []string{"body.align", "justified"}},
		"format":              {[2]string{"format: A4", "format: A7"}, []string{"A4, A5, A6, DIN-long"}},
		"format of letter":    {[2]string{"format: A4", "format: A5"}, []string{"din5008-b is for A4"}},
		"size of format":      {[2]string{"format: A4", `format: "10 x 20"`}, []string{"50 to 450"}},
		"card as A4":          {[2]string{"layout: din5008-b", "layout: card"}, []string{"postcard"}},
		"fold marks":          {[2]string{"layout: din5008-b", "layout: free"}, []string{"fold_marks"}},
		"bleed":               {[2]string{"envelope: DL", "bleed: 11\nenvelope: DL"}, []string{"bleed is 11"}},
		"too much ink":        {[2]string{"c: 95, m: 55, y: 25, k: 15", "c: 100, m: 100, y: 95, k: 15"}, []string{"300"}},
		"part of a percent":   {[2]string{"c: 95, m: 55", "c: 95, m: 55.5"}, []string{"design.yaml:", "colours.accent: m is 55.5: whole percent"}},
		"over 100 percent":    {[2]string{"c: 95", "c: 101"}, []string{"100 percent"}},
		"spot, no alternate":  {[2]string{"{c: 95, m: 55, y: 25, k: 15}", "{spot: HKS 41}"}, []string{"alternate"}},
		"spot of a process":   {[2]string{"{c: 95, m: 55, y: 25, k: 15}", "{spot: Black, k: 100}"}, []string{"Black"}},
		"tint without spot":   {[2]string{"{c: 95, m: 55, y: 25, k: 15}", "{c: 95, tint: 50}"}, []string{"spot is missing"}},
		"no accent":           {[2]string{"  accent:", "  accents:"}, []string{"colours.accent"}},
		"font hash":           {[2]string{"4644c81b", ""}, []string{"64"}},
		"language":            {[2]string{"de: de.txt", "fr: de.txt"}, []string{"texts.fr"}},
		"path out of there":   {[2]string{"de: de.txt", "de: ../own/de.txt"}, []string{"file name"}},
		"block kind":          {block("kind: boxx, x: 1, y: 1, w: 1, h: 1"), []string{"design.yaml:28: ", "did you mean box?"}},
		"block needs":         {block("kind: box, x: 1, y: 1, w: 1, ink: tint"), []string{"needs h"}},
		"block cannot have":   {block("kind: box, x: 1, y: 1, w: 1, h: 1, ink: tint, module: 1"), []string{"cannot have module"}},
		"block off sheet":     {block("kind: box, x: -3, y: -3, w: 217, h: 7, ink: tint"), []string{"bleed"}},
		"block in window":     {block("kind: box, x: 0, y: 50, w: 30, h: 7, ink: tint"), []string{"window", "45 to 99"}},
		"block colour":        {block("kind: box, x: 1, y: 1, w: 1, h: 1, ink: tnt"), []string{"did you mean tint?"}},
		"block page":          {block("kind: address, page: next"), []string{"page first"}},
		"small module":        {block("kind: qr, x: 150, y: 200, module: 0.3"), []string{"module is 0.3"}},
		"small type":          {block("kind: text, text: body, x: 150, y: 200, w: 30, size: 5"), []string{"size is 5"}},
		"text without one":    {block("kind: text, text: claim, x: 150, y: 200, w: 30"), []string{"@claim", "de.txt"}},
		"panel, no response":  {block("kind: panel"), []string{"@response"}},
		"coupon, no section":  {block("kind: coupon"), []string{"@coupon"}},
		"two addresses":       {block("kind: address}\n  - {kind: address"), []string{"second"}},
		"image of none":       {block("kind: image, x: 1, y: 1, w: 9, h: 9"), []string{"image or variable"}},
		"unknown image":       {block("kind: image, x: 1, y: 1, w: 9, h: 9, image: logo"), []string{`"logo"`}},
		"image of a text":     {block("kind: image, x: 1, y: 1, w: 9, h: 9, variable: account.name"), []string{"kind text"}},
		"unknown condition":   {block("kind: box, x: 1, y: 1, w: 1, h: 1, ink: tint, if: account.nme"), []string{"did you mean account.name?"}},
		"info row":            {block("kind: info, rows: [contct]"), []string{"did you mean contact?"}},
		"path data":           {block("kind: shape, x: 1, y: 1, ink: tint, path: 'M 0 0 A 1 1'"), []string{"path"}},
		"artwork missing":     {block("kind: artwork, file: front.png"), []string{".pdf"}},
		"without what":        {[2]string{"\ntexts:", "\nwithout: [infos]\ntexts:"}, []string{"did you mean info?"}},
		"without address":     {[2]string{"\ntexts:", "\nwithout: [address]\ntexts:"}, []string{"cannot be left out"}},
		"zone kind":           {[2]string{"\ntexts:", "\nzones: [{name: a, kind: cler, page: first, x: 1, y: 1, w: 1, h: 1}]\ntexts:"}, []string{"did you mean clear?"}},
		"image file type":     {[2]string{"\ntexts:", "\nimages: {logo: {file: logo.gif}}\ntexts:"}, []string{"logo.gif", ".png"}},
		"variable type":       {vars("gift.name: {type: colour}"), []string{"gift.name", "text, number"}},
		"variable taken":      {vars("account.name: {type: text}"), []string{"already known"}},
		"variable is a group": {vars("account: {type: text}"), []string{"already known"}},
		"list, no fields":     {vars("gifts: {type: list}"), []string{"fields"}},
		"field of no list":    {vars("gift.name: {type: text, fields: {a: text}}"), []string{"fields are of a list"}},
		"date fallback":       {vars("gift.until: {type: date, fallback: {de: bald}}"), []string{"fallback", "YYYY-MM-DD"}},
		"money sample":        {vars(`gift.value: {type: money, sample: "12"}`), []string{"sample", "1234.50 EUR"}},
		"list sample":         {vars(`gifts: {type: list, fields: {name: text}, sample: '[{"nam": "a"}]'}`), []string{"did you mean name?"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(designWith(t, smallText("x"), c.change[0], c.change[1]), "own")
			wantFault(t, err, c.parts...)
		})
	}
}

// The shipped designs are right, complete in both languages, and their samples merge in every case.
func TestShippedDesigns(t *testing.T) {
	entries, err := templates.Designs().(interface {
		ReadDir(string) ([]os.DirEntry, error)
	}).ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			d, err := Parse(templates.Designs(), e.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range d.Warnings() {
				if !strings.Contains(w, "do not use the same variables") {
					t.Errorf("warning: %s", w)
				}
			}
			if d.Name() != e.Name() || strings.Join(d.Languages(), " ") != "de en" {
				t.Errorf("%s in %v", d.Name(), d.Languages())
			}
			mergeSamples(t, d)
		})
	}
}

// mergeSamples merges every text of a design with every invented recipient.
func mergeSamples(t *testing.T, d *Design) {
	t.Helper()
	for _, lang := range d.Languages() {
		for _, c := range d.Samples(lang) {
			if n := len(c.Address); n < 3 || n > 6 {
				t.Errorf("%s: %d label lines", c.Name, n)
			}
			sections, _ := d.Text(lang)
			data := merge.NewData(c.Merge)
			data.Set("salutation", "Guten Tag,")
			for _, s := range sections {
				merged, err := s.Text.Render(data)
				if err != nil {
					t.Errorf("%s %s @%s: %v", lang, c.Name, s.Name, err)
					continue
				}
				if _, err := merge.Blocks(merged); err != nil {
					t.Errorf("%s %s @%s: %v", lang, c.Name, s.Name, err)
				}
			}
		}
	}
}

func TestDesignThatIsNotThere(t *testing.T) {
	for _, name := range []string{"nothing", "../secrets", ""} {
		if _, err := Parse(templates.Designs(), name); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// The hash follows everything that decides the print, and nothing else.
func TestHash(t *testing.T) {
	hash := func(fsys fstest.MapFS) string {
		d, err := Parse(fsys, "own")
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
	image := func(data string) fstest.MapFS {
		fsys := designWith(t, smallText("x"), "\ntexts:", "\nimages: {logo: {file: logo.png}}\ntexts:")
		fsys["own/logo.png"] = &fstest.MapFile{Data: []byte(data)}
		return fsys
	}
	if hash(image("a\r\n")) == hash(image("a\n")) {
		t.Error("a picture's bytes were taken for text")
	}
}

// What a store kept is the same design again.
func TestFilesParseToTheSameDesign(t *testing.T) {
	fsys := designWith(t, smallText("x"), "\ntexts:", "\nimages: {logo: {file: logo.png}}\ntexts:")
	if _, err := Parse(fsys, "own"); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("a missing picture: %v", err)
	}
	fsys["own/logo.png"] = &fstest.MapFile{Data: []byte{0, 13, 10, 1}}
	d, err := Parse(fsys, "own")
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
	if data, ok := again.File("logo.png"); !ok || len(data) != 4 {
		t.Errorf("the picture: %v", data)
	}
	files["logo.png"] = make([]byte, maxDesignBytes)
	_, err = ParseFiles(files)
	wantFault(t, err, "20 MB", "logo.png")
	files["logo.png"] = []byte{}
	_, err = ParseFiles(files)
	wantFault(t, err, "empty")
	files["de.txt"] = make([]byte, maxTextBytes+1)
	_, err = ParseFiles(files)
	wantFault(t, err, "larger than")
	delete(files, "de.txt")
	if _, err := ParseFiles(files); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("a missing text: %v", err)
	}
}

// What a spec leaves out is filled in, with the layout's own blocks.
func TestDefaults(t *testing.T) {
	text := strings.Replace(smallText("x"), "@signature", "@response\n{{ code }}\n@signature", 1)
	d, err := Parse(designWith(t, text, "\ntexts:", "\nwithout: [info]\ntexts:"), "own")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, b := range d.Spec().Blocks {
		kinds = append(kinds, b.Kind+"/"+b.Page)
	}
	if got := strings.Join(kinds, " "); got != "box/first box/next letterhead/first return/first address/first footer/first match/every panel/first" {
		t.Errorf("blocks %s", got)
	}
	if s := d.Spec(); *s.Bleed != 3 || s.Profile != "FOGRA39" || s.Body.Space != 0.55 || !*s.Body.Hyphenate {
		t.Errorf("%+v", s)
	}
	if f := d.Format(); f != (sheet.Sheet{Name: "A4", W: 210_000, H: 297_000, Bleed: 3_000}) {
		t.Errorf("%+v", f)
	}
}

// Own variables join the built-in ones, with their fallbacks and samples.
func TestOwnVariables(t *testing.T) {
	fsys := designWith(t, smallText("Gutschein {{ gift.value | money }} bis {{ gift.until | date }}{% for p in parts %}, {{ p.name }}{% endfor %} {{ gift.level }}."),
		"\ntexts:", `
variables:
  gift.value: {type: money, sample: 50.00 EUR}
  gift.until: {type: date}
  gift.level: {type: text, fallback: {de: Bronze}}
  parts: {type: list, fields: {name: text, net: money}, sample: '[{"name": "Rad", "net": "1.50 EUR"}, {"name": "Welle"}]'}
texts:`)
	d, err := Parse(fsys, "own")
	if err != nil {
		t.Fatal(err)
	}
	if d.Vars()["parts[].net"] != merge.Amount || d.Fallbacks("de")["gift.level"] != "Bronze" {
		t.Errorf("%v %v", d.Vars()["parts[].net"], d.Fallbacks("de"))
	}
	mergeSamples(t, d)
	sections, _ := d.Text("de")
	data := merge.NewData(map[string]any{"gift": map[string]any{"value": "12.5 EUR", "until": "2026-05-01"}})
	got, err := sections[1].Text.Render(data)
	if err != nil || !strings.Contains(got, "12,50\u00a0€") || !strings.Contains(got, "Bronze") {
		t.Errorf("%q, %v", got, err)
	}
	if w := strings.Join(d.Warnings(), "\n"); !strings.Contains(w, "gift.until has no sample") || !strings.Contains(w, "gift.value has no label in de") {
		t.Errorf("warnings %s", w)
	}
}

// Sections that differ between languages are worth a look.
func TestWarnings(t *testing.T) {
	fsys := designWith(t, smallText("{{ account.city }}"), "  de: de.txt\n", "  de: de.txt\n  en: en.txt\n", "\ntexts:", "\nwithout: [footer, match]\ntexts:")
	fsys["own/en.txt"] = &fstest.MapFile{Data: []byte(smallText("x") + "@body\ny\n")}
	d, err := Parse(fsys, "own")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(d.Warnings(), "\n")
	for _, want := range []string{"sections of de.txt and en.txt differ", "account.city", "no footer", "no match code"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// FuzzDesign: no design.yaml and text make the parser panic or hang.
func FuzzDesign(f *testing.F) {
	spec, err := os.ReadFile(filepath.Join("..", "..", "templates", "designs", "notice", "design.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(spec), smallText("x"))
	f.Add("name: a\nblocks: [{kind: qr}]\n", "@body\nx")
	f.Add("a: &a [*a]", "")
	f.Add("texts: {de: de.txt}\nlayout: card\nclass: contractual\nname: x", "@body\n{{ date | date }}")
	f.Fuzz(func(t *testing.T, yaml, text string) {
		d, err := ParseFiles(map[string][]byte{"design.yaml": []byte(yaml), "de.txt": []byte(text), "en.txt": []byte(text), "front.pdf": []byte("x"), "logo.png": []byte("x")})
		if err != nil {
			if k := postlift.KindOf(err); k != postlift.Invalid && k != postlift.NotFound {
				t.Fatal(err)
			}
			return
		}
		for _, lang := range d.Languages() {
			d.Samples(lang)
		}
		d.PageZones(true)
		d.Hash()
	})
}
