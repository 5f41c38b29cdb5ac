package letter

// Geometry of DIN 5008 Form B on A4, in micrometres from the top left corner of the trim. Window play
// and always-visible widths follow from DIN 680 envelopes with their tolerances: a sheet in a DL envelope
// may shift by 10 mm, in C6/5 by 19 mm, so the address must end where the window surely shows it.
const (
	textLeft  = 25_000
	textRight = 190_000
	textWidth = textRight - textLeft

	letterheadBase = 25_000 // baseline of the sender's name in the letterhead

	returnBase     = 60_400 // return line, last line of the zone that ends at 62.7
	returnRule     = 61_500
	recipientTop   = 62_700
	recipientLine  = 4_550 // 27.3 mm for six lines
	windowRightDL  = 98_500
	windowRightC65 = 89_500

	infoLeft  = 125_000
	infoRight = 200_000
	infoValue = 146_000
	infoBase  = 53_500
	infoLine  = 4_900

	bodyTop     = 99_500 // below the field's end at 90 plus 8.46
	nextTop     = 27_000 // content of the second and later pages
	nextHead    = 15_000 // baseline of their header
	bodyBottom  = 266_500
	pageNoBase  = 270_000
	footerRule  = 272_500
	footerBase  = 276_300
	footerLine  = 2_950
	footerLines = 5
	matchBase   = 293_000

	hairline = 88 // a quarter point

	foldMark1, holeMark, foldMark2 = 105_000, 148_500, 210_000
	markLeft, foldLength, holeLen  = 3_500, 2_500, 4_000
)

// windowPlay is what a window may show of the sheet: nothing but the address may print there.
var windowPlay = Op{X: 1_000, Y: 45_000, W: 109_000, H: 54_000}

// windowWidth is how wide an address line may be in the design's envelope.
func (s *designFile) windowWidth() int {
	if s.Envelope == "C6/5" {
		return windowRightC65 - textLeft
	}
	return windowRightDL - textLeft
}

// Type sizes of the fixed parts, in thousandths of a point. Addresses are read by machines at 10 to 12 pt.
const (
	addressSize    = 10_500
	addressMin     = 10_000
	returnSize     = 7_000
	returnMin      = 6_000
	letterheadSize = 17_000
	letterheadMin  = 10_000
	infoSize       = 9_000
	infoMin        = 7_000
	footerSize     = 7_000
	matchSize      = 6_000
	noticeSize     = 7_500
	noticeLeading  = 9_600
	codeSize       = 15_000
)

// baseLayers are the shared layers of the first and the following pages.
func baseLayers(s *designFile) (first, next *Layer) {
	var a, b []Op
	for _, box := range s.Decor {
		if box.Page != "next" {
			a = append(a, box.op(s))
		}
		if box.Page != "first" {
			b = append(b, box.op(s))
		}
	}
	if s.Marks {
		a = append(a, mark(foldMark1, foldLength), mark(holeMark, holeLen), mark(foldMark2, foldLength))
	}
	return newLayer(a), newLayer(b)
}

func mark(y, length int) Op {
	return Op{Kind: OpRect, X: markLeft, Y: y - hairline/2, W: length, H: hairline, Ink: Black}
}
