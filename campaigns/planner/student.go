package planner

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// student is a table of one quantile of Student's t over 1/dof; the simulation asks for it a million times.
type student struct {
	p     float64
	table []float64
}

const studentSteps = 512 // over 1/dof from 0 to .5: linear interpolation is good to 1e-4 of the quantile

func newStudent(p float64) *student {
	s := &student{p: p, table: make([]float64, studentSteps+1)}
	s.table[0] = distuv.UnitNormal.Quantile(p)
	for i := 1; i <= studentSteps; i++ {
		s.table[i] = s.exact(2 * studentSteps / float64(i))
	}
	return s
}

func (s *student) exact(dof float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: dof}.Quantile(s.p)
}

// at is the quantile; without any variance the degrees of freedom are no number, and the normal one is as good as any.
func (s *student) at(dof float64) float64 {
	if math.IsNaN(dof) || math.IsInf(dof, 0) {
		return s.table[0]
	}
	if !(dof > 2) {
		return s.exact(max(dof, 1))
	}
	x := 2 * studentSteps / dof
	i := int(x)
	return s.table[i] + (x-float64(i))*(s.table[i+1]-s.table[i])
}
