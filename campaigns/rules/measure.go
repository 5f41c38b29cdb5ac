package rules

import "strings"

// Limits of a rule's text that hold before the outside parser sees it: its work grows with the tokens, its stack
// with the nesting.
const (
	maxRuleTokens = 20000
	maxTextDepth  = 100 // brackets within brackets, or signs and `not` in a row
)

// measure refuses a text that is too long, holds too many tokens or nests too deep. It reads quotes and comments as
// the outside lexer does and is otherwise generous: every sign counts as a token.
func measure(text string) error {
	if len(text) > MaxRuleBytes {
		return ruleFault("the rule has %d bytes; at most %d are possible: use lists (field in [...]) or split it into saved rules", len(text), MaxRuleBytes)
	}
	m := meter{rest: text}
	for m.rest != "" {
		m.token()
		switch {
		case m.tokens > maxRuleTokens:
			return ruleFault("the rule has more than %d words and signs: split it into saved rules", maxRuleTokens)
		case m.open+m.prefixes > maxTextDepth:
			return ruleFault("the rule nests more than %d brackets or negations: write it flatter", maxTextDepth)
		}
	}
	return nil
}

// meter walks over a text token by token.
type meter struct {
	rest                   string
	tokens, open, prefixes int
}

func (m *meter) token() {
	switch c := m.rest[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		m.rest = m.rest[1:]
		return
	case strings.HasPrefix(m.rest, "//"):
		m.skipTo("\n")
		return
	case strings.HasPrefix(m.rest, "/*"):
		m.rest = m.rest[2:]
		m.skipTo("*/")
		return
	case c == '"' || c == '\'' || c == '`':
		m.quoted(c)
		m.prefixes = 0
	case strings.IndexByte("([{?", c) >= 0: // a ?: nests as brackets do
		m.open++
		m.rest = m.rest[1:]
	case strings.IndexByte(")]}", c) >= 0:
		m.open = max(m.open-1, 0)
		m.rest, m.prefixes = m.rest[1:], 0
	case strings.IndexByte("!-+", c) >= 0:
		m.prefixes++
		m.rest = m.rest[1:]
	case wordByte(c):
		m.word()
	default:
		m.rest = m.rest[1:]
	}
	m.tokens++
}

// word takes a name, a number or a word operator.
func (m *meter) word() {
	end := 0
	for end < len(m.rest) && wordByte(m.rest[end]) {
		end++
	}
	switch m.rest[:end] {
	case "not":
		m.prefixes++
	case "if", "else", "let": // each holds the rest of the text within itself
		m.open++
	default:
		m.prefixes = 0
	}
	m.rest = m.rest[end:]
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (m *meter) skipTo(end string) {
	_, m.rest, _ = strings.Cut(m.rest, end)
}

// quoted skips a text in quotes; backquotes know no escapes.
func (m *meter) quoted(quote byte) {
	for i := 1; i < len(m.rest); i++ {
		switch m.rest[i] {
		case '\\':
			if quote != '`' {
				i++
			}
		case quote:
			m.rest = m.rest[i+1:]
			return
		}
	}
	m.rest = ""
}
