package letter

import (
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

type (
	// Plan is a drawing plan.
	Plan = sheet.Plan
	// Op is one thing drawn.
	Op = sheet.Op
	// CMYK is a print colour.
	CMYK = sheet.Ink
	// Style is one of a design's fonts.
	Style = sheet.Style
	// Page is one printed side.
	Page = sheet.Page
	// Layer is what many pieces share.
	Layer = sheet.Layer
	// FontRef names a font.
	FontRef = sheet.FontRef
	// Sheet is a format.
	Sheet = sheet.Sheet
	span  = typeset.Span
	face  = typeset.Face
)

const (
	Regular         = sheet.Regular
	Bold            = sheet.Bold
	Italic          = sheet.Italic
	styles          = 3
	maxAddressLines = 6
	OpText          = sheet.OpText
	OpRect          = sheet.OpRect
	OpModules       = sheet.OpModules
)

var (
	// Black is text black.
	Black    = sheet.Black
	paper    = sheet.Paper
	mm       = sheet.MM
	points   = sheet.Points
	newLayer = sheet.NewLayer
	loadFace = typeset.LoadFace
)

func cleanLine(s string) string  { return typeset.CleanLine(s) }
func cleanValue(s string) string { return typeset.CleanValue(s) }
