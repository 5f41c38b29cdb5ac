package responses

import "context"

// Trust tells how far this report's interval can be trusted.
type Trust struct{}

// Belief is what a sceptic would believe after this result.
type Belief struct{}

// SegmentEffect is the effect in one segment.
type SegmentEffect struct{}

// TrustStore reads what a judgement of a result rests on.
type TrustStore interface{}

// judge fills in trust, belief and segments.
func (s *Service) judge(context.Context, Reading, *Uplift) error { return nil }
