package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strconv"
)

// Uniform is the uniform number in [0, 1) of an id under a salt: the first 8 bytes, big-endian, of
// SHA-256("salt|id"), over 2^64. The same salt and id give the same number everywhere.
func Uniform(salt, id string) float64 {
	var space [128]byte
	b := append(append(append(space[:0], salt...), '|'), id...)
	sum := sha256.Sum256(b)
	return float64(binary.BigEndian.Uint64(sum[:8])) / (1 << 64)
}

// InGlobalControl tells whether a group belongs to the year's global control: never mailed advertising in that year,
// then released and drawn anew.
func InGlobalControl(groupKey string, year int, share float64) bool {
	return share > 0 && Uniform("global-"+strconv.Itoa(year), groupKey) < share
}

// Share is one of several alternatives with its weight, which is positive.
type Share struct {
	Name   string
	Weight float64
}

// Variant gives a unit one of the shares, each with a probability in proportion to its weight, always the same one
// under the same salt. Where a weight changes or a share is added, only as many units move as must (weighted
// rendezvous hashing: Schindelhauer and Schomaker, Weighted distributed hash tables, SPAA 2005). It is "" without
// shares; those of weight zero or less are never given.
func Variant(salt, key string, shares []Share) string {
	best, least := "", math.Inf(1)
	for _, s := range shares {
		if !(s.Weight > 0) {
			continue
		}
		// an exponential variable of rate Weight: the smallest of them belongs to a share in proportion to its weight
		if score := -math.Log1p(-Uniform(salt+"|variant|"+s.Name, key)) / s.Weight; score < least {
			best, least = s.Name, score
		}
	}
	return best
}

// HoldoutCount is how many of n clusters a stratum holds out at share h: floor(h n), plus one when
// Uniform(salt, stratum) is below the fraction, so that the expectation is exactly h n.
func HoldoutCount(n int, salt, stratum string, h float64) int {
	whole, fraction := math.Modf(h*float64(n) + 1e-9) // .2 times 35 is 7, not 6.999…
	count := int(whole)
	if fraction > 1e-6 && Uniform(salt, stratum) < fraction {
		count++
	}
	return min(count, n)
}
