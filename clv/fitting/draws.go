package fitting

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// FlagClipped says that the curvature at the optimum was not that of a maximum in every direction: the
// directions without curvature got the widest spread that is still believed.
const FlagClipped = "covariance_clipped"

// LogCov is the covariance of the log parameters for n observations: the inverse Hessian, or, where that is
// not positive definite, the Hessian with its eigenvalues raised to the one of a log parameter that is
// known to e^±4 only; clipped tells which.
func (o Optimum) LogCov(n float64) (cov *mat.SymDense, clipped bool) {
	k := len(o.Theta)
	cov = mat.NewSymDense(k, nil)
	if o.Cov != nil {
		cov.ScaleSym(1/n, o.Cov)
		return cov, false
	}
	var eig mat.EigenSym
	if o.Hessian == nil || !AllFinite(o.Hessian.RawSymmetric().Data) || !eig.Factorize(o.Hessian, true) {
		for i := range k {
			cov.SetSym(i, i, boundarySD*boundarySD)
		}
		return cov, true
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	for i, v := range eig.Values(nil) {
		variance := 1 / math.Max(n*v, 1/(boundarySD*boundarySD))
		cov.SymRankOne(cov, variance, vectors.ColView(i))
	}
	return cov, true
}

// NewStats describes an optimum over the logs of the given parameters, n observations strong: standard
// errors, the law of the parameters for draws, and the flags of the search and of the sample's size. The
// log-likelihood and the number of rows are the caller's to add.
func NewStats(ps []Param, o Optimum, n float64, flags []string) Stats {
	s := Stats{SE: map[string]float64{}, Observations: int(n), Flags: flags}
	cov, clipped := o.LogCov(n)
	if clipped {
		s.Flags = append(s.Flags, FlagClipped)
	}
	if n < FewAccounts {
		s.Flags = append(s.Flags, FlagFewAccounts)
	}
	for _, f := range s.Flags {
		s.PriorUsed = s.PriorUsed || f == FlagPriorUsed
	}
	sd := make([]float64, len(ps))
	for i, p := range ps {
		sd[i] = math.Sqrt(cov.At(i, i))
		s.LogNames = append(s.LogNames, p.Name)
		s.LogMean = append(s.LogMean, math.Log(p.Value))
	}
	s.SE, s.LogCov = NaturalSE(ps, sd), cov
	return s
}

// drawTries is how often a draw outside the range of usable parameters is repeated.
const drawTries = 50

// Draws gives k vectors of parameters, in the order of LogNames, from the normal law of their logs (Laplace's
// approximation). A vector that is not finite or beyond what CheckParams takes is drawn again; where that
// does not help, the optimum stands in for it. Stats without a law give nil.
func (s Stats) Draws(k int, rng *rand.Rand) [][]float64 {
	if s.LogCov == nil || len(s.LogMean) == 0 {
		return nil
	}
	law := NewLaw(s.LogMean, s.LogCov)
	out := make([][]float64, k)
	for i := range out {
		out[i] = s.draw(law, rng)
	}
	return out
}

func (s Stats) draw(law Law, rng *rand.Rand) []float64 {
	v := make([]float64, len(s.LogMean))
	for range drawTries {
		law.Draw(v, rng)
		usable := true
		for i, l := range v {
			v[i] = math.Exp(l)
			usable = usable && v[i] >= 1/paramLimit && v[i] <= paramLimit
		}
		if usable {
			return v
		}
	}
	for i := range v {
		v[i] = math.Exp(s.LogMean[i])
	}
	return v
}

// Law is a normal law of several numbers to draw from.
type Law struct {
	mean []float64
	root *mat.Dense
}

// NewLaw makes the normal law with this mean and covariance, of which not all of the numbers need to vary. A
// covariance that is not finite counts as none: every draw is the mean.
func NewLaw(mean []float64, cov *mat.SymDense) Law { return Law{mean: mean, root: symmetricRoot(cov)} }

// Draw fills v, as long as the mean, with one draw.
func (l Law) Draw(v []float64, rng *rand.Rand) {
	copy(v, l.mean)
	for j := range v {
		z := rng.NormFloat64()
		for i := range v {
			v[i] += l.root.At(i, j) * z
		}
	}
}

// DrawWithin is Draw with every number kept from -limit to limit.
func (l Law) DrawWithin(v []float64, limit float64, rng *rand.Rand) {
	l.Draw(v, rng)
	for i := range v {
		v[i] = math.Min(math.Max(v[i], -limit), limit)
	}
}

// symmetricRoot is a matrix R with R R' = cov; rounding may have made an eigenvalue slightly negative.
func symmetricRoot(cov *mat.SymDense) *mat.Dense {
	k := cov.SymmetricDim()
	root := mat.NewDense(k, k, nil)
	var eig mat.EigenSym
	if !AllFinite(cov.RawSymmetric().Data) || !eig.Factorize(cov, true) {
		return root
	}
	eig.VectorsTo(root)
	for j, v := range eig.Values(nil) {
		sd := math.Sqrt(math.Max(v, 0))
		for i := range k {
			root.Set(i, j, root.At(i, j)*sd)
		}
	}
	return root
}
