// Package draw decides by hash who is mailed and who is held out: strata, matched blocks and waves, the year's global
// control, variants and exploration. It is pure: the salt is an argument, there is no other randomness, and the same
// salt and units give the same draw on every machine. It imports the root package and the standard library only.
package draw
