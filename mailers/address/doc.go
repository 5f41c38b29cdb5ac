// Package address sets what a label and a greeting say: address lines in the order of the destination's
// country, salutations in German and English, names taken apart, and what of it is missing or does not
// fit. It holds pure functions and imports the root package and mailers/typeset (which cleans text) only.
package address
