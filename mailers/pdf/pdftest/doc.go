// Package pdftest judges produced PDF files by tools that share no code with the project: qpdf, Ghostscript,
// MuPDF, Poppler, zbar and dmtx. Tests of any mailers package may use it; a missing tool skips the test and
// says what to install. It imports the root package's words and mailers/sheet only.
package pdftest
