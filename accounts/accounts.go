// Package accounts knows whom we deal with: accounts, sites, contacts, employees, orders, contracts and
// costs, how they are imported, and who must not be mailed at all. It imports the root package and
// internal/staff only.
package accounts
