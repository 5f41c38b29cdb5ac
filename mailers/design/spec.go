package design

import (
	"gopkg.in/yaml.v3"

	"postlift/mailers/sheet"
)

// Spec is design.yaml. Lengths are millimetres from the top left corner of the trim, y down; type sizes are points.
// What is left out has the default of its layout.
type Spec struct {
	Name        string               `yaml:"name"`        // lower case, digits and dashes: the folder's name
	Version     int                  `yaml:"version"`     // of the design's maker, printed nowhere; every change of a file is a new stored version by its hash
	Title       map[string]string    `yaml:"title"`       // by language, for people who choose
	Description map[string]string    `yaml:"description"` // by language: what it is good for
	Class       string               `yaml:"class"`       // advertising or contractual
	Format      string               `yaml:"format"`      // A4, A5, A6 (148 x 105), DIN-long (210 x 105), or "W x H" in millimetres
	Layout      string               `yaml:"layout"`      // din5008-a, din5008-b, card (two pages: picture side, address side) or free
	Bleed       *float64             `yaml:"bleed"`       // 3 when left out
	CutMarks    bool                 `yaml:"cut_marks"`
	FoldMarks   bool                 `yaml:"fold_marks"` // of the layout, with the hole mark
	Envelope    string               `yaml:"envelope"`   // DL, C6/5, C5, C4 or none (a card): decides the window
	Profile     string               `yaml:"profile"`    // output condition, FOGRA39 when left out
	MaxPages    int                  `yaml:"max_pages"`
	Fonts       Fonts                `yaml:"fonts"`
	Body        Body                 `yaml:"body"`
	Colours     map[string]sheet.Ink `yaml:"colours"` // accent and tint are needed
	Variables   map[string]Variable  `yaml:"variables"`
	Images      map[string]Image     `yaml:"images"`
	Zones       []Zone               `yaml:"zones"`
	Blocks      []Block              `yaml:"blocks"`
	Without     []string             `yaml:"without"` // kinds of the layout's own blocks that this design does not have
	Texts       map[string]string    `yaml:"texts"`   // by language: a file of sections
}

// Fonts are the fonts of a design. Bold italic may be left out and is then bold; so may label, the font of addresses
// and of the line above them, which are then set in regular.
type Fonts struct {
	Regular    Font `yaml:"regular"`
	Bold       Font `yaml:"bold"`
	Italic     Font `yaml:"italic"`
	BoldItalic Font `yaml:"bold_italic"`
	Label      Font `yaml:"label"`
}

// Font names a font file by its content.
type Font struct {
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256"`
}

// Body is how running text is set.
type Body struct {
	Size      float64 `yaml:"size"`      // points
	Leading   float64 `yaml:"leading"`   // points from baseline to baseline
	Align     string  `yaml:"align"`     // justified or left
	Hyphenate *bool   `yaml:"hyphenate"` // true when left out
	Space     float64 `yaml:"space"`     // between paragraphs, in lines; 0.55 when left out
}

// Variable is a name of the merge data that only this design knows.
type Variable struct {
	Type     string            `yaml:"type"`     // text, number, date, money, image or list
	Label    map[string]string `yaml:"label"`    // by language, for people who fill it in
	Fallback map[string]string `yaml:"fallback"` // by language; printed where there is no value
	Fields   map[string]string `yaml:"fields"`   // of a list: the type of each element's field
	Sample   Sample            `yaml:"sample"`   // for previews; of a list: rows as JSON
}

// Sample is a value for previews: one for all languages, written alone, or one per language, written {de: …, en: …}.
type Sample map[string]string

// In is the sample in a language; empty where there is none.
func (s Sample) In(lang string) string { return or(s[lang], s[""]) }

// UnmarshalYAML reads either form.
func (s *Sample) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*s = Sample{"": n.Value}
		return nil
	}
	var by map[string]string
	if err := n.Decode(&by); err != nil {
		return err
	}
	*s = by
	return nil
}

// Image is a picture of the design.
type Image struct {
	File   string `yaml:"file"`    // in the design's folder: .png, .jpg, .tif
	MinPPI int    `yaml:"min_ppi"` // 300 when left out
}

// Zone is a place of its own beside those of the layout.
type Zone struct {
	Name string  `yaml:"name"`
	Kind string  `yaml:"kind"` // clear, quiet, safe, postage, read
	Page string  `yaml:"page"` // first, next, every
	X    float64 `yaml:"x"`
	Y    float64 `yaml:"y"`
	W    float64 `yaml:"w"`
	H    float64 `yaml:"h"`
}

// Block is something that stands at a place of its own. Running text does not: the sections of the text file flow
// into the place of the layout's body, or of a block of kind flow. A layout has blocks of its own (a letter:
// letterhead, return, address, info, footer and match; a card: return, address, postage and match), which a design
// replaces by listing one of the kind, or leaves out by naming the kind under without.
//
//	box         a filled rectangle; Ink
//	shape       an SVG path (absolute and relative M L H V C S Q Z); Path in millimetres from X, Y; Ink, Stroke, Dash
//	image       a picture; Image names one of the design's, or Variable a value of type image; fitted into W x H
//	artwork     a page of a designer's PDF; File, PDFPage
//	letterhead  the sender's name (or an image: Image) at the head
//	address     the recipient's label; a letter's place is its layout's
//	return      the sender line above it
//	info        the info block: contact, phone, e-mail, date and the design's own rows (Rows)
//	text        a section of the text file, Text names it; Size, Align, Ink, Style; Shrink to this size before it is a fault
//	flow        where the running text stands on pages of its kind; replaces the layout's body
//	qr          the tracking address, or what Text or Variable says; Module, else the largest that W and H have room for
//	datamatrix  Text names a section, or Variable a value; Module, Shape (square or rectangular)
//	match       the match code on every sheet; DataMatrix and text
//	postage     the franking zone: empty for the vendor, or the configured mark
//	footer      the sender's particulars in columns
//	panel       the response panel of @response: tinted, with the QR code; without X, Y it flows where the section stands
//	coupon      the reply coupon of @coupon at the foot of the page: cut line, prefilled, with the QR code
type Block struct {
	Kind     string    `yaml:"kind"`
	Page     string    `yaml:"page"` // first, next, every, last; a card's front is first and its address side next
	X        *float64  `yaml:"x"`
	Y        *float64  `yaml:"y"`
	W        *float64  `yaml:"w"`
	H        *float64  `yaml:"h"`
	Ink      string    `yaml:"ink"`
	Text     string    `yaml:"text"`
	Variable string    `yaml:"variable"`
	Image    string    `yaml:"image"`
	File     string    `yaml:"file"`
	PDFPage  int       `yaml:"pdf_page"`
	Path     string    `yaml:"path"`
	Stroke   float64   `yaml:"stroke"` // points
	Dash     []float64 `yaml:"dash"`   // millimetres
	Size     float64   `yaml:"size"`
	Shrink   float64   `yaml:"shrink"`
	Leading  float64   `yaml:"leading"`
	Style    string    `yaml:"style"`  // regular, bold, italic, bold_italic
	Align    string    `yaml:"align"`  // left, right, centred, justified
	Valign   string    `yaml:"valign"` // top, middle, bottom
	Module   float64   `yaml:"module"`
	Shape    string    `yaml:"shape"`
	Rows     []string  `yaml:"rows"` // info: the rows, in order: contact, phone, email, date, customer_no, contract, code
	If       string    `yaml:"if"`   // a variable: the block stands only where it has a value
}
