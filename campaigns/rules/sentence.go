package rules

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence says the rule in one sentence of a language ("de…" is German, anything else English), amounts in
// currency. It names fields by the labels of the catalogue, or by their names where it does not have them. Groups
// within groups stand in brackets; parts that hold a comma or a conjunction of their own are kept apart by
// semicolons. A negation is said of the condition itself, which means the same in Kleene's logic.
func (n *Node) Sentence(c *Catalogue, lang, currency string) string {
	s := newSpeaker(c, lang, currency)
	text, bracket := strings.CutPrefix(s.say(n, false, true), "(")
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:] + "."
	if bracket {
		return "(" + text
	}
	return text
}

// Phrase says a single condition in two parts for lists of conditions: the label of its field, and what is asked
// of it. The label is empty where the second part says it all. A group gives its sentence's words.
func (n *Node) Phrase(c *Catalogue, lang, currency string) (label, asked string) {
	s := newSpeaker(c, lang, currency)
	switch n.Op {
	case OpAll, OpAny, OpNone, OpNot:
		return "", s.say(n, false, true)
	}
	f, label, asked := s.leaf(n, false)
	if f != nil {
		label = f.sentenceLabel(lang)
	}
	return label, asked
}

// speaker puts conditions into words of one language.
type speaker struct {
	catalogue      *Catalogue
	german         bool
	lang, currency string
}

func newSpeaker(c *Catalogue, lang, currency string) speaker {
	return speaker{catalogue: c, german: strings.HasPrefix(lang, "de"), lang: lang, currency: currency}
}

// or chooses the text of the language.
func (s speaker) or(en, de string) string {
	if s.german {
		return de
	}
	return en
}

// say gives the words for a condition or its negation; what stands within a group is bracketed unless outer.
func (s speaker) say(n *Node, negate, outer bool) string {
	n, negate = unwrap(n, negate)
	if n.Op != OpAll && n.Op != OpAny {
		f, label, asked := s.leaf(n, negate)
		if f != nil {
			label = s.inner(f)
		}
		return strings.TrimSpace(label + " " + asked)
	}
	text := s.group(n, negate)
	if outer {
		return text
	}
	return "(" + text + ")"
}

// unwrap takes off negations and groups of one: not not x is x, none of is not any of.
func unwrap(n *Node, negate bool) (*Node, bool) {
	for {
		switch {
		case n.Op == OpNot:
			n, negate = n.Nodes[0], !negate
		case len(n.Nodes) == 1:
			negate = negate != (n.Op == OpNone)
			n = n.Nodes[0]
		case n.Op == OpNone:
			return &Node{Op: OpAny, Nodes: n.Nodes}, !negate
		default:
			return n, negate
		}
	}
}

func (s speaker) group(n *Node, negate bool) string {
	parts := s.parts(n.Op, n.Nodes)
	and := s.or("and", "und")
	or := s.or("or", "oder")
	switch {
	case n.Op == OpAll && !negate:
		return join(parts, and)
	case n.Op == OpAll:
		return s.or("not all of the following: ", "nicht alle folgenden Bedingungen: ") + join(parts, and)
	case !negate:
		return join(parts, or)
	}
	return s.or("none of the following: ", "keine der folgenden Bedingungen: ") + join(parts, or)
}

// parts says the parts of a group, two bounds of one field together.
func (s speaker) parts(op string, nodes []*Node) []string {
	texts := make([]string, 0, len(nodes))
	done := make([]bool, len(nodes))
	for i, n := range nodes {
		if done[i] {
			continue
		}
		text := ""
		for j := i + 1; j < len(nodes) && op == OpAll && text == "" && isBound(n); j++ {
			if !done[j] && nodes[j].Field == n.Field {
				text = s.between(n, nodes[j])
				done[j] = text != ""
			}
		}
		if text == "" {
			text = s.say(n, false, false)
		}
		texts = append(texts, text)
	}
	return texts
}

func isBound(n *Node) bool { return n.Op == OpAtLeast || n.Op == OpAtMost }

// between says two bounds of one field, or "" where they are better said apart.
func (s speaker) between(a, b *Node) string {
	if a.Op == OpAtMost {
		a, b = b, a
	}
	f, known := s.catalogue.Field(a.Field)
	if a.Op != OpAtLeast || b.Op != OpAtMost || !known {
		return ""
	}
	asked := ""
	switch {
	case f.Type != Day:
		asked = s.or("from ", "von ") + s.value(f, *a.Value) + s.or(" to ", " bis ") + s.value(f, *b.Value)
	case a.Value.kind == textLiteral && b.Value.kind == textLiteral:
		asked = s.or("from ", "vom ") + s.value(f, *a.Value) + s.or(" to ", " bis zum ") + s.value(f, *b.Value)
	case a.Value.relative == Relative{} && a.Value.kind == relativeLiteral:
		asked = s.within(b.Value.relative)
	case b.Value.relative == Relative{} && b.Value.kind == relativeLiteral:
		asked = s.since(a.Value.relative)
	}
	if asked == "" {
		return ""
	}
	return s.inner(f) + " " + asked
}

// join lists phrases. Those with a comma or conjunction of their own are kept apart by semicolons.
func join(parts []string, word string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	comma, end := ", ", " "+word+" "
	if slices.ContainsFunc(parts, compound) {
		comma, end = "; ", "; "+word+" "
	}
	return strings.Join(parts[:last], comma) + end + parts[last]
}

// compound tells whether a phrase could be mistaken for two in a list; one in brackets cannot.
func compound(part string) bool {
	if strings.HasPrefix(part, "(") {
		return false
	}
	return slices.ContainsFunc([]string{", ", ";", " and ", " or ", " nor ", " und ", " oder ", " noch "}, func(s string) bool { return strings.Contains(part, s) })
}

// germanLower are the words other than nouns that German labels begin with; they are small within a sentence.
var germanLower = []string{"verbleibender", "höchste", "erwartete", "erwarteter", "laufende", "offene", "letzte", "letzter", "erste", "nächste", "nächster", "nächstes",
	"gewonnen", "gewonnene", "verlorene", "beendete", "bestellte", "aktive", "unzustellbare", "in", "hat", "ist"}

// sentenceLabel is the label without the preposition that a date would follow: "Last order on" is "Last order".
func (f *Field) sentenceLabel(lang string) string {
	label := f.Label(lang)
	if f.Type == Day {
		label = strings.TrimSuffix(strings.TrimSuffix(label, " on"), " am")
	}
	return label
}

// inner is the field's label as it stands within a sentence. Labels of the organisation's own stay as they are.
func (s speaker) inner(f *Field) string {
	label := f.sentenceLabel(s.lang)
	if strings.Contains(label, ", ") {
		label += "," // what stands between two commas ends before what is asked
	}
	if f.Custom {
		return label
	}
	first, size := utf8.DecodeRuneInString(label)
	word, _, _ := strings.Cut(label, " ")
	next, _ := utf8.DecodeRuneInString(label[size:])
	if s.german && slices.Contains(germanLower, strings.ToLower(word)) || !s.german && unicode.IsLower(next) {
		return string(unicode.ToLower(first)) + label[size:]
	}
	return label
}
