package pdf

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"postlift"
	"postlift/mailers/sheet"
)

func TestRangesFollowPages(t *testing.T) {
	want := []PageRange{{First: 1, Count: 1}, {First: 2, Count: 1}, {First: 3, Count: 1}, {First: 4, Count: 1}}
	all := []sheet.Plan{letterPlan(0), letterPlan(1), letterPlan(2), letterPlan(3)}
	_, ranges, sum := render(t, options(t), all)
	want[3].First, want[2].Count = 5, 2
	for i, w := range want {
		if r := ranges[i]; r.First != w.First || r.Count != w.Count || r.PieceID != all[i].PieceID || len(r.SHA256) != 64 {
			t.Errorf("piece %d: %+v, want %+v", i, r, w)
		}
	}
	if sum.Pages != 5 || sum.Pieces != 4 {
		t.Errorf("summary: %+v", sum)
	}
}

// A piece's hash is of what it prints: the same in another file, at another place and under another id, and
// another one as soon as anything printed differs.
func TestPieceHashes(t *testing.T) {
	hash := func(o Options, before int, p sheet.Plan) string {
		t.Helper()
		o.Sheet = p.Sheet
		f, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range before {
			other := richPlan(t, 40+i)
			other.Sheet = p.Sheet
			if _, err := f.Add(&other); err != nil {
				t.Fatal(err)
			}
		}
		r, err := f.Add(&p)
		if err != nil {
			t.Fatal(err)
		}
		return r.SHA256
	}
	want := hash(options(t), 0, richPlan(t, 2))
	renamed := richPlan(t, 2)
	renamed.PieceID = "pc_other"
	x1a := options(t)
	x1a.VT, x1a.Standard, x1a.Meta.Title = false, X1a, "another"
	for name, got := range map[string]string{"again": hash(options(t), 0, richPlan(t, 2)), "after others": hash(options(t), 3, richPlan(t, 2)),
		"other id": hash(options(t), 1, renamed), "other standard": hash(x1a, 1, richPlan(t, 2))} {
		if got != want {
			t.Errorf("%s: another hash", name)
		}
	}
	changes := map[string]func(*sheet.Plan){
		"shift": func(p *sheet.Plan) {
			for i := range p.Pages[0].Ops {
				if op := &p.Pages[0].Ops[i]; len(op.Shift) > 3 {
					op.Shift[3]++
					return
				}
			}
		},
		"place of a paragraph": func(p *sheet.Plan) { p.Pages[0].Placed[0].Y += 10 },
		"layer": func(p *sheet.Plan) {
			p.Pages[0].Base = []*sheet.Layer{sheet.NewLayer([]sheet.Op{{Kind: sheet.OpRect, W: 9, H: 9}})}
		},
		"image":     func(p *sheet.Plan) { p.Pages[0].Ops[1].Image = grayImage(120, 60) },
		"spot":      func(p *sheet.Plan) { p.Pages[0].Ops[4].Ink.Spot = "Hausrot 2" },
		"font":      func(p *sheet.Plan) { p.Fonts[sheet.Regular] = p.Fonts[sheet.Bold] },
		"a page":    func(p *sheet.Plan) { p.Pages = append(p.Pages, sheet.Page{}) },
		"cut marks": func(p *sheet.Plan) { p.Sheet.CutMarks = true },
	}
	for name, change := range changes {
		p := richPlan(t, 2)
		change(&p)
		if hash(options(t), 0, p) == want {
			t.Errorf("%s: the same hash", name)
		}
	}
}

