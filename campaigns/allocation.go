package campaigns

// Allocation is one planned account of a run and the arm it was given.
type Allocation struct {
	Account string // external id
	Group   string // group key
	Outcome string // assigned or holdout
}
