// Package campaigns decides whom to mail: the gate, selection under a budget, the holdout and its variants, campaigns
// with their plans and runs, segments, and the report on objections. The parts that stand by themselves have packages
// of their own below it: rules (the language), draw (who is held out), budget, lift, planner and experiment. It imports
// the root package, internal/staff, accounts and clv only.
//
// Gate and MakePlan are pure: they take values and return values; dates and salts are arguments.
package campaigns
