package preflight

import (
	"fmt"

	"postlift/mailers/sheet"
)

// zones tests every item against the page's zones: bounding boxes first, ink only where they meet.
func (k *pageCheck) zones() {
	for i := range k.page.Zones {
		z := &k.page.Zones[i]
		switch {
		case z.Kind == sheet.ZoneAddress:
			k.visible(z)
		case int(z.Kind) < len(zoneRules) && zoneRules[z.Kind].rule != "":
			k.clear(z)
		}
	}
}

// clear tests a zone that only some parts may print in.
func (k *pageCheck) clear(z *sheet.Zone) {
	rule, where := zoneRules[z.Kind], zoneArea(z)
	for i := range k.items {
		it := &k.items[i]
		if it.knock || rule.allowed&partBit(it.op.Part) != 0 || !it.thin(where) || z.Kind == sheet.ZoneQuiet && it.op.Kind == sheet.OpModules {
			continue
		}
		ink, unknown := k.c.prints(it, where)
		cut := it.cut(where)
		if !ink && !unknown || k.grazes(it, where) || k.hidden(i, cut) {
			continue
		}
		k.note(zoneHit(rule.rule, z, it.op.Part, cut, unknown))
	}
}

// grazes tells whether an item only touches an edge of the zone, by less than edgeSlack.
func (k *pageCheck) grazes(it *item, where area) bool {
	return !it.meets(where) && it.x1-it.x0 > edgeSlack && it.y1-it.y0 > edgeSlack
}

// visible tests that the address lies where the window shows it, and that there is one.
func (k *pageCheck) visible(z *sheet.Zone) {
	where, any := zoneArea(z), false
	for i := range k.items {
		it := &k.items[i]
		if it.op.Part != partAddress || it.knock {
			continue
		}
		any = true
		k.c.settle(it)
		if where.holds(it.area) {
			continue
		}
		out := beyond(it.area, where)
		k.note(hit{rule: ruleVisible, severity: Error, zone: z, part: partAddress, where: it.area,
			en: fmt.Sprintf("the address reaches %s out of the part of the window that is always visible (%s): shorten the line, make it smaller or move it", mmEN(out), zoneName(z)),
			de: fmt.Sprintf("die Anschrift ragt %s aus dem stets sichtbaren Teil des Fensters: Zeile kürzen, kleiner setzen oder verschieben", mmDE(out))})
	}
	if !any {
		k.note(hit{rule: ruleVisible, severity: Error, zone: z, part: partAddress, where: where,
			en: fmt.Sprintf("no address stands in the window (%s): add the block address", zoneName(z)),
			de: "im Fenster steht keine Anschrift: den Block address aufnehmen"})
	}
}

// beyond is how far, at most, a lies outside of b.
func beyond(a, b area) int { return max(b.x0-a.x0, b.y0-a.y0, a.x1-b.x1, a.y1-b.y1) }

func zoneHit(rule string, z *sheet.Zone, p sheet.Part, cut area, unknown bool) hit {
	h := hit{rule: rule, severity: Error, zone: z, part: p, where: cut}
	if unknown {
		h.severity = NotChecked
		h.en = fmt.Sprintf("artwork lies over the zone %s and cannot be looked into here: test the produced file", zoneName(z))
		h.de = fmt.Sprintf("Eine Druckvorlage liegt über der Zone %s und lässt sich hier nicht einsehen: die erzeugte Datei prüfen", zoneNameDE(z))
		return h
	}
	h.en = fmt.Sprintf("%s prints in the zone %s, %s: move it away or make it smaller", partEN(p), zoneName(z), zoneUseEN(z.Kind))
	h.de = fmt.Sprintf("%s druckt in der Zone %s, %s: verschieben oder verkleinern", partDE(p), zoneNameDE(z), zoneUseDE(z.Kind))
	return h
}

