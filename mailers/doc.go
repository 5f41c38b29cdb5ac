// Package mailers turns an approved run into letters: it prepares pieces, renders them in files, seals
// batches for a print vendor, has them approved, releases and follows them. It imports the root package,
// accounts, campaigns and its own sub-packages (sheaf prints a run of pieces, kit makes a design ready for a press);
// whatever else it needs (database, files, queue, gate) it names as small interfaces.
//
// The way of a batch: Prepare → RenderChunk for each file → Seal → Proof → Approve → Release (gate again)
// → Posted. Every step can be repeated after a crash at any moment: what is done stays done, what is half
// done is done again, nothing is done twice.
package mailers
