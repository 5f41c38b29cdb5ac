// Package pool weighs several uncertain effects together and one against a sceptic's belief: normal-normal shrinkage over
// a grid of spreads, and the chance, gain and loss under a prior centred where the reader says. It is pure: values in,
// values out. It may import the root package and gonum's distributions.
package pool
