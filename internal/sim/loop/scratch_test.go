package loop

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

func TestScratch(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	if n == 0 {
		t.Skip()
	}
	reps, _ := strconv.Atoi(os.Getenv("R"))
	for r := 1; r <= reps; r++ {
		name := fmt.Sprintf("postlift-dev-%d", r)
		start := time.Now()
		w := NewWorld(1, Seed(name), n, 48)
		t0 := time.Since(start)
		start = time.Now()
		s := NewState(w)
		fmt.Println("world", t0, "history", time.Since(start))
		var base float64
		for _, p := range Policies() {
			start = time.Now()
			o, err := play(s.Clone(), p, Settings{Accounts: n, Months: 48, Options: DefaultOptions()})
			if err != nil {
				t.Fatal(err)
			}
			if p == PolicyNone {
				base = o.Total
			}
			cov := 0
			for _, x := range o.Tests {
				if x.Covers {
					cov++
				}
			}
			fmt.Printf("%-8s gain %7.2f margin %8.2f residual %8.2f letters %d late %.2f cov %d/%d %v\n", p, (o.Total-base)/100, o.Margin/100, o.Residual/100, o.Letters, o.Late/100, cov, len(o.Tests), time.Since(start))
			for _, l := range o.Learned {
				fmt.Printf("   %s %.3f [%.3f %.3f] true %.2f\n", l.Segment, l.Learned, l.Low, l.High, l.Truth)
			}
		}
	}
}
