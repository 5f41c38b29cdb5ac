// Package purchase models when customers without a contract order again: it compresses order histories,
// fits purchase models by maximum likelihood and predicts order days. It may import the root package,
// clv/fitting, the standard library and gonum.
//
// Words used throughout: x is the number of repeat order days (order days minus one), t_x the age of the
// account at its last order, T its age at the observation date, both in weeks (days / 7) counted from the
// first order. m is the mean value of the repeat order days.
package purchase
