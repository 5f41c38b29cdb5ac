// Package budget is what letters cost and which of them to pay for: a vendor's tariff with its steps
// and postal minimums, the selection that earns most under budget and capacity, and the share of pieces
// that is spent on learning. It is pure: values in, values out; it imports the root package and
// campaigns/rules (for the nearest name) only.
package budget
