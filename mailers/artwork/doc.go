// Package artwork takes a page of a designer's PDF and makes of it a form object that stands as background on
// our pages. What would not print as intended is refused, with every reason and its remedy at once: an RGB
// colour that slips through is converted by some machine on the way, and nobody sees it before the mail is
// posted. A picture of the page for the screen is drawn by Ghostscript where that is installed. It imports the root
// package, mailers/sheet and mailers/pdfread.
package artwork
