package responses

import "context"

// PathStage is one stage of the way from a response to an order.
type PathStage struct{}

// PathStore reads the stages.
type PathStore interface{}

// path fills in the way from responses to orders.
func (s *Service) path(context.Context, Reading, *Uplift) error { return nil }
