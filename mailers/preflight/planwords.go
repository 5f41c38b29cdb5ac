package preflight

import (
	"fmt"
	"strings"

	"postlift/mailers/sheet"
)

func mmEN(um int) string { return fmt.Sprintf("%.1f mm", float64(um)/1000) }
func mmDE(um int) string { return strings.Replace(mmEN(um), ".", ",", 1) }

func ptEN(size int) string { return fmt.Sprintf("%g pt", float64(size)/1000) }
func ptDE(size int) string { return strings.Replace(ptEN(size), ".", ",", 1) }

// zoneName is the design's name of a zone, else its kind.
func zoneName(z *sheet.Zone) string {
	if z.Name != "" {
		return z.Name
	}
	return z.Kind.String()
}

// quoted names a text by its beginning. Findings go into logs and pages of those who may see the piece; an address
// is not repeated.
func quoted(it *item) string {
	if it.op.Kind != sheet.OpText || it.op.Part == partAddress {
		return ""
	}
	r := []rune(it.op.Text)
	if len(r) > 24 {
		r = append(r[:24:24], '…')
	}
	return fmt.Sprintf(" (%q)", string(r))
}

var partsEN = [...]string{"text", "the address", "the sender line", "a code", "the match code", "franking", "a fold or cut mark", "decoration", "the objection notice", "the footer"}
var partsDE = [...]string{"Text", "die Anschrift", "die Absenderzeile", "ein Code", "der Steuercode", "die Freimachung", "eine Falz- oder Schnittmarke", "ein Gestaltungselement", "der Widerspruchshinweis", "die Fußzeile"}

func partEN(p sheet.Part) string { return partName(partsEN[:], p) }
func partDE(p sheet.Part) string { return partName(partsDE[:], p) }

func partName(names []string, p sheet.Part) string {
	if int(p) >= len(names) {
		return p.String()
	}
	return names[p]
}

func zoneUseEN(k sheet.ZoneKind) string {
	return map[sheet.ZoneKind]string{
		zoneWindow: "which holds the address and the sender line only", zonePostage: "which is left to the franking mark",
		zoneRead: "which the post reads the address and franking in", zoneQuiet: "the quiet zone of a code", zoneClear: "which stays empty",
	}[k]
}

func zoneUseDE(k sheet.ZoneKind) string {
	return map[sheet.ZoneKind]string{
		zoneWindow: "in der nur Anschrift und Absenderzeile stehen", zonePostage: "die der Freimachung bleibt",
		zoneRead: "in der die Post Anschrift und Freimachung liest", zoneQuiet: "der Ruhezone eines Codes", zoneClear: "die leer bleibt",
	}[k]
}
