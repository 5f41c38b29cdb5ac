package segments

import (
	"cmp"
	"maps"
	"slices"
)

// Transition counts the accounts that went from one stage to another between two snapshots; "" stands for an
// account that is not in that snapshot.
type Transition struct {
	From     Stage   `json:"from"`
	To       Stage   `json:"to"`
	Accounts int     `json:"accounts"`
	Share    float64 `json:"share"` // of the accounts in From
	Low      float64 `json:"low"`   // its 95 % interval
	High     float64 `json:"high"`
}

// Transitions is the matrix of moves between two snapshots. The zero value is ready.
type Transitions struct{ counts map[[2]Stage]int }

// Compare counts the moves of accounts between two snapshots by account.
func Compare(before, after map[int64]Stage) *Transitions {
	var t Transitions
	for account, from := range before {
		t.Add(from, after[account], 1)
	}
	for account, to := range after {
		if _, known := before[account]; !known {
			t.Add("", to, 1)
		}
	}
	return &t
}

// Add counts accounts that went from one stage to another.
func (t *Transitions) Add(from, to Stage, accounts int) {
	if t.counts == nil {
		t.counts = map[[2]Stage]int{}
	}
	t.counts[[2]Stage{from, to}] += accounts
}

// Count is the number of accounts that went from one stage to another.
func (t *Transitions) Count(from, to Stage) int { return t.counts[[2]Stage{from, to}] }

// Rows lists the moves that happened in the order of a customer's life, accounts that are new in the second
// snapshot last.
func (t *Transitions) Rows() []Transition {
	from := map[Stage]int{}
	for k, n := range t.counts {
		from[k[0]] += n
	}
	keys := slices.SortedFunc(maps.Keys(t.counts), func(a, b [2]Stage) int {
		return cmp.Or(cmp.Compare(stageOrder(a[0]), stageOrder(b[0])), cmp.Compare(stageOrder(a[1]), stageOrder(b[1])),
			cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	rows := make([]Transition, 0, len(keys))
	for _, k := range keys {
		r := Transition{From: k[0], To: k[1], Accounts: t.counts[k]}
		if n := from[k[0]]; n > 0 {
			r.Share = float64(r.Accounts) / float64(n)
			r.Low, r.High = Wilson(r.Accounts, n)
		}
		rows = append(rows, r)
	}
	return rows
}

func stageOrder(s Stage) int {
	if i := slices.Index(Stages(), s); i >= 0 {
		return i
	}
	return len(Stages())
}
