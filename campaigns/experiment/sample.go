package experiment

// Sample describes one arm by what a difference in means needs. Var is the variance between units
// (divisor n-1), in squared units of the outcome.
type Sample struct {
	N    float64
	Mean float64
	Var  float64
}

// FromSums makes a Sample of n units from their sum and sum of squares. Raw outcomes should go through
// an Accumulator instead, which does not cancel digits.
func FromSums(n, sum, sumSquares float64) Sample {
	return Sample{N: n, Mean: sum / n, Var: (sumSquares - sum*sum/n) / (n - 1)}
}

// FromProportion makes a Sample of n yes-or-no units with p(1-p) as the variance, without the n-1 of
// a sample variance.
func FromProportion(successes, n float64) Sample {
	p := successes / n
	return Sample{N: n, Mean: p, Var: p * (1 - p)}
}

// meanVar is the variance of the arm's mean.
func (s Sample) meanVar() float64 { return s.Var / s.N }

// Joint describes one arm's outcome together with a covariate known before the assignment.
type Joint struct {
	Post Sample
	Pre  Sample
	Cov  float64 // between outcome and covariate, divisor n-1
}

// JointFromSums makes a Joint of n units from the sums and sums of squares of outcome and covariate and
// the sum of their products.
func JointFromSums(n, post, postSquares, pre, preSquares, products float64) Joint {
	return Joint{
		Post: FromSums(n, post, postSquares), Pre: FromSums(n, pre, preSquares),
		Cov: (products - post*pre/n) / (n - 1),
	}
}

// adjusted is the outcome less theta times the covariate's distance from center.
func (j Joint) adjusted(theta, center float64) Sample {
	return Sample{
		N:    j.Post.N,
		Mean: j.Post.Mean - theta*(j.Pre.Mean-center),
		Var:  j.Post.Var + theta*theta*j.Pre.Var - 2*theta*j.Cov,
	}
}

// merge is both arms as one sample (Chan, Golub and LeVeque 1983).
func merge(a, b Joint) Joint {
	na, nb := a.Post.N, b.Post.N
	n := na + nb
	dy, dx := b.Post.Mean-a.Post.Mean, b.Pre.Mean-a.Pre.Mean
	w := na * nb / n
	pool := func(va, vb, between float64) float64 {
		return ((na-1)*va + (nb-1)*vb + w*between) / (n - 1)
	}
	return Joint{
		Post: Sample{N: n, Mean: a.Post.Mean + dy*nb/n, Var: pool(a.Post.Var, b.Post.Var, dy*dy)},
		Pre:  Sample{N: n, Mean: a.Pre.Mean + dx*nb/n, Var: pool(a.Pre.Var, b.Pre.Var, dx*dx)},
		Cov:  pool(a.Cov, b.Cov, dy*dx),
	}
}

// Accumulator gathers a Joint unit by unit with updated means (Welford 1962; West 1979), which keeps
// its digits where sums of squares lose them.
type Accumulator struct {
	n, my, mx, syy, sxx, sxy float64
}

// Add takes one unit's outcome and covariate.
func (a *Accumulator) Add(post, pre float64) {
	a.n++
	dy, dx := post-a.my, pre-a.mx
	a.my += dy / a.n
	a.mx += dx / a.n
	a.syy += dy * (post - a.my)
	a.sxx += dx * (pre - a.mx)
	a.sxy += dx * (post - a.my)
}

// N is the number of units taken.
func (a *Accumulator) N() int { return int(a.n) }

// Joint is what was gathered; variances of fewer than two units are zero.
func (a *Accumulator) Joint() Joint {
	d := max(a.n-1, 1)
	return Joint{
		Post: Sample{N: a.n, Mean: a.my, Var: a.syy / d},
		Pre:  Sample{N: a.n, Mean: a.mx, Var: a.sxx / d},
		Cov:  a.sxy / d,
	}
}
