// Package tables reads order logs and customer summaries from text files, however they are separated, and
// writes predictions. It may import the root package and the other packages of this room.
package tables
