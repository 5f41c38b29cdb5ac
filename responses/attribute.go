package responses

import "postlift"

// Methods of attribution, strongest first, and the arms that a credit stands in.
const (
	ByCode      = "code"
	ByCustomer  = "customer"
	ArmAssigned = "assigned"
	ArmHoldout  = "holdout"
	ArmWave     = "wave"
)

// Span is the clock of one run, shared by mailed and held-out accounts. Dates are inclusive. In a run of waves it
// reaches to the end of the last one's window, and each letter has the clock of its own wave.
type Span struct {
	RunID    int64
	PostedOn postlift.Date
	InHomeOn postlift.Date
	EndsOn   postlift.Date
}

// MailedPiece is a live letter that was posted.
type MailedPiece struct {
	ID        int64
	RunID     int64
	AccountID int64
	Code      string
	Token     string
	PostedOn  postlift.Date
	InHomeOn  postlift.Date // of its wave; zero: its run's
	EndsOn    postlift.Date // of its wave's window; zero: its run's
	Returned  bool
}

// HeldOut is an account that a run left unmailed on purpose.
type HeldOut struct {
	RunID     int64
	AccountID int64
}

// Order is a document that may be credited, net of what was credited back, in minor units of the
// reporting currency.
type Order struct {
	ID          int64
	AccountID   int64
	PlacedOn    postlift.Date
	Code        string
	NetMinor    int64
	MarginMinor int64
}

// Credit says which letter an order is credited to, or, for a held-out account, that it happened in the
// same window without one (PieceID 0).
type Credit struct {
	RunID       int64
	OrderID     int64
	PieceID     int64
	AccountID   int64
	Arm         string
	Method      string
	NetMinor    int64
	MarginMinor int64
}

// Attribute credits every order at most once, whatever the number of runs:
//
//  1. by code: the order names a letter's code or token and was placed between the posting and the end
//     of that run's window, whoever ordered;
//  2. by customer: the account was mailed and the order lies in [in-home, end of window]; of several
//     letters the one posted last is credited (ties: the later run, then the piece made first). A
//     returned letter was not read and is credited by code only;
//  3. held out: the account was held out of a run whose window holds the order; of several the run
//     that came in home last.
//
// The result depends on its arguments only, not on what was credited before.
func Attribute(runs []Span, pieces []MailedPiece, held []HeldOut, orders []Order) []Credit {
	pick := NewPicker(runs, pieces, held)
	var credits []Credit
	for _, o := range orders {
		if c, ok := pick(o); ok {
			credits = append(credits, c)
		}
	}
	return credits
}

// Picker credits one order by the rules of Attribute.
type Picker func(Order) (Credit, bool)

// NewPicker prepares the rules for orders that come one by one.
func NewPicker(runs []Span, pieces []MailedPiece, held []HeldOut) Picker {
	r := reach{
		spans:  make(map[int64]Span, len(runs)),
		pieces: pieces, byCode: make(map[string]int, 2*len(pieces)),
		byAccount: make(map[int64][]int), held: make(map[int64][]int64),
	}
	for _, s := range runs {
		r.spans[s.RunID] = s
	}
	for i, p := range pieces {
		r.byCode[normalCode(p.Code)] = i
		r.byCode[normalCode(p.Token)] = i
		if !p.Returned {
			r.byAccount[p.AccountID] = append(r.byAccount[p.AccountID], i)
		}
	}
	for _, h := range held {
		r.held[h.AccountID] = append(r.held[h.AccountID], h.RunID)
	}
	return r.pick
}

type reach struct {
	spans     map[int64]Span
	pieces    []MailedPiece
	byCode    map[string]int
	byAccount map[int64][]int
	held      map[int64][]int64
}

func (r reach) pick(o Order) (Credit, bool) {
	c := Credit{OrderID: o.ID, AccountID: o.AccountID, NetMinor: o.NetMinor, MarginMinor: o.MarginMinor}
	if p, ok := r.codedPiece(o); ok {
		c.RunID, c.PieceID, c.Arm, c.Method = p.RunID, p.ID, ArmAssigned, ByCode
		return c, true
	}
	if p, ok := r.lastPiece(o); ok {
		c.RunID, c.PieceID, c.Arm, c.Method = p.RunID, p.ID, ArmAssigned, ByCustomer
		return c, true
	}
	if run, ok := r.lastHoldout(o); ok {
		c.RunID, c.Arm, c.Method = run, ArmHoldout, ByCustomer
		return c, true
	}
	return Credit{}, false
}

func (r reach) codedPiece(o Order) (MailedPiece, bool) {
	code := normalCode(o.Code)
	if code == "" {
		return MailedPiece{}, false
	}
	i, ok := r.byCode[code]
	if !ok {
		return MailedPiece{}, false
	}
	p := r.pieces[i]
	return p, o.PlacedOn >= p.PostedOn && o.PlacedOn <= r.spanOf(p).EndsOn
}

// spanOf is the clock of a letter.
func (r reach) spanOf(p MailedPiece) Span {
	s := r.spans[p.RunID]
	if !p.InHomeOn.IsZero() && !p.EndsOn.IsZero() {
		s.InHomeOn, s.EndsOn = p.InHomeOn, p.EndsOn
	}
	return s
}

func (r reach) lastPiece(o Order) (best MailedPiece, found bool) {
	for _, i := range r.byAccount[o.AccountID] {
		p := r.pieces[i]
		if r.spanOf(p).holds(o.PlacedOn) && (!found || p.after(best)) {
			best, found = p, true
		}
	}
	return best, found
}

func (p MailedPiece) after(q MailedPiece) bool {
	if p.PostedOn != q.PostedOn {
		return p.PostedOn > q.PostedOn
	}
	if p.RunID != q.RunID {
		return p.RunID > q.RunID
	}
	return p.ID < q.ID
}

func (r reach) lastHoldout(o Order) (run int64, found bool) {
	var best Span
	for _, id := range r.held[o.AccountID] {
		s := r.spans[id]
		if s.holds(o.PlacedOn) && (!found || s.InHomeOn > best.InHomeOn || s.InHomeOn == best.InHomeOn && s.RunID > best.RunID) {
			best, found = s, true
		}
	}
	return best.RunID, found
}

// holds tells whether a day lies between in-home and the window's end.
func (s Span) holds(d postlift.Date) bool {
	return !s.InHomeOn.IsZero() && d >= s.InHomeOn && d <= s.EndsOn
}
