package mailers

// Sent is one posted live piece by the outside names of whom it went to.
type Sent struct {
	PieceUID string
	Code     string // typed code, ungrouped
	Token    string // of the tracking link
	Account  string // external id
	Contact  string // external id
	Kind     string
}
