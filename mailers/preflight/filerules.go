package preflight

// FileRule is a rule over finished files, for documents and lists.
type FileRule struct {
	Name string `json:"rule"`
	EN   string `json:"text"`
	DE   string `json:"text_de"`
}

// FileRules lists the rules that File tests, in the order in which it does.
func FileRules() []FileRule {
	return []FileRule{
		{"readable", "The file is a PDF whose cross-reference, page tree and streams can be read.", "Die Datei ist ein PDF, dessen Verzeichnis, Seitenbaum und Datenströme lesbar sind."},
		{"encryption", "The file is not encrypted.", "Die Datei ist nicht verschlüsselt."},
		{"version", "The header's version fits the standard (PDF/X-4: 1.6, PDF/X-1a:2001: 1.3) and is followed by a binary comment.", "Die Version im Kopf passt zum Standard (PDF/X-4: 1.6, PDF/X-1a:2001: 1.3), und ein Binärkommentar folgt."},
		{"file_id", "The trailer has a file ID of two strings.", "Der Trailer hat eine Datei-ID aus zwei Zeichenketten."},
		{"standard", "The file says which print standard it conforms to, and it is the one asked for.", "Die Datei nennt den Druckstandard, dem sie folgt, und es ist der verlangte."},
		{"metadata", "XMP metadata is present, complete for its standard, uncompressed, and equal to the document information.", "XMP-Metadaten sind vorhanden, vollständig für den Standard, unkomprimiert und gleich den Dokumentinformationen."},
		{"output_intent", "One output intent for print names its condition and holds a CMYK printer profile.", "Eine Ausgabeabsicht für Druck nennt ihre Bedingung und enthält ein CMYK-Druckprofil."},
		{"page_count", "The file has the number of pages that was asked for.", "Die Datei hat die verlangte Seitenzahl."},
		{"page_boxes", "Every page has a TrimBox (or ArtBox, not both), within the BleedBox, within the MediaBox.", "Jede Seite hat eine TrimBox (oder ArtBox, nicht beide), innerhalb der BleedBox, innerhalb der MediaBox."},
		{"page_size", "All pages have one trimmed size, the one asked for.", "Alle Seiten haben ein Endformat, und zwar das verlangte."},
		{"bleed_size", "The bleed is at least 3 mm, or what was asked for, on every side.", "Der Anschnitt ist ringsum mindestens 3 mm oder so groß wie verlangt."},
		{"actions", "There is no JavaScript, no action, no form field and no embedded file.", "Es gibt kein JavaScript, keine Aktion, kein Formularfeld und keine eingebettete Datei."},
		{"annotations", "No comment or link lies within the bleed.", "Innerhalb des Anschnitts liegt kein Kommentar und kein Link."},
		{"layers", "No layer is switched off; PDF/X-1a has no layers.", "Keine Ebene ist ausgeschaltet; PDF/X-1a hat keine Ebenen."},
		{"lzw", "Nothing is compressed with LZW.", "Nichts ist mit LZW komprimiert."},
		{"foreign_content", "There are no PostScript programs, OPI comments, references to other files and alternate images.", "Es gibt keine PostScript-Programme, OPI-Kommentare, Verweise auf andere Dateien und Ersatzbilder."},
		{"document_parts", "The document parts of PDF/VT cover all pages in order, and pages and parts point to each other.", "Die Dokumentteile von PDF/VT umfassen alle Seiten der Reihe nach, und Seiten und Teile verweisen aufeinander."},
		{"content", "What pages draw is there and can be followed.", "Was Seiten zeichnen, ist vorhanden und auswertbar."},
		{"colour", "Only inks print: CMYK, gray, and spot colours over them.", "Nur Druckfarben kommen vor: CMYK, Grau und Schmuckfarben darüber."},
		{"ink_sum", "Flat colours sum up to at most 300 percent, or what was asked for.", "Volltonflächen haben eine Farbsumme von höchstens 300 Prozent oder wie verlangt."},
		{"text_black", "Small text prints in few inks: black text in black alone.", "Kleiner Text druckt in wenigen Farben: schwarzer Text nur in Schwarz."},
		{"fonts_embedded", "Every font in use is embedded.", "Jede benutzte Schrift ist eingebettet."},
		{"fonts_type3", "No font is a drawing (Type 3), which prints rough at small sizes.", "Keine Schrift ist eine Zeichnung (Type 3), die in kleinen Graden rau druckt."},
		{"fonts_subset", "Large fonts are embedded as a subset.", "Große Schriften sind als Untergruppe eingebettet."},
		{"type_size", "Text has at least 6 pt.", "Text hat mindestens 6 pt."},
		{"line_width", "Lines are at least 0.25 pt wide and never hairlines of width 0.", "Linien sind mindestens 0,25 pt stark und nie Haarlinien der Stärke 0."},
		{"image_resolution", "Images have 300 ppi as placed (below 150 is an error), line art 600.", "Bilder haben platziert 300 ppi (unter 150 ist ein Fehler), Strichbilder 600."},
		{"transparency", "Transparency is blended in CMYK; PDF/X-1a and PDF/X-3 have none.", "Transparenz wird in CMYK gerechnet; PDF/X-1a und PDF/X-3 haben keine."},
		{"transfer_functions", "No transfer functions and no halftones of the file's own.", "Keine Transferfunktionen und keine eigenen Raster."},
		{"white_overprint", "Nothing white is set to overprint: it would vanish.", "Nichts Weißes ist auf Überdrucken gestellt: Es würde verschwinden."},
	}
}
