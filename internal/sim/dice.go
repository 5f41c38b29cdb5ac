package sim

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// dice is one stream of chance. Each account has its own streams, one for each purpose, so that no
// result depends on the order in which accounts are visited or on what else was drawn.
type dice struct {
	*rand.Rand
	src *rand.ChaCha8
}

// newDice keys a ChaCha8 stream by SHA-256 of seed, purpose and key.
func newDice(seed uint64, purpose, key string) dice {
	src := rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s", seed, purpose, key)))
	return dice{Rand: rand.New(src), src: src}
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

// gamma draws with the given shape and mean.
func (d dice) gamma(shape, mean float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: shape / mean, Src: d.src}.Rand()
}

func (d dice) beta(a, b float64) float64 { return distuv.Beta{Alpha: a, Beta: b, Src: d.src}.Rand() }

// lognormal draws with mean 1 and the given standard deviation of the logarithm.
func (d dice) lognormal(sigma float64) float64 {
	return math.Exp(sigma*d.NormFloat64() - sigma*sigma/2)
}

// between draws a whole number from lo to hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// pick chooses one of several with equal chances.
func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// weighted chooses an index with chances proportional to the weights.
func (d dice) weighted(weights ...float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	u := d.Float64() * total
	for i, w := range weights {
		if u < w {
			return i
		}
		u -= w
	}
	return len(weights) - 1
}
