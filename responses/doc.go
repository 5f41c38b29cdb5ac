// Package responses knows what comes back: visits, answers, returned letters and objections; which
// orders a letter may be credited with; and what the letters truly changed, measured against the
// accounts that were held out at random. It imports the root package and the earlier stages; its pure
// cores (Attribute, Measure and package experiment) take values and return values.
package responses
