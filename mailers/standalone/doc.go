// Package standalone prints letters from a table without a database: it reads recipients from a CSV file, composes
// them with a design and writes print files, manifest, job ticket and checksums, as a batch of the database has
// them. It is the whole way in one pass, for vendors, for tests, and for whoever has an address list and no more.
//
// The same design, data and options give the same bytes, whatever machine and however many cores: what a piece is
// follows from its row, files are cut at fixed rows, and nothing waits for anything but its turn. It imports the root
// package, accounts (whose reading of tables it shares) and its own room.
package standalone
