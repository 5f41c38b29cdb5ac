package letter

import (
	"io/fs"
	"math"
	"regexp"
	"strings"
)

// What a design may ask for. Type below 6 pt, modules below 0.4 mm and more ink than paper takes do not
// print reliably.
const (
	maxPagesLimit  = 20
	minBodyPoints  = 9
	maxBodyPoints  = 14
	minModuleMM    = 0.4
	maxModuleMM    = 1.2
	maxTotalInk    = 300 // percent, uncoated paper
	sheetW, sheetH = 210_000, 297_000
	bleed          = 3_000
)

var colourName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// check tests the settings and fills what may be left out.
func (s *designFile) check() error {
	if s.Envelope == "" {
		s.Envelope = "DL"
	}
	if s.MaxPages == 0 {
		s.MaxPages = 2
	}
	if s.QR.Module == 0 {
		s.QR.Module = 0.5
	}
	for _, f := range []func() error{s.checkChoices, s.checkSizes, s.checkFonts, s.checkColours, s.checkDecor, s.checkVariables, s.checkTexts} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (s *designFile) checkChoices() error {
	if s.Name == "" {
		return designFault("design.yaml: name is missing")
	}
	for _, c := range []struct {
		key, got string
		allowed  []string
	}{
		{"class", s.Class, []string{"advertising", "contractual"}},
		{"sheet", s.Sheet, []string{"A4"}},
		{"layout", s.Layout, []string{"din5008-b"}},
		{"envelope", s.Envelope, []string{"DL", "C6/5"}},
	} {
		if !contains(c.allowed, c.got) {
			return designFault("design.yaml: %s is %q, must be one of: %s", c.key, c.got, strings.Join(c.allowed, ", "))
		}
	}
	return nil
}

func (s *designFile) checkSizes() error {
	for _, c := range []struct {
		key           string
		got, min, max float64
	}{
		{"max_pages", float64(s.MaxPages), 1, maxPagesLimit},
		{"body.size", s.Body.Size, minBodyPoints, maxBodyPoints},
		{"body.leading", s.Body.Leading, s.Body.Size, 2 * s.Body.Size},
		{"qr.module", s.QR.Module, minModuleMM, maxModuleMM},
	} {
		if !(c.got >= c.min && c.got <= c.max) { // written so that NaN fails, too
			return designFault("design.yaml: %s is %g, must be from %g to %g", c.key, c.got, c.min, c.max)
		}
	}
	return nil
}

func (s *designFile) checkFonts() error {
	for i, f := range s.fontRefs() {
		if f == (FontRef{}) && i >= styles {
			continue
		}
		if f.File == "" || len(f.SHA256) != 64 {
			return designFault("design.yaml: fonts.%s needs file and sha256 (64 hexadecimal digits)", Style(i))
		}
		if !fs.ValidPath(f.File) {
			return designFault("design.yaml: fonts.%s: %q is not a file name inside the fonts folder", Style(i), f.File)
		}
	}
	return nil
}

func (s *designFile) checkColours() error {
	for _, need := range []string{"accent", "tint"} {
		if _, ok := s.Colours[need]; !ok {
			return designFault("design.yaml: colours.%s is missing", need)
		}
	}
	for _, name := range sortedKeys(s.Colours) {
		c := s.Colours[name]
		if !colourName.MatchString(name) {
			return designFault("design.yaml: colour name %q must be lower-case letters, digits and underscores", name)
		}
		if max(c.C, c.M, c.Y, c.K) > 100 {
			return designFault("design.yaml: colours.%s is %s, each ink at most 100 percent", name, c)
		}
		if c.Total() > maxTotalInk {
			return designFault("design.yaml: colours.%s is %s, together more than %d percent ink", name, c, maxTotalInk)
		}
	}
	return nil
}

// checkDecor keeps boxes on the sheet with its bleed and out of the address window's play.
func (s *designFile) checkDecor() error {
	for i, b := range s.Decor {
		if !contains([]string{"first", "next", "every"}, b.Page) {
			return designFault("design.yaml: decor %d: page is %q, must be first, next or every", i+1, b.Page)
		}
		if _, ok := s.Colours[b.Colour]; !ok {
			return designFault("design.yaml: decor %d: colour %q is not known%s", i+1, b.Colour, didYouMean(s.Colours, b.Colour))
		}
		for _, v := range []float64{b.X, b.Y, b.W, b.H} {
			if math.IsNaN(v) || math.Abs(v) > 400 {
				return designFault("design.yaml: decor %d: %g is not a length on the sheet", i+1, v)
			}
		}
		op := b.op(s)
		if op.W <= 0 || op.H <= 0 || op.X < -bleed || op.Y < -bleed || op.X+op.W > sheetW+bleed || op.Y+op.H > sheetH+bleed {
			return designFault("design.yaml: decor %d: the box leaves the sheet with its bleed of 3 mm", i+1)
		}
		if b.Page != "next" && overlaps(op, windowPlay) {
			return designFault("design.yaml: decor %d: the box enters the address window's zone (x 1 to 110 mm, y 45 to 99 mm)", i+1)
		}
	}
	return nil
}

func (b decorBox) op(s *designFile) Op {
	return Op{Kind: OpRect, X: micro(b.X), Y: micro(b.Y), W: micro(b.W), H: micro(b.H), Ink: s.Colours[b.Colour]}
}

func overlaps(a, b Op) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

var variableName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)

func (s *designFile) checkVariables() error {
	for _, name := range sortedKeys(s.Variables) {
		if !variableName.MatchString(name) {
			return designFault("design.yaml: variable %q must be written name or group.name in lower case", name)
		}
		if _, taken := variables[name]; taken || isGroup(variables, name) {
			return designFault("design.yaml: variable %q is already known to every design", name)
		}
		if kindNames[s.Variables[name]] == 0 {
			return designFault("design.yaml: variable %s has kind %q, must be text, number, date or money", name, s.Variables[name])
		}
	}
	return nil
}

func (s *designFile) checkTexts() error {
	if len(s.Texts) == 0 {
		return designFault("design.yaml: texts is empty: name a text file per language, such as de: de.txt")
	}
	for _, lang := range sortedKeys(s.Texts) {
		if lang != "de" && lang != "en" {
			return designFault("design.yaml: texts.%s: the languages are de and en", lang)
		}
		if f := s.Texts[lang]; !fs.ValidPath(f) || strings.Contains(f, "/") {
			return designFault("design.yaml: texts.%s: %q is not a file name in the design's folder", lang, f)
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// micro converts millimetres to micrometres.
func micro(mm float64) int { return int(math.Round(mm * 1000)) }
