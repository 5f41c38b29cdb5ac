package purchase

import (
	"cmp"
	"math"
	"slices"

	"postlift"
)

// Tally gathers histories one by one and keeps only distinct ones, so that memory does not grow with
// the number of customers. The zero value is ready.
//
// A history of whole days is packed into 64 bits, in an order that sorts by (x, T, t_x). New ones wait in a
// list that is sorted into the distinct ones whenever it has grown as long as they are: a fraction of the
// memory and time of a map.
type Tally struct {
	waiting []uint64
	keys    []uint64 // distinct, ascending
	counts  []int32  // customers of each key
	odd     map[history]int
	n       int
}

// history is one that does not fit the packed form, for example of weeks rounded to two decimals.
type history struct {
	x     int
	tx, t float64
}

// Bits of x, T and t_x (days) in a packed history.
const (
	orderBits  = 24
	dayBits    = 20 // 2,870 years
	leastTally = 1 << 15
)

// packed gives a history's packed form if it has one.
func packed(x int, tx, age float64) (key uint64, ok bool) {
	txDays, ageDays := math.Round(tx*DaysPerWeek), math.Round(age*DaysPerWeek)
	if x >= 1<<orderBits || ageDays >= 1<<dayBits || txDays/DaysPerWeek != tx || ageDays/DaysPerWeek != age {
		return 0, false
	}
	return uint64(x)<<(2*dayBits) | uint64(ageDays)<<dayBits | uint64(txDays), true
}

func unpacked(key uint64, n int32) Counted {
	const mask = 1<<dayBits - 1
	return Counted{X: int(key >> (2 * dayBits)), TX: float64(key&mask) / DaysPerWeek, T: float64(key>>dayBits&mask) / DaysPerWeek, N: int(n)}
}

// Add counts one customer with x repeat order days; ages are weeks. A history that cannot be (negative
// numbers, a last order after the observation date, an age at last order without repeats) is an
// Invalid fault.
func (t *Tally) Add(x int, tx, age float64) error {
	if reason := BadHistory(x, tx, age); reason != "" {
		return postlift.Faultf(postlift.Invalid, "purchase.Tally",
			"history x=%d t_x=%g T=%g: %s", x, tx, age, reason)
	}
	t.n++
	tx = min(tx, age)
	key, ok := packed(x, tx, age)
	if !ok {
		if t.odd == nil {
			t.odd = map[history]int{}
		}
		t.odd[history{x, tx, age}]++
		return nil
	}
	if len(t.waiting) >= max(leastTally, len(t.keys)) {
		t.settle()
	}
	t.waiting = append(t.waiting, key)
	return nil
}

// AddDays counts one customer whose ages are whole days.
func (t *Tally) AddDays(x, txDays, ageDays int) error {
	return t.Add(x, float64(txDays)/DaysPerWeek, float64(ageDays)/DaysPerWeek)
}

// Customers is the number of histories added.
func (t *Tally) Customers() int { return t.n }

// settle sorts the waiting histories into the distinct ones.
func (t *Tally) settle() {
	slices.Sort(t.waiting)
	keys := make([]uint64, 0, len(t.keys)+len(t.waiting)/4)
	counts := make([]int32, 0, cap(keys))
	i, j := 0, 0
	for i < len(t.keys) || j < len(t.waiting) {
		var key uint64
		n := int32(0)
		if j == len(t.waiting) || i < len(t.keys) && t.keys[i] <= t.waiting[j] {
			key, n = t.keys[i], t.counts[i]
			i++
		} else {
			key = t.waiting[j]
		}
		for ; j < len(t.waiting) && t.waiting[j] == key; j++ {
			n++
		}
		keys, counts = append(keys, key), append(counts, n)
	}
	t.keys, t.counts, t.waiting = keys, counts, t.waiting[:0]
}

// Counted lists the distinct histories in the order (X, T, TX), which makes every fit reproducible.
func (t *Tally) Counted() []Counted {
	t.settle()
	out := make([]Counted, 0, len(t.keys)+len(t.odd))
	for i, key := range t.keys {
		out = append(out, unpacked(key, t.counts[i]))
	}
	if len(t.odd) == 0 {
		return out
	}
	for h, n := range t.odd {
		out = append(out, Counted{X: h.x, TX: h.tx, T: h.t, N: n})
	}
	slices.SortFunc(out, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.T, b.T), cmp.Compare(a.TX, b.TX))
	})
	return out
}
