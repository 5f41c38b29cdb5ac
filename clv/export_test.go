package clv

// Mass gives the probability of values below v and about it, no farther than near, as the bands of the account
// last scored have it.
func (s *Scorer) Mass(v, near float64) (below, at float64) {
	for _, a := range s.atoms.total {
		switch {
		case a.v < v-near:
			below += a.w
		case a.v <= v+near:
			at += a.w
		}
	}
	return below, at
}

// BandMoments are the mean and the variance of the values behind the bands of the account last scored.
func (s *Scorer) BandMoments() (mean, variance float64) { return moments(s.atoms.total) }
