package responses

import "context"

// Outcomes are what the letters changed beside the margin of the window.
type Outcomes struct{}

// OutcomeStore reads what outcomes are made of.
type OutcomeStore interface{}

// outcomes fills in renewals, retention and value.
func (s *Service) outcomes(context.Context, Reading, *Uplift) error { return nil }
