package spend

import (
	"math"

	"postlift/clv/fitting"
)

// spendData holds the totals x m of customers by x, so that gamma functions are taken once per distinct x and
// the passes over a million customers touch one number each. Blocks are the units of parallel work: their
// sums are added in their own order, so that a fit does not depend on the number of processors.
type spendData struct {
	groups  []spendGroup
	totals  []float64 // x m / scale, by group, in order of appearance
	blocks  []spendBlock
	n       float64
	sumLogM float64 // of the means, not scaled: a density belongs to a unit
}

type spendGroup struct {
	x           float64
	from, to    int // in totals
	blockFrom   int
	blockTo     int
	sumLogTotal float64
}

type spendBlock struct {
	from, to    int
	sumLog      float64
	tail, share float64 // sums of log(1+z) and log(z/(1+z)), z = total / gamma
	full        float64 // sum of z/(1+z)
}

// blockSize is the number of customers that one processor handles at a time.
const blockSize = 8192

// newSpendData groups usable observations; scale divides their means.
func newSpendData(obs []Observation, scale float64) *spendData {
	d := &spendData{n: float64(len(obs)), totals: make([]float64, len(obs))}
	at := d.group(obs)
	for _, o := range obs {
		k := at(o.X)
		d.totals[d.groups[k].to] = float64(o.X) * (within(o.M) / scale)
		d.groups[k].to++
	}
	for i := range d.groups {
		g := &d.groups[i]
		g.blockFrom = len(d.blocks)
		for from := g.from; from < g.to; from += blockSize {
			d.blocks = append(d.blocks, spendBlock{from: from, to: min(from+blockSize, g.to)})
		}
		g.blockTo = len(d.blocks)
	}
	fitting.Parallel(len(d.blocks), func(i int) { d.blocks[i].sumLog = sumLog(d.totals[d.blocks[i].from:d.blocks[i].to]) })
	for i := range d.groups {
		g := &d.groups[i]
		for _, b := range d.blocks[g.blockFrom:g.blockTo] {
			g.sumLogTotal += b.sumLog
		}
		d.sumLogM += g.sumLogTotal - float64(g.to-g.from)*math.Log(g.x)
	}
	d.sumLogM += d.n * math.Log(scale)
	return d
}

// group counts the observations by x, lays out the groups in ascending x and gives the index of a group.
func (d *spendData) group(obs []Observation) func(x int) int {
	const direct = 1 << 12 // an array lookup for usual x, a map beyond
	small, large := make([]int32, direct), map[int]int32{}
	for _, o := range obs {
		if o.X < direct {
			small[o.X]++
		} else {
			large[o.X]++
		}
	}
	place := func(x int, count int32) int32 {
		from := 0
		if k := len(d.groups); k > 0 {
			from = d.groups[k-1].to
		}
		d.groups = append(d.groups, spendGroup{x: float64(x), from: from, to: from + int(count)})
		return int32(len(d.groups) - 1)
	}
	for x, count := range small {
		if count > 0 {
			small[x] = place(x, count)
		}
	}
	for _, x := range sortedKeys(large) {
		large[x] = place(x, large[x])
	}
	for i := range d.groups {
		d.groups[i].to = d.groups[i].from // filled by the caller
	}
	return func(x int) int {
		if x < direct {
			return int(small[x])
		}
		return int(large[x])
	}
}

// exactBelow bounds p and q for the quick sums: beyond it rounding of 1+z, which p and q multiply, would
// show in the likelihood, and every logarithm is taken on its own.
const exactBelow = 1e3

// meanNegLL is the mean negative log-likelihood at log (p, q, gamma), with its gradient:
// log f(m|x) = -log B(px,q) + px log(z/(1+z)) - q log(1+z) - log m with z = x m/gamma.
func (d *spendData) meanNegLL(theta, grad []float64) float64 {
	p, q, gamma := math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])
	quick := p < exactBelow && q < exactBelow
	fitting.Parallel(len(d.blocks), func(i int) { d.sumBlock(&d.blocks[i], gamma, quick) })
	ll := -d.sumLogM
	var gp, gq, gg float64
	for i := range d.groups {
		g := &d.groups[i]
		n, px := float64(g.to-g.from), p*g.x
		var tail, share, full float64
		for _, b := range d.blocks[g.blockFrom:g.blockTo] {
			tail, share, full = tail+b.tail, share+b.share, full+b.full
		}
		ll += px*share - q*tail - n*fitting.Lbeta(px, q)
		if grad == nil {
			continue
		}
		gp += px * (share + n*fitting.PsiDiff(px, q))
		gq += q * (n*fitting.PsiDiff(q, px) - tail)
		gg += q*full - px*(n-full)
	}
	if grad != nil {
		grad[0], grad[1], grad[2] = -gp/d.n, -gq/d.n, -gg/d.n
	}
	return -ll / d.n
}

