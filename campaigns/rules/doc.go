// Package rules is the language in which marketers say whom to mail: the catalogue of typed features, the
// condition tree with its text form and its sentences in English and German, and the evaluation over an account's
// facts. A tree is checked against a catalogue, bound to a day, a currency, saved rules and places (Bind), and then
// compiled to a closure here or to SQL in the store: one bound tree, so that all evaluations agree. It imports the
// root package, accounts and clv only; no database, clock or randomness.
package rules
