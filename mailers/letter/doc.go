// Package letter turns a mail design and the frozen data of one piece into a drawing plan: what stands
// where on which page, in integer micrometres. It is pure: it reads designs and fonts through fs.FS and
// knows no database, queue, clock or PDF. It may import the root package, YAML, Liquid, QR, font metrics
// and golang.org/x/text, and nothing of the other rooms.
//
// The way of a letter: ParseDesign reads and checks a design, Compile prepares it once with its fonts,
// Compose sets one Piece. A Compiled is immutable and safe for concurrent use.
package letter
