package design

import (
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// What a design may ask for. Type below 6 pt, modules below 0.4 mm and more ink than paper takes do not print
// reliably.
const (
	maxPages                 = 20
	leastBody, mostBody      = 8, 14
	leastType, mostType      = 6, 96
	leastModule, mostModule  = 0.4, 1.2
	maxTotalInk              = 300 // percent, uncoated paper
	leastSide, mostSide      = 50, 450
	maxBlocks, maxZones      = 200, 50
	maxVariables, maxImages  = 200, 50
	maxPathBytes, maxTextRun = 64 << 10, 300
)

var (
	classes   = []string{"advertising", "contractual"}
	layouts   = []string{"din5008-a", "din5008-b", "card", "free"}
	envelopes = []string{"DL", "C6/5", "C5", "C4", "none"}
	aligns    = []string{"left", "right", "centred", "justified"}
	valigns   = []string{"top", "middle", "bottom"}
	styles    = []string{"regular", "bold", "italic", "bold_italic"}
	fontNames = [sheet.Styles]string{"regular", "bold", "italic", "bold_italic", "label"}
	shapes    = []string{"square", "rectangular"}
	pages     = []string{"first", "next", "every", "last"}
	infoRows  = []string{"contact", "phone", "mobile", "email", "date", "customer_no", "contract", "code", "web"}
	zoneKinds = map[string]sheet.ZoneKind{"clear": sheet.ZoneClear, "quiet": sheet.ZoneQuiet, "safe": sheet.ZoneSafe, "postage": sheet.ZonePostage, "read": sheet.ZoneRead}
)

// formats are the named ones, in micrometres.
var formats = map[string][2]int{"A4": {210_000, 297_000}, "A5": {148_000, 210_000}, "A6": {148_000, 105_000}, "DIN-long": {210_000, 105_000}}

// checkSettings tests the settings and fills what may be left out.
func (d *Design) checkSettings() error {
	d.fill()
	steps := []func() error{d.checkChoices, d.checkFormat, d.checkCombination, d.checkSizes, d.checkFonts, d.checkColours,
		d.checkVariables, d.checkImages, d.checkZones, d.checkTextFiles, d.checkBlocks}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// fill gives what was left out its default.
func (d *Design) fill() {
	s := &d.spec
	s.Format = or(s.Format, map[string]string{"card": "A6"}[s.Layout], "A4")
	s.Envelope = or(s.Envelope, map[string]string{"card": "none", "free": "none"}[s.Layout], "DL")
	s.Profile = or(s.Profile, "FOGRA39")
	if s.Bleed == nil {
		three := 3.0
		s.Bleed = &three
	}
	if s.MaxPages == 0 {
		s.MaxPages = 2
	}
	if s.Fonts.BoldItalic == (Font{}) {
		s.Fonts.BoldItalic = s.Fonts.Bold
	}
	s.Body.Align = or(s.Body.Align, map[string]string{"card": "left", "free": "left"}[s.Layout], "justified")
	if s.Body.Hyphenate == nil {
		yes := true
		s.Body.Hyphenate = &yes
	}
	if s.Body.Space == 0 {
		s.Body.Space = 0.55
	}
	for name, c := range s.Colours {
		if c.Spot != "" && c.Tint == 0 {
			c.Tint = 100
			s.Colours[name] = c
		}
	}
	for name, i := range s.Images {
		if i.MinPPI == 0 {
			i.MinPPI = 300
			s.Images[name] = i
		}
	}
}

func or(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

var designName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

func (d *Design) checkChoices() error {
	s := &d.spec
	if s.Name == "" {
		return d.bad(nil, "name is missing")
	}
	if !designName.MatchString(s.Name) {
		return d.bad(at("name"), "name %q must be lower-case letters, digits and dashes", clip(s.Name))
	}
	for _, c := range []struct {
		key, got string
		allowed  []string
	}{{"class", s.Class, classes}, {"layout", s.Layout, layouts}, {"envelope", s.Envelope, envelopes}} {
		if err := d.oneOf(at(c.key), c.key, c.got, c.allowed); err != nil {
			return err
		}
	}
	if err := d.oneOf(at("body", "align"), "body.align", s.Body.Align, []string{"justified", "left"}); err != nil {
		return err
	}
	for _, key := range []string{"title", "description"} {
		for _, lang := range sorted(map[string]map[string]string{"title": s.Title, "description": s.Description}[key]) {
			if err := d.checkLanguage(at(key, lang), key, lang); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Design) oneOf(path []any, what, got string, allowed []string) error {
	if slices.Contains(allowed, got) {
		return nil
	}
	if got == "" {
		return d.bad(path, "%s is missing, must be one of: %s", what, list(allowed))
	}
	return d.bad(path, "%s is %q, must be one of: %s%s", what, clip(got), list(allowed), didYouMean(allowed, got))
}

func (d *Design) checkLanguage(path []any, what, lang string) error {
	if lang == "de" || lang == "en" {
		return nil
	}
	return d.bad(path, "%s.%s: the languages are de and en", what, clip(lang))
}

var sizeForm = regexp.MustCompile(`^(\d{1,4}(?:\.\d{1,3})?) ?x ?(\d{1,4}(?:\.\d{1,3})?)$`)

// checkFormat finds the sheet.
func (d *Design) checkFormat() error {
	s := &d.spec
	wh, named := formats[s.Format]
	if m := sizeForm.FindStringSubmatch(s.Format); !named && m != nil {
		var w, h float64
		if _, err := fmt.Sscan(m[1]+" "+m[2], &w, &h); err != nil {
			return d.bad(at("format"), "format %q has no sizes", s.Format)
		}
		if min(w, h) < leastSide || max(w, h) > mostSide {
			return d.bad(at("format"), "format %q: each side must be from %d to %d mm", s.Format, leastSide, mostSide)
		}
		wh, named = [2]int{sheet.Micro(w), sheet.Micro(h)}, true
	}
	if !named {
		return d.bad(at("format"), `format is %q, must be one of: %s, or a size in millimetres such as "148 x 105"%s`, clip(s.Format), list(sorted(formats)), didYouMean(sorted(formats), s.Format))
	}
	if b := *s.Bleed; !(b >= 0 && b <= 10) { // written so that NaN fails, too
		return d.bad(at("bleed"), "bleed is %g, must be from 0 to 10 mm", b)
	}
	d.format = sheet.Sheet{Name: s.Format, W: wh[0], H: wh[1], Bleed: sheet.Micro(*s.Bleed), CutMarks: s.CutMarks}
	return nil
}

func (s *Spec) letter() bool { return strings.HasPrefix(s.Layout, "din5008") }

// checkCombination refuses what does not go together.
func (d *Design) checkCombination() error {
	s, f := &d.spec, d.format
	ratio := float64(f.W) / float64(max(f.H, 1))
	switch {
	case s.letter() && s.Format != "A4":
		return d.bad(at("format"), "layout %s is for A4, not for %s: use layout card or free", s.Layout, s.Format)
	case s.Layout == "card" && (f.W < 140_000 || f.W > 235_000 || f.H < 90_000 || f.H > 125_000 || ratio < 1.4):
		return d.bad(at("format"), "layout card: a postcard is 140 to 235 mm wide and 90 to 125 mm high and at least 1.4 times as wide as high; %s is %g x %g", s.Format, float64(f.W)/1000, float64(f.H)/1000)
	case s.Layout == "card" && s.Envelope != "none":
		return d.bad(at("envelope"), "a card has no envelope: leave it out or write none")
	case s.Layout == "card" && s.MaxPages != 2:
		return d.bad(at("max_pages"), "max_pages is %d: a card has 2 sides", s.MaxPages)
	case !s.letter() && s.FoldMarks:
		return d.bad(at("fold_marks"), "fold_marks are of the layouts din5008-a and din5008-b")
	}
	return nil
}

type limit struct {
	path          []any
	key           string
	got, min, max float64
}

func (d *Design) within(limits ...limit) error {
	for _, l := range limits {
		if !(l.got >= l.min && l.got <= l.max) { // written so that NaN fails, too
			return d.bad(l.path, "%s is %g, must be from %g to %g", l.key, l.got, l.min, l.max)
		}
	}
	return nil
}

func (d *Design) checkSizes() error {
	s := &d.spec
	return d.within(
		limit{at("version"), "version", float64(s.Version), 0, 1e6},
		limit{at("max_pages"), "max_pages", float64(s.MaxPages), 1, maxPages},
		limit{at("body", "size"), "body.size", s.Body.Size, leastBody, mostBody},
		limit{at("body", "leading"), "body.leading", s.Body.Leading, s.Body.Size, 2 * s.Body.Size},
		limit{at("body", "space"), "body.space", s.Body.Space, 0.05, 3})
}

func (d *Design) checkFonts() error {
	for i, f := range d.Fonts() {
		name := fontNames[i]
		if f == (sheet.FontRef{}) && sheet.Style(i) == sheet.Label {
			continue
		}
		if f.File == "" || len(f.SHA256) != 64 {
			return d.bad(at("fonts", name), "fonts.%s needs file and sha256 (64 hexadecimal digits)", name)
		}
		if !fs.ValidPath(f.File) {
			return d.bad(at("fonts", name), "fonts.%s: %q is not a file name inside the fonts folder", name, clip(f.File))
		}
	}
	return nil
}

var colourName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (d *Design) checkColours() error {
	for _, need := range []string{"accent", "tint"} {
		if _, ok := d.spec.Colours[need]; !ok {
			return d.bad(at("colours"), "colours.%s is missing", need)
		}
	}
	spots := map[string]sheet.Ink{}
	for _, name := range sorted(d.spec.Colours) {
		c, path := d.spec.Colours[name], at("colours", name)
		if err := d.wholeInks(name); err != nil {
			return err
		}
		switch {
		case !colourName.MatchString(name):
			return d.bad(path, "colour name %q must be lower-case letters, digits and underscores", clip(name))
		case name == "black" || name == "paper":
			return d.bad(path, "colour %s is known to every design and cannot be another", name)
		case max(c.C, c.M, c.Y, c.K) > 100:
			return d.bad(path, "colours.%s is %d/%d/%d/%d, each ink at most 100 percent", name, c.C, c.M, c.Y, c.K)
		case c.Total() > maxTotalInk:
			return d.bad(path, "colours.%s is %d/%d/%d/%d, together more than %d percent ink", name, c.C, c.M, c.Y, c.K, maxTotalInk)
		case c.Spot == "" && c.Tint != 0:
			return d.bad(path, "colours.%s: tint is of a spot colour, and spot is missing", name)
		}
		if err := d.checkSpot(path, name, c, spots); err != nil {
			return err
		}
	}
	return nil
}

// wholeInks refuses parts of a percent, which the decoder would cut off.
func (d *Design) wholeInks(name string) error {
	for _, ink := range []string{"c", "m", "y", "k", "tint"} {
		n := d.root
		if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
			n = n.Content[0]
		}
		for _, key := range []string{"colours", name, ink} {
			if n, _ = child(n, key); n == nil {
				break
			}
		}
		if n != nil && n.Tag == "!!float" {
			return d.bad(at("colours", name, ink), "colours.%s: %s is %s: whole percent, 0 to 100, are needed", name, ink, clip(n.Value))
		}
	}
	return nil
}

var (
	spotName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,39}$`)
	processes = []string{"all", "none", "cyan", "magenta", "yellow", "black"}
)

// checkSpot tests a spot colour: one plate has one alternate.
func (d *Design) checkSpot(path []any, name string, c sheet.Ink, spots map[string]sheet.Ink) error {
	if c.Spot == "" {
		return nil
	}
	if !spotName.MatchString(c.Spot) || slices.Contains(processes, strings.ToLower(c.Spot)) {
		return d.bad(path, "colours.%s: %q cannot be the name of a spot colour", name, clip(c.Spot))
	}
	if c.Tint > 100 {
		return d.bad(path, "colours.%s: tint is %d, at most 100 percent", name, c.Tint)
	}
	if c.Total() == 0 {
		return d.bad(path, "colours.%s: the spot colour %s needs its process alternate in c, m, y and k", name, c.Spot)
	}
	plate := c
	plate.Tint = 0
	if other, again := spots[c.Spot]; again && other != plate {
		return d.bad(path, "colours.%s: the spot colour %s has another alternate elsewhere: one plate has one", name, c.Spot)
	}
	spots[c.Spot] = plate
	return nil
}

var imageTypes = []string{".png", ".jpg", ".jpeg", ".tif", ".tiff"}

func (d *Design) checkImages() error {
	if len(d.spec.Images) > maxImages {
		return d.bad(at("images"), "more than %d images", maxImages)
	}
	for _, name := range sorted(d.spec.Images) {
		i, place := d.spec.Images[name], at("images", name)
		if !colourName.MatchString(name) {
			return d.bad(place, "image name %q must be lower-case letters, digits and underscores", clip(name))
		}
		if err := d.checkFileName(place, "images."+name, i.File, imageTypes); err != nil {
			return err
		}
		if err := d.within(limit{place, "images." + name + ".min_ppi", float64(i.MinPPI), 72, 1200}); err != nil {
			return err
		}
	}
	return nil
}

// checkFileName accepts a plain name in the design's folder with one of the types.
func (d *Design) checkFileName(place []any, what, file string, types []string) error {
	if file == "" {
		return d.bad(place, "%s needs file", what)
	}
	if !fs.ValidPath(file) || strings.ContainsAny(file, `/\`) || file == "." || file == "design.yaml" {
		return d.bad(place, "%s: %q is not a file name in the design's folder", what, clip(file))
	}
	if ext := strings.ToLower(path.Ext(file)); !slices.Contains(types, ext) {
		return d.bad(place, "%s: %q must end in %s", what, clip(file), strings.Join(types, ", "))
	}
	return nil
}

func (d *Design) checkTextFiles() error {
	if len(d.spec.Texts) == 0 {
		return d.bad(at("texts"), "texts is empty: name a text file per language, such as de: de.txt")
	}
	for _, lang := range sorted(d.spec.Texts) {
		if err := d.checkLanguage(at("texts", lang), "texts", lang); err != nil {
			return err
		}
		if err := d.checkFileName(at("texts", lang), "texts."+lang, d.spec.Texts[lang], []string{".txt", ".md", ".liquid"}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Design) checkZones() error {
	if len(d.spec.Zones) > maxZones {
		return d.bad(at("zones"), "more than %d zones", maxZones)
	}
	for i, z := range d.spec.Zones {
		place, what := at("zones", i), fmt.Sprintf("zone %d", i+1)
		if z.Name == "" {
			return d.bad(place, "%s has no name", what)
		}
		if err := d.oneOf(place, what+": kind", z.Kind, sorted(zoneKinds)); err != nil {
			return err
		}
		if err := d.oneOf(place, what+": page", z.Page, pages[:3]); err != nil {
			return err
		}
		if err := d.checkBox(place, what, z.X, z.Y, z.W, z.H); err != nil {
			return err
		}
	}
	return nil
}

// checkBox keeps a box on the sheet with its bleed.
func (d *Design) checkBox(place []any, what string, x, y, w, h float64) error {
	for _, v := range []float64{x, y, w, h} {
		if math.IsNaN(v) || math.Abs(v) > 2*mostSide {
			return d.bad(place, "%s: %g is not a length on the sheet", what, v)
		}
	}
	r, f := Rect{sheet.Micro(x), sheet.Micro(y), sheet.Micro(w), sheet.Micro(h)}, d.format
	if r.W <= 0 || r.H <= 0 {
		return d.bad(place, "%s: width and height must be more than 0, are %g and %g mm", what, w, h)
	}
	if !r.Inside(Rect{-f.Bleed, -f.Bleed, f.W + 2*f.Bleed, f.H + 2*f.Bleed}) {
		return d.bad(place, "%s leaves the sheet with its bleed of %g mm: it reaches from %g, %g to %g, %g mm", what, *d.spec.Bleed, x, y, x+w, y+h)
	}
	return nil
}

// clip shortens a text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// kindOf is a declared variable's kind.
func kindOf(v Variable) (merge.Kind, bool) { return merge.KindNamed(v.Type) }

// validDay tells whether a text is an ISO date.
func validDay(s string) bool {
	_, err := postlift.ParseDate(s)
	return err == nil
}
