package design

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// rule is what a kind of block needs and may have beside kind, page and if.
type rule struct {
	need string // keys parted by blanks
	may  string
	in   string // layouts: letter, card, free; empty: all
	page string // where it stands when page is left out
}

var rules = map[string]rule{
	"box":        {need: "x y w h ink", page: "every"},
	"shape":      {need: "x y path ink", may: "w h stroke dash", page: "every"},
	"image":      {need: "x y w h", may: "image variable align valign", page: "first"},
	"artwork":    {need: "file", may: "pdf_page x y w h", page: "first"},
	"letterhead": {may: "image x y w h size shrink ink style align", page: "first"},
	"address":    {may: "x y w h size", page: "address"},
	"return":     {may: "x y w h size", page: "address"},
	"info":       {may: "rows x y w h size ink", in: "letter free", page: "first"},
	"text":       {need: "text x y w", may: "h size leading shrink align valign ink style", page: "first"},
	"flow":       {need: "x y w h", page: "first"},
	"qr":         {need: "x y", may: "text variable module w h", page: "first"},
	"datamatrix": {need: "x y", may: "text variable module shape", page: "first"},
	"match":      {may: "x y w h module", page: "every"},
	"postage":    {may: "x y w h", page: "address"},
	"footer":     {may: "x y w h", page: "first"},
	"panel":      {may: "x y w h module ink", page: "first"},
	"coupon":     {may: "x y w h module ink", in: "letter free", page: "first"},
}

// own are the layouts' own blocks, in drawing order.
func own(layout string) []string {
	switch layout {
	case "card":
		return []string{"return", "address", "postage", "match"}
	case "free":
		return nil
	}
	return []string{"letterhead", "return", "address", "info", "footer", "match"}
}

// always are own blocks that a layout cannot be without.
var always = []string{"address"}

// checkBlocks tests every block, then adds the layout's own.
func (d *Design) checkBlocks() error {
	s := &d.spec
	if len(s.Blocks) > maxBlocks {
		return d.bad(at("blocks"), "more than %d blocks", maxBlocks)
	}
	d.layout = layoutOf(s, d.format)
	for i := range s.Blocks {
		if err := d.checkBlock(i, &s.Blocks[i]); err != nil {
			return err
		}
	}
	if err := d.checkWithout(); err != nil {
		return err
	}
	for _, kind := range own(s.Layout) {
		if !d.hasBlock(kind) && !slices.Contains(s.Without, kind) {
			b := Block{Kind: kind, Page: rules[kind].page}
			d.fillBlock(&b)
			s.Blocks = append(s.Blocks, b)
		}
	}
	return d.checkOnce()
}

func (d *Design) checkWithout() error {
	for i, kind := range d.spec.Without {
		if slices.Contains(always, kind) {
			return d.bad(at("without", i), "%s cannot be left out of layout %s", kind, d.spec.Layout)
		}
		if !slices.Contains(own(d.spec.Layout), kind) {
			return d.bad(at("without", i), "layout %s has no block %q of its own, but: %s%s", d.spec.Layout, clip(kind), list(own(d.spec.Layout)), didYouMean(own(d.spec.Layout), kind))
		}
		if d.hasBlock(kind) {
			return d.bad(at("without", i), "%s stands under without and among the blocks", kind)
		}
	}
	return nil
}

func (d *Design) hasBlock(kind string) bool {
	return slices.ContainsFunc(d.spec.Blocks, func(b Block) bool { return b.Kind == kind })
}

// checkOnce refuses a second block of a kind that a piece has once.
func (d *Design) checkOnce() error {
	seen := map[string]bool{}
	for i, b := range d.spec.Blocks {
		switch b.Kind {
		case "address", "return", "info", "match", "postage", "panel", "coupon":
			if seen[b.Kind] {
				return d.bad(at("blocks", i), "block %d: a second block of kind %s", i+1, b.Kind)
			}
			seen[b.Kind] = true
		}
	}
	return nil
}

