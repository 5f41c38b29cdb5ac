package merge

import (
	"strconv"
	"strings"

	"postlift"
	"postlift/mailers/typeset"
)

// BlockKind is what a stretch of a text is on the page.
type BlockKind uint8

// The kinds of blocks, with how each is written.
const (
	Paragraph  BlockKind = iota // lines up to a blank one
	Bullet                      // "- text"; two blanks before it make the second level
	Numbered                    // "1. text", at the start of a paragraph or list
	Heading                     // "## text", or "### text" of the second level
	TableBlock                  // rows "| a | b |"
	Checkbox                    // "[ ] text"
	Rule                        // "---"
	FillIn                      // "Name: ____": one or more labels, each with a line to write on
)

// String gives the kind's lower-case name.
func (k BlockKind) String() string {
	return [...]string{"paragraph", "bullet", "numbered", "heading", "table", "checkbox", "rule", "fill-in", "?"}[min(k, FillIn+1)]
}

// Block is a stretch of a section as the reader sees it.
type Block struct {
	Kind   BlockKind
	Level  int // of lists and headings, from 1
	Number int // of a numbered entry
	// Lines are what stands between breaks that must be made, each of spans. Of a FillIn, each line is the label of
	// one field.
	Lines    [][]typeset.Span
	Table    *Table
	Personal bool   // it holds a value of this recipient
	Source   string // markup with marked values: equal sources are equal blocks, but for Number
}

// Raw is a block that has not been read yet. Whoever reads many of the same Source keeps what Parse gave.
type Raw struct {
	Source   string
	Kind     BlockKind
	Level    int
	Number   int
	Personal bool
	line     int // of its first line within the text, from 0
}

const (
	startMark  = string(valueStart)
	commonMark = string(commonStart)
	endMark    = string(valueEnd)
)

