package renewal

import "postlift"

// Next says what the end of a running term will bring.
type Next int

// What can come at the end of a term.
const (
	NextOpen      Next = iota // the renewal can still be declined
	NextCommitted             // the notice deadline has passed without notice: the next term is certain
	NextEnds                  // notice was given: the contract ends with the term
	NextRolled                // the term has ended without notice and renewed itself: Roll gives the running one
	NextOver                  // the term has ended and did not renew itself
)

// String is the name of what comes next.
func (n Next) String() string {
	names := [...]string{"open", "committed", "ends", "rolled", "over"}
	if n < 0 || int(n) >= len(names) {
		return "unknown"
	}
	return names[n]
}

// NextDecision tells whether the renewal at termEnd (exclusive: the first day after the term) can still be
// declined at asOf. With automatic renewal it can until noticeBy, the last day for notice, and without a known
// noticeBy until the term ends. Without automatic renewal nothing is committed before it is signed. No termEnd
// is an open-ended contract: always open.
func NextDecision(termEnd, noticeBy postlift.Date, autoRenew, noticeGiven bool, asOf postlift.Date) Next {
	over := !termEnd.IsZero() && termEnd <= asOf
	switch {
	case over && (noticeGiven || !autoRenew):
		return NextOver
	case over:
		return NextRolled
	case noticeGiven:
		return NextEnds
	case autoRenew && !noticeBy.IsZero() && asOf > noticeBy && !termEnd.IsZero():
		return NextCommitted
	}
	return NextOpen
}

// Roll moves a term of termMonths that has ended by asOf forward by whole terms, the notice deadline with it,
// and tells by how many. Terms are counted from the first end, so that a term that ends on the 31st stays at
// the ends of months.
func Roll(termEnd, noticeBy postlift.Date, termMonths int, asOf postlift.Date) (end, by postlift.Date, terms int) {
	if termEnd.IsZero() || termEnd > asOf {
		return termEnd, noticeBy, 0
	}
	months := max(termMonths, 1)
	terms = max(asOf.DaysSince(termEnd)/(31*months), 0) // never too many: no month is longer
	for end = termEnd.AddMonths(terms * months); end <= asOf; end = termEnd.AddMonths(terms * months) {
		terms++
	}
	if !noticeBy.IsZero() {
		by = end.AddDays(-termEnd.DaysSince(noticeBy))
	}
	return end, by, terms
}
