package preflight

import (
	"fmt"
	"strings"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/trace"
)

// document tests header, trailer and how well the file could be read; it also finds what the file claims.
func (c *fileCheck) document() {
	f := c.f
	c.report.Version = f.Version
	c.readXMP()
	c.claims()
	if f.Rebuilt {
		c.hit("readable", Error, 0, nil, words{"the cross-reference table is broken, objects were found by scanning; save the file again", "Das Objektverzeichnis ist defekt, Objekte wurden durch Absuchen gefunden; bitte neu sichern."})
	}
	if f.HeaderAt > 0 {
		c.hit("readable", c.must(), 0, nil, words{fmt.Sprintf("%d bytes stand before the header; remove them", f.HeaderAt), fmt.Sprintf("%d Bytes stehen vor dem Dateikopf; bitte entfernen.", f.HeaderAt)})
	}
	want := map[bool]string{true: "1.6"}[c.x4]
	if c.x1a {
		want = "1.3"
	}
	of2003 := c.x1a && f.Version == "1.4" && strings.Contains(strings.Join(c.report.Standards, " "), "2003")
	if want != "" && f.Version != want && !of2003 {
		sev := Error
		if c.x4 && (f.Version == "1.4" || f.Version == "1.5") { // an earlier version holds nothing that the standard lacks
			sev = Warning
		}
		c.hit("version", sev, 0, nil, words{fmt.Sprintf("the header says PDF %s, the standard is built on %s; export again", f.Version, want), fmt.Sprintf("Der Kopf nennt PDF %s, der Standard beruht auf %s; bitte neu exportieren.", f.Version, want)})
	}
	if !f.Comment {
		c.hit("version", c.must(), 0, nil, words{"no binary comment follows the header: transfer programs may take the file for text", "Dem Kopf folgt kein Binärkommentar: Übertragungsprogramme könnten die Datei für Text halten."})
	}
	id := f.Array(f.Trailer["ID"])
	if len(id) != 2 || !fileString(f, id[0]) || !fileString(f, id[1]) {
		c.hit("file_id", c.must(), 0, nil, words{"the trailer has no file ID of two strings; export as PDF/X", "Der Trailer hat keine Datei-ID aus zwei Zeichenketten; bitte als PDF/X exportieren."})
	}
	c.pages, _ = f.Pages() // File has tested its error
	c.report.Pages = len(c.pages)
	if c.o.Pages > 0 && c.o.Pages != len(c.pages) {
		c.hit("page_count", Error, 0, nil, words{fmt.Sprintf("the file has %d pages, %d were asked for", len(c.pages), c.o.Pages), fmt.Sprintf("Die Datei hat %d Seiten, verlangt sind %d.", len(c.pages), c.o.Pages)})
	}
}

func fileString(f *pdfread.File, o pdfread.Object) bool {
	s, ok := f.Resolve(o).(pdfread.String)
	return ok && len(s) > 0
}

// claims finds the standards that the file names, and which rules follow from them or from what was asked for.
func (c *fileCheck) claims() {
	info := c.f.Info()
	x := c.xmp[nsPDFX+" GTS_PDFXVersion"]
	if x == "" {
		x = fileText(c.f, info["GTS_PDFXVersion"])
		if more := fileText(c.f, info["GTS_PDFXConformance"]); more != "" && strings.HasPrefix(x, "PDF/X-1") {
			x = more
		}
	}
	if x != "" {
		c.report.Standards = append(c.report.Standards, x)
	}
	if vt := c.xmp[nsPDFVT+" GTS_PDFVTVersion"]; vt != "" {
		c.report.Standards = append(c.report.Standards, vt)
	}
	all := strings.Join(append([]string{c.o.Standard}, c.report.Standards...), " ")
	c.x4 = strings.Contains(all, "PDF/X-4") || strings.Contains(all, "PDF/VT-1")
	c.x1a = strings.Contains(all, "PDF/X-1a")
	c.x3 = strings.Contains(all, "PDF/X-3")
	c.vt = strings.Contains(all, "PDF/VT")
	claimed := strings.Join(c.report.Standards, ", ")
	switch {
	case c.o.Standard != "" && !strings.Contains(claimed, c.o.Standard):
		c.hit("standard", Error, 0, nil, words{fmt.Sprintf("the file does not say that it is %s (it says: %s); export again as that", c.o.Standard, orNothing(claimed, "nothing")),
			fmt.Sprintf("Die Datei gibt nicht an, %s zu sein (sie sagt: %s); bitte neu so exportieren.", c.o.Standard, orNothing(claimed, "nichts"))})
	case claimed == "":
		c.hit("standard", Warning, 0, nil, words{"the file names no print standard; export as PDF/X-4", "Die Datei nennt keinen Druckstandard; bitte als PDF/X-4 exportieren."})
	}
}

