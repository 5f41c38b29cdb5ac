package loop

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// Seed is what decides a whole replication: the first 8 bytes, big-endian, of SHA-256 of the name.
func Seed(name string) uint64 {
	sum := sha256.Sum256([]byte(name))
	return binary.BigEndian.Uint64(sum[:8])
}

// purpose separates the uses of chance, so that none moves another.
type purpose uint64

const (
	drawSegment purpose = iota + 1
	drawRate
	drawHazard
	drawValue
	drawResponse
	drawMark
	drawEntry
	drawLeaving
	drawOrders
	drawOrder
	drawRandom
	drawMargin
)

// chance gives uniform numbers in (0, 1) by hashing seed, purpose, account and a counter such as the month: nothing
// depends on the order in which it is asked.
type chance uint64

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

const golden = 0x9e3779b97f4a7c15

func (c chance) uniform(p purpose, account, counter int) float64 {
	x := mix(uint64(c) + golden*uint64(p))
	x = mix(x + golden*uint64(account+1))
	x = mix(x + golden*uint64(counter+1))
	return (float64(x>>11) + .5) / (1 << 53)
}

// normal is a standard normal number by the inverse of its distribution.
func (c chance) normal(p purpose, account, counter int) float64 {
	return math.Sqrt2 * math.Erfinv(2*c.uniform(p, account, counter)-1)
}

// poisson turns a uniform number into a Poisson one of the given mean by inversion: with the same number, a larger
// mean never gives fewer.
func poisson(u, mean float64) int {
	p := math.Exp(-mean)
	n := 0
	for sum := p; u > sum && n < mostOrders; sum += p {
		n++
		p *= mean / float64(n)
	}
	return n
}

// mostOrders bounds the orders of an account in a month.
const mostOrders = 200
