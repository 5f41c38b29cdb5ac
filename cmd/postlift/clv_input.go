package main

import (
	"slices"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// customers are what a fit or a prediction works on: the summaries of a file, and of an order log the log.
type customers struct {
	sums   []purchase.Summary
	labels []tables.Label   // further columns asked for, beside the summaries
	log    *tables.OrderLog // nil for a summary file
	counts *tables.Counts   // of the log's rows
}

// readCustomers reads one of an order log and a summary file, with the further columns of customers.
func readCustomers(a *app, orders, summary string, flags *logFlags, labels []string) (customers, error) {
	if (orders == "") == (summary == "") {
		return customers{}, postlift.Faultf(postlift.Invalid, "clv", "give one of --orders FILE and --summary FILE")
	}
	if summary != "" {
		return readSummaries(summary, labels)
	}
	opt, err := flags.options(a)
	if err != nil {
		return customers{}, err
	}
	opt.Labels = labels
	f, err := openInput(orders)
	if err != nil {
		return customers{}, err
	}
	defer f.Close()
	log, counts, err := tables.ReadOrders(f, opt)
	if err != nil {
		return customers{}, err
	}
	c := customers{log: &log, counts: &counts}
	c.sums, c.labels = log.Known()
	return c, nil
}

func readSummaries(path string, labels []string) (customers, error) {
	f, err := openInput(path)
	if err != nil {
		return customers{}, err
	}
	defer f.Close()
	var c customers
	c.sums, c.labels, err = tables.ReadLabelledSummary(f, labels)
	return c, err
}

// gaps is the sum of the log gaps, which the likelihoods of regular buying need.
func gaps(sums []purchase.Summary) float64 {
	total := 0.0
	for _, s := range sums {
		total += s.LogGaps
	}
	return total
}

// by groups the summaries by one column, groups in the order of their names.
func (c customers) by(label tables.Label) ([]string, map[string][]purchase.Summary) {
	groups := map[string][]purchase.Summary{}
	var names []string
	for i, s := range c.sums {
		name := label.Values[i]
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], s)
	}
	slices.Sort(names)
	return names, groups
}
