package purchase_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"postlift/clv/purchase"
)

type grid2 struct{ v, w []float64 }

// gammaGrid: nodes in log lambda; weights normalised density Gamma(r, alpha)
func gammaGrid(r, alpha float64) grid2 {
	var g grid2
	mode := math.Log(r / alpha)
	lo := mode - 60/r - 3
	if lo < mode-300 {
		lo = mode - 300
	}
	h := 0.05
	tot := 0.0
	for y := lo; y < mode+8/math.Sqrt(r)+6; y += h {
		l := math.Exp(y)
		d := math.Exp(r*(y-mode) - alpha*l + r)
		g.v = append(g.v, l)
		g.w = append(g.w, d)
		tot += d
	}
	for i := range g.w {
		g.w[i] /= tot
	}
	return g
}

func betaGrid2(a, b float64) grid2 {
	var g grid2
	h := 0.08
	tot := 0.0
	for y := -40/math.Min(a, 1) - 5; y < 40/math.Min(b, 1)+5; y += h {
		p := 1 / (1 + math.Exp(-y))
		q := 1 / (1 + math.Exp(y))
		d := math.Exp(a*math.Log(p) + b*math.Log(q) - a*math.Log(a/(a+b)) - b*math.Log(b/(a+b)))
		if d < 1e-14 {
			continue
		}
		g.v = append(g.v, p)
		g.w = append(g.w, d)
		tot += d
	}
	for i := range g.w {
		g.w[i] /= tot
	}
	return g
}

func TestV1Brute(t *testing.T) {
	rng := rand.New(rand.NewPCG(77, 1))
	worstPA, worstE, worstA, worstD, worstP := 0.0, 0.0, 0.0, 0.0, 0.0
	for trial := range 60 {
		k := 1 + rng.IntN(6)
		mbg := rng.IntN(3) > 0
		if !mbg {
			k = 1
		}
		r, alpha := math.Exp(rng.NormFloat64()*.7), math.Exp(1+rng.NormFloat64())
		a, b := math.Exp(rng.NormFloat64()*.7), math.Exp(.3+rng.NormFloat64()*.7)
		if trial%7 == 0 {
			a = 1
		}
		x := rng.IntN(5)
		age := 1 + 30*rng.Float64()
		tx := 0.0
		if x > 0 {
			tx = age * rng.Float64()
		}
		win := 20 * rng.Float64()
		var m purchase.Model
		if mbg {
			m = purchase.MBGCNBD{K: k, R: r, Alpha: alpha, A: a, B: b}
		} else {
			m = purchase.BGNBD{R: r, Alpha: alpha, A: a, B: b}
		}
		lg, pg := gammaGrid(r, alpha), betaGrid2(a, b)
		u := age - tx
		N := 12
		var L, alive, eo, al float64
		dist := make([]float64, N)
		// new customer distribution
		fresh := make([]float64, N)
		kk := float64(k)
		for i, l := range lg.v {
			base := math.Pow(l, kk*float64(x)) * math.Exp(-l*tx)
			if x == 0 {
				base = 1
			}
			ph := make([]float64, k)
			tot := 0.0
			term := math.Exp(-l * u)
			for j := range ph {
				ph[j] = term
				tot += term
				term *= l * u / float64(j+1)
			}
			// poisson in window
			mu := l * win
			nmax := int(mu+12*math.Sqrt(mu+1)) + 25
			if lg.w[i]*base < 1e-18 {
				continue
			}
			pn := make([]float64, nmax)
			for n := range pn {
				lgm, _ := math.Lgamma(float64(n) + 1)
				pn[n] = math.Exp(float64(n)*math.Log(mu) - mu - lgm)
			}
			// order counts M distribution given alive
			M := make([]float64, nmax/k+3)
			F := make([]float64, nmax/k+3)
			for j := range ph {
				for n, p := range pn {
					M[(n+j)/k] += ph[j] * p // unnormalised by tot
					if j == 0 {
						F[n/k] += p
					}
				}
			}
			for q, p := range pg.v {
				w := lg.w[i] * pg.w[q] * base
				var dead, live float64
				if mbg {
					s := math.Pow(1-p, float64(x))
					dead, live = w*s*p, w*s*(1-p)*tot
				} else {
					live = w * math.Pow(1-p, float64(x)) * tot
					if x > 0 {
						dead = w * math.Pow(1-p, float64(x-1)) * p
					}
				}
				L += dead + live
				alive += live
				wl := live / tot
				surv := 1.0 // (1-p)^n
				cum := 0.0
				tailF, tailM := 1.0, tot
				for n := range M {
					eo += wl * M[n] * cum
					al += wl * M[n] * surv
					if n < N {
						pr := M[n] * surv
						pf := F[n] * surv
						if n > 0 {
							pr += tailM * (surv / (1 - p)) * p
							pf += tailF * (surv / (1 - p)) * p
						}
						dist[n] += wl * pr
						w0 := lg.w[i] * pg.w[q]
						if mbg {
							fresh[n] += w0 * (1 - p) * pf
							if n == 0 {
								fresh[0] += w0 * p
							}
						} else {
							fresh[n] += w0 * pf
						}
					}
					tailM -= M[n]
					tailF -= F[n]
					cum += surv
					surv *= 1 - p
				}
			}
		}
		_ = L
		var o, av [1]float64
		m.Ahead(x, tx, age, []float64{win}, o[:], av[:])
		d := m.Distribution(nil, x, tx, age, win)
		rel := func(got, want float64) float64 { return math.Abs(got-want) / (math.Abs(want) + 1e-9) }
		e1, e2, e3 := rel(m.PAlive(x, tx, age), alive/L), rel(o[0], eo/alive), rel(av[0], al/alive)
		e4, e5 := 0.0, 0.0
		for n := range N {
			got := 0.0
			if n < len(d) {
				got = d[n]
			}
			e4 = math.Max(e4, math.Abs(got-dist[n]/alive))
			e5 = math.Max(e5, math.Abs(m.ProbOrders(n, win)-fresh[n]))
		}
		if math.Max(e1, math.Max(e2, math.Max(e3, math.Max(e4, e5)))) > 1e-6 {
			t.Errorf("%#v x %d tx %g age %g win %g: errs %g %g %g %g %g", m, x, tx, age, win, e1, e2, e3, e4, e5)
		}
		worstPA, worstE, worstA, worstD, worstP = math.Max(worstPA, e1), math.Max(worstE, e2), math.Max(worstA, e3), math.Max(worstD, e4), math.Max(worstP, e5)
	}
	t.Log(worstPA, worstE, worstA, worstD, worstP)
}