// given are the keys that a block has, beside kind, page and if.
func (b *Block) given() []string {
	var out []string
	for _, k := range []struct {
		key string
		has bool
	}{
		{"x", b.X != nil}, {"y", b.Y != nil}, {"w", b.W != nil}, {"h", b.H != nil}, {"ink", b.Ink != ""}, {"text", b.Text != ""},
		{"variable", b.Variable != ""}, {"image", b.Image != ""}, {"file", b.File != ""}, {"pdf_page", b.PDFPage != 0},
		{"path", b.Path != ""}, {"stroke", b.Stroke != 0}, {"dash", len(b.Dash) > 0}, {"size", b.Size != 0}, {"shrink", b.Shrink != 0},
		{"leading", b.Leading != 0}, {"style", b.Style != ""}, {"align", b.Align != ""}, {"valign", b.Valign != ""},
		{"module", b.Module != 0}, {"shape", b.Shape != ""}, {"rows", len(b.Rows) > 0},
	} {
		if k.has {
			out = append(out, k.key)
		}
	}
	return out
}

func (d *Design) checkBlock(i int, b *Block) error {
	place, what := at("blocks", i), fmt.Sprintf("block %d (%s)", i+1, clip(b.Kind))
	r, ok := rules[b.Kind]
	if !ok {
		return d.bad(place, "block %d: kind %q is not known%s", i+1, clip(b.Kind), didYouMean(sorted(rules), b.Kind))
	}
	family := map[bool]string{true: "letter", false: d.spec.Layout}[d.spec.letter()]
	if r.in != "" && !slices.Contains(strings.Fields(r.in), family) {
		return d.bad(place, "%s cannot stand on layout %s", what, d.spec.Layout)
	}
	if err := d.checkKeys(place, what, b, r); err != nil {
		return err
	}
	b.Page = or(b.Page, r.page)
	d.fillBlock(b)
	for _, check := range []func([]any, string, *Block) error{d.checkBlockPage, d.checkBlockPlace, d.checkBlockNames, d.checkBlockLooks} {
		if err := check(place, what, b); err != nil {
			return err
		}
	}
	return nil
}

func (d *Design) checkKeys(place []any, what string, b *Block, r rule) error {
	need, may := strings.Fields(r.need), strings.Fields(r.may)
	given := b.given()
	for _, k := range need {
		if !slices.Contains(given, k) {
			return d.bad(place, "%s needs %s", what, k)
		}
	}
	for _, k := range given {
		if !slices.Contains(need, k) && !slices.Contains(may, k) {
			return d.bad(append(place, k), "%s cannot have %s; it has: %s", what, k, list(append(need, may...)))
		}
	}
	one := func(a, b string) error {
		if slices.Contains(given, a) == slices.Contains(given, b) {
			return d.bad(place, "%s needs either %s or %s", what, a, b)
		}
		return nil
	}
	switch b.Kind {
	case "image":
		return one("image", "variable")
	case "datamatrix":
		return one("text", "variable")
	case "qr":
		if b.Text != "" && b.Variable != "" {
			return one("text", "variable")
		}
	}
	return nil
}

// fillBlock gives what a block left out its default, but for its place, which is its layout's.
func (d *Design) fillBlock(b *Block) {
	if b.Page == "address" {
		b.Page = or(d.layout.AddressPage, "first")
	}
	number := func(v *float64, def float64) {
		if *v == 0 {
			*v = def
		}
	}
	switch b.Kind {
	case "qr":
		if b.W == nil { // else the largest that the place has room for
			number(&b.Module, 0.5)
		}
	case "panel", "coupon":
		number(&b.Module, 0.5)
	case "datamatrix":
		number(&b.Module, 0.45)
		b.Shape = or(b.Shape, "square")
	case "match":
		number(&b.Module, 0.4)
	case "info":
		number(&b.Size, float64(InfoSize)/1000)
		if len(b.Rows) == 0 {
			b.Rows = []string{"contact", "phone", "email", "date"}
		}
	case "address":
		number(&b.Size, float64(AddressSize)/1000)
	case "return":
		number(&b.Size, float64(ReturnSize)/1000)
	case "letterhead":
		number(&b.Size, float64(LetterheadSize)/1000)
		b.Style = or(b.Style, "bold")
	case "text":
		number(&b.Size, d.spec.Body.Size)
		number(&b.Leading, b.Size*1.3)
		b.Valign = or(b.Valign, "top")
	case "artwork":
		if b.PDFPage == 0 {
			b.PDFPage = 1
		}
	}
	if b.Kind == "text" || b.Kind == "letterhead" {
		b.Align, b.Style = or(b.Align, "left"), or(b.Style, "regular")
		if b.Kind == "text" {
			b.Ink = or(b.Ink, "black")
		} else {
			b.Ink = or(b.Ink, "accent")
		}
	}
	if b.Kind == "image" {
		b.Align, b.Valign = or(b.Align, "left"), or(b.Valign, "top")
	}
	if b.Kind == "panel" || b.Kind == "coupon" {
		b.Ink = or(b.Ink, "tint")
	}
}

