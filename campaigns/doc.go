// Package campaigns decides whom to mail: the feature catalogue, the rule tree with its text form and
// its evaluation, the gate, ranking, budget and holdout, and campaigns with their runs. It imports the
// root package, internal/staff, accounts and clv only.
//
// Gate and Plan are pure: they take values and return values; dates and salts are arguments.
package campaigns
