// Package loop plays a made-up company through years of mailing, to prove or refute that selecting, measuring and
// learning pay. The company's truth (who buys how often, who has left, what a letter does to whom) is known; a policy
// sees only what a company sees, and every policy meets the same chances: all randomness is a hash of the seed, the
// account and the month, so that two policies that mail the same accounts live through the same world, and a
// difference between policies is the policy. The package is pure: seeds are arguments. It may import the root package
// and every stage.
package loop
