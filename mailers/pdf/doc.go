// Package pdf draws letters' plans into one PDF file for the print vendor: CMYK, fonts embedded as
// subsets, media box with bleed, trim box, the same bytes for the same plans. It is the only place that
// imports gofpdf; it may import the root package and mailers/letter.
package pdf