// A plan that cannot be drawn is refused by name, and the file becomes the same as if it had never come.
func TestPoisonedPlanCostsOnlyItself(t *testing.T) {
	want, _, _ := render(t, options(t), plans(t, 6))
	on := func(change func(p *sheet.Plan)) sheet.Plan {
		p := richPlan(t, 3)
		p.PieceID = "pc_poison"
		p.Pages[0].Ops[0].Form = nil // so that what it brings is new to the file
		p.Pages[0].Ops = p.Pages[0].Ops[1:]
		p.Pages[0].Ops[1].Image = cmykImage(77, 33)
		p.Pages[0].Base = append(p.Pages[0].Base, sheet.NewLayer([]sheet.Op{line(sheet.Bold, 9000, 0, 0, "§ new ¤ runes Ω", 0, spotRed)}))
		p.Pages = append(p.Pages, sheet.Page{Ops: []sheet.Op{line(sheet.Regular, 9000, 0, 0, "second page ‰", 0, sheet.Black)}})
		change(&p)
		return p
	}
	last := func(p *sheet.Plan, op sheet.Op) {
		p.Pages[len(p.Pages)-1].Ops = append(p.Pages[len(p.Pages)-1].Ops, op)
	}
	text := func(s string) func(*sheet.Plan) {
		return func(p *sheet.Plan) { last(p, sheet.Op{Kind: sheet.OpText, Size: 10_000, Text: s, Ink: sheet.Black}) }
	}
	op := func(op sheet.Op) func(*sheet.Plan) { return func(p *sheet.Plan) { last(p, op) } }
	short, notJPEG, wrongJPEG := *grayImage(8, 8), *jpegImage(t, 8, 8), *jpegImage(t, 8, 8)
	short.Data, short.Key = short.Data[1:], "short"
	notJPEG.Data, notJPEG.Key = []byte("GIF89a"), "not"
	wrongJPEG.CMYK, wrongJPEG.Key = true, "wrong"
	badForm := artwork()
	badForm.Key, badForm.Objects[0].Refs = "bad", []int{7}
	poisons := map[string]struct {
		plan sheet.Plan
		part string
	}{
		"astral":          {on(text("🚀")), "U+1F680"},
		"missing glyph":   {on(text("日")), "U+65E5"},
		"control":         {on(text("a\nb")), "U+000A"},
		"invalid UTF-8":   {on(text("a\xffb")), "U+FFFD"},
		"no size":         {on(op(sheet.Op{Kind: sheet.OpText, Text: "a"})), "size 0"},
		"style":           {on(op(sheet.Op{Kind: sheet.OpText, Text: "a", Size: 1, Style: 9})), "style 9"},
		"shifts":          {on(op(sheet.Op{Kind: sheet.OpText, Text: "ab", Size: 9000, Shift: []int16{1, 2}})), "2 shifts"},
		"unknown":         {on(op(sheet.Op{Kind: 99})), "operation 99"},
		"no image":        {on(op(sheet.Op{Kind: sheet.OpImage})), "image is missing"},
		"cut image":       {on(op(sheet.Op{Kind: sheet.OpImage, Image: &short})), "63 samples"},
		"not a JPEG":      {on(op(sheet.Op{Kind: sheet.OpImage, Image: &notJPEG})), "not a JPEG"},
		"JPEG, wrong ink": {on(op(sheet.Op{Kind: sheet.OpImage, Image: &wrongJPEG})), "other pixels or inks"},
		"no form":         {on(op(sheet.Op{Kind: sheet.OpForm})), "artwork is missing"},
		"broken form":     {on(op(sheet.Op{Kind: sheet.OpForm, Form: badForm})), "refers to 7"},
		"no path":         {on(op(sheet.Op{Kind: sheet.OpPath})), "without an outline"},
		"short path":      {on(op(sheet.Op{Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "ML", Coords: []int{1, 2}}})), "breaks at verb 1"},
		"path, no start":  {on(op(sheet.Op{Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "L", Coords: []int{1, 2}}})), "breaks at verb 0"},
		"long path":       {on(op(sheet.Op{Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "M", Coords: []int{1, 2, 3}}})), "too many"},
		"dash":            {on(op(sheet.Op{Kind: sheet.OpPath, Path: &sheet.Path{Verbs: "M", Coords: []int{1, 2}, Stroke: 5, Dash: []int{0, 0}}})), "dash pattern"},
		"ink":             {on(op(sheet.Op{Kind: sheet.OpRect, Ink: sheet.Ink{C: 101}})), "more than 100"},
		"spot named All":  {on(op(sheet.Op{Kind: sheet.OpRect, Ink: sheet.Ink{Spot: "All", Tint: 100}})), "cannot name a spot"},
		"two spots":       {on(op(sheet.Op{Kind: sheet.OpRect, Ink: sheet.Ink{C: 1, Spot: spotRed.Spot, Tint: 100}})), "one name is one ink"},
		"module":          {on(op(sheet.Op{Kind: sheet.OpModules, Modules: []sheet.Module{{}}})), "module is 0"},
		"no font":         {on(func(p *sheet.Plan) { p.Fonts[sheet.Regular] = sheet.FontRef{} }), "no font for regular"},
		"unknown font":    {on(func(p *sheet.Plan) { p.Fonts[sheet.Regular] = sheet.FontRef{File: "gone.ttf", SHA256: "1"} }), "gone.ttf"},
		"other font":      {on(func(p *sheet.Plan) { p.Fonts[sheet.Regular].SHA256 = strings.Repeat("0", 64) }), "not the one"},
		"no pages":        {on(func(p *sheet.Plan) { p.Pages = nil }), "no pages"},
		"other sheet":     {on(func(p *sheet.Plan) { p.Sheet.W++ }), "another sheet"},
		"no id":           {on(func(p *sheet.Plan) { p.PieceID = "" }), "id is missing"},
		"nil layer ops":   {on(func(p *sheet.Plan) { p.Pages[0].Base = []*sheet.Layer{{Ops: make([]sheet.Op, 1)}} }), "layer without a key"},
		"panicking": {on(func(p *sheet.Plan) {
			p.Pages[0].Base = []*sheet.Layer{{Key: "k", Ops: []sheet.Op{{Kind: sheet.OpForm, Form: &sheet.Form{Key: "f", W: 1}}}}}
		}), "no trim box"},
	}
	f, err := New(options(t))
	if err != nil {
		t.Fatal(err)
	}
	add := func(p sheet.Plan) {
		t.Helper()
		if _, err := f.Add(&p); err != nil {
			t.Fatal(err)
		}
	}
	good := plans(t, 6)
	for _, p := range good[:3] {
		add(p)
	}
	for name, c := range poisons {
		r, err := f.Add(&c.plan)
		if err == nil || !strings.Contains(postlift.UserText(err)+err.Error(), c.part) || r != (PageRange{}) {
			t.Errorf("%s: %v", name, err)
		}
		var fault *postlift.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%s: %T is no fault", name, err)
		}
	}
	for _, p := range good[3:] {
		add(p)
	}
	var got bytes.Buffer
	if _, err := f.Finish(&got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("the refused plans left something in the file")
	}
}

