// Package svg draws a page of a plan for the screen, as the print file shows it: text as outlines of its
// glyphs where the plan puts them, shapes, codes, pictures, and on request the bleed and the zones. It is pure
// and may import the root package, mailers/sheet and mailers/typeset.
package svg
