package design

import "postlift/mailers/sheet"

// Rect is a place on the trimmed sheet: micrometres from its top left corner, y down.
type Rect struct{ X, Y, W, H int }

// Right is the x of the right edge.
func (r Rect) Right() int { return r.X + r.W }

// Bottom is the y of the lower edge.
func (r Rect) Bottom() int { return r.Y + r.H }

// Overlaps tells whether two places have an area in common.
func (r Rect) Overlaps(o Rect) bool {
	return r.X < o.Right() && o.X < r.Right() && r.Y < o.Bottom() && o.Y < r.Bottom()
}

// Inside tells whether all of r lies in o.
func (r Rect) Inside(o Rect) bool {
	return r.X >= o.X && r.Y >= o.Y && r.Right() <= o.Right() && r.Bottom() <= o.Bottom()
}

func (r Rect) down(by int) Rect { r.Y += by; return r }

// Mark is a fold or hole mark: a hairline from (X, Y) to the right.
type Mark struct{ X, Y, Length int }

// Layout is where a layout's parts stand. A place that the layout does not have is empty (W is 0). The first page
// of a card is its picture side, the next one its address side.
type Layout struct {
	Name        string
	Letterhead  Rect   // the sender's name or logo stands at its foot, from its left edge
	Return      Rect   // the sender line
	Address     Rect   // of the recipient's lines, AddressLine apart
	AddressLine int    // from baseline to baseline
	AddressPage string // first or next: the page of address, return line and postage
	Info        Rect   // the info block; its values start InfoValue from its left edge, its lines are InfoLine apart
	InfoValue   int
	InfoLine    int
	Body        Rect // running text of the first page (of a card: of its address side)
	Next        Rect // running text of the following pages
	NextHead    Rect // running head of the following pages
	PageNumber  Rect // right aligned
	Footer      Rect // the sender's particulars; a rule runs along its upper edge
	Match       Rect // the match code's modules with their quiet zone
	MatchText   Rect // the same to be read by people
	Postage     Rect // the franking zone
	Coding      Rect // of a card: where the post prints its bar code
	Reading     Rect // of a card: where the post reads the address
	Separator   int  // of a card: x of the line between text and address; 0: none
	Window      Rect // what the envelope's window may show at any play of the sheet
	Visible     Rect // what it shows at every play, less the tolerances (but for the foot, where DIN 5008 has none to spare)
	Marks       []Mark
}

// Type sizes of the fixed parts, in thousandths of a point. Addresses are read by machines at 10 to 12 pt.
const (
	AddressSize, AddressLeast       = 10_500, 10_000
	ReturnSize, ReturnLeast         = 7_000, 6_000
	LetterheadSize, LetterheadLeast = 17_000, 10_000
	InfoSize, InfoLeast             = 9_000, 7_000
	FooterSize                      = 7_000
	MatchSize                       = 6_000
	NoticeSize, NoticeLeading       = 7_500, 9_600
)

// formB is DIN 5008 Form B on A4. The address field is 85 x 45 mm at (20, 45): 17.7 mm for remarks with the return
// line, then six lines in 27.3 mm; the text starts 8.46 mm below it; text is 165 mm wide.
//
// Window and Visible follow from the envelopes of DIN 680, whose window of 90 x 45 mm stands 20 mm from the left
// and 15 mm from the bottom, and from the sheet's play in them. Window is the widest of all envelopes.
var formB = Layout{
	Name:        "din5008-b",
	Letterhead:  Rect{25_000, 12_000, 165_000, 15_000},
	Return:      Rect{25_000, 57_200, 73_500, 5_000},
	Address:     Rect{25_000, 62_700, 73_500, 27_300},
	AddressLine: 4_550,
	AddressPage: "first",
	Info:        Rect{125_000, 50_000, 75_000, 40_000},
	InfoValue:   21_000,
	InfoLine:    4_900,
	Body:        Rect{25_000, 99_500, 165_000, 167_000},
	Next:        Rect{25_000, 27_000, 165_000, 239_500},
	NextHead:    Rect{25_000, 11_000, 165_000, 5_000},
	PageNumber:  Rect{25_000, 267_500, 165_000, 3_500},
	Footer:      Rect{25_000, 272_500, 165_000, 16_500},
	Match:       Rect{190_000, 284_500, 16_000, 8_000},
	MatchText:   Rect{25_000, 289_500, 120_000, 3_000},
	Window:      Rect{1_000, 45_000, 109_000, 54_000},
	Visible:     Rect{21_500, 51_500, 77_000, 38_500},
	Marks:       []Mark{{3_500, 105_000, 2_500}, {3_500, 148_500, 4_000}, {3_500, 210_000, 2_500}},
}

// formAHigher is how much higher Form A has its address field.
const formAHigher = -18_000

