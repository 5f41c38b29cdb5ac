package letter

import (
	"io/fs"
	"strings"
	"time"
	"unicode"

	"postlift"
	"postlift/mailers/address"
	"postlift/mailers/typeset"
)

// Compiled is a design ready to set pieces: Liquid parsed, width tables read, shared layers drawn. It is
// immutable and safe for concurrent use.
type Compiled struct {
	design *Design
	faces  typeset.Family
	texts  map[string]*compiledText
	first  *Layer
	next   *Layer
}

// compiledText is a text in one language.
type compiledText struct {
	engine   *engine
	sections []compiledSection
}

type compiledSection struct {
	kind sectionKind
	text merged
}

// Compile prepares a design once. It reads the fonts that the design names, checks that they are those
// very files, and that they can print every letter of the texts.
func Compile(d *Design, fonts fs.FS) (*Compiled, error) {
	c := &Compiled{design: d, texts: map[string]*compiledText{}}
	for i, ref := range d.spec.fontRefs() {
		if ref.File == "" {
			continue
		}
		f, err := loadFace(fonts, ref)
		if err != nil {
			return nil, err
		}
		c.faces[i] = f
	}
	for lang, text := range d.texts {
		ct, err := c.compileText(text)
		if err != nil {
			return nil, err
		}
		c.texts[lang] = ct
	}
	c.first, c.next = baseLayers(&d.spec)
	return c, nil
}

func (c *Compiled) compileText(t designText) (*compiledText, error) {
	ct := &compiledText{engine: newEngine(t.lang, c.covers)}
	for _, s := range t.sections {
		plain := strings.Map(func(r rune) rune { // line ends are no letters
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, liquidToken.ReplaceAllString(s.source, ""))
		if err := ct.engine.coverage(plain, "the text "+t.file); err != nil {
			return nil, err
		}
		m, err := ct.engine.compile(s.source, t.file, s.line)
		if err != nil {
			return nil, err
		}
		ct.sections = append(ct.sections, compiledSection{s.kind, m})
	}
	return ct, nil
}

// Design is what was compiled.
func (c *Compiled) Design() *Design { return c.design }

// covers tells whether every font of the design can draw the rune: a value may land in any style.
func (c *Compiled) covers(r rune) bool {
	for _, f := range c.faces[:styles] {
		if !f.Has(r) {
			return false
		}
	}
	return true
}

// bindings are the merge data as Liquid sees them: a copy without empty values, so that `if` guards what
// is empty, with the values that a letter has by itself.
func (p *Piece) bindings() map[string]any {
	b, _ := normalise(p.Merge, 0).(map[string]any)
	if b == nil {
		b = map[string]any{}
	}
	b["code"] = postlift.FormatCode(p.Code)
	if b["salutation"] == nil {
		b["salutation"] = address.Salutation(p.person(), p.Language)
	}
	return b
}

// person is the recipient as the merge data name them.
func (p *Piece) person() address.Person {
	return address.Person{
		Salutation: p.text("contact", "salutation"), Title: p.text("contact", "title"),
		FirstName: p.text("contact", "first_name"), LastName: p.text("contact", "last_name"), Country: p.text("account", "country"),
	}
}

// maxMergeDepth bounds how deep merge data are read; what lies deeper is not there.
const maxMergeDepth = 6

// normalise copies plain data: empty texts, lists and groups become nil, whole floats become integers
// (JSON knows no other numbers), dates become ISO texts.
func normalise(v any, depth int) any {
	if depth > maxMergeDepth {
		return nil
	}
	switch x := v.(type) {
	case string:
		if strings.TrimSpace(x) == "" {
			return nil
		}
		return x
	case float64:
		if n, ok := whole(x); ok {
			return n
		}
		return x
	case postlift.Date:
		return normalise(x.String(), depth)
	case time.Time:
		return postlift.DateOf(x).String()
	case postlift.Money:
		return map[string]any{"minor": x.Minor, "currency": x.Currency}
	case map[string]any:
		return normaliseMap(x, depth)
	case []any:
		return normaliseList(x, depth)
	case []map[string]any:
		return normaliseList(x, depth)
	case []string:
		return normaliseList(x, depth)
	}
	return v
}

func normaliseMap(m map[string]any, depth int) any {
	out := make(map[string]any, len(m)+4)
	for k, v := range m {
		if n := normalise(v, depth+1); n != nil {
			out[k] = n
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func normaliseList[T any](list []T, depth int) any {
	out := make([]any, 0, len(list))
	for _, v := range list {
		if n := normalise(v, depth+1); n != nil {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
