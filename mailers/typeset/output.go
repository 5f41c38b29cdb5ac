package typeset

import (
	"unicode/utf8"

	"postlift/mailers/sheet"
)

// widest is how many of its own widths a blank may be added: a line that would need more stays ragged.
const widest = 4

// output collects set lines in shared memory, so that a paragraph is a handful of allocations.
type output struct {
	text  []byte
	shift []int16
	runs  []runRecord
	ends  []lineRecord
	cur   runRecord
	open  bool
	x     int // thousandths of the size
}

// runRecord is a run as places in the shared memory.
type runRecord struct {
	style      sheet.Style
	text, end  int // bytes
	from, upto int // of shift
	x, right   int // thousandths of the size
}

// lineRecord is a line: its last run and its width.
type lineRecord struct{ runs, width int }

func (o *output) reset() {
	o.text, o.shift, o.runs, o.ends, o.open = o.text[:0], o.shift[:0], o.runs[:0], o.ends[:0], false
}

// begin opens a run in a style unless it is open.
func (o *output) begin(style sheet.Style) {
	if o.open && o.cur.style != style {
		o.close()
	}
	if !o.open {
		o.cur, o.open = runRecord{style: style, text: len(o.text), from: len(o.shift), x: o.x}, true
	}
}

// close ends the open run; nothing is shifted after its last rune.
func (o *output) close() {
	if o.open {
		o.shift = o.shift[:len(o.shift)-1]
		o.cur.end, o.cur.upto, o.cur.right = len(o.text), len(o.shift), o.x
		o.runs = append(o.runs, o.cur)
		o.open = false
	}
}

// line ends a line.
func (o *output) line() {
	o.close()
	o.ends = append(o.ends, lineRecord{len(o.runs), o.x})
	o.x = 0
}

// lines makes the result.
func (o *output) lines(m *Memory, opt Options) []Line {
	if len(o.ends) == 0 {
		return nil
	}
	text := string(o.text)
	shift := append(m.shift(len(o.shift)), o.shift...)
	runs, lines := m.run(len(o.runs)), m.line(len(o.ends))
	at := 0
	for i, end := range o.ends {
		l := Line{Width: micrometres(end.width, opt.Size), Runs: runs[at:end.runs:end.runs]}
		left := indent(opt, l.Width)
		for ; at < end.runs; at++ {
			r := &o.runs[at]
			runs[at] = Run{Style: r.style, Text: text[r.text:r.end], X: left + micrometres(r.x, opt.Size), W: micrometres(r.right-r.x, opt.Size)}
			if moves(shift[r.from:r.upto]) {
				runs[at].Shift = shift[r.from:r.upto:r.upto]
			}
		}
		lines[i] = l
	}
	return lines
}

// indent is where a line begins.
func indent(opt Options, width int) int {
	switch opt.Align {
	case Right:
		return opt.Measure - width
	case Centred:
		return (opt.Measure - width) / 2
	}
	return 0
}

// moves tells whether any rune is shifted.
func moves(shift []int16) bool {
	for _, s := range shift {
		if s != 0 {
			return true
		}
	}
	return false
}

// emit sets the chosen lines.
func (s *setter) emit() {
	start := spot{at: -1}
	for i, b := range s.chosen {
		end := s.spots[b]
		s.emitLine(&start, &end, i == len(s.chosen)-1)
		start = end
	}
}

// spread deals what a justified line has to give among its blanks, whole thousandths each.
type spread struct{ extra, blanks, dealt int }

// next is the share of the next blank.
func (p *spread) next() int {
	if p.extra == 0 {
		return 0
	}
	k := p.dealt
	p.dealt++
	return (k+1)*p.extra/p.blanks - k*p.extra/p.blanks
}

