package artwork

import (
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/trace"
	"postlift/mailers/sheet"
)

// Draw turns a page of a PDF (from 1) into a picture: a PNG in sRGB of its whole media box, turned as the page's
// Rotate says, CMYK in the colours of the output profile. It is empty where it cannot be drawn on this machine.
type Draw func(pdf []byte, page int, icc []byte) ([]byte, error)

// Want is what the page must be.
type Want struct {
	W, H   int    // trim, micrometres; it may be off by half a millimetre
	Bleed  int    // what must stand around the trim on every side, micrometres
	MinPPI int    // least resolution of pictures as placed; 150 when 0
	MaxInk int    // percent, of flat colours; 300 when 0
	Draw   Draw   // of the picture for the screen; nil leaves it out
	ICC    []byte // output profile, for Draw
}

// Reason is one thing that keeps a page from being used.
type Reason struct {
	Rule   string `json:"rule"` // snake_case name, such as rgb_colour
	Page   int    `json:"page"`
	Object string `json:"object,omitempty"` // "object 12", where the thing is an object of its own
	Text   string `json:"text"`             // English: what and where, and what to do
	TextDE string `json:"text_de"`
}

// Refusal is the error of Import for a page that cannot be used: all its reasons.
type Refusal struct{ Reasons []Reason }

// Error lists the reasons.
func (r *Refusal) Error() string {
	lines := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		lines[i] = reason.Text
	}
	return "the artwork cannot be used: " + strings.Join(lines, "; ")
}

// Unwrap gives a Fault of kind Invalid, so that edges treat a refusal as bad input.
func (r *Refusal) Unwrap() error {
	return postlift.Faultf(postlift.Invalid, "artwork.Import", "%s", r.Error())
}

// maxReasons bounds a refusal: nobody reads more.
const maxReasons = 100

// Import makes a form of a page (from 1). A page that cannot be used gives a *Refusal with all its reasons; it
// is also a Fault of kind Invalid. The same bytes and wishes give the same form.
func Import(pdf []byte, page int, want Want) (*sheet.Form, error) {
	im := &importer{want: want, page: page, known: map[string]bool{}}
	if im.want.MinPPI == 0 {
		im.want.MinPPI = 150
	}
	if im.want.MaxInk == 0 {
		im.want.MaxInk = 300
	}
	f, err := pdfread.Open(pdf)
	if err != nil {
		return nil, refuse(im.openReason(err))
	}
	pages, err := f.Pages()
	if err != nil {
		return nil, refuse(Reason{Rule: "readable", Page: page, Text: postlift.UserText(err), TextDE: "Die PDF-Seiten lassen sich nicht lesen: bitte neu aus dem Ursprungsprogramm sichern."})
	}
	if page < 1 || page > len(pages) {
		return nil, refuse(Reason{Rule: "page", Page: page, Text: fmt.Sprintf("page %d does not exist: the PDF has %d; name another page", page, len(pages)),
			TextDE: fmt.Sprintf("Seite %d gibt es nicht: Die PDF-Datei hat %d; bitte eine andere angeben.", page, len(pages))})
	}
	im.f, im.p = f, pages[page-1]
	im.boxes()
	im.annotations()
	im.drawing()
	var form *sheet.Form
	if len(im.reasons) == 0 {
		form = im.form()
	}
	if len(im.reasons) > 0 {
		return nil, refuse(im.reasons...)
	}
	if want.Draw != nil {
		if form.Screen, err = im.screen(pdf); err != nil {
			return nil, err
		}
	}
	return form, nil
}

func refuse(reasons ...Reason) error { return &Refusal{Reasons: reasons} }

// importer is one import in progress.
type importer struct {
	f       *pdfread.File
	p       *pdfread.Page
	page    int
	want    Want
	trim    pdfread.Rect // in the page's user space
	clip    pdfread.Rect // trim with the bleed that is wanted
	reasons []Reason
	known   map[string]bool
	spots   []string
	blends  bool // transparency is used: the form must be a group of its own
}

func (im *importer) openReason(err error) Reason {
	if pdfread.Encrypted(err) {
		return Reason{Rule: "encryption", Page: im.page, Text: postlift.UserText(err),
			TextDE: "Die PDF-Datei ist verschlüsselt (Kennwort oder Nutzungsrechte), was Druckdateien nicht sein dürfen: bitte ohne Sicherheit sichern."}
	}
	return Reason{Rule: "readable", Page: im.page, Text: postlift.UserText(err), TextDE: "Die PDF-Datei ist nicht lesbar: bitte neu aus dem Ursprungsprogramm sichern."}
}

