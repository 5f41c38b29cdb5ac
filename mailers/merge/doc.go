// Package merge is the language that a design's texts are written in: Liquid for what differs from piece to piece,
// and a little markup for what a reader sees. Split cuts a text file into its sections, Compile checks one and makes
// a Text of it, Text.Render merges it with a piece's Data, and Blocks reads the markup of the result.
//
// The evaluator is the package's own: of Liquid it knows if, elsif, else, unless, case, when, for, assign, comment
// and the filters of this package, with Liquid's truth, order of evaluation and control of blanks. Two things differ
// for the sake of print: a line that holds nothing but tags leaves no empty line behind, and a value that is missing
// stops the piece with the value's name, unless the text guards it. What a text may cost is counted, not timed, so
// that the same text stops at the same place on every machine.
//
// It imports the root package, mailers/address for salutations and mailers/typeset for spans and alignments.
package merge