// emitLine sets the items between two spots.
func (s *setter) emitLine(start, end *spot, final bool) {
	to := int(end.item)
	if end.at < 0 {
		to--
	}
	share := s.share(start, end, to, final)
	for i := int(start.item); i <= to; i++ {
		it := &s.items[i]
		if i > int(start.item) && !it.glued {
			s.emitBlank(it, share.next())
		}
		var from, upto *wordBreak
		if i == int(start.item) && start.at >= 0 {
			from = &it.w.breaks[start.at]
		}
		if i == to && end.at >= 0 {
			upto = &it.w.breaks[end.at]
		}
		s.emitWord(it, from, upto, &share)
	}
	s.out.line()
}

// share is what a line's blanks get.
func (s *setter) share(start, end *spot, to int, final bool) spread {
	extra := s.measure - (end.before - start.after)
	if s.opt.Align != Justified || final && extra >= 0 || extra > widest*(end.blanks-start.next) {
		return spread{}
	}
	n := 0
	for i := int(start.item); i <= to; i++ {
		it := &s.items[i]
		if i > int(start.item) && !it.glued {
			n++
		}
		n += it.w.ties
	}
	if start.at >= 0 {
		n -= s.items[start.item].w.breaks[start.at].ties
	}
	if end.at >= 0 {
		w := s.items[to].w
		n -= w.ties - w.breaks[end.at].ties
	}
	if n == 0 {
		return spread{}
	}
	return spread{extra: extra, blanks: n}
}

// emitBlank sets the blank before an item: a character of the open run when all three are of one style, else a
// distance.
func (s *setter) emitBlank(it *item, extra int) {
	o := &s.out
	if o.open && o.cur.style == it.gapStyle && it.style == it.gapStyle {
		width := s.blank(it.gapStyle)
		o.shift[len(o.shift)-1] += int16(it.kern)
		o.text = append(o.text, ' ')
		o.shift = append(o.shift, int16(it.gap-it.kern-width+extra))
	} else {
		o.close()
	}
	o.x += it.gap + extra
}

// emitWord sets a word or the part of it between two of its breaks.
func (s *setter) emitWord(it *item, from, upto *wordBreak, share *spread) {
	o, w := &s.out, it.w
	if o.open && o.cur.style != it.style {
		o.close()
	}
	begin := wordBreak{after: w.lead}
	if from != nil {
		begin = *from
	} else if o.x += w.lead; o.open {
		o.shift[len(o.shift)-1] += int16(w.lead)
	}
	o.begin(it.style)
	finish := wordBreak{at: len(w.text), rune: len(w.shift), before: w.width}
	if upto != nil {
		finish = *upto
	}
	first := len(o.shift)
	o.text = append(o.text, w.text[begin.at:finish.at]...)
	o.shift = append(o.shift, w.shift[begin.rune:finish.rune]...)
	o.x += finish.before - begin.after
	if upto != nil {
		s.emitEnd(it, finish)
	}
	if w.ties > 0 && share.extra != 0 {
		o.tie(w, begin, finish, first, share)
	}
}

// emitEnd ends a part of a word, with a hyphen when the break asks for one.
func (s *setter) emitEnd(it *item, b wordBreak) {
	o := &s.out
	o.shift[len(o.shift)-1] = 0
	if b.hyphen {
		last, _ := utf8.DecodeLastRuneInString(it.w.text[:b.at])
		o.shift[len(o.shift)-1] = int16(s.by[it.style].kern(last, '-'))
		o.text = append(o.text, '-')
		o.shift = append(o.shift, 0)
	}
}

// tie stretches the no-break spaces of what was set of a word; first is the place of its first shift.
func (o *output) tie(w *word, begin, finish wordBreak, first int, share *spread) {
	before, i := rune(0), first
	if begin.at > 0 {
		before, _ = utf8.DecodeLastRuneInString(w.text[:begin.at])
	}
	for _, r := range w.text[begin.at:finish.at] {
		if tied(before, r) {
			extra := share.next()
			o.shift[i] += int16(extra)
			o.x += extra
		}
		before = r
		i++
	}
}
