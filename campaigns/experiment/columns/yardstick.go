package columns

import "gonum.org/v1/gonum/stat"

// TwoPass is the outcome's mean and variance by arm, in the order of the arms' names, as gonum finds them going through
// the values twice: the least that any analysis has to do, and the yardstick of the benchmark.
func (t *Table) TwoPass() (means, variances []float64) {
	arms := make([][]float64, len(t.Arm.Names))
	for i, v := range t.Outcome {
		arms[t.Arm.Of[i]] = append(arms[t.Arm.Of[i]], v)
	}
	for _, values := range arms {
		m, v := stat.MeanVariance(values, nil)
		means, variances = append(means, m), append(variances, v)
	}
	return means, variances
}
