package letter

import (
	"regexp"
	"strings"

	"github.com/osteele/liquid/parser"

	"postlift"
)

// The scan reads the Liquid tokens of a section before the Liquid library does. It refuses what the
// sandbox does not know (tags, filters, ranges, indexes), names unknown variables with their line, and
// rewrites two places without moving a line: each {{ … }} ends in a hidden filter that stops the piece
// when the value is empty and hides markup in it, and each loop starts with a hidden tag that counts.

const (
	hiddenPrefix = "postlift_"
	outFilter    = hiddenPrefix + "out"
	tickTag      = hiddenPrefix + "tick"
	maxNesting   = 6
	maxLoops     = 2 // loops inside each other
)

var allowedTags = map[string]bool{
	"if": true, "elsif": true, "else": true, "endif": true, "unless": true, "endunless": true,
	"case": true, "when": true, "endcase": true, "for": true, "endfor": true,
	"assign": true, "comment": true, "endcomment": true,
}

// scanner walks the tokens of one section.
type scanner struct {
	file    string
	vars    map[string]VarKind
	locals  map[string]string   // loop variable → list element path ("orders[]"), assigned name → ""
	always  map[string]bool     // variables that are printed whatever the data: outside of blocks, without default
	loops   []string            // open loops' variables
	depth   int                 // open blocks
	filters map[string]struct{} // known filter names
}

// scan checks a section and gives the rewritten source. line is the file's line of the section's start.
func (s *scanner) scan(source string, line int) (string, error) {
	var out strings.Builder
	comment := false
	for _, tok := range parser.Scan(source, parser.SourceLoc{LineNo: line}, nil) {
		line := tok.SourceLoc.LineNo
		switch {
		case comment:
			comment = tok.Type != parser.TagTokenType || tok.Name != "endcomment"
			out.WriteString(tok.Source)
		case tok.Type == parser.TextTokenType:
			if err := s.plain(tok.Source, line); err != nil {
				return "", err
			}
			out.WriteString(tok.Source)
		case tok.Type == parser.ObjTokenType:
			repl, err := s.object(tok, line)
			if err != nil {
				return "", err
			}
			out.WriteString(repl)
		case tok.Type == parser.TagTokenType:
			comment = tok.Name == "comment"
			if err := s.tag(tok, line); err != nil {
				return "", err
			}
			out.WriteString(tok.Source)
			if tok.Name == "for" {
				out.WriteString("{% " + tickTag + " %}")
			}
		}
	}
	return out.String(), nil
}

func (s *scanner) fault(line int, format string, args ...any) error {
	f := postlift.Faultf(postlift.Invalid, "letter.ParseDesign", format, args...)
	f.Text = place(s.file, line) + f.Text
	return f
}

func (s *scanner) plain(text string, line int) error {
	for _, mark := range []string{"{{", "{%", "}}", "%}"} {
		if i := strings.Index(text, mark); i >= 0 {
			return s.fault(line+strings.Count(text[:i], "\n"), "%q has no partner", mark)
		}
	}
	return nil
}

// object checks one {{ … }} and appends the hidden filter.
func (s *scanner) object(tok parser.Token, line int) (string, error) {
	e, err := s.expression(tok.Args, line)
	if err != nil {
		return "", err
	}
	if len(e.paths) == 0 {
		return "", s.fault(line, "{{ %s }} prints no variable", tok.Args)
	}
	path := e.paths[0]
	s.always[path] = s.always[path] || s.depth == 0 && !e.filters["default"]
	if err := s.printable(e, line); err != nil {
		return "", err
	}
	guard := "required"
	if e.filters["default"] {
		guard = "optional"
	}
	end := "}}"
	if strings.HasSuffix(tok.Source, "-}}") {
		end = "-}}"
	}
	body := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(tok.Source, "}}"), "-"))
	return body + " | " + outFilter + `: "` + path + `", "` + guard + `" ` + end, nil
}

