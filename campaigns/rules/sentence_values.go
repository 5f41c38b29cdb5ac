package rules

import (
	"strconv"
	"strings"

	"postlift"
)

// leaf gives the words for a single condition or its negation: its field, or where the catalogue does not have it
// a label, and what is asked of it.
func (s speaker) leaf(n *Node, negate bool) (f *Field, label, asked string) {
	switch n.Op {
	case OpInSegment:
		return nil, "", s.not(negate) + s.or("in the segment ", "im Segment ") + s.quote(n.Value.text)
	case OpWithinKM:
		return nil, s.or("main site", "Hauptstandort"), s.near(*n.Near, negate)
	}
	f, known := s.catalogue.Field(n.Field)
	if !known {
		return nil, "", s.not(negate) + n.Text()
	}
	switch f.Type {
	case Boolean:
		return s.flag(f, n, negate)
	case Text:
		return f, "", s.text(f, n, negate)
	case Texts:
		return f, "", s.set(f, n, negate)
	case Day:
		return f, "", s.day(f, n, negate)
	}
	return f, "", s.number(f, n, negate)
}

func (s speaker) not(negate bool) string {
	if negate {
		return s.or("not ", "nicht ")
	}
	return ""
}

func (s speaker) near(p Near, negate bool) string {
	where := s.decimal(p.KM) + " km " + s.or("of ", "um ") + p.Country + "-" + p.Postcode
	if negate {
		return s.or("not within ", "nicht im Umkreis von ") + where
	}
	return s.or("within ", "im Umkreis von ") + where
}

// flag says a boolean in words of its own, "no open contract"; one of the organisation's own as yes or no.
func (s speaker) flag(f *Field, n *Node, negate bool) (*Field, string, string) {
	if n.Op == OpIsEmpty {
		return f, "", s.empty(negate)
	}
	yes := n.Value.yes == (n.Op == OpEqual) != negate
	if f.Yes.EN == "" {
		if yes {
			return nil, s.quote(f.Label(s.lang)), s.or("yes", "ja")
		}
		return nil, s.quote(f.Label(s.lang)), s.or("no", "nein")
	}
	if yes {
		return nil, "", f.Yes.In(s.lang)
	}
	return nil, "", f.No.In(s.lang)
}

// empty says whether there is a value.
func (s speaker) empty(negate bool) string {
	if negate {
		return s.or("with a value", "mit Wert")
	}
	return s.or("without a value", "ohne Wert")
}

func (s speaker) number(f *Field, n *Node, negate bool) string {
	switch n.Op {
	case OpIsEmpty:
		return s.empty(negate)
	case OpIn:
		if negate {
			return s.or("other than ", "ungleich ") + s.list(f, n.Values, s.or("and", "und"))
		}
		return s.or("equal to ", "gleich ") + s.list(f, n.Values, s.or("or", "oder"))
	}
	op := n.Op
	if negate {
		op = negated[op]
	}
	return map[string]string{OpEqual: s.or("equal to ", "gleich "), OpNotEqual: s.or("other than ", "ungleich "), OpLess: s.or("below ", "unter "),
		OpAtMost: s.or("at most ", "höchstens "), OpGreater: s.or("above ", "über "), OpAtLeast: s.or("at least ", "mindestens ")}[op] + s.value(f, *n.Value)
}

func (s speaker) text(f *Field, n *Node, negate bool) string {
	if n.Op == OpIsEmpty {
		return s.empty(negate)
	}
	if n.Op == OpIn {
		return s.oneOf(f, n.Values, negate)
	}
	value := s.value(f, *n.Value)
	switch n.Op {
	case OpEqual, OpNotEqual:
		if negate != (n.Op == OpNotEqual) {
			return s.or("other than ", "nicht ") + value
		}
		return value
	}
	value = s.quote(n.Value.text) // a part of a text has no label
	if s.german {
		return map[bool]string{false: "mit ", true: "ohne "}[negate] + map[string]string{OpContains: value + " darin",
			OpStartsWith: value + " am Anfang", OpEndsWith: value + " am Ende"}[n.Op]
	}
	return s.not(negate) + map[string]string{OpContains: "containing ", OpStartsWith: "beginning with ", OpEndsWith: "ending with "}[n.Op] + value
}

