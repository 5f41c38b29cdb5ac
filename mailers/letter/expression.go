package letter

import (
	"regexp"
	"strings"
)

// expression is what the scan needs to know of a Liquid expression.
type expression struct {
	paths   []string // variables in order
	filters map[string]bool
}

// One token of an expression: a text, a number, a dotted name, or an operator.
var exprToken = regexp.MustCompile(`^(?:"[^"]*"|'[^']*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w-]*\??(?:\.[A-Za-z_][\w-]*\??)*|==|!=|<=|>=|<>|[<>|:,])`)

var exprWords = map[string]bool{
	"and": true, "or": true, "not": true, "contains": true, "true": true, "false": true, "nil": true, "null": true,
	"empty": true, "blank": true, "in": true,
}

// expression reads the variables and filters of an expression and checks that each is known.
func (s *scanner) expression(src string, line int) (expression, error) {
	e := expression{filters: map[string]bool{}}
	rest := strings.TrimSpace(src)
	before := ""
	for rest != "" {
		tok := exprToken.FindString(rest)
		if tok == "" {
			return e, s.fault(line, "%q cannot be read here; ranges, brackets and arithmetic signs are not available", rest)
		}
		rest = strings.TrimSpace(rest[len(tok):])
		if err := s.exprPart(&e, tok, before, line); err != nil {
			return e, err
		}
		before = tok
	}
	return e, nil
}

func (s *scanner) exprPart(e *expression, tok, before string, line int) error {
	c := tok[0]
	isName := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	switch {
	case !isName || exprWords[tok]:
		return nil
	case before == "|":
		if _, ok := s.filters[tok]; !ok || strings.HasPrefix(tok, hiddenPrefix) {
			return s.fault(line, "filter %q is not known%s", tok, didYouMean(s.filters, tok))
		}
		e.filters[tok] = true
		return nil
	}
	if s.kind(tok) == 0 {
		if isGroup(s.vars, tok) {
			return s.fault(line, "%q is a group: name a field of it, such as %s", tok, firstOf(s.vars, tok))
		}
		return s.fault(line, "variable %q is not known%s", tok, didYouMean(s.vars, tok))
	}
	e.paths = append(e.paths, tok)
	return nil
}

// firstOf is the alphabetically first field of a group.
func firstOf(vars map[string]VarKind, group string) string {
	best := ""
	for k := range vars {
		if strings.HasPrefix(k, group+".") && (best == "" || k < best) {
			best = k
		}
	}
	return best
}
