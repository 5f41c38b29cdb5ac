package preflight

// PlanRule is a rule over drawing plans, for documents and lists.
type PlanRule struct {
	Name string `json:"rule"`
	EN   string `json:"text"`
	DE   string `json:"text_de"`
}

// Names of the rules over plans.
const (
	ruleWindow     = "window_clear"
	ruleVisible    = "address_visible"
	ruleRead       = "read_zone_clear"
	rulePostage    = "postage_clear"
	ruleClear      = "zone_clear"
	ruleQuiet      = "quiet_zone"
	ruleModule     = "module_size"
	ruleSafe       = "safe_area"
	ruleBleed      = "bleed_reached"
	ruleOverflow   = "overflow"
	ruleOverlap    = "overlap"
	ruleResolution = "resolution"
	ruleColour     = "colour"
	ruleFonts      = "fonts"
	ruleSize       = "minimum_size"
	ruleLine       = "line_width"
	ruleNotice     = "notice_present"
	ruleNoticeSize = "notice_size"
	ruleAddress    = "address_block"
)

// PlanRules lists the rules that Plan tests, in the order of its findings' importance.
func PlanRules() []PlanRule {
	return []PlanRule{
		{ruleWindow, "In the envelope's window, with its play, stand the address and the sender line only.", "Im Fenster des Umschlags samt Spiel stehen nur Anschrift und Absenderzeile."},
		{ruleVisible, "The address stands where the window shows it however the sheet lies.", "Die Anschrift steht dort, wo das Fenster sie bei jeder Lage des Blatts zeigt."},
		{ruleRead, "The post's reading and coding zones hold the address and franking only.", "In Lese- und Codierzone der Post stehen nur Anschrift und Freimachung."},
		{rulePostage, "The postage zone is left to the franking mark.", "Die Frankierzone bleibt dem Freimachungsvermerk."},
		{ruleClear, "A zone that is to stay empty is empty.", "Eine freizuhaltende Zone ist leer."},
		{ruleQuiet, "Around a code nothing is printed: four modules around a QR code, one around a DataMatrix.", "Um einen Code wird nichts gedruckt: vier Module um einen QR-Code, eines um einen DataMatrix-Code."},
		{ruleModule, "A QR code's modules are at least 0.4 mm wide, a DataMatrix code's 0.35 mm.", "Module eines QR-Codes sind mindestens 0,4 mm breit, die eines DataMatrix-Codes 0,35 mm."},
		{ruleSafe, "Text, codes and notices keep clear of the trim (4 mm, match codes 3 mm).", "Text, Codes und Hinweise halten Abstand zum Beschnitt (4 mm, Steuercodes 3 mm)."},
		{ruleBleed, "What touches the trim reaches the full bleed.", "Was den Endformatrand berührt, reicht bis in den vollen Anschnitt."},
		{ruleOverflow, "Nothing stands outside of the sheet.", "Nichts steht außerhalb des Blatts."},
		{ruleOverlap, "Text does not stand on other text or on a code, and nothing covers a code.", "Text steht nicht auf anderem Text oder auf einem Code, und nichts verdeckt einen Code."},
		{ruleResolution, "Pictures have 300 pixels an inch at their printed size (below 150 is an error), line art 600.", "Bilder haben in Druckgröße 300 Pixel je Zoll (unter 150 ist ein Fehler), Strichbilder 600."},
		{ruleColour, "The sum of inks stays below the paper's limit; small text and codes print in black alone.", "Die Farbsumme bleibt unter der Grenze des Papiers; kleine Schrift und Codes drucken nur in Schwarz."},
		{ruleFonts, "Every style in use has a font, and the font has every character.", "Jeder benutzte Schnitt hat eine Schrift, und die Schrift hat jedes Zeichen."},
		{ruleSize, "Text has at least 6 pt, an address 10 to 12 pt.", "Text hat mindestens 6 pt, eine Anschrift 10 bis 12 pt."},
		{ruleLine, "Lines are at least 0.25 pt wide.", "Linien sind mindestens 0,25 pt stark."},
		{ruleNotice, "Advertising carries the notice of the right to object.", "Werbung trägt den Widerspruchshinweis."},
		{ruleNoticeSize, "The notice of the right to object is set in at least 7 pt.", "Der Widerspruchshinweis ist mindestens in 7 pt gesetzt."},
		{ruleAddress, "The address is one left-aligned block of two to six lines without blank lines.", "Die Anschrift ist ein linksbündiger Block aus zwei bis sechs Zeilen ohne Leerzeilen."},
	}
}

// zoneRules gives the rule of a kind of zone and the parts that may print in it.
var zoneRules = [...]struct {
	rule    string
	allowed uint16
}{
	zoneWindow:  {ruleWindow, partBit(partAddress) | partBit(partReturn)},
	zonePostage: {rulePostage, partBit(partFranking)},
	zoneRead:    {ruleRead, partBit(partAddress) | partBit(partFranking)},
	zoneQuiet:   {ruleQuiet, partBit(partCode)},
	zoneClear:   {ruleClear, 0},
}
