// Package spend models what an order is worth: the mean value of a customer's future orders, given how many
// were seen and their mean; the margin, returns and cost that go with it; and what winning a customer costs by
// channel. It may import the root package, clv/fitting, the standard library and gonum.
//
// The models are fitted to repeat order days, since the first order of a customer is often a trial of another
// size. For a customer who has ordered only once that first order is all that is known of its spending, and it
// enters predictions as its own mean, not fits: see FirstOrder.
package spend
