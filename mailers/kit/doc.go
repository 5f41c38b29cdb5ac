// Package kit puts together what composing a design needs beside the design itself: fonts, an output profile,
// pictures and artwork made ready for it, images per recipient and signatures from a folder. Every way from a design
// to a print file starts here. It imports the root package and its room's packages letter, sheet, colour, picture,
// artwork, design, preflight and pdf.
package kit
