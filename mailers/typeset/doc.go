// Package typeset turns text into set lines: font metrics, kerning, outlines, hyphenation and line breaking. It
// holds pure functions over immutable fonts, safe for concurrent use, and imports the root package and
// mailers/sheet only. The breaker is that of Knuth and Plass, the hyphenation that of Liang; lines are summed up
// in whole thousandths of the type size, the unit in which a PDF places glyphs, so that what is measured is what
// is printed.
package typeset
