// Package experiment holds the estimators of a randomised test: differences in means with Welch and
// covariate-adjusted (CUPED) intervals, ratios of sums by clusters, the stratified form and Lin's regression for
// unequal propensities, inverse weighting, matched blocks and random waves, Fieller's relative lift, the complier
// effect, the sample-ratio check, power and detectable effects, the always-valid intervals for repeated looks,
// Benjamini-Hochberg, and as cross-checks the randomisation test and the bootstrap. It takes values and returns
// values: no database or clock, and where it draws, the seed is an argument. It may import the root package and gonum.
package experiment
