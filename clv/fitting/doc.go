// Package fitting holds what every model of customer value is fitted with: special functions that keep
// their digits for huge and tiny arguments, a search for the maximum of a likelihood with a weak prior as
// fallback, standard errors, and the flags that say when a fit is not to be trusted blindly. It may
// import the root package, the standard library and gonum.
package fitting
