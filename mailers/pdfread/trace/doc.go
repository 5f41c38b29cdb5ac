// Package trace goes through what a page of a PDF draws, with forms, patterns, glyph procedures and soft masks
// in it, and tells of each thing where it stands, how large it prints and in which colours. It draws nothing:
// preflight and the import of artwork judge by what it tells. It imports mailers/pdfread only.
//
// The graphics model is that of ISO 32000-1, clauses 8 and 9.
package trace
