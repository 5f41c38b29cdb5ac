// Package preflight tests what is to be printed before the press does: drawing plans against their zones, and
// finished PDF files, ours or anybody's. It imports the root package, mailers/sheet, mailers/typeset and
// mailers/pdfread.
package preflight

// Severity is how bad a finding is.
type Severity string

// The severities. A rule that could not be tested is reported, never passed over.
const (
	Error      Severity = "error"       // the vendor would refuse it, or it would print wrong
	Warning    Severity = "warning"     // it prints, and somebody should look
	NotChecked Severity = "not_checked" // the rule needs a tool that is not here
)

// Finding is one broken rule at one place.
type Finding struct {
	Rule     string   `json:"rule"` // snake_case name of the rule, such as window_clear
	Severity Severity `json:"severity"`
	Page     int      `json:"page,omitempty"` // from 1; 0 is the whole file
	Box      *Box     `json:"box,omitempty"`
	Text     string   `json:"text"` // English, with the figures
	TextDE   string   `json:"text_de"`
}

// Box is a place on the trimmed page: millimetres from its top left corner, y down.
type Box struct {
	X float64 `json:"x_mm"`
	Y float64 `json:"y_mm"`
	W float64 `json:"w_mm"`
	H float64 `json:"h_mm"`
}
