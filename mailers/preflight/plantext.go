package preflight

import (
	"fmt"

	"postlift/mailers/sheet"
)

const (
	quarterPoint = 88    // a quarter point in micrometres
	smallText    = 9000  // thousandths of a point: below, three inks do not register well enough
	richText     = 24000 // below, black with colour under it is blurred
	addressMin   = 10000
	addressMax   = 12000
	addressTiny  = 8000
)

// single tests what an item is by itself.
func (k *pageCheck) single() {
	for i := range k.items {
		it := &k.items[i]
		if it.knock {
			continue
		}
		switch it.op.Kind {
		case sheet.OpText:
			k.text(it)
		case sheet.OpRect:
			k.line(it, min(it.op.W, it.op.H))
		case sheet.OpPath:
			if it.op.Path != nil && it.op.Path.Stroke > 0 {
				k.line(it, it.op.Path.Stroke)
			}
		case sheet.OpImage:
			k.picture(it)
		}
		if total := it.op.Ink.Process().Total(); total > k.c.o.InkLimit {
			k.note(hit{rule: ruleColour, severity: Error, part: it.op.Part, where: it.area,
				en: fmt.Sprintf("%s has %d %% ink (%s), at most %d %% dry on this paper: lower it", partEN(it.op.Part), total, it.op.Ink, k.c.o.InkLimit),
				de: fmt.Sprintf("%s hat %d %% Farbauftrag (%s), auf diesem Papier trocknen höchstens %d %%: verringern", partDE(it.op.Part), total, it.op.Ink, k.c.o.InkLimit)})
		}
	}
}

func (k *pageCheck) line(it *item, width int) {
	if width >= quarterPoint || width <= 0 || k.c.o.ErrorsOnly {
		return
	}
	k.note(hit{rule: ruleLine, severity: Warning, part: it.op.Part, where: it.area,
		en: fmt.Sprintf("a line is %.3f mm wide, below 0.25 pt (0.088 mm) it breaks up: make it wider", inMM(width)),
		de: fmt.Sprintf("eine Linie ist 0,%03d mm stark, unter 0,25 pt (0,088 mm) bricht sie aus: verstärken", width)})
}

func (k *pageCheck) text(it *item) {
	op := it.op
	k.font(it)
	if op.Size < k.c.o.MinSize {
		k.small(it, ruleSize, Error, k.c.o.MinSize)
	}
	switch {
	case op.Part == sheet.PartNotice && op.Size < k.c.o.NoticeSize:
		k.small(it, ruleNoticeSize, Warning, k.c.o.NoticeSize)
	case op.Part == partAddress && op.Size >= k.c.o.MinSize && (op.Size < addressMin || op.Size > addressMax):
		severity := Warning
		if op.Size < addressTiny {
			severity = Error
		}
		k.note(hit{rule: ruleSize, severity: severity, part: op.Part, where: it.area,
			en: fmt.Sprintf("the address is set in %s; the post's machines read 10 to 12 pt", ptEN(op.Size)),
			de: fmt.Sprintf("die Anschrift ist in %s gesetzt; die Maschinen der Post lesen 10 bis 12 pt", ptDE(op.Size))})
	}
	if op.Ink != sheet.Black {
		k.textInk(it)
	}
}

func (k *pageCheck) small(it *item, rule string, s Severity, least int) {
	k.note(hit{rule: rule, severity: s, part: it.op.Part, where: it.area,
		en: fmt.Sprintf("%s is set in %s%s, at least %s are needed: set it larger", partEN(it.op.Part), ptEN(it.op.Size), quoted(it), ptEN(least)),
		de: fmt.Sprintf("%s ist in %s gesetzt%s, nötig sind mindestens %s: größer setzen", partDE(it.op.Part), ptDE(it.op.Size), quoted(it), ptDE(least))})
}

