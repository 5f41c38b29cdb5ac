// Package planner tells before launch which effect of a mailing could be seen, with which design, by when and
// at what price, by simulating the designs on the audience's own past. It takes values and returns values:
// randomness is a seed, dates are arguments. It may import the root package, campaigns/draw (assignment),
// campaigns/experiment (estimators) and gonum's distributions.
package planner
