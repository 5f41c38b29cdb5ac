// Package coverage puts every interval that the product shows on trial: it invents campaigns on lists that are hard to
// measure, with a known effect of letters, has the product read them as it reads real ones, and counts how often each
// interval holds the truth and whether the report says so where it does not. It is pure and seeded: the same settings
// give the same table, however many run at a time. It may import the root package, all stages and gonum.
package coverage
