package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// levelModels give each customer the model of what its columns say, and count what they say that the fit does
// not know.
type levelModels struct {
	use     string        // word of --use
	columns []levelColumn // of the customers, in the order of their levels
	// at gives the key of the model for a customer with these levels, and what makes it; nil for the model of
	// the portfolio.
	at func(levels []string) (key string, model func() purchase.Model)

	byKey     map[string]*tables.PredictionWriter
	byLevels  map[string]*tables.PredictionWriter
	customers int
	strangers int // customers with a value that the fit does not know
}

// levelColumn is one column of the customers with the values that the fit knows.
type levelColumn struct {
	name   string
	known  map[string]bool
	other  bool           // rare values share an effect, in which the unknown ones share too
	unseen map[string]int // customers by value that the fit does not know
}

func newLevelModels(use string) *levelModels {
	return &levelModels{use: use, byKey: map[string]*tables.PredictionWriter{}, byLevels: map[string]*tables.PredictionWriter{}}
}

func (l *levelModels) column(name string, other bool, known []string) {
	c := levelColumn{name: name, other: other, known: map[string]bool{}, unseen: map[string]int{}}
	for _, level := range known {
		c.known[level] = true
	}
	l.columns = append(l.columns, c)
}

// labels are the columns that predictions need; without models by level there are none.
func (l *levelModels) labels() []string {
	if l == nil {
		return nil
	}
	var out []string
	for _, c := range l.columns {
		out = append(out, c.name)
	}
	return out
}

// writer gives the writer for a customer with these levels beside the one of the portfolio.
func (l *levelModels) writer(all *tables.PredictionWriter, levels []string) *tables.PredictionWriter {
	if l == nil {
		return all
	}
	l.count(levels)
	said := strings.Join(levels, "\x00")
	w, ok := l.byLevels[said]
	if !ok {
		w = l.made(all, levels)
		l.byLevels[said] = w
	}
	return w
}

// made finds the writer of these levels' model, which other levels may share.
func (l *levelModels) made(all *tables.PredictionWriter, levels []string) *tables.PredictionWriter {
	key, model := l.at(levels)
	if model == nil {
		return all
	}
	w, ok := l.byKey[key]
	if !ok {
		w = all.Under(model())
		l.byKey[key] = w
	}
	return w
}

func (l *levelModels) count(levels []string) {
	l.customers++
	stranger := false
	for i, level := range levels {
		if c := l.columns[i]; !c.known[level] {
			c.unseen[level]++
			stranger = true
		}
	}
	if stranger {
		l.strangers++
	}
}

// shownLevels is how many unknown values of a column are named.
const shownLevels = 5

// report says which models predicted, and what the columns said that the fit does not know.
func (l *levelModels) report(w io.Writer, lang language) {
	if l == nil {
		return
	}
	names := strings.Join(l.labels(), ", ")
	if l.use == useSegments {
		fmt.Fprintln(w, lang.say("%s customers predicted, each by the fit of its segment (%s)", lang.count(float64(l.customers)), names))
	} else {
		fmt.Fprintln(w, lang.say("%s customers predicted with the effects of %s", lang.count(float64(l.customers)), names))
	}
	for _, c := range l.columns {
		c.report(w, l.use, lang)
	}
	if len(l.columns) > 1 && l.strangers > 0 {
		fmt.Fprintln(w, lang.say("  together %s customers", lang.count(float64(l.strangers))))
	}
}

func (c levelColumn) report(w io.Writer, use string, lang language) {
	if len(c.unseen) == 0 {
		return
	}
	values := slices.SortedFunc(maps.Keys(c.unseen), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.unseen[b], c.unseen[a]), cmp.Compare(a, b))
	})
	n := 0
	var shown []string
	for i, v := range values {
		n += c.unseen[v]
		if i < shownLevels {
			shown = append(shown, fmt.Sprintf("%s %s", lang.orNone(v), lang.count(float64(c.unseen[v]))))
		}
	}
	if len(values) > shownLevels {
		shown = append(shown, "…")
	}
	text := lang.say("  %s have a value of %s that the fit does not know (%s): ", lang.count(float64(n)), c.name, strings.Join(shown, ", "))
	switch {
	case use == useSegments:
		text += lang.say("predicted by the fit of all customers")
	case c.other:
		text += lang.say("taken as one of its rare values")
	default:
		text += lang.say("taken as its most frequent value")
	}
	fmt.Fprintln(w, text)
}
