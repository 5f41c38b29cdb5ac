// Package world invents companies that are hard to measure, with a known effect of letters, and tries the product's own
// planner, draws and estimators on them: how often an interval holds the truth. It is pure and seeded: the same study
// gives the same figures. It may import the root package, the planner, campaigns/draw and campaigns/experiment; only
// simulations and tests import it.
package world