func (d *spendData) sumBlock(b *spendBlock, gamma float64, quick bool) {
	totals := d.totals[b.from:b.to]
	if quick {
		b.tail, b.full = quickSums(totals, 1/gamma)
		b.share = b.sumLog - float64(len(totals))*math.Log(gamma) - b.tail
		return
	}
	b.tail, b.share, b.full = 0, 0, 0
	for _, y := range totals {
		z := y / gamma
		tail, share := math.Log1p(z), math.Log1p(1/z)
		b.tail += tail
		b.share -= share
		b.full += z / (1 + z)
	}
}

// overflowGuard is where a running product is turned into a logarithm: one more factor still fits.
const overflowGuard = 1e200

// quickSums gives the sums of log(1+z) and z/(1+z) over z = y * inverse. The factors 1+z are multiplied and
// one logarithm is taken where the product grows large, which costs a tenth of a logarithm each.
func quickSums(ys []float64, inverse float64) (logs, full float64) {
	product, other := 1.0, 1.0
	var fullOther float64
	i := 0
	for ; i+1 < len(ys); i += 2 { // two chains, so that neither waits for the other's product
		z, w := ys[i]*inverse, ys[i+1]*inverse
		product *= 1 + z
		other *= 1 + w
		full += z / (1 + z)
		fullOther += w / (1 + w)
		if product > overflowGuard || other > overflowGuard {
			logs += math.Log(product) + math.Log(other)
			product, other = 1, 1
		}
	}
	if i < len(ys) {
		z := ys[i] * inverse
		logs += math.Log1p(z)
		full += z / (1 + z)
	}
	return logs + math.Log(product) + math.Log(other), full + fullOther
}

// sumLog is the sum of the logarithms of positive numbers.
func sumLog(ys []float64) float64 {
	sum := 0.0
	for _, y := range ys {
		sum += math.Log(y)
	}
	return sum
}

// gammaGammaProblem lays out the fit. With shifted, the second parameter is log(q-1), so that the population
// mean exists whatever the data say.
func gammaGammaProblem(obs []Observation, scale float64, shifted bool) problem {
	d := newSpendData(obs, scale)
	q := func(t float64) float64 { return math.Exp(t) }
	p := problem{f: d.meanNegLL, n: d.n, rows: len(d.groups),
		starts: [][]float64{{0, 1, 0}, {1.5, 1.2, 1}, {0.5, 2, 2}},
		centre: []float64{math.Log(2), math.Log(3), 0}, // a mean near the typical value, shape above 1
	}
	if shifted {
		q = func(t float64) float64 { return 1 + math.Exp(t) }
		p.f = shiftedObjective(d.meanNegLL)
		p.starts, p.centre = [][]float64{{0, 0, 0}, {0, -2, 0}}, []float64{math.Log(2), math.Log(2), 0}
	}
	p.build = func(theta []float64) Model {
		return GammaGamma{P: math.Exp(theta[0]), Q: q(theta[1]), Gamma: math.Exp(theta[2]) * scale}
	}
	p.slopes = func(theta []float64) []float64 {
		return []float64{math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2]) * scale}
	}
	return p
}

// shiftedObjective puts log(q-1) in the place of log q.
func shiftedObjective(f fitting.Objective) fitting.Objective {
	return func(theta, grad []float64) float64 {
		at := []float64{theta[0], math.Log1p(math.Exp(theta[1])), theta[2]}
		v := f(at, grad)
		if grad != nil {
			grad[1] *= fitting.Sigmoid(theta[1]) // d log(1+e^t) / dt
		}
		return v
	}
}