// textInk warns of small text that needs several plates to register.
func (k *pageCheck) textInk(it *item) {
	ink := it.op.Ink
	if ink.Spot != "" || k.c.o.ErrorsOnly {
		return
	}
	plates := 0
	for _, v := range [4]uint8{ink.C, ink.M, ink.Y, ink.K} {
		if v >= 10 {
			plates++
		}
	}
	rich := ink.K >= 60 && int(ink.C)+int(ink.M)+int(ink.Y) >= 30 && it.op.Size < richText
	if !rich && (plates < 3 || it.op.Size >= smallText) {
		return
	}
	k.note(hit{rule: ruleColour, severity: Warning, part: it.op.Part, where: it.area,
		en: fmt.Sprintf("%s of %s prints in %s: plates that do not register blur small letters; print it in black alone or in two inks at most", partEN(it.op.Part), ptEN(it.op.Size), ink),
		de: fmt.Sprintf("%s in %s druckt in %s: Passerdifferenzen machen kleine Schrift unscharf; nur in Schwarz oder in höchstens zwei Farben drucken", partDE(it.op.Part), ptDE(it.op.Size), ink)})
}

func (k *pageCheck) font(it *item) {
	s := it.op.Style
	if s >= sheet.Styles || k.plan.Fonts[s].File == "" {
		k.note(hit{rule: ruleFonts, severity: Error, part: it.op.Part, where: it.area,
			en: fmt.Sprintf("text is set in %s and the design has no font for it: name one", s),
			de: fmt.Sprintf("Text ist in %s gesetzt, und das Design hat dafür keine Schrift: eine nennen", s)})
		return
	}
	face := k.c.o.Fonts[s]
	if face == nil {
		return
	}
	plain := k.c.plain[s]
	for _, r := range it.op.Text {
		if plain && r >= 0x20 && r < 0x7f || face.Has(r) {
			continue
		}
		k.note(hit{rule: ruleFonts, severity: Error, part: it.op.Part, where: it.area,
			en: fmt.Sprintf("the font %s lacks the character %q (U+%04X): replace it", k.plan.Fonts[s].File, string(r), r),
			de: fmt.Sprintf("der Schrift %s fehlt das Zeichen %q (U+%04X): ersetzen", k.plan.Fonts[s].File, string(r), r)})
		return
	}
}

func (k *pageCheck) picture(it *item) {
	img, o := it.op.Image, &k.c.o
	if img == nil || it.op.W <= 0 || it.op.H <= 0 {
		return
	}
	ppi := min(img.W*25400/it.op.W, img.H*25400/it.op.H)
	need, what, was := o.MinPPI, "picture", "Bild"
	if own, ok := o.ImagePPI[img.Key]; ok {
		need = own
	}
	f := k.c.facts(img)
	if f.lineArt {
		need, what, was = max(o.LinePPI, need), "line art", "Strichbild"
	}
	if ppi < need {
		severity := Warning
		if ppi < o.ErrorPPI {
			severity = Error
		}
		k.note(hit{rule: ruleResolution, severity: severity, part: it.op.Part, where: it.area,
			en: fmt.Sprintf("a %s has %d ppi at its printed size of %s x %s, %d are needed: take a larger file or print it smaller", what, ppi, mmEN(it.op.W), mmEN(it.op.H), need),
			de: fmt.Sprintf("ein %s hat in Druckgröße %s x %s %d ppi, nötig sind %d: größere Datei nehmen oder kleiner drucken", was, mmDE(it.op.W), mmDE(it.op.H), ppi, need)})
	}
	if f.ink > o.InkLimit {
		k.note(hit{rule: ruleColour, severity: Warning, part: it.op.Part, where: it.area,
			en: fmt.Sprintf("a picture has up to %d %% ink, at most %d %% dry on this paper: convert it with a profile of the paper", f.ink, o.InkLimit),
			de: fmt.Sprintf("ein Bild hat bis zu %d %% Farbauftrag, auf diesem Papier trocknen höchstens %d %%: mit einem Profil des Papiers umwandeln", f.ink, o.InkLimit)})
	}
}

