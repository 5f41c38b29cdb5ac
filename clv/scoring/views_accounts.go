package scoring

// AccountFilter narrows a list of accounts; empty fields narrow nothing.
type AccountFilter struct {
	Search  string // the beginning of the name
	Tier    string // A to E
	Stage   string // of the lifecycle
	Segment string // as imported
	Cursor  string // of the line after which the page begins
	Limit   int    // lines of a page
}
