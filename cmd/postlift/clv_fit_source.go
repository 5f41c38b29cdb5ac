package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/tables"
)

// fitSource is what a fit was made from and how it was read, so that predictions can tell where theirs differs.
type fitSource struct {
	Kind         string             `json:"kind"` // orders or summary
	Until        postlift.Date      `json:"until,omitzero"`
	Currency     string             `json:"currency,omitempty"`
	Rates        map[string]float64 `json:"rates,omitempty"`
	NotBefore    postlift.Date      `json:"not_before,omitzero"`
	HistoryStart postlift.Date      `json:"history_start,omitzero"`
	Columns      map[string]string  `json:"columns,omitempty"` // by what it is the header, or the number where there is none
	Decimal      string             `json:"decimal,omitempty"`
	ZeroLines    string             `json:"zero_lines,omitempty"`
	Types        map[string]string  `json:"types,omitempty"`
}

// source says what customers were made from.
func (l *logFlags) source(a *app, c customers) (*fitSource, error) {
	if c.log == nil {
		return &fitSource{Kind: "summary"}, nil
	}
	opt, err := l.options(a)
	if err != nil {
		return nil, err
	}
	s := fitSource{Kind: "orders", Until: c.log.Until, Currency: strings.ToUpper(opt.Reporting), Rates: opt.Rates, NotBefore: opt.NotBefore,
		HistoryStart: opt.HistoryStart, Decimal: c.counts.Decimal, ZeroLines: l.zero, Types: opt.Types, Columns: map[string]string{}}
	for _, f := range c.counts.Columns {
		s.Columns[f.Column] = f.Header
		if f.Header == "" {
			s.Columns[f.Column] = fmt.Sprint(f.Place)
		}
	}
	return &s, nil
}

// compare writes what differs between the data of a fit and those of a prediction. A fit from a summary, and one
// that does not say what it was made from, is compared with nothing.
func (s *fitSource) compare(w io.Writer, here *fitSource, l language) {
	if s == nil || s.Kind != "orders" || here.Kind != "orders" {
		return
	}
	var found []string
	for _, one := range []struct{ name, there, here string }{
		{l.say("last day"), l.day(s.Until), l.day(here.Until)},
		{l.say("currency"), s.Currency, here.Currency},
		{l.say("rates"), pairs(s.Rates), pairs(here.Rates)},
		{l.say("first day of the company"), l.day(s.NotBefore), l.day(here.NotBefore)},
		{l.say("beginning of the history"), l.day(s.HistoryStart), l.day(here.HistoryStart)},
		{l.say("columns"), pairs(s.Columns), pairs(here.Columns)},
		{l.say("decimal sign"), s.Decimal, here.Decimal},
		{l.say("zero lines"), s.ZeroLines, here.ZeroLines},
		{l.say("document types"), pairs(s.Types), pairs(here.Types)},
	} {
		if one.there != one.here {
			found = append(found, l.say("%s was %s there and is %s here", one.name, l.orNone(one.there), l.orNone(one.here)))
		}
	}
	if len(found) > 0 {
		fmt.Fprintln(w, l.say("the fit was made from other data: %s", strings.Join(found, "; ")))
	}
}

// day writes a date, "" for none.
func (l language) day(d postlift.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Format(string(l))
}

func pairs[V any](m map[string]V) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s=%v", key, m[key]))
	}
	return strings.Join(out, ",")
}

// columnsText says in one line which columns of a log with a header were recognised.
func columnsText(w io.Writer, c *tables.Counts, l language) {
	if c == nil || !c.Header {
		return
	}
	var used []string
	for _, f := range c.Columns {
		used = append(used, f.Column+"="+f.Header)
	}
	line := l.say("columns: %s", strings.Join(used, ", "))
	if len(c.NotUsed) > 0 {
		line = l.say("columns: %s; not used: %s", strings.Join(used, ", "), strings.Join(c.NotUsed, ", "))
	}
	if c.DecimalFrom == "separator" || c.DecimalFrom == "dates" {
		line += "; " + l.say("values are read with a decimal %s", decimalWord(c.Decimal, l))
	}
	fmt.Fprintln(w, line)
}

func decimalWord(sign string, l language) string {
	if sign == "comma" {
		return l.say("comma")
	}
	return l.say("point")
}

// rowFlags are what to look at twice in a log.
func rowFlags(c *tables.Counts) []modelFlags {
	if c == nil {
		return nil
	}
	return []modelFlags{{"log", c.Flags}}
}

// shownTypes is how many document types are named.
const shownTypes = 6

// typesText names the document types that are not known or have another meaning elsewhere.
func typesText(w io.Writer, c tables.Counts, l language) {
	as := map[string]string{"order": l.say("order"), "credit": l.say("credit"), "cancellation": l.say("cancellation"), "ignore": l.say("ignored"), "unknown": l.say("unknown")}
	var said []string
	for _, t := range c.Types {
		if (t.As == "unknown" || t.Doubt != "") && len(said) < shownTypes {
			said = append(said, fmt.Sprintf("%s %s (%s)", t.Code, l.count(float64(t.Rows)), as[t.As]))
		}
	}
	if len(said) > 0 {
		fmt.Fprintln(w, l.say("  document types: %s", strings.Join(said, ", ")))
	}
}

// missingRates lists the currencies without a rate with their rows.
func missingRates(c tables.Counts) []string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(c.MissingRates)) {
		out = append(out, fmt.Sprintf("%s %d", code, c.MissingRates[code]))
	}
	return out
}