// overlaps finds text on text. Within a part the bodies of the letters (from the baseline up to half the size) must
// not meet; between parts also what stands above and below.
func (k *pageCheck) overlaps() {
	for a := range k.texts {
		one := &k.items[k.texts[a]]
		for _, n := range k.texts[a+1:] {
			two := &k.items[n]
			if two.y0 >= one.y1 {
				break
			}
			if one.x0+200 >= two.x1 || two.x0+200 >= one.x1 {
				continue
			}
			x, y := one.core(two), two.core(one)
			if !x.grow(-75).meets(y.grow(-75)) {
				continue
			}
			k.note(hit{rule: ruleOverlap, severity: Error, part: two.op.Part, where: x.cut(y),
				en: fmt.Sprintf("%s%s stands on %s%s: move one of them or shorten it", partEN(two.op.Part), quoted(two), partEN(one.op.Part), quoted(one)),
				de: fmt.Sprintf("%s%s steht auf %s%s: eines verschieben oder kürzen", partDE(two.op.Part), quoted(two), partDE(one.op.Part), quoted(one))})
		}
	}
}

// core is what of a text must not be printed over by the other one.
func (it *item) core(other *item) area {
	em, y := sheet.Points(it.op.Size), it.op.Y+it.dy
	if it.op.Part == other.op.Part {
		return area{it.x0, y - em*48/100, it.x1, y}
	}
	return area{it.x0, y - em*66/100, it.x1, y + em*12/100}
}

// labelRow is a line of the label: its left edge, baseline and size.
type labelRow struct{ x, y, size int }

// addRow keeps the rows by their baselines; texts of one baseline are one row.
func addRow(rows []labelRow, r labelRow) []labelRow {
	for i := range rows {
		if rows[i].y == r.y {
			rows[i].x = min(rows[i].x, r.x)
			return rows
		}
	}
	if len(rows) == cap(rows) {
		return rows
	}
	rows = append(rows, r)
	for i := len(rows) - 1; i > 0 && rows[i-1].y > r.y; i-- {
		rows[i], rows[i-1] = rows[i-1], rows[i]
	}
	return rows
}

// address tests the label as a block: texts of reading size in the part address, by their baselines.
func (k *pageCheck) address() {
	rows, all := make([]labelRow, 0, 16), area{}
	for _, i := range k.texts {
		it := &k.items[i]
		if it.op.Part != partAddress || it.op.Size < addressTiny {
			continue
		}
		if len(rows) == 0 {
			all = it.area
		}
		all = all.join(it.area)
		rows = addRow(rows, labelRow{it.x0, it.op.Y + it.dy, it.op.Size})
	}
	n := len(rows)
	if n == 0 {
		return
	}
	left, ragged, gap := rows[0].x, false, 0
	for i := 1; i < n; i++ {
		d := rows[i].x - left
		ragged = ragged || d > 100 || d < -100
		gap = max(gap, rows[i].y-rows[i-1].y-sheet.Points(rows[i].size)*86/100)
	}
	note := func(s Severity, en, de string) {
		k.note(hit{rule: ruleAddress, severity: s, part: partAddress, where: all, en: en, de: de})
	}
	if n > 6 {
		note(Error, fmt.Sprintf("the address has %d lines, a window takes 6: join or drop lines", n),
			fmt.Sprintf("die Anschrift hat %d Zeilen, ein Fenster fasst 6: Zeilen zusammenlegen oder weglassen", n))
	}
	if n < 2 {
		note(Warning, "the address has a single line; the post reads at least two", "die Anschrift hat nur eine Zeile; die Post liest mindestens zwei")
	}
	if ragged {
		note(Warning, "the address lines do not begin at one left edge: align them", "die Zeilen der Anschrift beginnen nicht an einer linken Kante: ausrichten")
	}
	if gap > 2500 {
		note(Warning, fmt.Sprintf("a gap of %s divides the address, at most 2.5 mm are read as one block: take the blank line out", mmEN(gap)),
			fmt.Sprintf("eine Lücke von %s teilt die Anschrift, höchstens 2,5 mm gelten als ein Block: Leerzeile entfernen", mmDE(gap)))
	}
}
