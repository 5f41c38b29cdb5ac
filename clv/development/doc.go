// Package development models how accounts grow: the probability and value of taking up each product group that
// they do not have yet, and how much of the recurring revenue of existing accounts stays. It may import the
// root package, clv/fitting, the standard library and gonum.
//
// Time runs in quarters since the account became a customer, the first being quarter 1. Each quarter in which
// an account could take up a group and was observed is one decision, so an account that was a customer before
// the records begin enters late, and one still without the group today is censored, without any special case.
package development