func (d *Design) checkBlockPage(place []any, what string, b *Block) error {
	if err := d.oneOf(append(place, "page"), what+": page", b.Page, pages); err != nil {
		return err
	}
	onAddress := slices.Contains([]string{"address", "return", "postage"}, b.Kind)
	if onAddress && d.spec.Layout != "free" && b.Page != d.layout.AddressPage {
		return d.bad(append(place, "page"), "%s stands on page %s of layout %s, not on %s", what, d.layout.AddressPage, d.spec.Layout, b.Page)
	}
	if d.spec.Layout == "card" && b.Page == "last" {
		return d.bad(append(place, "page"), "%s: the sides of a card are first (the picture) and next (the address)", what)
	}
	return nil
}

// box is a block's place in micrometres; missing lengths are 0.
func (b *Block) box() Rect {
	um := func(p *float64) int {
		if p == nil {
			return 0
		}
		return sheet.Micro(*p)
	}
	return Rect{um(b.X), um(b.Y), um(b.W), um(b.H)}
}

func (d *Design) checkBlockPlace(place []any, what string, b *Block) error {
	for _, v := range []*float64{b.X, b.Y, b.W, b.H} {
		if v != nil && (math.IsNaN(*v) || math.Abs(*v) > 2*mostSide) {
			return d.bad(place, "%s: %g is not a length on the sheet", what, *v)
		}
	}
	if (b.X == nil) != (b.Y == nil) || b.X == nil && (b.W != nil || b.H != nil) && b.Kind != "qr" {
		return d.bad(place, "%s: x and y go together, and w and h need them", what)
	}
	if d.spec.Layout == "free" && b.X == nil && slices.Contains([]string{"address", "return", "info", "letterhead", "footer", "match", "postage", "coupon"}, b.Kind) {
		return d.bad(place, "%s: layout free has no place for it: give x, y, w and h", what)
	}
	r, f := b.box(), d.format
	switch {
	case b.X == nil:
		return nil
	case b.W != nil && b.H != nil:
		if err := d.checkBox(place, what, *b.X, *b.Y, *b.W, *b.H); err != nil {
			return err
		}
	case r.X < -f.Bleed || r.Y < -f.Bleed || r.X > f.W+f.Bleed || r.Y > f.H+f.Bleed || r.Right() > f.W+f.Bleed:
		return d.bad(place, "%s stands off the sheet", what)
	}
	return d.checkWindow(place, what, b)
}

// checkWindow keeps everything but address, return line and postage out of the window's play.
func (d *Design) checkWindow(place []any, what string, b *Block) error {
	w := d.layout.Window
	if w.W == 0 || b.Page == "next" || b.Kind == "address" || b.Kind == "return" || b.Kind == "postage" || b.Kind == "artwork" {
		return nil
	}
	r := b.box()
	r.W, r.H = max(r.W, 1), max(r.H, 1)
	if r.Overlaps(w) && b.Page != "last" {
		return d.bad(place, "%s enters the address window's zone (x %g to %g mm, y %g to %g mm)", what, float64(w.X)/1000, float64(w.Right())/1000, float64(w.Y)/1000, float64(w.Bottom())/1000)
	}
	return nil
}

