package paper

import (
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
	"postlift/responses"
)

// badgeInk is the fill of the verdict's badge; the word beside it says the same.
func badgeInk(verdict string) sheet.Ink {
	switch verdict {
	case responses.Works:
		return sheet.Ink{C: 82, M: 30, Y: 80, K: 28}
	case responses.Hurts, responses.Withheld:
		return sheet.Ink{C: 20, M: 92, Y: 88, K: 22}
	}
	return sheet.Ink{C: 30, M: 58, Y: 100, K: 36}
}

// head sets the verdict, what to do, the notes and the first figures.
func (p *printer) head(r Report) {
	text, small := look{style: sheet.Regular, size: sizeText, ink: sheet.Black}, look{style: sheet.Regular, size: sizeSmall, ink: grey}
	p.para(r.Kicker, small, 0, 500)
	p.para(r.Campaign, look{style: sheet.Bold, size: sizeTitle, ink: sheet.Black}, 0, 800)
	p.para(r.Dates, small, 0, 4_000)
	word := look{style: sheet.Bold, size: 11_000, ink: sheet.Paper}
	run := p.family.Set(word.style, p.clean(r.Word), word.size)
	p.rect(marginX, p.y, run.W+6_000, 6_800, badgeInk(r.Verdict))
	p.one(r.Word, word, marginX+3_000, p.y+4_800, Start)
	p.y += 8_000
	for _, f := range r.Flags {
		p.para(f, look{style: sheet.Italic, size: sizeSmall, ink: sheet.Black}, 0, 300)
	}
	p.y += 800
	p.para(r.Sentence, look{style: sheet.Bold, size: sizeSentence, ink: sheet.Black}, 0, 2_500)
	p.para(r.Labels.WhatToDo+": "+r.Advice, text, 0, 1_500)
	if r.When != "" {
		p.para(r.Labels.When+": "+r.When, text, 0, 2_000)
	}
	for _, n := range r.Notes {
		p.para("– "+n, small, 3_000, 600)
	}
	p.y += 2_000
	p.tiles(r.Tiles)
}

// tiles sets the first figures three in a row.
func (p *printer) tiles(tiles []Tile) {
	const gap, perRow = 3_000, 3
	const w, h = (measure - (perRow-1)*gap) / perRow, 18_500
	for i, t := range tiles {
		if i%perRow == 0 {
			if i > 0 {
				p.y += h + gap
			}
			p.need(h)
		}
		x := marginX + (i%perRow)*(w+gap)
		for _, edge := range [][4]int{{x, p.y, w, 200}, {x, p.y + h - 200, w, 200}, {x, p.y, 200, h}, {x + w - 200, p.y, 200, h}} {
			p.rect(edge[0], edge[1], edge[2], edge[3], hair)
		}
		y := p.y + 1_800
		for _, part := range []struct {
			text string
			look look
		}{{t.Name, look{style: sheet.Regular, size: sizeSm, ink: grey}}, {t.Value, look{style: sheet.Bold, size: 13_000, ink: sheet.Black}}, {t.Range, look{style: sheet.Regular, size: sizeSm, ink: grey}}} {
			for _, line := range p.lines(part.text, part.look, w-5_000) {
				p.line(line, part.look, x+2_500, y)
				y += part.look.leading()
			}
		}
	}
	if len(tiles) > 0 {
		p.y += h + 3_000
	}
}

// section sets one part with its charts and tables.
func (p *printer) section(s Section, labels Labels) {
	text, small := look{style: sheet.Regular, size: sizeText, ink: sheet.Black}, look{style: sheet.Regular, size: sizeSmall, ink: grey}
	first := 30_000
	if len(s.Charts) > 0 {
		first = 14_000 + unitsHigh(s.Charts[0])
	}
	p.y += 4_000
	p.need(min(first, 140_000))
	p.para(s.Title, look{style: sheet.Bold, size: sizeHead, ink: sheet.Black}, 0, 600)
	if s.Badge != "" {
		p.para(s.Badge, look{style: sheet.Italic, size: sizeSmall, ink: grey}, 0, 600)
	}
	for _, l := range s.Lead {
		p.para(l, text, 0, 1_000)
	}
	for _, ch := range s.Charts {
		title := ch.Title
		if title == s.Title {
			title = ""
		}
		p.chart(ch, title)
	}
	for _, t := range s.Tables {
		if !t.Drawn {
			p.table(t, t.Caption != s.Title || len(s.Tables) > 1)
		}
	}
	for _, a := range s.After {
		p.para(a, small, 0, 800)
	}
	for _, item := range s.Items {
		p.need(12_000)
		p.para(item.Name, look{style: sheet.Bold, size: sizeSmall, ink: sheet.Black}, 0, 0)
		p.para(item.Text, look{style: sheet.Regular, size: sizeSmall, ink: sheet.Black}, 0, 1_200)
	}
}

