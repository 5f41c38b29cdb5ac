// Package typeset turns text into set lines: font metrics, kerning, hyphenation and line breaking. It holds
// pure functions over immutable fonts and imports the root package and mailers/sheet only.
package typeset