// edges tests what is near to the trim or beyond it.
func (k *pageCheck) edges() {
	o := &k.c.o
	bleed := k.plan.Sheet.Bleed
	inner := k.trim.grow(-max(o.Safe, o.SafeMatch))
	full := k.trim.grow(-100) // decor that ends within a tenth of a millimetre of the trim is meant to reach it
	for i := range k.items {
		it := &k.items[i]
		if it.knock || inner.holds(it.area) && !k.own {
			continue
		}
		if it.op.Part == sheet.PartDecor || it.op.Part == sheet.PartMark {
			if it.op.Part == sheet.PartDecor && bleed > 0 && it.op.Kind != sheet.OpText {
				k.bleeds(it, full, bleed)
			}
			continue
		}
		k.c.settle(it)
		if !k.trim.holds(it.area) {
			out := beyond(it.area, k.trim)
			k.note(hit{rule: ruleOverflow, severity: Error, part: it.op.Part, where: it.area,
				en: fmt.Sprintf("%s reaches %s beyond the trim%s: shorten or move it", partEN(it.op.Part), mmEN(out), quoted(it)),
				de: fmt.Sprintf("%s ragt %s über den Endformatrand%s: kürzen oder verschieben", partDE(it.op.Part), mmDE(out), quoted(it))})
			continue
		}
		k.safe(it)
	}
}

// safe tests an item against the page's safe zones, else against the margin.
func (k *pageCheck) safe(it *item) {
	need := k.c.o.Safe
	match := it.op.Part == partMatch
	if match {
		need = min(need, k.c.o.SafeMatch)
	}
	inside := k.trim.grow(-need).holds(it.area) && (!k.own || match)
	for i := range k.page.Zones {
		z := &k.page.Zones[i]
		inside = inside || z.Kind == sheet.ZoneSafe && zoneArea(z).holds(it.area)
	}
	if inside {
		return
	}
	left := -beyond(it.area, k.trim)
	if k.own && left >= need {
		k.note(hit{rule: ruleSafe, severity: Error, part: it.op.Part, where: it.area,
			en: fmt.Sprintf("%s lies outside of the design's safe zone%s: move it inwards", partEN(it.op.Part), quoted(it)),
			de: fmt.Sprintf("%s liegt außerhalb der Sicherheitszone des Designs%s: nach innen rücken", partDE(it.op.Part), quoted(it))})
		return
	}
	k.note(hit{rule: ruleSafe, severity: Error, part: it.op.Part, where: it.area,
		en: fmt.Sprintf("%s stands %s from the trim%s, at least %s are needed: cutting varies; move it inwards", partEN(it.op.Part), mmEN(left), quoted(it), mmEN(need)),
		de: fmt.Sprintf("%s steht %s vom Endformatrand%s, nötig sind mindestens %s: der Schnitt schwankt; nach innen rücken", partDE(it.op.Part), mmDE(left), quoted(it), mmDE(need))})
}

// bleeds tests that what reaches a side of the trim reaches its full bleed.
func (k *pageCheck) bleeds(it *item, full area, bleed int) {
	if !it.thin(k.trim) {
		if !it.thin(k.trim.grow(bleed)) {
			k.note(hit{rule: ruleOverflow, severity: Warning, part: it.op.Part, where: it.area,
				en: "decoration lies wholly outside of the sheet and its bleed: it prints nothing; remove or move it",
				de: "ein Gestaltungselement liegt ganz außerhalb von Blatt und Anschnitt: es druckt nichts; entfernen oder verschieben"})
		}
		return
	}
	t := k.trim
	missing := 0
	for _, s := range [4][3]int{ // reaches the side, where it ends, where it should
		{full.x0 - it.x0, it.x0, t.x0 - bleed}, {full.y0 - it.y0, it.y0, t.y0 - bleed},
	} {
		if s[0] >= 0 {
			missing = max(missing, s[1]-s[2])
		}
	}
	for _, s := range [2][3]int{
		{it.x1 - full.x1, it.x1, t.x1 + bleed}, {it.y1 - full.y1, it.y1, t.y1 + bleed},
	} {
		if s[0] >= 0 {
			missing = max(missing, s[2]-s[1])
		}
	}
	if missing <= edgeSlack {
		return
	}
	k.note(hit{rule: ruleBleed, severity: Error, part: it.op.Part, where: it.area,
		en: fmt.Sprintf("decoration touches the trim and lacks %s of the bleed of %s: a white edge would show; extend it", mmEN(missing), mmEN(bleed)),
		de: fmt.Sprintf("ein Gestaltungselement berührt den Endformatrand, und %s des Anschnitts von %s fehlen: ein weißer Rand würde blitzen; verlängern", mmDE(missing), mmDE(bleed))})
}