// edge cases of fits
func TestV1Edges(t *testing.T) {
	cases := map[string][]purchase.Counted{
		"one": {{X: 3, TX: 10, T: 20, N: 1}}, "identical": {{X: 3, TX: 10, T: 20, N: 500}}, "x0": {{X: 0, TX: 0, T: 20, N: 500}},
		"T0": {{X: 0, TX: 0, T: 0, N: 10}}, "T0mix": {{X: 0, TX: 0, T: 0, N: 1000}, {X: 2, TX: 3, T: 10, N: 1}},
		"allchurn": {{X: 1, TX: 1. / 7, T: 500, N: 500}}, "none": {{X: 100, TX: 100, T: 100, N: 300}}, "huge": {{X: 5000, TX: 1000, T: 1000, N: 100}, {X: 1, TX: 3, T: 1000, N: 100000}},
		"x0T0": {{X: 0, TX: 0, T: 0, N: 1}, {X: 0, TX: 0, T: 1, N: 1}}, "big": {{X: 0, TX: 0, T: 50, N: 2000000000}, {X: 2, TX: 30, T: 50, N: 1000000}},
		"tx0": {{X: 2, TX: 0, T: 0, N: 5}, {X: 3, TX: 0, T: 10, N: 5}},
		"rare": {{X: 0, TX: 0, T: 50, N: 20000}, {X: 1, TX: 20, T: 50, N: 20}},
	}
	for name, rows := range cases {
		for _, model := range purchase.Names() {
			fit, err := purchase.Fit(model, rows, purchase.Options{LogGaps: 3})
			if err != nil {
				t.Log(name, model, err)
				continue
			}
			for _, p := range fit.Model.Params() {
				if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.Value <= 0 {
					t.Errorf("%s %s %v", name, model, p)
				}
			}
			if math.IsNaN(fit.LogLikelihood) || math.IsInf(fit.LogLikelihood, 0) {
				t.Errorf("%s %s ll", name, model)
			}
			rng := rand.New(rand.NewPCG(1, 1))
			worst := 0.0
			for _, d := range append(fit.Draws(40, rng), fit.Model) {
				e := purchase.ExpectedOrders(d, 2, 5, 20, 156)
				if math.IsNaN(e) || math.IsInf(e, 0) {
					t.Errorf("%s %s draw %v", name, model, d)
				}
				worst = math.Max(worst, e)
			}
			t.Logf("%-9s %-10s E %.4g worstdraw %.4g flags %v params %v", name, model, purchase.ExpectedOrders(fit.Model, 0, 0, 20, 52), worst, fit.Flags, fit.Model.Params())
		}
	}
}

func TestV1BGBBPanic(t *testing.T) {
	m := purchase.BGBB{Alpha: 1, Beta: 1, Gamma: 1e-4, Delta: 1}
	t.Log(m.ProbOrders(40000, 50000))
}
