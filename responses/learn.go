package responses

// LearningStore keeps frozen readings and what was learned from them.
type LearningStore interface{}
