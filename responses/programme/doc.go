// Package programme reads a test of everything that was mailed: groups that all campaigns may write to against groups
// that none may, period by period from the first day on, less what all their letters cost. It is pure: values in,
// values out. It may import the root package and campaigns/experiment.
package programme
