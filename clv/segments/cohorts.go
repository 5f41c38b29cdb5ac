package segments

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"postlift"
)

// Quarter is a calendar quarter, counted through the years.
type Quarter int32

// QuarterOf is the quarter of a date.
func QuarterOf(d postlift.Date) Quarter {
	t := d.Time()
	return Quarter(t.Year()*4 + (int(t.Month())-1)/3)
}

// Start is the first day of the quarter.
func (q Quarter) Start() postlift.Date {
	return postlift.NewDate(int(q)/4, time.Month(int(q)%4*3+1), 1)
}

// String is the quarter as "2025-Q3".
func (q Quarter) String() string { return fmt.Sprintf("%d-Q%d", int(q)/4, int(q)%4+1) }

// MarshalText gives "2025-Q3".
func (q Quarter) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// z95 is the 97.5 % point of the normal distribution.
const z95 = 1.959963984540054

// Wilson is the 95 % interval of a share of k in n (Wilson 1927): it stays within 0 and 1 and says something of
// none and of all, too. Without any it is everything.
func Wilson(k, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	total, share := float64(n), float64(k)/float64(n)
	centre := share + z95*z95/(2*total)
	half := z95 * math.Sqrt(share*(1-share)/total+z95*z95/(4*total*total))
	by := 1 + z95*z95/total
	return min(max((centre-half)/by, 0), share), max(min((centre+half)/by, 1), share)
}

// Point is the retention of a cohort in one later quarter.
type Point struct {
	Later    int     `json:"later"` // quarters after the first, from 1
	Accounts int     `json:"accounts"`
	Active   int     `json:"active"`
	Share    float64 `json:"share"`
	Low      float64 `json:"low"` // 95 % interval of the share
	High     float64 `json:"high"`
}

// Cohort are the accounts whose first order or contract start lies in one quarter.
type Cohort struct {
	Start    Quarter `json:"start"`
	Accounts int     `json:"accounts"`
	Points   []Point `json:"points"`
}

// CohortTally counts accounts by their first quarter, and those of them that were active (ordered, or were
// under contract) in a later one. The zero value is ready.
type CohortTally struct {
	sizes  map[Quarter]int
	active map[[2]Quarter]int
}

// Add counts accounts that became customers in a quarter.
func (t *CohortTally) Add(start Quarter, accounts int) {
	if t.sizes == nil {
		t.sizes = map[Quarter]int{}
	}
	t.sizes[start] += accounts
}

// AddActive counts accounts of a cohort that were active in a quarter. The first quarter itself and quarters
// before it do not count.
func (t *CohortTally) AddActive(start, in Quarter, accounts int) {
	if in <= start {
		return
	}
	if t.active == nil {
		t.active = map[[2]Quarter]int{}
	}
	t.active[[2]Quarter{start, in}] += accounts
}

// Triangle gives each cohort's retention in every quarter after its first up to last, which must be the last
// quarter that is over: an unfinished one would look like customers leaving. A cohort with more active accounts
// than accounts is an Invalid fault.
func (t *CohortTally) Triangle(last Quarter) ([]Cohort, error) {
	for k, n := range t.active {
		if n > t.sizes[k[0]] {
			return nil, postlift.Faultf(postlift.Invalid, "segments.Triangle",
				"%d accounts of the cohort %s are counted active in %s, but it has %d: count each account once a quarter", n, k[0], k[1], t.sizes[k[0]])
		}
	}
	var out []Cohort
	for _, start := range slices.Sorted(maps.Keys(t.sizes)) {
		c := Cohort{Start: start, Accounts: t.sizes[start], Points: []Point{}}
		for q := start + 1; q <= last; q++ {
			c.Points = append(c.Points, newPoint(int(q-start), c.Accounts, t.active[[2]Quarter{start, q}]))
		}
		out = append(out, c)
	}
	return out, nil
}

// Average gives the retention of all cohorts together by quarters since the start, each point over the cohorts
// that are old enough for it.
func Average(cohorts []Cohort) []Point {
	var sums []Point
	for _, c := range cohorts {
		for i, p := range c.Points {
			if i == len(sums) {
				sums = append(sums, Point{})
			}
			sums[i].Accounts += p.Accounts
			sums[i].Active += p.Active
		}
	}
	for i, p := range sums {
		sums[i] = newPoint(i+1, p.Accounts, p.Active)
	}
	return sums
}

func newPoint(later, accounts, active int) Point {
	p := Point{Later: later, Accounts: accounts, Active: active}
	p.Low, p.High = Wilson(active, accounts)
	if accounts > 0 {
		p.Share = float64(active) / float64(accounts)
	}
	return p
}
