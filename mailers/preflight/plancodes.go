package preflight

import (
	"fmt"

	"postlift/mailers/sheet"
)

// codes tests the modules of every code and the blank border around it.
func (k *pageCheck) codes() {
	o := &k.c.o
	for _, i := range k.marks {
		it := &k.items[i]
		if it.op.Unit <= 0 {
			continue
		}
		name, unit, quiet := "DataMatrix", o.MatrixUnit, o.MatrixQuiet
		if isQR(it.op) {
			name, unit, quiet = "QR", o.QRModule, o.QRQuiet
		}
		if it.op.Unit < unit {
			k.note(hit{rule: ruleModule, severity: Error, part: it.op.Part, where: it.area,
				en: fmt.Sprintf("the modules of the %s code are %.2f mm wide, at least %.2f mm are needed: make the code larger or its content shorter", name, inMM(it.op.Unit), inMM(unit)),
				de: fmt.Sprintf("die Module des %s-Codes sind %s mm breit, nötig sind mindestens %s mm: Code vergrößern oder Inhalt kürzen", name, inMMDE(it.op.Unit), inMMDE(unit))})
		}
		if ink := it.op.Ink.Process(); it.op.Ink.Spot == "" && (ink.C|ink.M|ink.Y != 0 || ink.K < 60) {
			k.note(hit{rule: ruleColour, severity: Warning, part: it.op.Part, where: it.area,
				en: fmt.Sprintf("the %s code prints in %s: several plates that do not register, or too little contrast, make it unreadable; print it in black alone", name, it.op.Ink),
				de: fmt.Sprintf("der %s-Code druckt in %s: mehrere Platten mit Passerdifferenz oder zu wenig Kontrast machen ihn unlesbar; nur in Schwarz drucken", name, it.op.Ink)})
		}
		k.quiet(i, name, quiet)
	}
}

// isQR tells the two kinds apart by their sizes: a QR code has 21, 25, 29 … modules, a DataMatrix an even number.
func isQR(op *sheet.Op) bool { return op.W == op.H && op.Unit > 0 && (op.W/op.Unit)%4 == 1 }

func inMM(um int) float64 { return float64(um) / 1000 }

func inMMDE(um int) string { return fmt.Sprintf("%d,%02d", um/1000, um%1000/10) }

// quiet tests that nothing prints within so many modules of the code at index n, and nothing over it.
func (k *pageCheck) quiet(n int, name string, modules int) {
	code := &k.items[n]
	where := code.grow(modules * code.op.Unit)
	if !k.trim.holds(where) {
		k.note(hit{rule: ruleQuiet, severity: Error, part: code.op.Part, where: where,
			en: fmt.Sprintf("the quiet zone of the %s code (%s, %s) reaches beyond the trim: move the code inwards", name, count(modules, "module", "modules"), mmEN(modules*code.op.Unit)),
			de: fmt.Sprintf("die Ruhezone des %s-Codes (%s, %s) ragt über den Endformatrand: Code nach innen rücken", name, count(modules, "Modul", "Module"), mmDE(modules*code.op.Unit))})
	}
	for i := range k.items {
		it := &k.items[i]
		if i == n || !it.thin(where) {
			continue
		}
		if it.knock {
			if i > n && it.meets(code.area) {
				k.covered(code, it, name)
			}
			continue
		}
		ink, unknown := k.c.prints(it, where)
		cut := it.cut(where)
		if !ink && !unknown || k.grazes(it, where) || i < n && k.cleared(i, n, cut) {
			continue
		}
		if it.op.Kind == sheet.OpText && it.meets(code.area) {
			k.covered(code, it, name)
			continue
		}
		h := hit{rule: ruleQuiet, severity: Error, part: it.op.Part, where: cut,
			en: fmt.Sprintf("%s prints in the quiet zone of the %s code%s: %s (%s) around it must stay blank; move it, or lay a white box under the code", partEN(it.op.Part), name, quoted(it), count(modules, "module", "modules"), mmEN(modules*code.op.Unit)),
			de: fmt.Sprintf("%s druckt in der Ruhezone des %s-Codes%s: %s (%s) ringsum müssen frei bleiben; verschieben oder dem Code eine weiße Fläche unterlegen", partDE(it.op.Part), name, quoted(it), count(modules, "Modul", "Module"), mmDE(modules*code.op.Unit))}
		if unknown {
			h.severity = NotChecked
			h.en = fmt.Sprintf("artwork lies around the %s code and cannot be looked into here: test the produced file", name)
			h.de = fmt.Sprintf("Eine Druckvorlage liegt um den %s-Code und lässt sich hier nicht einsehen: die erzeugte Datei prüfen", name)
		}
		k.note(h)
	}
}

// cleared tells whether a white box between the two items takes the first one's ink away.
func (k *pageCheck) cleared(after, before int, where area) bool {
	for _, i := range k.knocks {
		if i > after && i < before && k.items[i].op.Kind == sheet.OpRect && k.items[i].holds(where) {
			return true
		}
	}
	return false
}

func (k *pageCheck) covered(code, it *item, name string) {
	k.note(hit{rule: ruleOverlap, severity: Error, part: it.op.Part, where: it.cut(code.area),
		en: fmt.Sprintf("%s stands on the %s code%s: it cannot be read; move one of them", partEN(it.op.Part), name, quoted(it)),
		de: fmt.Sprintf("%s steht auf dem %s-Code%s: er ist nicht lesbar; eines von beiden verschieben", partDE(it.op.Part), name, quoted(it))})
}
