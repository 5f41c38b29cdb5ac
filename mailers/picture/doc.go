// Package picture makes pictures ready to print: PNG, JPEG and TIFF become gray or CMYK samples, colours through the
// output profile, once. It imports the root package, mailers/sheet and mailers/colour, and golang.org/x/image/tiff.
//
// What is printed keeps its pixels: nothing is scaled down or up. The picture for the screen is made from the printed
// inks, so it shows what the press can show.
package picture