func (p *printer) chart(ch Chart, title string) {
	h := unitsHigh(ch)
	p.need(h + 8_000)
	if title != "" {
		p.para(title, look{style: sheet.Bold, size: sizeText, ink: sheet.Black}, 0, 600)
	}
	ch.Draw(&plate{p: p, x: marginX, y: p.y})
	p.y += h + 2_000
}

// table sets a table: figures right, as wide as they need, the names in what is left.
func (p *printer) table(t Table, caption bool) {
	size := sizeSmall
	if len(t.Head) > 6 {
		size = sizeSm
	}
	widths := p.columns(t, size)
	p.need(20_000)
	if caption {
		p.para(t.Caption, look{style: sheet.Bold, size: sizeSmall, ink: grey}, 0, 600)
	}
	if len(t.Head) > 0 {
		head := Row{Name: t.Head[0], Cells: t.Head[1:]}
		p.row(head, widths, look{style: sheet.Bold, size: size, ink: grey}, t.Words)
	}
	for _, r := range t.Rows {
		l := look{style: sheet.Regular, size: size, ink: sheet.Black}
		if r.Strong {
			l.style = sheet.Bold
		}
		p.row(r, widths, l, t.Words)
	}
	p.y += 2_500
}

// columnGap is what stands between two columns.
const columnGap = 3_500

// columns are the widths of a table's columns.
func (p *printer) columns(t Table, size int) []int {
	n := len(t.Head)
	if n == 0 {
		n = 2
	}
	widths := make([]int, n)
	if t.Words {
		widths[0], widths[1] = measure*45/100, measure*55/100
		return widths
	}
	names := p.longestWord(t.Head[0], sheet.Bold, size)
	for _, r := range t.Rows {
		names = max(names, p.family[sheet.Bold].Width(p.clean(r.Name), size))
	}
	room := measure - min(names+1_000, 36_000)
	sum := p.figures(t, size, widths, 20_000)
	if sum > room { // headings over more lines
		sum = p.figures(t, size, widths, 0)
	}
	if sum > room {
		for i := 1; i < n; i++ {
			widths[i] = widths[i] * room / sum
		}
		sum = room
	}
	widths[0] = measure - sum
	return widths
}

// figures sets the widths of all columns but the first and gives their sum. A heading has one line where it is at most
// heading wide.
func (p *printer) figures(t Table, size int, widths []int, heading int) int {
	sum := 0
	for i := 1; i < len(widths); i++ {
		w := max(p.longestWord(t.Head[i], sheet.Bold, size), min(p.family[sheet.Bold].Width(p.clean(t.Head[i]), size), heading))
		for _, r := range t.Rows {
			style := sheet.Regular
			if r.Strong {
				style = sheet.Bold
			}
			if i-1 < len(r.Cells) {
				w = max(w, p.family[style].Width(p.clean(r.Cells[i-1]), size))
			}
		}
		widths[i] = min(w, measure/3) + columnGap + 400 // room for rounding
		sum += widths[i]
	}
	return sum
}

func (p *printer) longestWord(text string, style sheet.Style, size int) int {
	w, start := 0, 0
	clean := p.clean(text)
	for i := 0; i <= len(clean); i++ {
		if i == len(clean) || clean[i] == ' ' {
			w, start = max(w, p.family[style].Width(clean[start:i], size)), i+1
		}
	}
	return w
}

// row sets a row, its cells wrapped, on one page.
func (p *printer) row(r Row, widths []int, l look, words bool) {
	cells := append([]string{r.Name}, r.Cells...)
	set, most := make([][]setLine, len(widths)), 1
	looks := make([]look, len(widths))
	for i := range widths {
		looks[i] = l
		width := widths[i]
		if i > 0 {
			width -= columnGap
			if !words {
				looks[i].align = typeset.Right
			}
		}
		if i < len(cells) {
			set[i] = p.lines(cells[i], looks[i], width)
		}
		most = max(most, len(set[i]))
	}
	h := most*l.leading() + 1_000
	p.need(h + 400)
	x := marginX
	for i, lines := range set {
		left := x
		if i > 0 {
			left += columnGap
		}
		for k, line := range lines {
			p.line(line, looks[i], left, p.y+400+k*l.leading())
		}
		x += widths[i]
	}
	p.y += h + 200
	p.rect(marginX, p.y, measure, 120, hair)
	p.y += 200
}