func orNothing(s, nothing string) string {
	if s == "" {
		return nothing
	}
	return s
}

// intent tests the output intents.
func (c *fileCheck) intent() {
	f := c.f
	var found []pdfread.Dict
	for _, o := range f.Array(f.Root()["OutputIntents"]) {
		if d := f.Dict(o); f.Name(d["S"]) == "GTS_PDFX" {
			found = append(found, d)
		}
	}
	if len(found) != 1 {
		c.hit("output_intent", c.must(), 0, nil, words{fmt.Sprintf("there are %d output intents for print, one is needed: without it nobody knows for which press the inks are meant; export as PDF/X-4 with the vendor's profile", len(found)),
			fmt.Sprintf("Es gibt %d Ausgabeabsichten für Druck, nötig ist eine: Sonst weiß niemand, für welchen Druck die Farben gemeint sind; bitte als PDF/X-4 mit dem Profil der Druckerei exportieren.", len(found))})
		return
	}
	d := found[0]
	c.report.Intent = fileText(f, d["OutputConditionIdentifier"])
	if c.report.Intent == "" {
		c.hit("output_intent", Error, 0, nil, words{"the output intent does not name its condition (OutputConditionIdentifier)", "Die Ausgabeabsicht nennt ihre Bedingung nicht (OutputConditionIdentifier)."})
	}
	if (c.x4 || c.x1a || c.x3) && fileText(f, d["RegistryName"]) == "" && fileText(f, d["Info"]) == "" {
		c.hit("output_intent", Error, 0, nil, words{"the output intent names neither a registry (RegistryName) nor what its condition is (Info)", "Die Ausgabeabsicht nennt weder ein Verzeichnis (RegistryName) noch, was ihre Bedingung ist (Info)."})
	}
	profile := f.Stream(d["DestOutputProfile"])
	if profile == nil && f.Dict(d["DestOutputProfileRef"]) != nil {
		c.hit("output_intent", Warning, 0, nil, words{"the output profile lies outside of the file (PDF/X-4p): the vendor must have the same; better embed it", "Das Ausgabeprofil liegt außerhalb der Datei (PDF/X-4p): Die Druckerei muss dasselbe haben; besser einbetten."})
		return
	}
	if profile == nil {
		if !c.x1a || fileText(f, d["RegistryName"]) == "" {
			c.hit("output_intent", c.must(), 0, nil, words{"the output intent holds no profile; embed it", "Die Ausgabeabsicht enthält kein Profil; bitte einbetten."})
		}
		return
	}
	class, space := trace.Profile(f, profile)
	if class != "prtr" || space != "CMYK" || f.Number(profile.Dict["N"], 0) != 4 {
		c.hit("output_intent", Error, 0, nil, words{fmt.Sprintf("the output profile is of class %q and space %q; a CMYK printer profile (prtr, CMYK, N 4) is needed", class, space),
			fmt.Sprintf("Das Ausgabeprofil hat Klasse %q und Farbraum %q; nötig ist ein CMYK-Druckprofil (prtr, CMYK, N 4).", class, space)})
	}
}