// add records a reason once. place is said after the page: an object, or inside of what.
func (im *importer) add(rule, place, object, en, de string) {
	key := rule + "\x00" + place + "\x00" + en
	if im.known[key] || len(im.reasons) >= maxReasons {
		return
	}
	im.known[key] = true
	at, an := fmt.Sprintf("page %d", im.page), fmt.Sprintf("Seite %d", im.page)
	if place != "" {
		at, an = at+", "+place, an+", "+german.Replace(place)
	}
	im.reasons = append(im.reasons, Reason{Rule: rule, Page: im.page, Object: object, Text: at + ": " + en, TextDE: an + ": " + de})
}

// german says the words of a place in German.
var german = strings.NewReplacer("object ", "Objekt ", "form ", "Formular ", "pattern", "Muster", "soft mask", "weiche Maske", "glyph ", "Zeichen ", " of font ", " der Schrift ")

func place(e *trace.Event) string {
	switch {
	case e.Where == "":
		return e.Object
	case e.Object == "":
		return e.Where
	}
	return e.Where + ", " + e.Object
}

// annotations refuses those that print: they would be lost.
func (im *importer) annotations() {
	for _, o := range im.f.Array(im.p.Dict["Annots"]) {
		d := im.f.Dict(o)
		flags := int(im.f.Number(d["F"], 0))
		if d == nil || flags&4 == 0 || flags&2 != 0 || im.f.Name(d["Subtype"]) == "Popup" {
			continue
		}
		kind := im.f.Name(d["Subtype"])
		im.add("annotation", pdfread.Label(o), pdfread.Label(o),
			fmt.Sprintf("a comment or form field (%s) that prints lies on the page and not in it; flatten or delete it", kind),
			fmt.Sprintf("Ein Kommentar oder Formularfeld (%s), das druckt, liegt auf der Seite statt in ihr; bitte reduzieren (flatten) oder löschen.", kind))
	}
}

// drawing looks at everything that the page draws.
func (im *importer) drawing() {
	if group := im.f.Dict(im.p.Dict["Group"]); group["CS"] != nil {
		im.blendSpace(group["CS"], pdfread.Label(im.p.Dict["Group"]))
	}
	err := trace.New(im.f, im.event).Page(im.p)
	if err != nil {
		im.add("content", "", "", postlift.UserText(err), "Der Inhalt der Seite lässt sich nicht lesen: bitte neu aus dem Ursprungsprogramm sichern.")
	}
	slices.Sort(im.spots)
	im.spots = slices.Compact(im.spots)
}

func (im *importer) blendSpace(cs pdfread.Object, object string) {
	s := trace.SpaceOf(im.f, cs, im.f.Dict(im.p.Resources))
	if s.Process() {
		return
	}
	im.add("rgb_group", object, object, fmt.Sprintf("transparency is blended in %s; set the transparency blend space of the document to CMYK", s),
		fmt.Sprintf("Transparenz wird in %s gerechnet; bitte den Transparenzfüllraum des Dokuments auf CMYK stellen.", s))
}

func (im *importer) event(e *trace.Event) {
	for i := range e.Colours {
		im.colour(e, e.Colours[i].Space)
		im.paint(e, &e.Colours[i])
	}
	switch e.Kind {
	case trace.Path:
		im.hairline(e)
	case trace.Text:
		im.font(e)
	case trace.Image:
		im.image(e)
	case trace.State:
		im.state(e)
	case trace.Form:
		im.formDict(e)
	case trace.Program:
		im.add("postscript", place(e), e.Object, "a PostScript program (or an unknown object) is drawn, which no press runs today; save it again as PDF/X-4",
			"Ein PostScript-Programm (oder ein unbekanntes Objekt) wird gezeichnet, was keine Druckvorstufe mehr ausführt; bitte als PDF/X-4 sichern.")
	case trace.Broken:
		im.add("content", place(e), e.Object, e.Why+"; save it again from the program that made it", "Inhalt ist fehlerhaft ("+e.Why+"); bitte neu aus dem Ursprungsprogramm sichern.")
	}
}

var things = map[trace.Kind][2]string{trace.Path: {"a shape", "Eine Fläche oder Linie"}, trace.Text: {"text", "Text"},
	trace.Image: {"an image", "Ein Bild"}, trace.Shading: {"a gradient", "Ein Verlauf"}}

