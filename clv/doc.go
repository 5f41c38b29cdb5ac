// Package clv turns order days and contract renewals into customer lifetime values: it reads order
// logs, fits purchase, spend and renewal models by maximum likelihood, and prices the expected future
// of an account month by month. It holds values and pure functions only; it may import the root
// package, the accounts room, the standard library and gonum, and knows no database, queue or clock.
//
// Words used throughout: x is the number of repeat order days (order days minus one), t_x the age of
// the account at its last order, T its age at the observation date, both in weeks (days / 7) counted
// from the first order. m is the mean value of the repeat order days.
package clv
