// Package sheaf prints an ordered run of pieces into one file: it composes them on all cores, tests every plan,
// and draws them in the order given. The press of the database and standalone printing both stand on it. It imports
// the root package and its room's packages letter, sheet, preflight and pdf.
package sheaf
