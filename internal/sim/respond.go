package sim

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"postlift"
)

// returnReasons are the words of the returns import with how often a carrier gives them.
var returnReasons = []struct {
	reason string
	share  float64
}{
	{"moved_unknown", .30}, {"addressee_unknown", .24}, {"insufficient_address", .10}, {"no_such_number", .08}, {"no_receptacle", .06},
	{"closed_business", .08}, {"refused", .07}, {"deceased", .02}, {"unclaimed", .05},
}

// deliver gives the pieces that reach a desk, in the order of their ids; two in a hundred come back, which
// is the address's fault and so the same for every letter to one account.
func (p *play) deliver(a *account, pieces []Posted) []Posted {
	if len(pieces) == 0 {
		return nil
	}
	slices.SortFunc(pieces, func(x, y Posted) int { return cmp.Compare(x.PieceID, y.PieceID) })
	d := p.w.dice("return", a.id)
	if !d.chance(.02) {
		if p.fallback == nil {
			p.fallback = &pieces[0]
		}
		return pieces
	}
	shares := make([]float64, len(returnReasons))
	for i, r := range returnReasons {
		shares[i] = r.share
	}
	reason := returnReasons[d.weighted(shares...)].reason
	date := min(p.posted.AddDays(d.between(5, 24)), p.win.last)
	for i, x := range pieces {
		code, piece := written(d, x.Code), ""
		if code == "" || d.chance(.3) { // some carriers report by piece
			code, piece = "", x.PieceID
		}
		p.returns.row("RL-"+a.id[2:]+"-"+p.posted.String()+"-"+strconv.Itoa(i+1), date.String(), code, piece, reason)
		p.truth.returned++
	}
	return nil
}

// respond plays what is not an order: scans, calls, reply cards, objections. Those whom the letter moves
// answer more often.
func (p *play) respond(a *account, delivered []Posted, f *futures) {
	d := p.w.dice("respond", a.id+p.posted.String())
	moved := len(f.caused) > 0
	for i, x := range delivered {
		p.visits(d, x, moved)
		id := "A-" + a.id[2:] + "-" + p.posted.String() + "-" + strconv.Itoa(i+1)
		kind, note := "", ""
		call, card := .012, .008
		if moved {
			call, card = .14, .10
		}
		switch d.weighted(1-call-card, call, card) {
		case 1:
			kind, note = "call", "Rückruf zum Angebot aus dem Brief"
		case 2:
			kind, note = "reply_card", "Antwortkarte"
		}
		date := p.dayAfterDesk(d)
		if kind == "call" { // noted with the time, cards only with the day
			p.responses.row(id, workingTime(d, date).Format(time.RFC3339), kind, written(d, x.Code), a.id, note)
		} else if kind != "" {
			p.responses.row(id, date.String(), kind, written(d, x.Code), a.id, note)
		}
		if d.chance(.003) {
			p.object(x, p.dayAfterDesk(d))
		}
	}
}

// visits scans the QR code, some twice.
func (p *play) visits(d dice, x Posted, moved bool) {
	share := .045
	if moved {
		share = .5
	}
	scans := d.weighted(1-share, share*.8, share*.2)
	for range scans {
		at := workingTime(d, p.dayAfterDesk(d))
		if x.Token != "" {
			p.out.Visits = append(p.out.Visits, Visit{Token: x.Token, At: at})
		}
	}
}

// dayAfterDesk draws a day on which somebody reacts: mostly in the first weeks, before the window's last
// day, so that a reading on that day finds nothing of the future.
func (p *play) dayAfterDesk(d dice) postlift.Date {
	return min(p.win.inHome.AddDays(int(11*d.ExpFloat64())), p.win.last.AddDays(-1))
}

// workingTime is a moment of a working day in UTC.
func workingTime(d dice, day postlift.Date) time.Time {
	return day.Time().Add(time.Duration(7*3600+d.IntN(9*3600)) * time.Second)
}

func (p *play) object(x Posted, date postlift.Date) {
	if x.ContactID == "" {
		return
	}
	s := suppression{id: "W-" + x.ContactID + "-" + p.posted.String(), scope: "person", contact: x.ContactID, reason: "objection",
		date: date, effective: date, channel: "mail", evidence: "Widerspruch nach dem Brief vom " + p.posted.Format("de")}
	p.objections.row(s.row()...)
}

// forceObjection makes the first reader object when nobody has: each run of the demonstration shows what
// an objection does.
func (p *play) forceObjection() {
	if p.objections.rows == 0 && p.fallback != nil {
		p.object(*p.fallback, p.win.inHome.AddDays(min(3, p.win.last.DaysSince(p.win.inHome))))
	}
}

func sortVisits(list []Visit) {
	slices.SortFunc(list, func(a, b Visit) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return cmp.Compare(a.Token, b.Token)
	})
}
