package letter

import (
	"strings"
	"unicode"

	"postlift"
	"postlift/mailers/address"
	"postlift/mailers/design"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Compiled is a design ready to set pieces: texts parsed, fonts read, what all pieces share drawn. It is safe for
// concurrent use.
type Compiled struct {
	design     *design.Design
	spec       *design.Spec
	kit        Kit
	faces      typeset.Family
	covers     *typeset.Coverage // of the faces
	fonts      [sheet.Styles]sheet.FontRef
	labelStyle sheet.Style // what addresses are set in: Label, or Regular where the design has no font for them
	sheet      sheet.Sheet
	voices     map[string]*voice // by language tag in lower case
	zones      [pageKinds][]sheet.Zone
	marks      [pageKinds][]sheet.Op // of the layout
	frame
	accent        sheet.Ink
	scissorsShape shape
	pictures      map[string]*sheet.Image // the design's, by name

	// What was drawn before; see bounded.
	grounds *bounded[groundSize, *sheet.Layer]
	footers *bounded[footerKey, *sheet.Layer]
	commons *bounded[commonKey, *sheet.Layer]
	images  *bounded[imageKey, *sheet.Layer]
}

// frame is what the design says of the pages as a whole.
type frame struct {
	regions                                   [pageKinds]region // of running text
	measure                                   int               // its width
	leastPages                                int
	oneSheet                                  bool // both pages are sides of one sheet
	headBase, pageBase, pageRight             int  // baselines of running head and page number, 0: none
	panelModule, couponModule                 int
	couponPage                                string
	panelInk, couponInk                       sheet.Ink
	mostMerged                                int // bytes of a piece's merged sections that are worth setting
	panelPlaced, couponPlaced, telephoneShown bool
}

// voice is a design in one language.
type voice struct {
	*Compiled
	lang         string // "de" or "en"
	words        labels
	looks        [looks]look
	sections     []section // of the running text, in order
	named        map[string]*section
	responseText *section
	couponText   *section
	blocks       []placer
	base         [pageKinds][]*sheet.Layer
	shared       *bounded[setKey, kept]
}

// section is a part of a text. One without a value is split into blocks once.
type section struct {
	name string
	text *merge.Text
	raws []merge.Raw
}

// running are the sections that flow; others stand where a block of the design puts them.
var running = map[string]bool{"subject": true, "body": true, "response": true, "signature": true, "notice": true, "coupon": true}

// Compile prepares a design once. It reads the fonts that the design names, checks that they are those very files and
// that they can print every letter of the texts, makes images and artwork ready, and draws all that follows from the
// design alone. Compile is where everything slow happens.
func Compile(d *design.Design, kit Kit) (*Compiled, error) {
	spec := d.Spec()
	c := &Compiled{design: d, spec: spec, kit: kit, voices: map[string]*voice{}, pictures: map[string]*sheet.Image{},
		accent:  spec.Colours["accent"],
		grounds: newBounded[groundSize, *sheet.Layer](maxKept), footers: newBounded[footerKey, *sheet.Layer](maxKept),
		commons: newBounded[commonKey, *sheet.Layer](maxKept), images: newBounded[imageKey, *sheet.Layer](maxKept)}
	for _, f := range []func() error{c.loadFonts, c.loadPictures, c.lay} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	var err error
	if c.scissorsShape, err = parsePath(scissorsPath); err != nil {
		return nil, err
	}
	c.scissorsShape.path.EvenOdd = true
	for _, lang := range d.Languages() {
		for tag, hyphenate := range regional(lang) {
			if c.voices[tag], err = c.compileVoice(lang, hyphenate); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// regional are the language tags that have a voice of their own, with the patterns that part their words.
func regional(lang string) map[string]string {
	if lang == "en" {
		return map[string]string{"en": "en", "en-us": "en-US"}
	}
	return map[string]string{lang: lang}
}

// AddressLimits are what a label may have in the design's place for addresses: as many lines as it is high, each as wide
// as it in the smallest type that addresses are set in.
func (c *Compiled) AddressLimits() address.Limits {
	limits := address.WindowLimits
	for i := range c.spec.Blocks {
		if c.spec.Blocks[i].Kind != "address" {
			continue
		}
		b := newPlace(i, &c.spec.Blocks[i], c.design, design.AddressSize)
		for limits.Lines > 1 && !b.holdsLines(limits.Lines) {
			limits.Lines--
		}
		limits.Fits = func(line string) bool {
			return c.faces[c.labelStyle].Width(line, design.AddressLeast) <= b.w
		}
	}
	return limits
}

// Design is what was compiled.
func (c *Compiled) Design() *design.Design { return c.design }

// Family are the design's fonts by style, for preflight and the screen.
func (c *Compiled) Family() typeset.Family { return c.faces }

// Zones are the design's zones of the first or of a following page. They are shared: do not change them.
func (c *Compiled) Zones(first bool) []sheet.Zone {
	if first {
		return c.zones[firstPage]
	}
	return c.zones[nextPage]
}

func (c *Compiled) missing(s string) (rune, bool) { return c.covers.Missing(s) }

// loadFonts reads the fonts; without a bold italic, bold stands for it, without a label font, regular.
func (c *Compiled) loadFonts() error {
	c.fonts = c.design.Fonts()
	if c.fonts[sheet.BoldItalic].File == "" {
		c.fonts[sheet.BoldItalic] = c.fonts[sheet.Bold]
	}
	for i := range c.fonts {
		if c.fonts[i].File == "" && sheet.Style(i) == sheet.Label {
			continue
		}
		face, err := typeset.LoadFace(c.kit.Fonts, c.fonts[i])
		if err != nil {
			return err
		}
		c.faces[i] = face
	}
	if c.faces[sheet.Label] != nil {
		c.labelStyle = sheet.Label
	}
	c.covers = c.faces.Coverage()
	return nil
}

// loadPictures makes the design's images ready to print.
func (c *Compiled) loadPictures() error {
	for _, name := range sortedKeys(c.spec.Images) {
		file := c.spec.Images[name].File
		if c.kit.Images == nil {
			return designFault("images.%s: no converter of images is configured", name)
		}
		data, ok := c.design.File(file)
		if !ok {
			return designFault("images.%s: the design has no file %s", name, file)
		}
		img, err := c.kit.Images(file, data)
		if err != nil {
			return postlift.Wrap("letter.Compile", "images."+name+": "+file+": "+postlift.UserText(err), err)
		}
		if img == nil || img.W <= 0 || img.H <= 0 {
			return designFault("images.%s: %s holds no picture", name, file)
		}
		c.pictures[name] = img
	}
	return nil
}

// compileVoice prepares the texts and blocks in one language.
func (c *Compiled) compileVoice(lang, hyphenate string) (*voice, error) {
	v := &voice{Compiled: c, lang: lang, words: labelsOf[lang], looks: makeLooks(c.spec, hyphenate), named: map[string]*section{}, shared: newBounded[setKey, kept](maxKept)}
	sections, _ := c.design.Text(lang)
	for _, s := range sections {
		if err := v.addSection(s); err != nil {
			return nil, err
		}
	}
	if err := v.checkFlow(); err != nil {
		return nil, err
	}
	return v, v.placeBlocks()
}

func (v *voice) addSection(s design.Section) error {
	file := v.spec.Texts[v.lang]
	if r, missing := v.faces.Missing(printable(s.Text.Plain())); missing {
		return designFault("%s: the section @%s contains %q (U+%04X), which the design's fonts cannot print", file, s.Name, r, r)
	}
	sec := section{name: s.Name, text: s.Text}
	if s.Text.Static() {
		merged, err := s.Text.Render(merge.NewData(nil))
		if err != nil {
			return err
		}
		sec.raws = merge.SplitBlocks(merged)
	}
	if running[s.Name] {
		v.sections = append(v.sections, sec)
	} else {
		v.named[s.Name] = &sec
	}
	switch s.Name {
	case "response":
		v.responseText = &sec
	case "coupon":
		v.couponText = &sec
	}
	return nil
}

// printable has blanks for line ends, which are no letters.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// checkFlow refuses running text that no page has a place for.
func (v *voice) checkFlow() error {
	for k := range v.regions {
		if _, ok := v.region(k); ok {
			return nil
		}
	}
	for _, s := range v.sections {
		placed := s.name == "response" && v.panelPlaced || s.name == "coupon" && v.couponPlaced
		if !placed {
			return designFault("%s: the section @%s has no place: add a block of kind flow", v.spec.Texts[v.lang], s.name)
		}
	}
	return nil
}