// Blocks reads the markup of a merged section. A style that is not closed and a table whose rows do not fit its
// columns are Faults.
func Blocks(merged string) ([]Block, error) {
	raws := SplitBlocks(merged)
	out := make([]Block, len(raws))
	for i, raw := range raws {
		var err error
		if out[i], err = raw.Parse(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// splitter cuts a merged section into blocks.
type splitter struct {
	text    string
	out     []Raw
	from    int // start of the open block, -1: none
	end     int
	kind    BlockKind
	level   int
	number  int
	line    int
	counts  [3]int // last number of each list level; 0: no list
	current int
}

// SplitBlocks cuts a merged section into its blocks without reading what is inside them.
func SplitBlocks(merged string) []Raw {
	s := &splitter{text: merged, from: -1}
	for at := 0; at < len(merged); s.current++ {
		next := strings.IndexByte(merged[at:], '\n')
		end := len(merged)
		if next >= 0 {
			end = at + next
		}
		s.take(at, end)
		at = end + 1
	}
	s.flush()
	return s.out
}

func (s *splitter) flush() {
	if s.from < 0 {
		return
	}
	src := s.text[s.from:s.end]
	s.out = append(s.out, Raw{Source: src, Kind: s.kind, Level: s.level, Number: s.number, Personal: strings.Contains(src, startMark), line: s.line})
	s.from = -1
}

// take looks at one line.
func (s *splitter) take(from, end int) {
	line := s.text[from:end]
	bare := strings.TrimLeft(line, " \t")
	trimmed := strings.TrimRight(bare, " \t\r")
	if trimmed == "" {
		s.flush()
		return
	}
	from, end = from+len(line)-len(bare), from+len(line)-len(bare)+len(trimmed)
	kind, level, number := s.start(trimmed, len(line)-len(bare))
	goesOn := s.from >= 0 && (kind == Paragraph && continues[s.kind] || kind == TableBlock && s.kind == TableBlock)
	if goesOn {
		s.end = end
		return
	}
	s.flush()
	s.from, s.end, s.kind, s.level, s.number, s.line = from, end, kind, level, number, s.current
	s.count()
}

// continues are the kinds that go on over the following plain lines.
var continues = map[BlockKind]bool{Paragraph: true, Bullet: true, Numbered: true, Checkbox: true}

// start tells what a line is, by its beginning.
func (s *splitter) start(line string, indent int) (kind BlockKind, level, number int) {
	level = 1
	if indent >= 2 {
		level = 2
	}
	switch c := line[0]; {
	case c == '-' && strings.Trim(line, "-") == "" && len(line) >= 3:
		return Rule, 1, 0
	case strings.HasPrefix(line, "- [ ] "), strings.HasPrefix(line, "[ ] "):
		return Checkbox, 1, 0
	case strings.HasPrefix(line, "- "):
		return Bullet, level, 0
	case strings.HasPrefix(line, "## "):
		return Heading, 1, 0
	case strings.HasPrefix(line, "### "):
		return Heading, 2, 0
	case c == '|':
		return TableBlock, 1, 0
	case digit(c) && (s.from < 0 || s.kind != Paragraph):
		if n, _ := listNumber(line); n > 0 {
			return Numbered, level, n
		}
	case strings.HasSuffix(line, "____"):
		return FillIn, 1, 0
	}
	return Paragraph, 1, 0
}

// listNumber reads "12. " and gives where the text starts.
func listNumber(line string) (n, rest int) {
	i := 0
	for i < len(line) && digit(line[i]) {
		i++
	}
	if i == 0 || i > 3 || !strings.HasPrefix(line[i:], ". ") {
		return 0, 0
	}
	n, _ = strconv.Atoi(line[:i]) // at most three digits
	return n, i + 2
}

// count numbers the entries of a list one after the other, whatever the source says after the first.
func (s *splitter) count() {
	switch s.kind {
	case Numbered:
		if s.counts[s.level] > 0 {
			s.number = s.counts[s.level] + 1
		}
		s.counts[s.level] = s.number
		if s.level == 1 {
			s.counts[2] = 0
		}
	case Bullet:
		if s.level == 1 {
			s.counts = [3]int{}
		}
	default:
		s.counts = [3]int{}
	}
}

// Parse reads a block's markup.
func (r Raw) Parse() (Block, error) {
	b := Block{Kind: r.Kind, Level: r.Level, Number: r.Number, Personal: r.Personal, Source: r.Source}
	var err error
	switch r.Kind {
	case TableBlock:
		b.Table, err = parseTable(r.Source)
	case Rule:
	case FillIn:
		b.Lines, err = fields(r.Source)
	default:
		b.Lines, err = parseLines(strings.TrimSpace(r.Source[r.textStart():]))
	}
	return b, err
}

// textStart is where a block's own text starts, after the mark of its kind.
func (r Raw) textStart() int {
	switch r.Kind {
	case Bullet:
		return len("- ")
	case Numbered:
		_, rest := listNumber(r.Source)
		return rest
	case Heading:
		return len("## ") + r.Level - 1
	case Checkbox:
		return strings.Index(r.Source, "] ") + 2
	}
	return 0
}

// parseLines joins source lines at blanks, except after a backslash, and reads the styles, which may reach over a
// line's end.
func parseLines(source string) ([][]typeset.Span, error) {
	var out [][]typeset.Span
	in := inline{text: make([]byte, 0, len(source)+1)}
	for rest, more := source, true; more; {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		line = strings.Trim(line, " \t\r")
		hard := breaksAfter(line)
		if hard {
			line = line[:len(line)-1]
		}
		in.read(line)
		if more && !hard {
			in.text = append(in.text, ' ')
			continue
		}
		out = append(out, in.take())
	}
	if in.bold || in.italic {
		return nil, openStyle(source)
	}
	return out, nil
}

// breaksAfter tells whether a line ends in a backslash that no other escapes.
func breaksAfter(line string) bool {
	n := len(line) - len(strings.TrimRight(line, `\`))
	return n%2 == 1
}

func openStyle(source string) error {
	return postlift.Faultf(postlift.Invalid, "merge.Blocks", "a ** or * is opened and not closed in the paragraph that starts %q", clip(source))
}

// writeLine is where the next line to write on starts, -1 where there is none. What a value holds is none.
func writeLine(source string) int {
	for at := 0; at < len(source); {
		next := special(source[at:], '_')
		if next < 0 {
			return -1
		}
		at += next
		switch {
		case strings.HasPrefix(source[at:], "____"):
			return at
		case source[at] == '_':
			at++
		case source[at] == '\\':
			at += 2
		default:
			end := strings.Index(source[at:], endMark)
			at += max(end, 0) + len(endMark)
		}
	}
	return -1
}

// fields reads the labels of lines to write on.
func fields(source string) ([][]typeset.Span, error) {
	var out [][]typeset.Span
	for source != "" {
		end := writeLine(source)
		if end < 0 {
			break
		}
		label, err := parseLines(strings.TrimSpace(source[:end]))
		if err != nil {
			return nil, err
		}
		out = append(out, label[0])
		source = strings.TrimLeft(source[end:], "_")
	}
	return out, nil
}
