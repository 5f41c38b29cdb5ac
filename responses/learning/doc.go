// Package learning turns the accounts of a measured campaign into the rows that teach the lift model: outcomes less
// what was expected of them, with the propensity of a letter that was actually used. It is pure, values in and values
// out; it imports the root package, campaigns and campaigns/lift only.
package learning
