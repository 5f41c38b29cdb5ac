package sim

import (
	"bytes"
	"strings"
	"time"

	"postlift"
)

// Arms of an assignment.
const (
	ArmAssigned = "assigned"
	ArmHoldout  = "holdout"
)

// Posted is a piece that the vendor has posted. Only pieces of kind live, or without a kind, reach
// customers; seeds and proofs are ignored.
type Posted struct {
	PieceID, Code, Token string
	AccountID, ContactID string // external ids
	Kind                 string
}

// Assignment is an account of the experiment with its randomisation cluster and arm.
type Assignment struct {
	AccountID string // external id
	Group     string
	Arm       string // ArmAssigned or ArmHoldout
}

// Visit is a scan of a letter's QR code, to be played over HTTP.
type Visit struct {
	Token string    `json:"token"`
	At    time.Time `json:"at"` // UTC
}

// Outcome is what the world does after a posting: files to import, visits to play, and the truth.
type Outcome struct {
	InHome, Last postlift.Date // the window, both days included
	Visits       []Visit       // in the order of time
	Responses    []byte        // CSV for `import responses`
	Returns      []byte        // CSV for `import returns`
	Objections   []byte        // CSV for `import suppressions`
	Orders       []byte        // CSV for `import orders`: all accounts, from the day after the world's date to the window's end
	Counts       Counts
	Truth        Truth
}

// Counts are the rows of an outcome's files.
type Counts struct {
	Visits     int `json:"visits"`
	Responses  int `json:"responses"`
	Returns    int `json:"returns"`
	Objections int `json:"objections"`
	Orders     int `json:"orders"`     // documents, credit notes included
	OrderRows  int `json:"order_rows"` // lines of the order file
	WithCode   int `json:"orders_with_code"`
}

// Play lets every account of the world live through the window: posted plus the days to the desk
// (accounts.DefaultSettings) until windowDays later. An account with a delivered letter follows its
// potential outcome with a letter, every other account the one without, whatever its arm. The order of
// pieces and assignments does not matter, except that an account's first live piece in the order of
// piece ids is the one whose code it uses.
func (w *World) Play(pieces []Posted, assignments []Assignment, posted postlift.Date, windowDays int) (Outcome, error) {
	p, err := w.prepare(pieces, assignments, posted, windowDays)
	if err != nil {
		return Outcome{}, err
	}
	for n := range w.cfg.Accounts {
		p.account(n)
	}
	p.forceObjection()
	return p.finish(), nil
}

// play is the state of one Play.
type play struct {
	w      *World
	win    window
	posted postlift.Date
	pieces map[int][]Posted // live ones by account number
	arms   map[int]string

	out                                    Outcome
	orders, responses, returns, objections *table
	buffers                                [4]bytes.Buffer
	truth                                  truthSum
	fallback                               *Posted // of the first delivered letter
}

func (w *World) prepare(pieces []Posted, assignments []Assignment, posted postlift.Date, windowDays int) (*play, error) {
	const op = "sim.Play"
	if posted <= w.cfg.AsOf || windowDays < 1 {
		return nil, postlift.Faultf(postlift.Invalid, op, "posting on %s with a window of %d days: the world's history ends on %s, post after it with a window of at least one day",
			posted, windowDays, w.cfg.AsOf)
	}
	p := &play{w: w, posted: posted, pieces: map[int][]Posted{}, arms: map[int]string{}}
	p.win = window{inHome: posted.AddDays(w.inHome)}
	p.win.last = p.win.inHome.AddDays(windowDays)
	for _, x := range pieces {
		n, ok := w.indexOf(x.AccountID)
		if !ok {
			return nil, postlift.Faultf(postlift.Invalid, op, "piece %s goes to account %q, which is not of this world", x.PieceID, x.AccountID)
		}
		if x.Kind == "" || x.Kind == "live" {
			p.pieces[n] = append(p.pieces[n], x)
		}
	}
	for _, x := range assignments {
		n, ok := w.indexOf(x.AccountID)
		if !ok {
			return nil, postlift.Faultf(postlift.Invalid, op, "account %q is assigned, but not of this world", x.AccountID)
		}
		if x.Arm != ArmAssigned && x.Arm != ArmHoldout {
			return nil, postlift.Faultf(postlift.Invalid, op, "account %s has the arm %q: %s or %s is needed", x.AccountID, x.Arm, ArmAssigned, ArmHoldout)
		}
		if arm, twice := p.arms[n]; twice && arm != x.Arm {
			return nil, postlift.Faultf(postlift.Invalid, op, "account %s stands in both arms", x.AccountID)
		}
		p.arms[n] = x.Arm
	}
	p.orders = streamTable(&p.buffers[0], orderHeader)
	p.responses = streamTable(&p.buffers[1], responseHeader)
	p.returns = streamTable(&p.buffers[2], returnHeader)
	p.objections = streamTable(&p.buffers[3], suppressionHeader)
	return p, nil
}

// account plays one account: delivery, both worlds, the documents of the world that came true.
func (p *play) account(n int) {
	a := p.w.account(n)
	past, b := p.w.history(a)
	f := p.w.futures(a, &b, p.win)
	delivered := p.deliver(a, p.pieces[n])
	lived := f.without
	if len(delivered) > 0 {
		lived = f.with
		p.respond(a, delivered, &f)
	}
	if arm, ok := p.arms[n]; ok {
		p.truth.add(a, arm, p.win.tally(f.without), p.win.tally(lived), len(delivered) > 0)
	}
	for _, docs := range [][]document{past, lived} {
		for i := range docs {
			if o := &docs[i]; o.date > p.w.cfg.AsOf && o.date <= p.win.last {
				p.nameCode(o, delivered, f.caused[o.id])
				orderRows(p.orders, a.id, o)
				p.out.Counts.Orders++
			}
		}
	}
}

// nameCode lets some orders name the letter's code, more often those that it has brought.
func (p *play) nameCode(o *document, delivered []Posted, caused bool) {
	if len(delivered) == 0 || o.kind != typeOrder || !p.win.holds(o.date) {
		return
	}
	d := p.w.dice("code", o.id)
	share := .06
	if caused {
		share = .4
	}
	if d.chance(share) && delivered[0].Code != "" {
		o.code = written(d, delivered[0].Code)
		p.out.Counts.WithCode++
	}
}

// written is a code as people write it down.
func written(d dice, code string) string {
	switch d.weighted(.5, .2, .2, .1) {
	case 1:
		return strings.ToLower(code)
	case 2:
		return postlift.FormatCode(code)
	case 3:
		return strings.ToLower(postlift.FormatCode(code))
	}
	return code
}

func (p *play) finish() Outcome {
	tables := []*table{p.orders, p.responses, p.returns, p.objections}
	for _, t := range tables {
		_ = t.close() // a bytes.Buffer takes everything
	}
	p.out.Orders, p.out.Responses, p.out.Returns, p.out.Objections =
		p.buffers[0].Bytes(), p.buffers[1].Bytes(), p.buffers[2].Bytes(), p.buffers[3].Bytes()
	p.out.Counts.Responses, p.out.Counts.Returns = p.responses.rows, p.returns.rows
	p.out.Counts.OrderRows = p.orders.rows
	p.out.Counts.Objections, p.out.Counts.Visits = p.objections.rows, len(p.out.Visits)
	p.out.InHome, p.out.Last = p.win.inHome, p.win.last
	sortVisits(p.out.Visits)
	p.out.Truth = p.truth.result(p.w, p.win)
	return p.out
}
