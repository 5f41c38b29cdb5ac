// Package letter is the composer: it turns a mail design and the frozen data of one piece into a drawing plan, in
// whole micrometres. It is pure: fonts come as fs.FS, pictures and franking marks through the functions of a Kit,
// and it knows no database, queue, clock or PDF. It may import the root package and the earlier packages of its
// room: sheet, typeset, codes, address, merge and design.
//
// The way of a letter: design.Parse reads and checks a design, Compile prepares it once with its Kit, Compose sets
// one Piece. A Compiled is safe for concurrent use. Whatever the design alone decides becomes layers that all pieces
// of a file share; what depends on the piece is drawn with the piece. Which of the two a thing is follows from the
// design, never from what was composed before.
package letter
