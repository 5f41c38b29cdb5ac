// Package experiment holds the estimators of a randomised test: differences in means with Welch and
// covariate-adjusted (CUPED) intervals, the stratified form for unequal propensities, matched blocks and
// random waves, Fieller's relative lift, the sample-ratio check, power and detectable effects, and the
// always-valid interval for repeated looks. It takes values and returns values: no database, clock or
// randomness. It may import the root package and gonum's distributions.
package experiment
