// Package bridge leads from the value of a customer base at one date to that at a later one in steps that add up to the
// cent: what is new, lost, earned, nearer in time, different from the forecast, and what is merely a new model or a new
// assumption. It is pure: values in, values out; it imports the root package and package clv.
package bridge
