package lift

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

// Draw is one draw of the coefficients from N(mean, covariance), for Thompson sampling: the uniform
// numbers in (0, 1), one per feature, decide it. Uniforms makes them from a salt.
func (m *Model) Draw(u ...float64) []float64 {
	k := len(m.mean)
	theta := make([]float64, k)
	for i := range k {
		theta[i] = m.mean[i]
		for j := range min(i+1, len(u)) {
			theta[i] += m.chol[i*(i+1)/2+j] * math.Sqrt2 * math.Erfinv(2*u[j]-1)
		}
	}
	return theta
}

// Uniforms are n numbers in (0, 1) from SHA-256("salt|thompson|j"), the same everywhere.
func Uniforms(salt string, n int) []float64 {
	u := make([]float64, n)
	for j := range u {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s|thompson|%d", salt, j))
		u[j] = (float64(binary.BigEndian.Uint64(sum[:8])>>11) + .5) / (1 << 53)
	}
	return u
}
