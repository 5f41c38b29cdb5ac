// Package renewal models whether contracts renew. Its unit of time is the renewal opportunity, not the
// month. It may import the root package, clv/fitting, the standard library and gonum.
package renewal
