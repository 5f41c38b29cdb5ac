package segments

import "fmt"

// RFM holds the quintiles of an account by recency, frequency and value, 5 the best. The zero value is that of
// an account without orders.
type RFM struct{ R, F, M int }

// String gives the usual three digits, "" for an account without orders.
func (s RFM) String() string {
	if s == (RFM{}) {
		return ""
	}
	return fmt.Sprintf("%d%d%d", s.R, s.F, s.M)
}

// RFMEdges are the bounds between quintiles. A database scores with them as
//
//	r = 5 - (days > Recency[0]) - … - (days > Recency[3])
//	f = 1 + (orders > Frequency[0]) + …
//	m = 1 + (value > Value[0]) + …
//
// Equal figures always get the same score; where many are equal (most accounts have one order), quintiles
// are uneven or empty.
type RFMEdges struct {
	Recency   [4]int64 // days since the last order
	Frequency [4]int64 // order days
	Value     [4]int64 // net value of all orders, minor units
}

// RFMTally gathers the accounts with orders. The zero value is ready.
type RFMTally struct{ recency, frequency, value Sketch }

// Add counts an account by days since its last order, order days and net value in minor units; without an
// order it does not count.
func (t *RFMTally) Add(days, orders int, valueMinor int64) {
	if orders < 1 {
		return
	}
	t.recency.Add(int64(days))
	t.frequency.Add(int64(orders))
	t.value.Add(valueMinor)
}

// Edges gives the bounds of what was added.
func (t *RFMTally) Edges() RFMEdges {
	return RFMEdges{
		Recency: [4]int64(t.recency.Edges(5)), Frequency: [4]int64(t.frequency.Edges(5)), Value: [4]int64(t.value.Edges(5)),
	}
}

// Score is the account's RFM.
func (e RFMEdges) Score(days, orders int, valueMinor int64) RFM {
	if orders < 1 {
		return RFM{}
	}
	return RFM{R: 6 - Part(int64(days), e.Recency[:]), F: Part(int64(orders), e.Frequency[:]), M: Part(valueMinor, e.Value[:])}
}
