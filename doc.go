// Package postlift holds the words that every room of the house shares: money, civil dates, faults,
// actors, clocks and identifiers. It contains values only, no interfaces, and may import nothing but
// the standard library.
package postlift