// formA is DIN 5008 Form A: the head is 27 mm high instead of 45.
func formA() Layout {
	l := formB
	l.Name = "din5008-a"
	l.Letterhead = Rect{25_000, 7_000, 165_000, 12_000}
	l.Body = Rect{25_000, l.Body.Y + formAHigher, 165_000, l.Body.H - formAHigher}
	for _, r := range []*Rect{&l.Return, &l.Address, &l.Info, &l.Window, &l.Visible} {
		*r = r.down(formAHigher)
	}
	l.Marks = []Mark{{3_500, 87_000, 2_500}, {3_500, 148_500, 4_000}, {3_500, 192_000, 2_500}}
	return l
}

// narrow gives a window letter the play of an envelope: a sheet in C6/5 may shift by 19 mm sideways and 9 mm in
// height, in DL by 10 and 5. C5 and C4 have no one place of the window in DIN 680: they get the play of C6/5.
func (l *Layout) narrow(envelope string) {
	switch envelope {
	case "none":
		l.Window, l.Visible = Rect{}, Rect{}
	case "C6/5", "C5", "C4":
		cut := l.Address.Right() - 89_500
		l.Address.W, l.Return.W, l.Visible.W = l.Address.W-cut, l.Return.W-cut, l.Visible.W-cut
		l.Visible.Y, l.Visible.H = l.Visible.Y+4_000, l.Visible.H-4_000
	}
}

// frankingWidth is what a franking mark in the window takes of the address, with its quiet zone.
const frankingWidth = 16_000

// franked puts the postage zone into the window, right of the address.
func (l *Layout) franked() {
	if l.AddressPage != "first" {
		return
	}
	l.Postage = Rect{l.Address.Right() - frankingWidth + 1_000, l.Address.Y, frankingWidth - 1_000, frankingWidth - 1_000}
	l.Address.W -= frankingWidth
}

// card is the address side of a postcard (Deutsche Post): franking zone 74 x 40 mm in the top right corner, coding
// zone 150 x 15 mm in the bottom right one, between them the reading zone with nothing right of or below the
// address; a line 5 mm left of the address parts it from text.
func card(w, h int) Layout {
	l := Layout{Name: "card", AddressPage: "next", AddressLine: 4_550, Separator: w/2 - 3_000}
	edge := 5_000
	if w >= 180_000 { // the address keeps 15 mm from the right edge where the card is wide enough
		edge = 15_000
	}
	left := l.Separator + 5_000
	l.Postage = Rect{w - 74_000, 0, 74_000, 40_000}
	l.Coding = Rect{max(0, w-150_000), h - 15_000, min(w, 150_000), 15_000}
	l.Reading = Rect{l.Separator + 1_000, 40_000, w - l.Separator - 1_000, h - 55_000}
	l.Address = Rect{left, 50_000, w - edge - left, 27_300}
	column := l.Separator - 3_000 - 6_000
	l.Return = Rect{6_000, 5_500, column, 4_000}
	l.Match = Rect{6_000, h - 25_000, 16_000, 8_000}
	l.MatchText = Rect{23_000, h - 21_000, column - 17_000, 4_000}
	l.Body = Rect{6_000, 12_000, column, l.Match.Y - 13_000}
	l.Next = l.Body
	return l
}

// free has no places but its text: 20 mm from every edge, less on small sheets.
func free(w, h int) Layout {
	m := min(20_000, w/10, h/10)
	body := Rect{m, m, w - 2*m, h - 2*m}
	return Layout{Name: "free", AddressPage: "first", AddressLine: 4_550, Body: body, Next: body}
}

// layoutOf is the layout of a spec whose choices were checked.
func layoutOf(s *Spec, f sheet.Sheet) Layout {
	var l Layout
	switch s.Layout {
	case "din5008-b":
		l = formB
	case "din5008-a":
		l = formA()
	case "card":
		l = card(f.W, f.H)
	default:
		l = free(f.W, f.H)
	}
	l.narrow(s.Envelope)
	for _, b := range s.Blocks {
		if b.Kind == "postage" && b.X == nil {
			l.franked()
			break
		}
	}
	return l
}

// safeMargin is what printers may cut or grip: nothing but decor comes nearer to the trim.
const safeMargin = 4_000

// zones are the layout's own on one kind of page.
func (l *Layout) zones(first bool, f sheet.Sheet) []sheet.Zone {
	out := []sheet.Zone{zone("safe area", sheet.ZoneSafe, Rect{safeMargin, safeMargin, f.W - 2*safeMargin, f.H - 2*safeMargin})}
	add := func(name string, kind sheet.ZoneKind, r Rect) {
		if r.W > 0 {
			out = append(out, zone(name, kind, r))
		}
	}
	if first != (l.AddressPage == "first") {
		return out
	}
	add("address window", sheet.ZoneWindow, l.Window)
	add("always visible in the window", sheet.ZoneAddress, l.Visible)
	if l.Name == "card" {
		add("franking zone", sheet.ZonePostage, l.Postage)
		add("reading zone", sheet.ZoneRead, l.Reading)
		add("coding zone", sheet.ZoneClear, l.Coding)
	}
	return out
}

func zone(name string, kind sheet.ZoneKind, r Rect) sheet.Zone {
	return sheet.Zone{Name: name, Kind: kind, X: r.X, Y: r.Y, W: r.W, H: r.H}
}