func TestOptionsThatNoFileIsMadeFrom(t *testing.T) {
	icc := options(t).Profile.ICC
	broken := func(at int, s string) []byte {
		b := bytes.Clone(icc)
		copy(b[at:], s)
		return b
	}
	for name, c := range map[string]struct {
		change func(*Options)
		part   string
	}{
		"no fonts":     {func(o *Options) { o.Fonts = nil }, "folder of fonts"},
		"no time":      {func(o *Options) { o.Meta.Created = time.Time{} }, "creation time"},
		"no title":     {func(o *Options) { o.Meta.Title = "" }, "title"},
		"control":      {func(o *Options) { o.Meta.Title = "a\x00b" }, "title"},
		"no sheet":     {func(o *Options) { o.Sheet.W = 0 }, "cannot be printed"},
		"vast sheet":   {func(o *Options) { o.Sheet.W = 6_000_000 }, "cannot be printed"},
		"no profile":   {func(o *Options) { o.Profile.ICC = nil }, "ICC file is missing"},
		"no condition": {func(o *Options) { o.Profile.Identifier = "" }, "identifier"},
		"text":         {func(o *Options) { o.Profile.ICC = []byte("hello") }, "not an ICC file"},
		"cut":          {func(o *Options) { o.Profile.ICC = icc[:1000] }, "was cut"},
		"monitor":      {func(o *Options) { o.Profile.ICC = broken(12, "mntr") }, "class"},
		"RGB":          {func(o *Options) { o.Profile.ICC = broken(16, "RGB ") }, "CMYK"},
		"version 5":    {func(o *Options) { o.Profile.ICC = broken(8, "\x05") }, "version 5"},
		"X-1a and VT":  {func(o *Options) { o.Standard = X1a }, "X-1a"},
		"standard":     {func(o *Options) { o.Standard = 7 }, "standard 7"},
	} {
		o := options(t)
		c.change(&o)
		if _, err := New(o); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), c.part) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileIsWrittenOnce(t *testing.T) {
	f, err := New(options(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Finish(io.Discard); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("an empty file: %v", err)
	}
	p := letterPlan(0)
	if _, err := f.Add(&p); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Finish(failing{}); !errors.Is(err, errDisk) {
		t.Errorf("a failing writer: %v", err)
	}
	if _, err := f.Finish(io.Discard); postlift.KindOf(err) != postlift.Conflict {
		t.Errorf("a second time: %v", err)
	}
	if _, err := f.Add(&p); postlift.KindOf(err) != postlift.Conflict {
		t.Errorf("a piece too late: %v", err)
	}
}

var errDisk = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

// Rendering must not change the font bytes that others share.
func TestFontsAreNotWrittenTo(t *testing.T) {
	data := fstest.MapFS{}
	for _, name := range fontNames {
		b, err := os.ReadFile("../../templates/fonts/" + name)
		if err != nil {
			t.Fatal(err)
		}
		data[name] = &fstest.MapFile{Data: b}
	}
	o := options(t)
	o.Fonts = data
	for range 2 {
		render(t, o, plans(t, 2)) // a changed font fails its hash at the second time
	}
	o.Fonts = fstest.MapFS{}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	p := letterPlan(0)
	if _, err := f.Add(&p); postlift.KindOf(err) != postlift.NotFound {
		t.Errorf("missing font: %v", err)
	}
	bad := fstest.MapFS{"x.ttf": {Data: []byte("OTTO and no more")}}
	if _, err := loadFont(bad, sheet.FontRef{File: "x.ttf", SHA256: "6a4f3ba40b4b8b6f6b3b1c3f4f3a3d2d"}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a font that is not the plan's: %v", err)
	}
	if f := readFont([]byte("OTTO and no more"), "x.otf"); !strings.Contains(f.reason, "no TrueType") {
		t.Errorf("an OpenType font with PostScript outlines: %q", f.reason)
	}
	if f := readFont([]byte{0, 1, 0, 0, 0, 99, 1, 2, 3}, "x.ttf"); f.reason == "" {
		t.Error("a broken font is accepted")
	}
}

// The file says nothing about its recipients outside of the pages.
func TestNoPersonalMetadata(t *testing.T) {
	b, _, _ := render(t, options(t), plans(t, 2))
	for _, word := range []string{"Erfundene", "Wuppertal", "Bauer"} {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("%q stands in the file in clear text", word)
		}
	}
}

// Layers, images, forms and fonts are in the file once, however many pieces print them.
func TestSharedResourcesAreOnce(t *testing.T) {
	some := []sheet.Plan{richPlan(t, 0), richPlan(t, 1), richPlan(t, 2), richPlan(t, 3)}
	b, _, _ := render(t, options(t), some)
	for key, want := range map[string]int{"/Subtype/Form/BBox": 2 + 1, "/Subtype/Image": 3, "/FontFile2": 4, "/Separation/Hausrot#201": 1, "/Separation/Artwork#20Green": 1} {
		if n := bytes.Count(b, []byte(key)); n != want {
			t.Errorf("%s stands in the file %d times, want %d", key, n, want)
		}
	}
	if !bytes.Equal(b[:len("%PDF-1.6\n%")], []byte("%PDF-1.6\n%")) {
		t.Errorf("header %q", b[:20])
	}
}
