package responses

import (
	"slices"

	"postlift"
	"postlift/accounts"
)

// Methods of attribution, strongest first: a code of the letter or of its campaign; else how the account that ordered
// was recognised.
const (
	ByCode     = accounts.MatchedByCode
	ByCustomer = accounts.MatchedByCustomer
	ByName     = accounts.MatchedByName
	ByCompany  = accounts.MatchedByCompany
)

// The arms that a credit or a leak stands in.
const (
	ArmAssigned = "assigned"
	ArmHoldout  = "holdout"
	ArmUnmailed = "unmailed" // of a leak: neither mailed nor held out
	ArmWave     = "wave"
)

// Span is the clock of one run, shared by mailed and held-out accounts. Dates are inclusive. In a run of waves it
// reaches to the end of the last one's window, and each letter has the clock of its own wave.
type Span struct {
	RunID    int64
	PostedOn postlift.Date
	InHomeOn postlift.Date
	EndsOn   postlift.Date
	Coupons  []string // coupon and ticket codes that its campaign printed on every letter
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
	MatchedBy   string // how the account was recognised; "" is ByCustomer
	NetMinor    int64
	MarginMinor int64
}

// Credit says which letter an order is credited to, or, for a held-out account, that it happened in the
// same window without one (PieceID 0). LeakRun is the run whose code the order names although its account got no letter
// of it, 0 for none: the letter was passed on, or the code stands elsewhere, and the account counts as contaminated. A
// leak credits nothing by itself.
type Credit struct {
	RunID       int64
	OrderID     int64
	PieceID     int64
	AccountID   int64
	Arm         string
	Method      string
	NetMinor    int64
	MarginMinor int64
	LeakRun     int64
	LeakArm     string // ArmHoldout or ArmUnmailed
}

// Attribute credits every order at most once, whatever the number of runs:
//
//  1. by code: the order names a letter's code or token, whoever ordered, or a coupon of the campaign that the account's
//     own letter bears, and was placed between the posting and the end of that run's window;
//  2. by account: it was mailed and the order lies in [in-home, end of window]; of several
//     letters the one posted last is credited (ties: the later run, then the piece made first). A
//     returned letter was not read and is credited by code only. The method says how the account was recognised:
//     customer number, name and address, or company and postcode;
//  3. held out: the account was held out of a run whose window holds the order; of several the run
//     that came in home last. Recognised in the same ways as a mailed account.
//
// A held-out or unmailed account that names a code is a leak of that run; of several the one that came in home last.
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
		byAccount: make(map[int64][]int), held: make(map[int64][]int64), coupons: map[string][]int64{},
	}
	for _, s := range runs {
		r.spans[s.RunID] = s
		for _, coupon := range s.Coupons {
			code := normalCode(coupon)
			r.coupons[code] = append(r.coupons[code], s.RunID)
		}
	}
	for i, p := range pieces {
		r.byCode[normalCode(p.Code)] = i
		r.byCode[normalCode(p.Token)] = i
		r.byAccount[p.AccountID] = append(r.byAccount[p.AccountID], i)
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
	coupons   map[string][]int64 // to runs
}

func (r reach) pick(o Order) (Credit, bool) {
	c := Credit{OrderID: o.ID, AccountID: o.AccountID, NetMinor: o.NetMinor, MarginMinor: o.MarginMinor}
	c.LeakRun, c.LeakArm = r.leak(o)
	method := o.MatchedBy
	if method == "" || method == ByCode {
		method = ByCustomer // known by a code, but not by one of a letter that is credited
	}
	if p, ok := r.codedPiece(o); ok {
		c.RunID, c.PieceID, c.Arm, c.Method = p.RunID, p.ID, ArmAssigned, ByCode
		return c, true
	}
	if p, ok := r.lastPiece(o); ok {
		c.RunID, c.PieceID, c.Arm, c.Method = p.RunID, p.ID, ArmAssigned, method
		return c, true
	}
	if run, ok := r.lastHoldout(o); ok {
		c.RunID, c.Arm, c.Method = run, ArmHoldout, method
		return c, true
	}
	return c, false
}

// codedPiece is the letter whose code the order names, or the account's own letter with the coupon that it names.
func (r reach) codedPiece(o Order) (best MailedPiece, found bool) {
	code := normalCode(o.Code)
	if code == "" {
		return MailedPiece{}, false
	}
	if i, ok := r.byCode[code]; ok {
		return r.pieces[i], r.answers(o, r.pieces[i])
	}
	for _, run := range r.coupons[code] {
		for _, i := range r.byAccount[o.AccountID] {
			if p := r.pieces[i]; p.RunID == run && r.answers(o, p) && (!found || p.after(best)) {
				best, found = p, true
			}
		}
	}
	return best, found
}

// answers tells whether an order that names a letter's code was placed while the letter could bring it.
func (r reach) answers(o Order, p MailedPiece) bool {
	return o.PlacedOn >= p.PostedOn && o.PlacedOn <= r.spanOf(p).EndsOn
}

// leak is the run whose code an order names although the account got no letter of it.
func (r reach) leak(o Order) (run int64, arm string) {
	code := normalCode(o.Code)
	if code == "" {
		return 0, ""
	}
	runs := r.coupons[code]
	if i, ok := r.byCode[code]; ok {
		if r.pieces[i].AccountID == o.AccountID {
			return 0, ""
		}
		runs = []int64{r.pieces[i].RunID}
	}
	var best Span
	for _, id := range runs {
		s := r.spans[id]
		if o.PlacedOn < s.PostedOn || o.PlacedOn > s.EndsOn {
			continue
		}
		if r.lettered(o.AccountID, id) {
			return 0, "" // it may have the code from its own letter
		}
		if run == 0 || s.InHomeOn > best.InHomeOn || s.InHomeOn == best.InHomeOn && id > run {
			best, run, arm = s, id, r.armOf(o.AccountID, id)
		}
	}
	return run, arm
}

// lettered tells whether a letter of a run to the account was posted.
func (r reach) lettered(account, run int64) bool {
	return slices.ContainsFunc(r.byAccount[account], func(i int) bool { return r.pieces[i].RunID == run })
}

func (r reach) armOf(account, run int64) string {
	if slices.Contains(r.held[account], run) {
		return ArmHoldout
	}
	return ArmUnmailed
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
		if !p.Returned && r.spanOf(p).holds(o.PlacedOn) && (!found || p.after(best)) {
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
