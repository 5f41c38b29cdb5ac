// Package recovery asks of the value models' fits whether their 95 % intervals hold the parameters that made
// the data, over thousands of simulated data sets. It may import the root package, the other packages of the
// value room and the standard library.
package recovery
