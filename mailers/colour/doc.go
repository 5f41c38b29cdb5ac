// Package colour turns screen colours into inks and inks back into screen colours by ICC profiles (ICC.1:2010):
// sRGB or a picture's own profile on one side, the vendor's output profile on the other. It imports the root
// package and mailers/sheet.
//
// Numbers are floating point while a grid is made and whole while it is used. Every product is rounded by itself
// (mul), so that no processor joins it with the next addition: the same profiles give the same bytes everywhere.
package colour
