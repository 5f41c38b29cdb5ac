// Package sim invents a B2B company's world for the demonstration and for simulations: customers with
// contacts, orders, contracts and costs as files to import, and after a posting what the customers do
// with and without the letter, so that a measured uplift can be laid beside the truth. All people,
// companies and streets are invented; telephone numbers lie in ranges kept free for fiction and mail
// addresses under .example. It may import root, every stage, golang.org/x/text and gonum; nothing
// imports it but cmd and tests. It is pure: seed and dates are arguments.
package sim
