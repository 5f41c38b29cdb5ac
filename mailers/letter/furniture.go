package letter

import (
	"fmt"
	"strconv"

	"postlift/mailers/design"
	"postlift/mailers/sheet"
)

// Type sizes of the fixed parts, in thousandths of a point, and their distances in micrometres.
const (
	headSize     = 10_000
	headMin      = 7_000
	pageNoSize   = 8_000
	hairline     = 88 // a quarter point
	headDateRoom = 45_000
)

func itoa(n int) string { return strconv.Itoa(n) }

// furniture is what the layout itself puts around the text of a letter: the head of later pages, and the page number
// where there are several.
func (cp *composer) furniture(p *sheet.Page, i, n int) error {
	if cp.headBase > 0 && i > 0 {
		if err := cp.runningHead(p); err != nil {
			return err
		}
	}
	if cp.pageBase == 0 || n == 1 {
		return nil
	}
	op := cp.text(fmt.Sprintf(cp.words.page, i+1, n), sheet.Regular, pageNoSize, sheet.Black, sheet.PartBody)
	p.Ops = append(p.Ops, at(op, cp.pageRight-op.W, cp.pageBase))
	return nil
}

// runningHead is the sender and the date at the head of a later page.
func (cp *composer) runningHead(p *sheet.Page) error {
	name, err := cp.need("sender.company")
	if err != nil {
		return err
	}
	day, err := cp.dateInWords()
	if err != nil {
		return err
	}
	reg := cp.regions[nextPage]
	left, err := cp.fitted(name, "sender.company", sheet.Bold, headSize, headMin, cp.pageRight-reg.x-headDateRoom)
	if err != nil {
		return err
	}
	right, err := cp.fitted(day, "date", sheet.Regular, design.InfoSize, design.InfoLeast, headDateRoom-5_000)
	if err != nil {
		return err
	}
	left.Ink = cp.accent
	p.Ops = append(p.Ops, at(left, reg.x, cp.headBase), at(right, cp.pageRight-right.W, cp.headBase))
	return nil
}
