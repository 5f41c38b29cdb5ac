package loop

import (
	"math"
)

// State is the company as it came to be under one policy: the truth (who is still a customer, what letters still do)
// and the books. Slices are by account.
type State struct {
	w     *World
	month int // the next to be played
	gone  []bool
	work  [][len(kernel)]float32 // effect of letters, in shares of the lift, this month and the following
	press []float32              // pressure of the letters so far
	book  []Book
	// Margin, Letters and Orders by month from 0 on.
	Margin  []float64
	Letters []int
}

// Book is what the company knows of an account's dealings.
type Book struct {
	Orders   int32 // after the first
	Last     int16 // month of the last one; the entry where there is none
	Mailed   int16 // month of the last letter; never: neverMailed
	Letters  uint64
	After    int32 // orders within a letter's window, since the first letter
	Since    int32 // all orders since the first letter
	Sum      float64
	LogSum   float64
	LogSq    float64
	LastYear [12]float32 // margin by month, in a ring
	First    float32     // margin of the first order
}

const neverMailed = -1000

// NewState plays the history before the first campaign.
func NewState(w *World) *State {
	n := w.Accounts()
	s := &State{w: w, month: -past, gone: make([]bool, n), work: make([][len(kernel)]float32, n), press: make([]float32, n), book: make([]Book, n)}
	for i := range s.book {
		s.book[i].Last, s.book[i].Mailed = w.entry[i], neverMailed
	}
	for s.month < 0 {
		s.Step()
	}
	s.Margin = nil
	return s
}

// Clone is a copy from which another policy goes on.
func (s *State) Clone() *State {
	c := *s
	c.gone, c.work, c.press, c.book = append([]bool(nil), s.gone...), append([][len(kernel)]float32(nil), s.work...), append([]float32(nil), s.press...), append([]Book(nil), s.book...)
	c.Margin, c.Letters = append([]float64(nil), s.Margin...), append([]int(nil), s.Letters...)
	return &c
}

// Known tells whether an account is on file.
func (s *State) Known(i int) bool { return int(s.w.entry[i]) < s.month }

// OnFile counts the accounts on file.
func (s *State) OnFile() int {
	n := 0
	for i := range s.book {
		if s.Known(i) {
			n++
		}
	}
	return n
}

// Mail sends a letter to each of the accounts at the beginning of the month that comes next. Those who have left get
// theirs in vain.
func (s *State) Mail(accounts []int32) {
	for _, i := range accounts {
		weight := float32(math.Exp(-fatigue * float64(s.press[i])))
		for k := range kernel {
			s.work[i][k] += weight * float32(kernel[k])
		}
		s.press[i]++
		s.book[i].Mailed = int16(s.month)
		s.book[i].Letters |= 1 << uint(s.month%64)
	}
}

// Step plays a month: customers leave, those who are left order, and the books are kept.
func (s *State) Step() {
	w, t, total := s.w, s.month, 0.
	ring := ((t % 12) + 12) % 12
	for i := range s.book {
		b := &s.book[i]
		b.LastYear[ring] = 0
		entry := int(w.entry[i])
		if entry > t || s.gone[i] {
			s.fade(i)
			continue
		}
		if entry == t {
			m := s.orderMargin(i, t, 0)
			b.First, b.LastYear[ring] = float32(m), float32(m)
			total += m
			continue
		}
		k := float64(s.work[i][0])
		if leaves(w.chance.uniform(drawLeaving, i, t+past), w.hazard[i], w.keep[i], k) {
			s.gone[i] = true
			s.fade(i)
			continue
		}
		n := poisson(w.chance.uniform(drawOrders, i, t+past), orderRate(w.rate[i], w.lift[i], k))
		if n > 0 {
			total += s.enter(i, t, n, ring)
		}
		s.fade(i)
	}
	s.month++
	s.Margin = append(s.Margin, total)
}

// leaves tells whether a customer leaves in a month in which letters work with strength k.
func leaves(u, hazard, keep, k float64) bool { return u < 1-math.Exp(-hazard*max(1-keep*k, 0)) }

// orderRate is the orders a month while letters work with strength k.
func orderRate(rate, lift, k float64) float64 { return rate * max(1+lift*k, 0) }

// enter writes n orders of a month into the books and gives their margin.
func (s *State) enter(i, t, n, ring int) (total float64) {
	b := &s.book[i]
	for k := range n {
		m := s.orderMargin(i, t, k)
		l := math.Log(m)
		b.Sum, b.LogSum, b.LogSq = b.Sum+m, b.LogSum+l, b.LogSq+l*l
		total += m
	}
	b.Orders += int32(n)
	b.Last = int16(t)
	b.LastYear[ring] = float32(total)
	if b.Mailed >= 0 {
		b.Since += int32(n)
		if t-int(b.Mailed) < Window {
			b.After += int32(n)
		}
	}
	return total
}

func (s *State) orderMargin(i, t, k int) float64 {
	return math.Exp(s.w.logMean[i] + withinSD*s.w.chance.normal(drawOrder, i, (t+past)*mostOrders+k))
}

// fade lets a month pass over the effect of letters.
func (s *State) fade(i int) {
	if s.press[i] == 0 {
		return
	}
	copy(s.work[i][:], s.work[i][1:])
	s.work[i][len(kernel)-1] = 0
	s.press[i] *= pressureKept
}

// LastYear is the margin that an account brought in the 12 months up to now.
func (s *State) LastYear(i int) float64 {
	sum := 0.
	for _, m := range s.book[i].LastYear {
		sum += float64(m)
	}
	return sum
}

// Recent is the margin that an account brought in the last so many months, up to 12.
func (s *State) Recent(i, months int) float64 {
	sum := 0.
	for k := 1; k <= months; k++ {
		sum += float64(s.book[i].LastYear[((s.month-k)%12+12)%12])
	}
	return sum
}