// catalog tests what print files must not hold: things that happen on a screen.
func (c *fileCheck) catalog() {
	f, root := c.f, c.f.Root()
	bad := func(what, was string) {
		c.hit("actions", c.must(), 0, nil, words{"the file holds " + what + ", which print files must not; export again without", "Die Datei enthält " + was + ", was Druckdateien nicht dürfen; bitte ohne exportieren."})
	}
	if f.Dict(root["OpenAction"]) != nil {
		bad("an action on opening (OpenAction)", "eine Aktion beim Öffnen (OpenAction)")
	}
	if root["AA"] != nil {
		bad("actions on events (AA)", "Aktionen bei Ereignissen (AA)")
	}
	form := f.Dict(root["AcroForm"])
	if len(f.Array(form["Fields"])) > 0 || form["XFA"] != nil {
		bad("form fields", "Formularfelder")
	}
	names := f.Dict(root["Names"])
	if names["JavaScript"] != nil {
		bad("JavaScript", "JavaScript")
	}
	if names["EmbeddedFiles"] != nil {
		bad("embedded files (even an empty list of them)", "eingebettete Dateien (auch eine leere Liste davon)")
	}
	layers := f.Dict(root["OCProperties"])
	if layers == nil {
		return
	}
	if c.x1a || c.x3 {
		c.hit("layers", Error, 0, nil, words{"the file has layers, which its standard does not know; flatten them", "Die Datei hat Ebenen, die ihr Standard nicht kennt; bitte reduzieren."})
	}
	off := 0
	for _, g := range f.Array(layers["OCGs"]) {
		if f.Hidden(g) {
			off++
		}
	}
	if off > 0 {
		c.hit("layers", Warning, 0, nil, words{fmt.Sprintf("%d layers are switched off: some printers show them; delete them", off), fmt.Sprintf("%d Ebenen sind ausgeschaltet: Manche Drucker zeigen sie; bitte löschen.", off)})
	}
}

// sweep looks at every object, used or not.
func (c *fileCheck) sweep() {
	f := c.f
	for _, ref := range f.Refs() {
		o := f.Resolve(ref)
		s, isStream := o.(*pdfread.Stream)
		d := f.Dict(o)
		label := pdfread.Label(ref)
		if isStream {
			for _, n := range f.Filters(s.Dict) {
				if n == "LZWDecode" {
					c.hit("lzw", c.must(), 0, nil, words{label + " is compressed with LZW; save the file again as PDF/X", label + " ist mit LZW komprimiert; bitte neu als PDF/X sichern."})
				}
			}
			if s.Dict["F"] != nil {
				c.hit("foreign_content", Error, 0, nil, words{label + " has its data in another file; embed it", label + " hat seine Daten in einer anderen Datei; bitte einbetten."})
			}
			if s.Dict["Alternates"] != nil && f.Name(s.Dict["Subtype"]) == "Image" {
				c.hit("foreign_content", c.must(), 0, nil, words{label + " is an image with alternates: which one prints is not certain; keep one", label + " ist ein Bild mit Ersatzbildern: Welches druckt, ist ungewiss; bitte nur eines behalten."})
			}
		}
		if f.Name(d["S"]) == "JavaScript" && d["JS"] != nil {
			c.hit("actions", c.must(), 0, nil, words{label + " is JavaScript, which print files must not hold; export again without", label + " ist JavaScript, was Druckdateien nicht enthalten dürfen; bitte ohne exportieren."})
		}
	}
}

// fileText decodes a text string: UTF-16 with its mark, UTF-8 with its mark, else as Latin-1.
func fileText(f *pdfread.File, o pdfread.Object) string {
	s, _ := f.Resolve(o).(pdfread.String)
	switch {
	case len(s) >= 2 && s[0] == 0xFE && s[1] == 0xFF:
		return utf16Text(s[2:])
	case len(s) >= 3 && s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF:
		return string(s[3:])
	}
	out := make([]rune, len(s))
	for i, b := range s {
		out[i] = rune(b)
	}
	return string(out)
}
