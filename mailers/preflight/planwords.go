package preflight

import (
	"fmt"
	"strconv"
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

// zonesDE are the names that layouts give their zones.
var zonesDE = map[string]string{
	"safe area": "Sicherheitsabstand", "address window": "Adressfenster", "always visible in the window": "stets sichtbarer Teil des Fensters",
	"franking zone": "Frankierzone", "reading zone": "Lesezone", "coding zone": "Codierzone",
}

// kindsDE name zones to which the design gives no name.
var kindsDE = map[sheet.ZoneKind]string{
	zoneWindow: "Adressfenster", sheet.ZoneAddress: "stets sichtbarer Teil des Fensters", zonePostage: "Frankierzone", zoneRead: "Lesezone",
	zoneQuiet: "Ruhezone", sheet.ZoneSafe: "Sicherheitsabstand", zoneClear: "freie Zone",
}

// zoneNameDE is the design's own name of a zone, or the German one of a layout's.
func zoneNameDE(z *sheet.Zone) string {
	if z.Name == "" {
		if name, ok := kindsDE[z.Kind]; ok {
			return name
		}
	}
	if name, ok := zonesDE[z.Name]; ok {
		return name
	}
	return zoneName(z)
}

// count writes a number with its word.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
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
