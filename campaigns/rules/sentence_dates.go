package rules

import "strings"

// looksBack and looksAhead tell of which fields the dates never lie after the day on which the rule is asked, or
// never before it: "at most 60 days ahead" is then "within the next 60 days".
func (f *Field) looksBack() bool {
	return !f.Custom && (strings.HasPrefix(f.Name, "last_") || strings.HasPrefix(f.Name, "first_"))
}

func (f *Field) looksAhead() bool { return !f.Custom && strings.HasPrefix(f.Name, "next_") }

func (s speaker) day(f *Field, n *Node, negate bool) string {
	switch n.Op {
	case OpIsEmpty:
		if negate {
			return s.or("with a date", "mit Datum")
		}
		return s.or("without a date", "ohne Datum")
	case OpIn:
		return s.days(n.Values, negate)
	}
	op := n.Op
	if negate {
		op = negated[op]
	}
	if n.Value.kind == relativeLiteral {
		return s.relative(f, op, n.Value.relative)
	}
	day := s.value(f, *n.Value)
	return map[string]string{OpEqual: s.or("on ", "am "), OpNotEqual: s.or("not on ", "nicht am "), OpLess: s.or("before ", "vor dem "),
		OpAtMost: s.or("on or before ", "bis zum "), OpGreater: s.or("after ", "nach dem "), OpAtLeast: s.or("on or after ", "ab dem ")}[op] + day
}

// days says that a date is one of several, or none of them.
func (s speaker) days(values []Literal, negate bool) string {
	on := speakerOfDays{s}
	texts := make([]string, 0, min(len(values), mostListed))
	for i, v := range values {
		if i >= mostListed-1 && len(values) > mostListed {
			rest := s.decimal(float64(len(values) - i))
			texts = append(texts, s.or("on "+rest+" other days", "an "+rest+" weiteren Tagen"))
			break
		}
		texts = append(texts, on.point(v))
	}
	switch {
	case !negate:
		return enumerate(texts, s.or("or", "oder"))
	case len(texts) == 1:
		return s.or("not ", "nicht ") + texts[0]
	}
	return s.or("neither ", "weder ") + enumerate(texts, s.or("nor", "noch"))
}

// speakerOfDays writes dates as points in time.
type speakerOfDays struct{ speaker }

func (s speakerOfDays) point(l Literal) string {
	if l.kind == relativeLiteral {
		return s.moment(l.relative)
	}
	return s.or("on ", "am ") + s.value(&Field{Type: Day}, l)
}

// moment is a relative date: "90 days ago", "in 2 Monaten", "today".
func (s speaker) moment(r Relative) string {
	count, span := s.span(r)
	switch {
	case count == 0:
		return s.or("today", "heute")
	case count < 0:
		return s.or(span+" ago", "vor "+span)
	}
	return "in " + span
}

// span is the length of a relative date with its unit, in the dative in German, and its signed count.
func (s speaker) span(r Relative) (count int, text string) {
	count, unit := r.Days, s.or("days", "Tagen")
	if r.Months != 0 {
		count, unit = r.Months, s.or("months", "Monaten")
	}
	if count == 1 || count == -1 {
		unit = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(unit, "en"), "s"), "n")
	}
	return count, s.decimal(float64(abs(count))) + " " + unit
}

// since says that a date lies between a relative one in the past and today, or "" where that has no idiom.
func (s speaker) since(r Relative) string {
	count, span := s.span(r)
	if count > -2 {
		return ""
	}
	return s.or("in the last ", "in den letzten ") + span
}

// within says that a date lies between today and a relative one ahead, or "" where that has no idiom.
func (s speaker) within(r Relative) string {
	count, span := s.span(r)
	if count < 2 {
		return ""
	}
	return s.or("within the next ", "in den nächsten ") + span
}

func (s speaker) relative(f *Field, op string, r Relative) string {
	if idiom := s.idiom(f, op, r); idiom != "" {
		return idiom
	}
	at := s.moment(r)
	switch op {
	case OpEqual:
		return at
	case OpNotEqual:
		return s.or("not ", "nicht ") + at
	case OpLess:
		return s.or("earlier than ", "früher als ") + at
	case OpAtMost:
		return at + s.or(" or earlier", " oder früher")
	case OpGreater:
		return s.or("later than ", "später als ") + at
	}
	return at + s.or(" or later", " oder später")
}

// idiom is how people say a bound of a date that can only lie on one side of today.
func (s speaker) idiom(f *Field, op string, r Relative) string {
	count, span := s.span(r)
	switch {
	case f.looksBack() && count < 0:
		switch op {
		case OpLess:
			return s.or("more than "+span+" ago", "vor mehr als "+span)
		case OpAtMost:
			return s.or("at least "+span+" ago", "vor mindestens "+span)
		case OpGreater:
			return s.or("less than "+span+" ago", "vor weniger als "+span)
		case OpAtLeast:
			return s.since(r)
		}
	case f.looksAhead() && count > 0:
		switch op {
		case OpLess:
			return s.or("in less than ", "in weniger als ") + span
		case OpAtMost:
			return s.within(r)
		case OpGreater:
			return s.or("in more than ", "in mehr als ") + span
		case OpAtLeast:
			return s.or("in at least ", "in mindestens ") + span
		}
	}
	return ""
}
