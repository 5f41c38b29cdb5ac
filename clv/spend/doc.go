// Package spend models what an order is worth: the mean value of a customer's future orders, given how many
// were seen and their mean. It may import the root package, clv/fitting, the standard library and gonum.
package spend
