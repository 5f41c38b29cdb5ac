package development

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// Priors of what the data may leave open. They are weak: a handful of groups or cells outweighs them.
const (
	decayCentre    = 0.1 // of omega: after ten quarters the hazard has halved
	decaySD        = 1.5 // of log omega for all groups together
	decayGroupSD   = 0.7 // of a group's log omega around that of all
	strengthCentre = 4.0 // a cell's neighbours are worth about so many adoptions of its own
	strengthSD     = 1.2 // of log strength
	rateLimit      = 0.95
)

// Fit estimates the hazards of adoption and the margins.
//
// The hazard of a cell (group, segment, groups held) in quarter i is rate/(1+(i-1) omega), the hazard of the
// beta-geometric distribution (Fader and Hardie 2007, with rate = alpha/(alpha+beta) and omega =
// 1/(alpha+beta)): those most inclined adopt first, so the hazard of those left falls. Omega belongs to the
// group; it maximises the likelihood of the adoption quarters within cells, which the rates do not enter.
//
// Rates are pooled by empirical Bayes from cell to group to all: with A adoptions and an exposure E (decisions
// times their share of the rate) a cell's rate is (s + A)/(s/group's rate + E), the group's follows from
// that of all in the same way. The strengths s, in adoptions, are the likeliest for counts that are Poisson
// around gamma rates. Adoption counts are binomial, so their variance is overstated by the factor
// 1/(1-hazard): the rates stay unbiased and are pooled a little more than needed.
//
// A tally without decisions is an Invalid fault.
func Fit(t *Tally) (Model, error) {
	if t.Decisions() == 0 {
		return Model{}, postlift.Faultf(postlift.Invalid, "development.Fit",
			"no account could take up a further product group in the records: there is nothing to learn from")
	}
	m := Model{Kind: t.Kind}
	keys := t.sortedCells()
	all := logDecay(t, keys, math.Log(decayCentre), decaySD)
	var groups, cells []counted
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && keys[to].group == keys[from].group {
			to++
		}
		g, own := m.addGroup(t, keys[from:to], all)
		for i := range own {
			own[i].group = len(groups)
		}
		groups, cells = append(groups, g), append(cells, own...)
		from = to
	}
	m.pool(groups, cells)
	m.priceGroups(t)
	m.flag()
	m.index = newIndex(&m)
	return m, nil
}

// addGroup lists a group and its cells, with the decay of the group but no rates yet.
func (m *Model) addGroup(t *Tally, keys []cellKey, allDecay float64) (sum counted, cells []counted) {
	g := Group{Name: keys[0].group, Omega: math.Exp(logDecay(t, keys, allDecay, decayGroupSD))}
	for _, k := range keys {
		c := count(t.cells[k], g.Omega)
		sum.adopted, sum.exposure = sum.adopted+c.adopted, sum.exposure+c.exposure
		due, adopted := t.cells[k].totals()
		m.Cells = append(m.Cells, Cell{Group: k.group, Segment: k.segment, Held: k.held, Adopted: adopted, Decisions: due})
		g.Adopted, g.Decisions = g.Adopted+adopted, g.Decisions+due
		cells = append(cells, c)
	}
	m.Groups = append(m.Groups, g)
	return sum, cells
}

// counted is what a cell or group brings to the pooling.
type counted struct {
	adopted, exposure float64
	group             int
	mean              float64 // rate of the level above
}

// count gives adoptions and exposure of a cell under a decay.
func count(d *decisions, omega float64) counted {
	var c counted
	for i := range d.due {
		c.adopted += float64(d.adopted[i])
		c.exposure += float64(d.due[i]) * decay(i, omega)
	}
	return c
}

// decay is the hazard of quarter i (from 0) as a share of the first quarter's.
func decay(i int, omega float64) float64 { return 1 / (1 + float64(i)*omega) }

// pool fills in the rates of groups and cells.
func (m *Model) pool(groups, cells []counted) {
	var adopted, exposure float64
	for _, g := range groups {
		adopted, exposure = adopted+g.adopted, exposure+g.exposure
	}
	m.Rate = min(max(adopted, 0.5)/exposure, rateLimit) // half an adoption where none was seen: rare, not impossible
	for i := range groups {
		groups[i].mean = m.Rate
	}
	m.GroupStrength = strength(groups)
	for i, g := range groups {
		m.Groups[i].Rate = g.pooled(m.GroupStrength)
	}
	for i := range cells {
		cells[i].mean = m.Groups[cells[i].group].Rate
	}
	m.CellStrength = strength(cells)
	for i, c := range cells {
		m.Cells[i].Rate = c.pooled(m.CellStrength)
	}
}

// pooled is the posterior mean of the rate.
func (c counted) pooled(strength float64) float64 {
	return min((strength+c.adopted)/(strength/c.mean+c.exposure), rateLimit)
}

// logDecay is the likeliest log omega of some cells under a normal prior.
func logDecay(t *Tally, keys []cellKey, centre, sd float64) float64 {
	f := fitting.WithPrior(decayObjective(t, keys), []float64{centre}, sd, 1)
	o := fitting.Minimise(f, [][]float64{{centre}, {centre + 2}, {centre - 2}}, false)
	return min(max(o.Theta[0], -12), 3)
}

// decayObjective is the negative log-likelihood, at log omega, of the quarters in which a cell's adoptions
// fell: quarter i gets its share of the exposure, n_i g_i / sum n g.
func decayObjective(t *Tally, keys []cellKey) fitting.Objective {
	return func(theta, grad []float64) float64 {
		omega := math.Exp(theta[0])
		var v, slope float64
		for _, k := range keys {
			d := t.cells[k]
			var adopted, exposure, exposureSlope float64
			for i := range d.due {
				g := decay(i, omega)
				gs := -float64(i) * omega * g // slope of log g in log omega
				if a := float64(d.adopted[i]); a > 0 {
					adopted += a
					v -= a * math.Log(g)
					slope -= a * gs
				}
				e := float64(d.due[i]) * g
				exposure, exposureSlope = exposure+e, exposureSlope+e*gs
			}
			if adopted > 0 {
				v += adopted * math.Log(exposure)
				slope += adopted * exposureSlope / exposure
			}
		}
		if grad != nil {
			grad[0] = slope
		}
		return v
	}
}

// strength is the likeliest number of adoptions that the level above is worth.
func strength(rows []counted) float64 {
	centre := []float64{math.Log(strengthCentre)}
	f := fitting.WithPrior(strengthObjective(rows), centre, strengthSD, 1)
	return math.Exp(fitting.Minimise(f, [][]float64{centre, {0}, {4}}, false).Theta[0])
}

// strengthObjective is the negative log-likelihood, at log s, of adoptions A that are negative binomial with
// shape s and mean e = exposure times the rate of the level above:
// log G(s+A) - log G(s) - s log(1+e/s) - A log(s+e), without what does not depend on s.
func strengthObjective(rows []counted) fitting.Objective {
	return func(theta, grad []float64) float64 {
		s := math.Exp(theta[0])
		var v, slope float64
		for _, r := range rows {
			e := r.exposure * r.mean
			v -= fitting.LgammaRatio(s, r.adopted) - s*math.Log1p(e/s) - r.adopted*math.Log(s+e)
			slope -= fitting.PsiDiff(s, r.adopted) - math.Log1p(e/s) + (e-r.adopted)/(s+e)
		}
		if grad != nil {
			grad[0] = slope * s
		}
		return v
	}
}
