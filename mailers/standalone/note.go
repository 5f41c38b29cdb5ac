package standalone

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"

	"postlift/mailers"
)

// Note is something about a printed row that is worth a look.
type Note struct {
	Row   int    // as a spreadsheet counts: the header is row 1
	Field string // address_1 … address_6, the label's lines as the manifest has them; "" is the whole label
	Rule  string // same_recipient, lost_letter
	Text  string
}

// Rules of notes.
const (
	noteSame = "same_recipient"
	noteLost = "lost_letter"
)

// lost is what a letter becomes in files that were saved or read in a wrong encoding: M?ller, MÃ¼ller.
var lost = regexp.MustCompile(`\pL\?\pL|Ã[¤¶¼Ÿ„–œ©¨]`)

// notice looks at a printed piece: is it the second to the same label, did a letter of it get lost?
func (c *collector) notice(p *printed) {
	if p.piece.Kind == mailers.KindLive {
		h := fnv.New64a()
		for _, l := range p.piece.Address {
			fmt.Fprintf(h, "%d %s\n", len(l), l)
		}
		if before, again := c.labels[h.Sum64()]; again {
			c.note(Note{Row: p.row, Rule: noteSame, Text: fmt.Sprintf("the recipient is that of row %d: %s", before, strings.Join(p.piece.Address, ", "))})
		} else {
			c.labels[h.Sum64()] = int32(p.row) //nolint:gosec // a table has fewer rows
		}
	}
	for i, l := range p.piece.Address {
		if (strings.Contains(l, "?") || strings.Contains(l, "Ã")) && lost.MatchString(l) {
			c.note(Note{Row: p.row, Field: "address_" + itoa(i+1), Rule: noteLost,
				Text: fmt.Sprintf("%q seems to have lost a letter: correct it, or save the file as UTF-8", l)})
			return
		}
	}
}

func (c *collector) note(n Note) {
	c.sum.Warnings[n.Rule]++
	if c.job.Noted != nil {
		c.job.Noted(n)
	}
}
