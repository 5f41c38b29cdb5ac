// Package pdfread reads the objects of PDF files that others made: designers' artwork and finished print files.
// It is strict about what a file may cost (size, depth, decoded bytes, work) and tolerant about how it is
// written: a broken cross-reference table is rebuilt by scanning, and said so. It writes nothing and draws
// nothing. It imports the root package and the standard library only.
//
// The syntax is that of ISO 32000-1 (PDF 1.7), clauses 7.2 to 7.8.
package pdfread
