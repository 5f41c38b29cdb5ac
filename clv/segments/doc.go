// Package segments sorts accounts for people: RFM scores, value tiers, lifecycle stages and their transitions,
// and retention by cohort. Every rule depends on an account's own figures and a few edges or limits, so that a
// database can apply it to all accounts at once. It may import the root package and the standard library.
package segments
