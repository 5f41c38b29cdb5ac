package merge

import (
	"cmp"
	"strings"
)

// compare is Liquid's comparison: what cannot be compared is not true.
func compare(a value, op string, b value) bool {
	switch op {
	case "==":
		return equal(a, b)
	case "!=", "<>":
		return !equal(a, b)
	case "contains":
		return contains(a, b)
	}
	order, ok := ordered(a, b)
	if !ok {
		return false
	}
	switch op {
	case "<":
		return order < 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	}
	return order >= 0
}

// equal compares two values; empty and blank equal what has no value, and so does "", which texts ask for as often:
// a blank text of the data is no value.
func equal(a, b value) bool {
	switch {
	case a.kind == vNone && b.kind == vNone:
		return true
	case a.kind == vNone && (a.s == wordBlank || b.kind == vText && b.s == ""):
		return b.empty()
	case b.kind == vNone && (b.s == wordBlank || a.kind == vText && a.s == ""):
		return a.empty()
	case a.kind == vText && b.kind == vText:
		return a.s == b.s
	case a.kind == vBool || b.kind == vBool:
		return a.kind == b.kind && a.n == b.n
	case a.kind == vText || b.kind == vText || a.kind == vNone || b.kind == vNone:
		return false
	}
	order, ok := ordered(a, b)
	return ok && order == 0
}

// ordered compares texts (and with them ISO dates), numbers, and amounts with each other or, in major units, with
// numbers.
func ordered(a, b value) (int, bool) {
	if a.kind == vText && b.kind == vText {
		return strings.Compare(a.s, b.s), true
	}
	if a.kind == vAmount && b.kind == vAmount && a.s != b.s {
		return 0, false
	}
	x, okX := a.number()
	y, okY := b.number()
	return cmp.Compare(x, y), okX && okY
}

func contains(a, b value) bool {
	if a.kind == vText {
		s, err := b.printed("contains")
		return err == nil && s != "" && strings.Contains(a.s, s)
	}
	if a.kind == vList {
		for _, e := range a.elements(nil) {
			if equal(e, b) {
				return true
			}
		}
	}
	return false
}