// oneOf says that a text is one of several, or none of them.
func (s speaker) oneOf(f *Field, values []Literal, negate bool) string {
	switch {
	case !negate:
		return s.list(f, values, s.or("or", "oder"))
	case !s.german:
		return "other than " + s.list(f, values, "and")
	case len(values) == 1:
		return "nicht " + s.value(f, values[0])
	}
	return "weder " + s.list(f, values, "noch")
}

func (s speaker) set(f *Field, n *Node, negate bool) string {
	if n.Op == OpIsEmpty {
		if negate {
			return s.or("with an entry", "mit Eintrag")
		}
		return s.or("without an entry", "ohne Eintrag")
	}
	values := n.Values
	if n.Op == OpContains {
		values = []Literal{*n.Value}
	}
	if negate {
		return s.or("without ", "ohne ") + s.list(f, values, s.or("or", "oder"))
	}
	return s.or("including ", "mit ") + s.list(f, values, s.or("or", "oder"))
}

// mostListed is how many values of a list a sentence names.
const mostListed = 8

func (s speaker) list(f *Field, values []Literal, word string) string {
	var texts []string
	for i, v := range values {
		if i >= mostListed-1 && len(values) > mostListed {
			rest := len(values) - i
			texts = append(texts, s.or(s.decimal(float64(rest))+" others", s.decimal(float64(rest))+" weitere"))
			break
		}
		texts = append(texts, s.value(f, v))
	}
	return enumerate(texts, word)
}

// enumerate lists values with commas only: they stand within one phrase.
func enumerate(texts []string, word string) string {
	last := len(texts) - 1
	if last < 1 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:last], ", ") + " " + word + " " + texts[last]
}

// value writes a literal for people: money with its currency, shares in per cent, dates of the language, texts by
// their labels, plain codes as they are and other texts in quotes.
func (s speaker) value(f *Field, l Literal) string {
	switch l.kind {
	case relativeLiteral:
		return s.moment(l.relative)
	case boolLiteral:
		return s.or(strconv.FormatBool(l.yes), map[bool]string{true: "ja", false: "nein"}[l.yes])
	case numberLiteral:
		return s.amount(f, l.num)
	}
	if f.Type == Day {
		if d, err := postlift.ParseDate(l.text); err == nil {
			return d.Format(s.lang)
		}
	}
	if label := f.ValueLabel(l.text, s.lang); label != l.text || len(f.Values) > 0 {
		return label
	}
	if f.form != nil || strings.HasPrefix(f.Unit, "ISO ") {
		return l.text
	}
	return s.quote(l.text)
}

func (s speaker) amount(f *Field, v float64) string {
	switch {
	case f.Type == Amount:
		return s.money(postlift.FromMajor(v, s.currency))
	case f.Unit == "share":
		percent, _ := strconv.ParseFloat(strconv.FormatFloat(v*100, 'g', 12, 64), 64) // 0.07 is 7 per cent, not 7.000000000000001
		return s.decimal(percent) + s.or("%", "\u00a0%")
	}
	return s.decimal(v)
}

// money leaves out cents that are nought.
func (s speaker) money(m postlift.Money) string {
	text := m.Format(s.lang)
	digits := postlift.MinorDigits(m.Currency)
	if digits == 0 || m.Minor%int64(postlift.MinorFactor(m.Currency)) != 0 {
		return text
	}
	return strings.Replace(text, s.or(".", ",")+strings.Repeat("0", digits), "", 1)
}

// decimal writes a number with the language's point and groups of thousands.
func (s speaker) decimal(v float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	whole, minus := strings.CutPrefix(whole, "-")
	var b strings.Builder
	if minus {
		b.WriteByte('-')
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(s.or(",", "."))
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteString(s.or(".", ",") + fraction)
	}
	return b.String()
}

func (s speaker) quote(text string) string {
	return s.or("“"+text+"”", "„"+text+"“")
}