// printable asks for the filter that a kind needs, so that no letter shows an ISO date.
func (s *scanner) printable(e expression, line int) error {
	path := e.paths[0]
	switch s.kind(path) {
	case Day:
		if !e.filters["date"] {
			return s.fault(line, "%s is a date: print it as {{ %s | date }}", path, path)
		}
	case Amount:
		if !e.filters["money"] {
			return s.fault(line, "%s is an amount: print it as {{ %s | money }}", path, path)
		}
	case List:
		if !e.filters["size"] {
			return s.fault(line, "%s is a list: walk it with {%% for item in %s %%}", path, path)
		}
	}
	return nil
}

func (s *scanner) tag(tok parser.Token, line int) error {
	if !allowedTags[tok.Name] {
		return s.fault(line, "tag %q is not known here%s", tok.Name, didYouMean(allowedTags, tok.Name))
	}
	switch tok.Name {
	case "if", "unless", "case", "for":
		if s.depth++; s.depth > maxNesting {
			return s.fault(line, "blocks are nested deeper than %d", maxNesting)
		}
	case "endif", "endunless", "endcase":
		s.depth--
	case "endfor":
		s.depth--
		s.closeLoop()
		return nil
	}
	switch tok.Name {
	case "for":
		return s.openLoop(tok.Args, line)
	case "assign":
		return s.assign(tok.Args, line)
	case "if", "elsif", "unless", "case", "when":
		_, err := s.expression(tok.Args, line)
		return err
	}
	return nil
}

var (
	loopForm   = regexp.MustCompile(`^([A-Za-z_]\w*)\s+in\s+([A-Za-z_][\w.]*)\s*(?:limit:\s*\d+|reversed|\s)*$`)
	assignForm = regexp.MustCompile(`^([A-Za-z_]\w*)\s*=\s*(.+)$`)
)

func (s *scanner) openLoop(args string, line int) error {
	m := loopForm.FindStringSubmatch(strings.TrimSpace(args))
	if m == nil {
		return s.fault(line, "a loop is written {%% for item in list %%}, with limit: n or reversed after it; got %q", args)
	}
	if k := s.kind(m[2]); k != List && k != local {
		return s.fault(line, "%q is not a list%s", m[2], didYouMean(s.vars, m[2]))
	}
	if len(s.loops) == maxLoops {
		return s.fault(line, "more than %d loops inside each other", maxLoops)
	}
	s.loops = append(s.loops, m[1])
	s.locals[m[1]] = m[2] + "[]"
	return nil
}

func (s *scanner) closeLoop() {
	if n := len(s.loops); n > 0 {
		delete(s.locals, s.loops[n-1])
		s.loops = s.loops[:n-1]
	}
}

func (s *scanner) assign(args string, line int) error {
	m := assignForm.FindStringSubmatch(strings.TrimSpace(args))
	if m == nil {
		return s.fault(line, "an assignment is written {%% assign name = value %%}; got %q", args)
	}
	if _, taken := s.vars[m[1]]; taken || isGroup(s.vars, m[1]) {
		return s.fault(line, "%q is a variable of the merge data and cannot be assigned", m[1])
	}
	if _, err := s.expression(m[2], line); err != nil {
		return err
	}
	s.locals[m[1]] = ""
	return nil
}

// kind finds what a dotted path is; 0 means unknown.
func (s *scanner) kind(path string) VarKind {
	if k, ok := s.vars[path]; ok {
		return k
	}
	head, rest, dotted := strings.Cut(path, ".")
	if head == "forloop" && len(s.loops) > 0 {
		return local
	}
	element, ok := s.locals[head]
	switch {
	case !ok:
		return 0
	case element == "" || !dotted:
		return local
	}
	return s.vars[element+"."+rest]
}

// liquidToken matches a whole {{ … }} or {% … %}.
var liquidToken = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}`)
