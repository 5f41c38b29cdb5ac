package responses

// FollowUpStore keeps whom sales calls after a letter, and what came of it.
type FollowUpStore interface{}
