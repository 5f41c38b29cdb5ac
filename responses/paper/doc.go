// Package paper composes the report of a measured mailing, as a manager reads it: one sentence, then pictures, tables and
// how every figure was computed. A Report is one composition in one language; the page, the PDF and the tidy table are
// made of it, so that they say the same. It is pure: a responses.Uplift in, values out. It may import the root package,
// responses and, to set and draw the printed form, mailers/sheet and mailers/typeset.
package paper

import (
	"postlift"
	"postlift/responses"
)

// Registered is what was registered before anybody was mailed; the zero value stands for a run whose record is not at hand.
type Registered struct {
	On          postlift.Date // day of the approval
	Version     int           // of the analysis
	Hash        string        // of the plan, in hex
	ReadingDays []int         // after in-home
}

// Report is a whole report in one language.
type Report struct {
	Lang     string // en or de
	Kicker   string
	Campaign string
	Dates    string
	Made     postlift.Date // day of the reading
	Verdict  string        // as in responses
	Word     string        // the verdict for people
	Flags    []string      // for people
	Sentence string
	Labels   Labels
	Advice   string
	When     string // when it will be known
	Notes    []string
	Tiles    []Tile
	Sections []Section
}

// Labels are the few fixed words that whoever draws the report needs.
type Labels struct{ WhatToDo, When, Table, How, Chart, Page string }

// Tile is one figure of the first look.
type Tile struct{ Name, Value, Range, How string }

// Section is one part under a heading. How is the id of the section's explanation among the methods, "" where it needs
// none.
type Section struct {
	ID     string
	Title  string
	Badge  string // such as "exploratory", "model"
	Lead   []string
	Charts []Chart
	Tables []Table
	After  []string
	Items  []Item
	How    string
}

// Item is a term with its explanation, such as how a figure was computed.
type Item struct{ ID, Name, Text string }

// Table is a table of words and figures; the first column names the row. Fold says that it repeats a chart.
type Table struct {
	Caption string
	Head    []string // one more than the figures of a row; "" above the names
	Rows    []Row
	Fold    bool
	Drawn   bool // a chart beside it shows all of it: the printed form leaves it out
	Words   bool // cells are words, not figures
}

// Row is a line of a Table.
type Row struct {
	Name   string
	Cells  []string
	Strong bool
}

// Chart is a picture with its title as finding and its description as text alternative. Draw draws it into a canvas of
// Width by Height units.
type Chart struct {
	ID, Title, Desc string
	Height          float64
	Draw            func(Canvas)
}

// Width is the width of every chart in units.
const Width = 720.0

// Fact is one figure of the tidy table.
type Fact struct{ Section, Key, Value, Low, High, Unit string }

// composer words one report.
type composer struct {
	responses.Uplift
	reg  Registered
	lang string
	out  Report
}

// Compose makes a report of a reading. lang is de, or anything else for English.
func Compose(u responses.Uplift, reg Registered, lang string) Report {
	if len(lang) < 2 || lang[:2] != "de" {
		lang = "en"
	} else {
		lang = "de"
	}
	c := &composer{Uplift: u, reg: reg, lang: lang}
	c.head()
	for _, part := range []func(){c.net, c.funnel, c.path, c.curve, c.survival, c.secondary, c.value, c.belief, c.segments, c.matchBack,
		c.money, c.arms, c.checks, c.trust, c.method, c.record} {
		part()
	}
	return c.out
}

// held tells whether the report must show no figure that could be read as a result.
func (c *composer) held() bool { return c.Verdict == responses.Withheld }

// add appends a section.
func (c *composer) add(s Section) { c.out.Sections = append(c.out.Sections, s) }
