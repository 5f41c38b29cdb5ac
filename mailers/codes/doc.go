// Package codes makes the machine-readable codes of a piece: QR, DataMatrix, the match code on every sheet and
// the franking mark. It holds pure functions and imports the root package and mailers/sheet only; of the
// outside world it knows rsc.io/qr, whose symbol plans it keeps.
package codes
