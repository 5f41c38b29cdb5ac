package loop

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestScratchTune(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	reps, _ := strconv.Atoi(os.Getenv("R"))
	if reps == 0 {
		t.Skip()
	}
	type cfg struct {
		name string
		o    Options
	}
	d := DefaultOptions()
	mk := func(name string, f func(o *Options)) cfg { o := d; f(&o); return cfg{name, o} }
	all := []cfg{
		mk("h.10 x.10", func(o *Options) {}),
		mk("h.10 x0", func(o *Options) { o.Exploration = 0 }),
		mk("h.05 x.10", func(o *Options) { o.Holdout = .05; o.Later = .05 }),
		mk("h.20 x.10", func(o *Options) { o.Holdout = .2; o.Later = .2 }),
		mk("h.10 x.05", func(o *Options) { o.Exploration = .05 }),
		mk("h.20>.05 x.05", func(o *Options) { o.Holdout = .2; o.Later = .05; o.Exploration = .05 }),
		mk("h.10>.05 x.05", func(o *Options) { o.Later = .05; o.Exploration = .05 }),
		mk("h.05 x0", func(o *Options) { o.Holdout = .05; o.Later = .05; o.Exploration = 0 }),
		mk("h.10 x.10 sd.3", func(o *Options) { o.PriorSD = .3 }),
		mk("h.10 x.10from0", func(o *Options) { o.ExploreFrom = 0 }),
		mk("h.20 x0", func(o *Options) { o.Holdout = .2; o.Later = .2; o.Exploration = 0 }),
		mk("h.10>.05 x.10from0", func(o *Options){o.Later=.05;o.ExploreFrom=0}),
		mk("h.10>.05 x.05from0", func(o *Options){o.Later=.05;o.ExploreFrom=0;o.Exploration=.05}),
		mk("h.20>.10 x.05", func(o *Options) { o.Holdout = .2; o.Later = .10; o.Exploration = .05 }),
	}
	if f := os.Getenv("CFG"); f != "" {
		var sel []cfg
		for _, i := range strings.Split(f, ",") {
			k, _ := strconv.Atoi(i)
			sel = append(sel, all[k])
		}
		all = sel
	}
	res := make([][]float64, len(all))
	late := make([][]float64, len(all))
	var mu sync.Mutex
	for r := 1; r <= reps; r++ {
		w := NewWorld(1, Seed(fmt.Sprintf("postlift-dev-%d", r)), n, 48)
		s := NewState(w)
		base, _ := play(s.Clone(), PolicyNone, Settings{Accounts: n, Months: 48, Contrast: 1})
		clv, _ := play(s.Clone(), PolicyCLV, Settings{Accounts: n, Months: 48, Contrast: 1})
		for i, c := range all {
			o, err := play(s.Clone(), PolicyLoop, Settings{Accounts: n, Months: 48, Options: c.o})
			if err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			res[i] = append(res[i], (o.Total-clv.Total)/(clv.Total-base.Total)*100)
			late[i] = append(late[i], (o.Late-clv.Late)/(clv.Late-base.Late)*100)
			mu.Unlock()
		}
	}
	if os.Getenv("V") != "" { for i, c := range all { fmt.Printf("%s %.1f\n", c.name, res[i]) } }
	for i, c := range all {
		m, v := 0., 0.
		l := 0.
		for k, x := range res[i] {
			m += x
			l += late[i][k]
		}
		m /= float64(reps)
		l /= float64(reps)
		for _, x := range res[i] {
			v += (x - m) * (x - m)
		}
		fmt.Printf("n=%d %-16s gain over clv %+6.2f %% (se %.2f)  late %+6.2f %%\n", n, c.name, m, math.Sqrt(v/float64(reps-1)/float64(reps)), l)
	}
}
