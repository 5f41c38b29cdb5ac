package backtest

import (
	"slices"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// run is one backtest in the making.
type run struct {
	opt    Options
	seed   uint64 // of all draws
	book   book
	plan   schedule
	cands  []candidate
	spends []string

	pasts       []past      // by origin
	fits        [][]*fitted // by origin and candidate; nil where it could not be fitted
	worths      [][]worths  // by origin and spend model
	tests       []Test
	results     []Result
	values      [][]float64 // by result: predicted value by spend model
	boards      []*board    // the last one knows every test, the others what the checks knew
	spendBoards []*board    // the same for spend models
	spendTally  []spendTally
	details     map[[2]string][]detail // of the choices that are looked at closely, by candidate and spend model
	report      Report
}

// Run tests order and spend models on a log. Customers are those of the log; nothing after an origin
// reaches what is predicted from it. A log too short for any test gives a report that says so. Options that
// cannot be, and a log without order days, are Invalid faults.
func Run(log tables.OrderLog, opt Options) (Report, error) {
	if err := opt.check(log); err != nil {
		return Report{}, err
	}
	r := &run{opt: opt, book: open(log, opt), details: map[[2]string][]detail{}}
	if len(r.book.customers) == 0 {
		return Report{}, postlift.Faultf(postlift.Invalid, "backtest.Run", "the log has no order day to test with")
	}
	if r.seed = defaultSeed; opt.Rand != nil {
		r.seed = opt.Rand.Uint64()
	}
	var err error
	if r.cands, err = candidates(opt.Models); err != nil {
		return Report{}, err
	}
	if r.spends, err = spendNames(r.book, opt.Spends); err != nil {
		return Report{}, err
	}
	r.plan = plan(r.book.first, r.book.until, opt)
	r.prepare()
	for _, origin := range r.plan.origins {
		r.testFrom(origin)
	}
	r.testLevels()
	r.finish()
	return r.report, nil
}

// prepare lays out what every test adds to.
func (r *run) prepare() {
	r.report = Report{From: r.book.first, Until: r.book.until, Customers: r.book.all, Tested: len(r.book.customers),
		SampleShare: ratio(float64(len(r.book.customers)), float64(r.book.all)), Flags: slices.Clone(r.plan.flags),
		Tests: []Test{}, Results: []Result{}, Warnings: []Warning{}, Checks: []Check{}, Segments: []Segment{},
		Coverage: []Coverage{}, Reliability: []Reliability{}, Frequency: []Frequency{}}
	if r.report.Tested < r.report.Customers {
		r.report.Flags = append(r.report.Flags, FlagSampled)
	}
	n := len(r.book.customers)
	for _, h := range r.plan.horizons {
		if o := r.lastOrigin(h); !o.IsZero() && r.boardAt(o) < 0 {
			r.boards = append(r.boards, newBoard(o, len(r.cands), n))
			r.spendBoards = append(r.spendBoards, newBoard(o, len(r.spends), n))
		}
	}
	r.boards = append(r.boards, newBoard(0, len(r.cands), n))
	r.spendBoards = append(r.spendBoards, newBoard(0, len(r.spends), n))
	r.spendTally = make([]spendTally, len(r.spends))
}

// lastOrigin is the latest origin from which a horizon ends within the log; none where there is none.
func (r *run) lastOrigin(h Horizon) postlift.Date {
	for _, o := range slices.Backward(r.plan.origins) {
		if h.End(o) <= r.book.until {
			return o
		}
	}
	return 0
}

// boardAt is the index of the boards that know the tests ended by a day, -1 where there are none; no day for
// those that know all.
func (r *run) boardAt(cut postlift.Date) int {
	return slices.IndexFunc(r.boards, func(b *board) bool { return b.cut == cut })
}

// testFrom fits everything on what was known at an origin and tests every horizon that fits in the log.
func (r *run) testFrom(origin postlift.Date) {
	p := r.book.at(origin)
	r.pasts = append(r.pasts, p)
	ws := make([]worths, len(r.spends))
	for s, name := range r.spends {
		ws[s] = r.book.fitWorths(name, p)
	}
	r.worths = append(r.worths, ws)
	first := len(r.tests)
	var happened []outcome
	for _, h := range r.plan.horizons {
		if end := h.End(origin); end <= r.book.until {
			o := r.book.after(p, end)
			happened = append(happened, o)
			r.tests = append(r.tests, describe(p, o, origin, h))
		}
	}
	tests := r.tests[first:]
	for i, t := range tests {
		for _, b := range r.boards {
			if b.takes(t.End) {
				b.test(p, nil)
			}
		}
		r.compareSpends(p, t, happened[i], ws)
	}
	r.testModels(p, tests, happened, ws)
	for i, t := range tests {
		r.testBaselines(p, t, happened[i], ws)
	}
}

// describe says what happened in a test.
func describe(p past, o outcome, origin postlift.Date, h Horizon) Test {
	frequencies, counts := make([]float64, len(p.known)), make([]float64, len(p.known))
	for i, k := range p.known {
		frequencies[i], counts[i] = float64(k.x), float64(o.counts[i])
	}
	return Test{Origin: origin, Horizon: h, End: h.End(origin), Customers: len(p.known), Orders: o.orders, Value: o.value,
		FrequencyCapture: capture(frequencies, o.counts), PerfectCapture: capture(counts, o.counts)}
}

// testModels fits and scores every candidate from one origin. Candidates that come out as the same model,
// such as a free k and a fixed one, are predicted with once.
func (r *run) testModels(p past, tests []Test, happened []outcome, ws []worths) {
	fits := make([]*fitted, len(r.cands))
	results := make([][]scored, len(r.cands))
	for i, c := range r.cands {
		fit, err := c.fit(p)
		if err != nil {
			continue // left out of the comparison: the summary flags it
		}
		fits[i] = fit
		if twin := slices.IndexFunc(fits[:i], func(f *fitted) bool { return f != nil && same(f, fit) }); twin >= 0 {
			results[i] = results[twin]
		} else {
			results[i] = r.scoreModel(fit, p, tests, happened)
		}
		r.keep(i, fit, results[i], p, tests, happened, ws)
	}
	r.fits = append(r.fits, fits)
}

// keep takes what one candidate made of the tests from one origin.
func (r *run) keep(cand int, fit *fitted, results []scored, p past, tests []Test, happened []outcome, ws []worths) {
	for j, s := range results {
		res := s.result
		res.Model, res.K, res.Flags = r.cands[cand].key, kOf(r.cands[cand], fit.Model), fit.Flags
		r.record(res, s.predicted, tests[j], happened[j], ws)
		for _, b := range r.boards {
			if b.takes(tests[j].End) {
				b.add(cand, p, s.scores)
			}
		}
	}
}

// kOf is the regularity to report: none for models that have none.
func kOf(c candidate, m purchase.Model) int {
	if c.model != modelCNBD {
		return 0
	}
	return max(regularity(m), 1)
}

// scored is what one model made of one test.
type scored struct {
	result    Result
	predicted []float64 // by customer
	scores    []float64
}

// scoreModel predicts with one fitted model from one origin.
func (r *run) scoreModel(fit *fitted, p past, tests []Test, happened []outcome) []scored {
	longest := tests[len(tests)-1]
	days := trackDays(longest.Origin, longest.End)
	times := make([]float64, 0, len(tests)+len(days))
	for _, t := range tests {
		times = append(times, t.Horizon.weeks(t.Origin))
	}
	for _, d := range days {
		times = append(times, weekly(d.DaysSince(p.origin)))
	}
	f := ahead(fit, p, times)
	actual := r.book.path(p, days)
	p = f.past
	track := make([]float64, len(days))
	for i := range days {
		track[i] = p.total(f.path[len(tests)+i])
	}
	alive := p.spread(f.alive)
	var out []scored
	for i, t := range tests {
		d := f.density(times[i], happened[i].counts)
		s := scored{predicted: p.spread(f.path[i]), scores: d.scores}
		s.result = Result{Origin: t.Origin, Horizon: t.Horizon, LogScore: average(d.scores),
			Brier: brier(p.spread(d.ordered), happened[i].counts), BrierAlive: brier(alive, happened[i].counts),
			Coverage: d.coverage()}
		if n := upToDay(days, t.End); n > 0 {
			s.result.TrackingMAPE = trackingError(track[:n], actual[:n])
		}
		out = append(out, s)
	}
	return out
}

// record completes a result from the predictions by customer and keeps it.
func (r *run) record(res Result, predicted []float64, t Test, o outcome, ws []worths) {
	res.Orders = sum(predicted)
	res.Bias = bias(res.Orders, t.Orders)
	res.MAE, res.RMSE = meanErrors(predicted, o.counts)
	res.Capture = capture(predicted, o.counts)
	values := make([]float64, len(ws))
	for s, w := range ws {
		for i, e := range predicted {
			values[s] += e * w.mean[i]
		}
	}
	r.results = append(r.results, res)
	r.values = append(r.values, values)
}

// testBaselines scores the naive predictions in one test.
func (r *run) testBaselines(p past, t Test, o outcome, ws []worths) {
	for _, b := range []struct {
		key       string
		predicted []float64
	}{
		{BaselineLastYear, r.book.lastYear(p, t.End)},
		{BaselineRFM, r.book.rfmCells(p, t.End)},
		{BaselineZero, make([]float64, len(p.known))},
	} {
		if b.predicted != nil {
			r.record(Result{Origin: t.Origin, Horizon: t.Horizon, Model: b.key, Baseline: true}, b.predicted, t, o, ws)
		}
	}
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

func average(v []float64) float64 { return ratio(sum(v), float64(len(v))) }
