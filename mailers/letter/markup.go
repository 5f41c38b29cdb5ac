package letter

import (
	"strings"

	"postlift"
)

// The text of a design knows little markup: blank lines part paragraphs, "## " starts a heading, "- " a
// bullet, **bold** and *italic* mark words, a backslash at a line's end breaks the line, and a backslash
// before * prints a star.

type blockKind uint8

const (
	paragraph blockKind = iota
	bullet
	heading
)

// block is a paragraph, bullet or heading: lines that must break, each of spans.
type block struct {
	kind  blockKind
	lines [][]span
}

// Values come from customer files; these private characters stand for the marks inside them while the
// markup is read, so that a company named "*Stern*" is printed as it is.
const (
	literalStar  = '\uE010'
	literalDash  = '\uE011'
	literalHash  = '\uE012'
	literalSlash = '\uE013'
)

var unliteral = strings.NewReplacer(string(literalStar), "*", string(literalDash), "-", string(literalHash), "#", string(literalSlash), `\`)

// protect hides the marks in a value.
func protect(s string) string {
	if strings.HasPrefix(s, "-") {
		s = string(literalDash) + s[1:]
	}
	if !strings.ContainsAny(s, `*#\`) {
		return s
	}
	return strings.NewReplacer("*", string(literalStar), "#", string(literalHash), `\`, string(literalSlash)).Replace(s)
}

// parseBlocks reads the merged text of a section.
func parseBlocks(text string) ([]block, error) {
	var out []block
	var open []string
	flush := func(kind blockKind) error {
		if len(open) == 0 {
			return nil
		}
		b, err := makeBlock(kind, open)
		out, open = append(out, b), nil
		return err
	}
	kind := paragraph
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		starts, rest := lineStart(line)
		if line == "" || starts != paragraph || kind == heading {
			if err := flush(kind); err != nil {
				return nil, err
			}
			kind = starts
		}
		if line != "" {
			open = append(open, rest)
		}
	}
	err := flush(kind)
	return out, err
}

func lineStart(line string) (blockKind, string) {
	if rest, ok := strings.CutPrefix(line, "- "); ok {
		return bullet, strings.TrimSpace(rest)
	}
	if rest, ok := strings.CutPrefix(line, "## "); ok {
		return heading, strings.TrimSpace(rest)
	}
	return paragraph, line
}

// makeBlock joins source lines and reads the styles, which may reach over a line's end.
func makeBlock(kind blockKind, source []string) (block, error) {
	b := block{kind: kind}
	var line strings.Builder
	style := styleReader{}
	for i, s := range source {
		hard := strings.HasSuffix(s, `\`)
		line.WriteString(strings.TrimSuffix(s, `\`))
		if !hard && i < len(source)-1 {
			line.WriteByte(' ')
			continue
		}
		b.lines = append(b.lines, style.read(line.String()))
		line.Reset()
	}
	if style.bold || style.italic {
		return b, postlift.Faultf(postlift.Invalid, "letter.markup", "a ** or * is opened and not closed in the paragraph that starts %q", clip(source[0]))
	}
	return b, nil
}

// styleReader keeps what is switched on from line to line of a block.
type styleReader struct{ bold, italic bool }

func (r *styleReader) style() Style {
	if r.bold {
		return Bold
	}
	if r.italic {
		return Italic
	}
	return Regular
}

func (r *styleReader) read(s string) []span {
	var spans []span
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			spans = append(spans, span{r.style(), unliteral.Replace(text.String())})
			text.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '*':
			i++
			text.WriteByte('*')
		case strings.HasPrefix(s[i:], "**"):
			flush()
			r.bold = !r.bold
			i++
		case s[i] == '*':
			flush()
			r.italic = !r.italic
		default:
			text.WriteByte(s[i])
		}
	}
	flush()
	return spans
}

// clip shortens a text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