func (im *importer) colour(e *trace.Event, s *trace.Space) {
	im.spots = append(im.spots, s.Spots()...)
	if len(im.spots) > 1000 {
		slices.Sort(im.spots)
		im.spots = slices.Compact(im.spots)
	}
	if s.Process() {
		return
	}
	rule := "rgb_colour"
	if s == nil || len(s.Spots()) > 0 {
		rule = "spot_alternate"
	}
	thing := things[e.Kind]
	im.add(rule, place(e), e.Object, fmt.Sprintf("%s is in %s; only CMYK, gray and spot colours over CMYK print: convert it in the layout program (export as PDF/X-4 with CMYK destination)", thing[0], s),
		fmt.Sprintf("%s ist in %s; nur CMYK, Grau und Schmuckfarben über CMYK drucken: bitte im Layoutprogramm umwandeln (Export als PDF/X-4 mit CMYK-Ziel).", thing[1], s))
}

func (im *importer) font(e *trace.Event) {
	facts := trace.Facts(im.f, e.Font.Dict)
	if facts.Embedded {
		return
	}
	name := facts.Name
	if name == "" {
		name = e.Font.Name
	}
	im.add("font_embedded", place(e), e.Object, fmt.Sprintf("the font %s is not embedded, so another would print; embed it, or turn the text into outlines", name),
		fmt.Sprintf("Die Schrift %s ist nicht eingebettet, es würde eine andere drucken; bitte einbetten oder Text in Pfade umwandeln.", name))
}

func (im *importer) image(e *trace.Event) {
	p := e.Image
	if p.Soft {
		im.blends = true
	}
	if p.Space != nil {
		im.colour(e, p.Space)
	} else if !p.Mask {
		im.add("image_colour", place(e), e.Object, "an image does not say its colours; save it again as CMYK or gray", "Ein Bild nennt seine Farben nicht; bitte als CMYK oder Grau sichern.")
	}
	if p.Dict["OPI"] != nil {
		im.opi(e)
	}
	if p.Dict["F"] != nil && !p.Inline {
		im.add("external", place(e), e.Object, "an image lies in another file; embed it", "Ein Bild liegt in einer anderen Datei; bitte einbetten.")
	}
	if p.Inline && slices.Contains(p.Filters, "LZWDecode") {
		im.add("lzw", place(e), e.Object, "a small image inside the content is compressed with LZW; save the PDF again as PDF/X-4", "Ein kleines Bild im Inhalt ist mit LZW komprimiert; bitte als PDF/X-4 sichern.")
	}
	// a stretched strip of one or two pixels is a gradient and needs no resolution
	if min(p.W, p.H) > 2 && p.PPI < float64(im.want.MinPPI)-.5 {
		im.add("image_resolution", place(e), e.Object, fmt.Sprintf("an image of %d x %d pixels has %.0f ppi as placed; at least %d are needed, 300 are good: place a larger one", p.W, p.H, p.PPI, im.want.MinPPI),
			fmt.Sprintf("Ein Bild mit %d x %d Pixeln hat platziert %.0f ppi; nötig sind mindestens %d, gut sind 300: bitte ein größeres platzieren.", p.W, p.H, p.PPI, im.want.MinPPI))
	}
}

func (im *importer) opi(e *trace.Event) {
	im.add("opi", place(e), e.Object, "an OPI comment stands for an image in another file; place the image itself", "Ein OPI-Kommentar steht für ein Bild in einer anderen Datei; bitte das Bild selbst platzieren.")
}

func (im *importer) state(e *trace.Event) {
	for _, key := range []pdfread.Name{"TR", "TR2"} {
		if n, isName := im.f.Resolve(e.Dict[key]).(pdfread.Name); e.Dict[key] != nil && (!isName || n != "Identity" && n != "Default") {
			im.add("transfer", place(e), e.Object, "a transfer function changes the colours behind the printer's back; save it again as PDF/X-4",
				"Eine Transferfunktion verändert die Farben an der Druckerei vorbei; bitte als PDF/X-4 sichern.")
		}
	}
	im.blends = im.blends || trace.Blends(im.f, e.Dict)
}

func (im *importer) formDict(e *trace.Event) {
	if e.Dict["OPI"] != nil {
		im.opi(e)
	}
	if e.Dict["Ref"] != nil {
		im.add("reference", place(e), e.Object, "a reference stands for a page of another file; embed the page", "Ein Verweis steht für die Seite einer anderen Datei; bitte die Seite einbetten.")
	}
	group := im.f.Dict(e.Dict["Group"])
	if im.f.Name(group["S"]) != "Transparency" {
		return
	}
	im.blends = true
	if group["CS"] != nil {
		im.blendSpace(group["CS"], e.Object)
	}
}
