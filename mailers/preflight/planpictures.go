package preflight

import (
	"fmt"

	"postlift/mailers/sheet"
)

// readable are the parts that somebody must read whatever lies below them.
const readable = 1<<sheet.PartAddress | 1<<sheet.PartReturn | 1<<sheet.PartNotice | 1<<sheet.PartFooter | 1<<sheet.PartMatch

// pictured finds pictures and texts of other parts that meet. A picture that prints over a text hides it. Below a text
// a picture is a ground that a designer may mean: one that holds all of a running text is no finding, but one that
// reaches into it by a piece, or lies below an address, a notice or the like, is.
func (k *pageCheck) pictured() {
	for _, i := range k.images {
		img := &k.items[i]
		for _, n := range k.texts {
			it := &k.items[n]
			if it.op.Part == img.op.Part || !it.meets(img.area) {
				continue
			}
			core := it.core(img)
			cut := core.cut(img.area)
			if !core.meets(img.area) {
				continue
			}
			if ink, _ := k.c.prints(img, cut); !ink || k.wiped(i, n, cut) {
				continue
			}
			k.meeting(i, n, cut, img.holds(core))
		}
	}
}

// wiped tells whether white between a picture and a text, or over both, takes the picture's ink away.
func (k *pageCheck) wiped(image, text int, where area) bool {
	return image < text && k.cleared(image, text, where) || k.hidden(max(image, text), where)
}

// meeting notes a picture at one index that meets a text at another.
func (k *pageCheck) meeting(image, text int, where area, whole bool) {
	it := &k.items[text]
	if image > text {
		k.note(hit{rule: ruleOverlap, severity: Error, part: it.op.Part, where: where,
			en: fmt.Sprintf("a picture covers %s%s: move one of them, or put the picture before it", partEN(it.op.Part), quoted(it)),
			de: fmt.Sprintf("ein Bild verdeckt %s%s: eines verschieben oder das Bild davor einordnen", partDE(it.op.Part), quoted(it))})
		return
	}
	if whole && readable&partBit(it.op.Part) == 0 {
		return
	}
	k.note(hit{rule: ruleOverlap, severity: Warning, part: it.op.Part, where: where,
		en: fmt.Sprintf("%s%s stands on a picture: move one of them, so that it can be read", partEN(it.op.Part), quoted(it)),
		de: fmt.Sprintf("%s%s steht auf einem Bild: eines verschieben, damit es lesbar bleibt", partDE(it.op.Part), quoted(it))})
}
