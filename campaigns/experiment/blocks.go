package experiment

import "math"

// Block is one matched block, such as a pair: the mean outcome of its mailed and of its held-out groups
// and the same of the covariate.
type Block struct {
	Units      float64 // groups of both arms
	Treated    float64
	Control    float64
	PreTreated float64
	PreControl float64
	Fixed      float64 // of Treated, what no lift changes: see Point
}

// BlockSums gathers matched blocks. Its estimate is the mean of the differences within the blocks, weighted
// by their groups, d = sum of w_b d_b with w_b = n_b/n, less theta times the same mean of the covariate's
// differences; theta is the weighted regression slope of the one on the other. The variance is the one
// between blocks,
//
//	se^2 = B/(B-1-q) * sum of w_b^2 (d_b - d - theta (x_b - x))^2
//
// with q = 1 where theta was estimated: it is not too small whatever the effects in the blocks are, and
// too large by how much they differ (Imai, King and Nall, Statistical Science 2009; Fogarty, JRSS B 2018).
// The zero value is ready for use.
type BlockSums struct {
	blocks   float64
	w, w2    float64
	first    [3]float64 // sums of w v: v = difference, what a lift changes of the treated mean, covariate's difference
	second   [3]float64 // sums of w^2 v
	products [3][3]float64
}

// Add takes a block that has groups in both arms. Blocks that lost an arm say nothing and stay away.
func (s *BlockSums) Add(b Block) {
	v := [3]float64{b.Treated - b.Control, b.Treated - b.Fixed, b.PreTreated - b.PreControl}
	w, w2 := b.Units, b.Units*b.Units
	s.blocks++
	s.w, s.w2 = s.w+w, s.w2+w2
	for i := range v {
		s.first[i] += w * v[i]
		s.second[i] += w2 * v[i]
		for j := i; j < 3; j++ {
			s.products[i][j] += w2 * v[i] * v[j]
		}
	}
}

// Blocks is the number of blocks taken.
func (s *BlockSums) Blocks() int { return int(s.blocks) }

// spread is the sum of w^2 (v_i - mean)(v_j - mean).
func (s *BlockSums) spread(i, j int) float64 {
	mi, mj := s.first[i]/s.w, s.first[j]/s.w
	return s.products[min(i, j)][max(i, j)] - mi*s.second[j] - mj*s.second[i] + s.w2*mi*mj
}

// Point is the estimate had every mailed group's outcome, but for its fixed part, been 1+lift times what it was; 0
// takes the outcomes as they are. Fewer than four blocks have no estimate: ok is false.
func (s *BlockSums) Point(lift float64) (p Point, theta float64, ok bool) {
	if s.blocks < 4 {
		return Point{}, 0, false
	}
	value := (s.first[0] + lift*s.first[1]) / s.w
	variance := s.spread(0, 0) + 2*lift*s.spread(0, 1) + lift*lift*s.spread(1, 1)
	dof := s.blocks - 1
	if xx := s.spread(2, 2); xx > 1e-12*s.products[2][2] && xx > 0 {
		cross := s.spread(0, 2) + lift*s.spread(1, 2)
		theta = cross / xx
		value -= theta * s.first[2] / s.w
		variance -= theta * cross
		dof--
	}
	variance = max(variance, 0) / (s.w * s.w) * s.blocks / dof
	return Point{Value: value, SE: math.Sqrt(variance), DoF: dof}, theta, true
}

// Blocked is the estimate of a test in matched blocks; see BlockSums. ok is false with fewer than four
// blocks.
func Blocked(blocks []Block) (e Estimate, theta float64, ok bool) {
	var s BlockSums
	for _, b := range blocks {
		s.Add(b)
	}
	p, theta, ok := s.Point(0)
	if !ok {
		return Estimate{}, 0, false
	}
	return p.Estimate(), theta, true
}
