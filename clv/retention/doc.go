// Package retention lists what may be lost: which contracts end when, how likely they renew and what depends on it, and
// which accounts are at risk for which named reason. The rules are pure; the service pulls accounts and contracts through
// its Store and works with the models of the published score run. It may import root and clv with its sub-packages.
package retention
