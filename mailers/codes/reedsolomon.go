package codes

import "sync"

// field is GF(256) under one reducing polynomial, with the generator polynomials that were asked for. QR and
// DataMatrix differ in the polynomial and in the first root of their generators (ISO/IEC 18004, 7.5.2;
// ISO/IEC 16022, annex E).
type field struct {
	exp       [510]byte
	log       [256]int
	firstRoot int
	encoders  [maxCheck + 1]struct {
		once    sync.Once
		encoder *checker
	}
}

// maxCheck is the most check codewords that one block of either symbology has.
const maxCheck = 68

func newField(polynomial, firstRoot int) *field {
	f := &field{firstRoot: firstRoot}
	v := 1
	for i := range 255 {
		f.exp[i], f.exp[i+255] = byte(v), byte(v)
		f.log[v] = i
		if v <<= 1; v > 255 {
			v ^= polynomial
		}
	}
	return f
}

func (f *field) mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return f.exp[f.log[a]+f.log[b]]
}

// checker computes n check codewords by polynomial division; row v of the table is the generator times v,
// packed eight codewords to a word, the highest power in front.
type checker struct {
	n, words int
	table    []uint64
}

// checkers are made once: a run of five thousand letters asks for two of them.
func (f *field) checker(n int) *checker {
	e := &f.encoders[n]
	e.once.Do(func() { e.encoder = f.newChecker(n) })
	return e.encoder
}

func (f *field) newChecker(n int) *checker {
	gen := make([]byte, n+1) // highest power first; gen[0] is 1
	gen[0] = 1
	for i := range n {
		root := f.exp[(f.firstRoot+i)%255]
		for j := i + 1; j > 0; j-- {
			gen[j] ^= f.mul(gen[j-1], root)
		}
	}
	c := &checker{n: n, words: (n + 7) / 8}
	c.table = make([]uint64, 256*c.words)
	for v := range 256 {
		for i, g := range gen[1:] {
			c.table[v*c.words+i/8] |= uint64(f.mul(byte(v), g)) << (56 - i%8*8)
		}
	}
	return c
}

// remainder is the register of a division in progress.
type remainder [(maxCheck + 7) / 8]uint64

// feed divides on by one codeword.
func (c *checker) feed(r *remainder, v byte) {
	row := c.table[int(v^byte(r[0]>>56))*c.words:][:c.words]
	last := len(row) - 1
	for i := range last {
		r[i] = (r[i]<<8 | r[i+1]>>56) ^ row[i]
	}
	r[last] = r[last]<<8 ^ row[last]
}

// at is the check codeword i of the remainder.
func (r *remainder) at(i int) byte { return byte(r[i/8] >> (56 - i%8*8)) }
