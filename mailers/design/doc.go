// Package design reads and checks mail designs: a versioned folder with design.yaml, a text file per language and
// what they name (images, artwork). It imports the root package, mailers/sheet and mailers/merge.
package design
