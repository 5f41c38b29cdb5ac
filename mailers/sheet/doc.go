// Package sheet is the drawing plan: what stands where on a piece's pages, before it becomes PDF for print or
// SVG for the screen. Composer and back ends meet here and nowhere else. It holds plain values and imports
// nothing of the project.
//
// Lengths are whole micrometres from the top left corner of the trimmed sheet, y down; type sizes are
// thousandths of a point.
package sheet
