package renewal

// Cell says where a renewal decision belongs: contracts of one cell renew alike. Cells are pooled towards
// their term class and that towards all contracts.
type Cell struct {
	Term  string // "short" below 12 months, "annual" below 24, else "long"
	Group string // product group of the contract's largest line; "" for none
	Size  string // band of the account's size: "1-9", "10-49", "50-249", "250+"; "" where unknown
}
