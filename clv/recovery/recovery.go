package recovery

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"

	"postlift"
	"postlift/clv/fitting"
)

// Models whose recovery can be measured.
const (
	ModelBGNBD = "bgnbd"
	ModelSBG   = "sbg"
)

// Least and Most bound the share of 95 % intervals that hold the truth: below, the intervals promise too much,
// above, too little.
const (
	Least = .93
	Most  = .97
)

// Options say how much is simulated.
type Options struct {
	Sets      int    // simulated data sets
	Customers int    // customers or contracts in each
	Seed      uint64 // decides every data set, on any number of cores
	// Progress, when not nil, is told the number of data sets done so far. It is called from several goroutines.
	Progress func(done int64)
}

// Parameter is how one parameter came back.
type Parameter struct {
	Name    string  `json:"name"`
	Truth   float64 `json:"truth"`
	Covered float64 `json:"covered"` // share of data sets whose 95 % interval holds the truth
	Bias    float64 `json:"bias"`    // mean of estimate by truth, less 1
	Within  bool    `json:"within"`  // Covered lies from Least to Most
}

// Report is how the parameters of one model came back.
type Report struct {
	Model      string      `json:"model"`
	Sets       int         `json:"sets"`
	Customers  int         `json:"customers"`
	Seed       uint64      `json:"seed"`
	Failed     int         `json:"failed"`  // fits without an interval: they count as misses
	Flagged    int         `json:"flagged"` // fits that rest on the prior, for want of an optimum
	Interval   string      `json:"interval"`
	Parameters []Parameter `json:"parameters"`
}

// Within tells whether every parameter's coverage lies from Least to Most.
func (r Report) Within() bool {
	return !slices.ContainsFunc(r.Parameters, func(p Parameter) bool { return !p.Within })
}

// measures are the models by name.
var measures = map[string]func(context.Context, Options) Report{ModelBGNBD: bgnbd, ModelSBG: sbg}

// Names lists the models that Run knows.
func Names() []string { return []string{ModelBGNBD, ModelSBG} }

// Run simulates the data sets, fits each, and counts how often the 95 % intervals hold the truth. The result
// hangs on the options alone. An unknown model and numbers below 1 are Invalid faults; with ctx done it stops
// early and gives ctx's error.
func Run(ctx context.Context, model string, opt Options) (Report, error) {
	measure, ok := measures[model]
	switch {
	case !ok:
		return Report{}, postlift.Faultf(postlift.Invalid, "recovery.Run", "recovery of model %q cannot be measured; known: %s",
			model, strings.Join(Names(), ", "))
	case opt.Sets < 1 || opt.Customers < 1:
		return Report{}, postlift.Faultf(postlift.Invalid, "recovery.Run", "%d data sets of %d customers: at least one of each is needed",
			opt.Sets, opt.Customers)
	}
	r := measure(ctx, opt)
	return r, ctx.Err()
}

// chunkSets is the number of data sets that one goroutine makes and fits at a time, from one source of
// randomness.
const chunkSets = 20

// chunks calls work for every chunk of data sets on all cores, with a source of randomness of the chunk's own.
func (o Options) chunks(ctx context.Context, work func(chunk, sets int, rng *rand.Rand)) {
	var done atomic.Int64
	fitting.Parallel(o.chunkCount(), func(i int) {
		if ctx.Err() != nil {
			return
		}
		sets := min(chunkSets, o.Sets-i*chunkSets)
		work(i, sets, rand.New(rand.NewPCG(o.Seed, uint64(i))))
		if n := done.Add(int64(sets)); o.Progress != nil {
			o.Progress(n)
		}
	})
}

func (o Options) chunkCount() int { return (o.Sets + chunkSets - 1) / chunkSets }

// counted sums up chunks: how many intervals of each parameter held, and the sum of estimate by truth less 1.
type counted struct {
	held, bias      map[string]float64
	failed, flagged int
}

func newCounted() counted { return counted{held: map[string]float64{}, bias: map[string]float64{}} }

// report adds the chunks up in their order.
func (o Options) report(model, interval string, truth []fitting.Param, chunks []counted) Report {
	r := Report{Model: model, Sets: o.Sets, Customers: o.Customers, Seed: o.Seed, Interval: interval}
	for _, c := range chunks {
		r.Failed, r.Flagged = r.Failed+c.failed, r.Flagged+c.flagged
	}
	for _, p := range truth {
		out := Parameter{Name: p.Name, Truth: p.Value}
		for _, c := range chunks {
			out.Covered += c.held[p.Name]
			out.Bias += c.bias[p.Name]
		}
		out.Covered /= float64(o.Sets)
		out.Bias /= float64(max(o.Sets-r.Failed, 1))
		out.Within = out.Covered >= Least && out.Covered <= Most
		r.Parameters = append(r.Parameters, out)
	}
	return r
}