// checkBlockNames tests what a block names: colour, image, variables, rows, file.
func (d *Design) checkBlockNames(place []any, what string, b *Block) error {
	if _, ok := d.Colour(b.Ink); !ok {
		return d.bad(append(place, "ink"), "%s: colour %q is not known%s", what, clip(b.Ink), didYouMean(append(sorted(d.spec.Colours), "black", "paper"), b.Ink))
	}
	if _, ok := d.spec.Images[b.Image]; b.Image != "" && !ok {
		return d.bad(append(place, "image"), "%s: image %q is not known%s", what, clip(b.Image), didYouMean(sorted(d.spec.Images), b.Image))
	}
	if err := d.checkBlockVariables(place, what, b); err != nil {
		return err
	}
	for i, row := range b.Rows {
		if err := d.oneOf(append(place, "rows", i), what+": row", row, infoRows); err != nil {
			return err
		}
	}
	if b.Kind == "artwork" {
		return d.checkFileName(append(place, "file"), what, b.File, []string{".pdf"})
	}
	return nil
}

func (d *Design) checkBlockVariables(place []any, what string, b *Block) error {
	for _, v := range []struct{ key, name string }{{"variable", b.Variable}, {"if", b.If}} {
		kind, ok := d.vars[v.name]
		if v.name == "" {
			continue
		}
		if !ok || strings.Contains(v.name, "[]") {
			return d.bad(append(place, v.key), "%s: variable %q is not known%s", what, clip(v.name), didYouMean(d.vars.Names(), v.name))
		}
		wrong := b.Kind == "image" && kind != merge.Image || (b.Kind == "datamatrix" || b.Kind == "qr") && kind != merge.String && kind != merge.Number
		if v.key == "variable" && wrong {
			return d.bad(append(place, v.key), "%s: variable %s is of kind %s, which it cannot show", what, v.name, kind)
		}
	}
	return nil
}

// checkBlockLooks tests sizes and styles.
func (d *Design) checkBlockLooks(place []any, what string, b *Block) error {
	for _, c := range []struct {
		key, got string
		allowed  []string
	}{{"align", b.Align, aligns}, {"valign", b.Valign, valigns}, {"style", b.Style, styles}, {"shape", b.Shape, shapes}} {
		if c.got == "" {
			continue
		}
		if err := d.oneOf(append(place, c.key), what+": "+c.key, c.got, c.allowed); err != nil {
			return err
		}
	}
	least, most := float64(leastType), float64(mostType)
	if b.Kind == "address" {
		least, most = 10, 12
	}
	for _, l := range []limit{
		{append(place, "size"), what + ": size", b.Size, least, most},
		{append(place, "shrink"), what + ": shrink", b.Shrink, leastType, b.Size},
		{append(place, "leading"), what + ": leading", b.Leading, b.Size, 3 * b.Size},
		{append(place, "module"), what + ": module", b.Module, leastModule, mostModule},
		{append(place, "stroke"), what + ": stroke", b.Stroke, 0.25, 50},
		{append(place, "pdf_page"), what + ": pdf_page", float64(b.PDFPage), 1, 1000},
	} {
		if l.got == 0 {
			continue
		}
		if err := d.within(l); err != nil {
			return err
		}
	}
	for _, v := range b.Dash {
		if !(v > 0 && v <= 100) {
			return d.bad(append(place, "dash"), "%s: dash %g must be more than 0 and at most 100 mm", what, v)
		}
	}
	if len(b.Path) > maxPathBytes || strings.Trim(b.Path, "MmLlHhVvCcSsQqZz0123456789 ,.-+eE\n\t") != "" {
		return d.bad(append(place, "path"), "%s: the path holds other than M L H V C S Q Z and numbers, or more than %d bytes", what, maxPathBytes)
	}
	if b.Kind == "artwork" && d.spec.Layout == "card" && b.Page == "next" && b.X == nil {
		return d.bad(place, "%s: artwork on the address side needs x, y, w and h that keep off the reading zone", what)
	}
	return nil
}
