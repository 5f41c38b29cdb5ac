// Package pdf draws plans into one PDF file for the print vendor: PDF/X-4 with PDF/VT-1 document parts (or
// PDF/X-1a), CMYK and spot inks, fonts embedded as subsets, resources shared once per file, the same bytes for
// the same plans. gofpdf keeps the pages and cuts the fonts, a finisher rewrites what it put out into a file
// that conforms. It is the only place that imports gofpdf; of the project it may import the root package and
// mailers/sheet.
package pdf
