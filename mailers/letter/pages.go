package letter

import (
	"fmt"
	"strings"

	"postlift/mailers/typeset"
)

// tightest is the percentage to which the distances between paragraphs may shrink when that saves a page.
const tightest = 70

// paginate puts the flow on pages. When a letter is just too long, it is set with tighter distances if
// that saves a page.
func (cp *composer) paginate(flow, notice []atom) error {
	first := cp.pages[0]
	err := cp.fillPages(flow, notice, 100)
	if err == nil && len(cp.pages) == 1 {
		return nil
	}
	loose := cp.pages
	cp.pages = []Page{first}
	if tightErr := cp.fillPages(flow, notice, tightest); tightErr != nil {
		return tightErr
	}
	if err == nil && len(loose) == len(cp.pages) {
		cp.pages = loose
	}
	return nil
}

// fillPages fills page after page with the distances shrunk to a percentage. The notice's height is kept
// free at the foot of every page, so that it never lands alone on a page of its own; it is printed on
// the last.
func (cp *composer) fillPages(flow, notice []atom, percent int) error {
	flow = shrunk(flow, percent)
	bottom := bodyBottom
	if len(notice) > 0 {
		bottom -= stackHeight(notice) + 3_000
	}
	y, fresh := bodyTop, true
	for i := 0; i < len(flow); {
		group := groupAt(flow, i)
		gap, height := group[0].before, stackHeight(group)
		if fresh {
			gap = 0
		}
		if y+gap+height > bottom {
			if fresh {
				return pieceFault("a part of the text is %s mm high and cannot be parted, the page has %s mm", mm(height), mm(bottom-y))
			}
			if len(cp.pages) == cp.design.spec.MaxPages {
				return pieceFault("the text runs beyond the %d pages that the design allows: shorten it or raise max_pages", cp.design.spec.MaxPages)
			}
			cp.pages = append(cp.pages, Page{Base: []*Layer{cp.next}})
			y, fresh = nextTop, true
			continue
		}
		cp.draw(group, y+gap)
		y += gap + height
		fresh = false
		i += len(group)
	}
	cp.draw(notice, bodyBottom-stackHeight(notice))
	return nil
}

// draw puts atoms on the last page.
func (cp *composer) draw(atoms []atom, y int) {
	page := &cp.pages[len(cp.pages)-1]
	page.Ops = append(page.Ops[:len(page.Ops):len(page.Ops)], stacked(atoms, textLeft, y)...)
}

// groupAt is the atom at i with all that no page break may part from it.
func groupAt(flow []atom, i int) []atom {
	end := i + 1
	for end < len(flow) && flow[end].bound {
		end++
	}
	return flow[i:end]
}

// shrunk is the flow with all its distances shrunk; lines keep their height.
func shrunk(flow []atom, percent int) []atom {
	if percent == 100 {
		return flow
	}
	out := make([]atom, len(flow))
	for i, a := range flow {
		a.before = a.before * percent / 100
		if len(a.ops) == 0 {
			a.height = a.height * percent / 100
		}
		out[i] = a
	}
	return out
}

// furniture is what stands on every page around the text: header of later pages, page number, footer,
// match code.
func (cp *composer) furniture(i int) error {
	page := &cp.pages[i]
	if i > 0 {
		if err := cp.runningHead(page); err != nil {
			return err
		}
	}
	if n := len(cp.pages); n > 1 {
		op, err := cp.fitted(fmt.Sprintf(cp.words.page, i+1, n), "page number", Regular, 8_000, 8_000, textWidth)
		if err != nil {
			return err
		}
		page.Ops = append(page.Ops, at(op, textRight-op.W, pageNoBase))
	}
	if err := cp.footer(page); err != nil {
		return err
	}
	return cp.matchCode(page, i)
}

func (cp *composer) runningHead(page *Page) error {
	name, err := cp.need("sender.company")
	if err != nil {
		return err
	}
	day, err := cp.date()
	if err != nil {
		return err
	}
	left, err := cp.fitted(name, "sender.company", Bold, 10_000, 7_000, textWidth-45_000)
	if err != nil {
		return err
	}
	right, err := cp.fitted(day, "date", Regular, infoSize, infoMin, 40_000)
	if err != nil {
		return err
	}
	left.Ink = cp.accent()
	page.Ops = append(page.Ops, at(left, textLeft, nextHead), at(right, textRight-right.W, nextHead))
	return nil
}

// footer prints the sender's particulars in three columns: address, contact, registration.
func (cp *composer) footer(page *Page) error {
	page.Ops = append(page.Ops, Op{Kind: OpRect, X: textLeft, Y: footerRule, W: textWidth, H: hairline, Ink: cp.accent()})
	columns, err := cp.footerColumns()
	if err != nil {
		return err
	}
	x := [...]int{textLeft, textLeft + 55_000, textLeft + 100_000, textRight + 4_000}
	t := textStyle{size: footerSize}
	for c, lines := range columns {
		row := 0
		for _, line := range lines {
			set, err := cp.faces.Break([][]span{{{Style: Regular, Text: line}}}, typeset.Options{Size: t.size, Measure: x[c+1] - x[c] - 4_000})
			if err != nil {
				return err
			}
			for _, l := range set {
				if row == footerLines {
					return pieceFault("the footer has more than %d lines in a column: shorten sender.particulars", footerLines)
				}
				for _, r := range l.Runs {
					page.Ops = append(page.Ops, at(Op{Kind: OpText, Size: t.size, Ink: Black, Text: r.Text}, x[c]+r.X, footerBase+row*footerLine))
				}
				row++
			}
		}
	}
	return nil
}

func (cp *composer) footerColumns() ([3][]string, error) {
	var out [3][]string
	var err error
	get := func(path string) (s string) {
		if err == nil {
			s, err = cp.need(path)
		}
		return s
	}
	out[0] = []string{get("sender.company"), get("sender.street"), get("sender.postcode") + " " + get("sender.city")}
	for _, path := range []string{"sender.phone", "sender.email", "sender.web"} {
		s, ferr := cp.field(path)
		if ferr != nil {
			return out, ferr
		}
		if s != "" {
			out[1] = append(out[1], s)
		}
	}
	if err != nil {
		return out, err
	}
	out[2], err = cp.particulars()
	return out, err
}

// particulars are the sender's legal particulars, one a line; lines are parted by line ends, "|" or " · ".
func (cp *composer) particulars() ([]string, error) {
	if _, err := cp.need("sender.particulars"); err != nil {
		return nil, err
	}
	raw := cp.piece.text("sender", "particulars")
	var lines []string
	for _, l := range strings.Split(strings.NewReplacer(" · ", "\n", "|", "\n").Replace(raw), "\n") {
		if l = cleanValue(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// matchCode prints piece, sheet n of m on the edge, for whoever checks the sheets.
func (cp *composer) matchCode(page *Page, i int) error {
	if cp.piece.MatchCode == "" {
		return nil
	}
	s := cleanLine(cp.piece.MatchCode) + fmt.Sprintf("   %d/%d", i+1, len(cp.pages))
	if err := cp.checked(s, "the match code"); err != nil {
		return err
	}
	op, err := cp.fitted(s, "the match code", Regular, matchSize, matchSize, textWidth)
	if err != nil {
		return err
	}
	page.Ops = append(page.Ops, at(op, textLeft, matchBase))
	return nil
}
