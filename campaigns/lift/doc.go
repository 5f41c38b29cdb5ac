// Package lift holds what was learned about how much a letter adds: a Bayesian linear regression of the
// lift on a few traits of an account, as a table that can be stored, added to campaign by campaign and
// read by a person. It is pure: values in, values out; it imports the root package only.
package lift
