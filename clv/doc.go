// Package clv prices the expected future of an account month by month: contracts, renewals, orders, account
// development and costs, from models fitted to the whole portfolio. It holds values and pure functions
// only; it may import the root package, the accounts room, its own sub-packages, the standard library and
// gonum, and knows no database, queue or clock.
package clv
