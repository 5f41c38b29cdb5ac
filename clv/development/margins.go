package development

// priceGroups fills in the expected monthly margin of each group and of each segment within it: means of those
// who have the group, shrunk towards the level above by the share of the differences that is not chance.
func (m *Model) priceGroups(t *Tally) {
	keys := t.sortedMargins()
	byGroup := map[string]moments{}
	var order []string
	for _, k := range keys {
		if _, seen := byGroup[k.group]; !seen {
			order = append(order, k.group)
		}
		byGroup[k.group] = byGroup[k.group].plus(t.margins[k])
	}
	groups := make([]moments, len(order))
	for i, name := range order {
		groups[i] = byGroup[name]
	}
	own := map[string]float64{}
	for i, v := range shrunkMeans(groups) {
		own[order[i]] = v
	}
	for i := range m.Groups {
		g := &m.Groups[i]
		g.MonthlyMarginMinor, g.Margins = own[g.Name], int(byGroup[g.Name].n)
	}
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && keys[to].group == keys[from].group {
			to++
		}
		var cells []moments
		for _, k := range keys[from:to] {
			cells = append(cells, t.margins[k])
		}
		for i, v := range shrunkMeans(cells) {
			k := keys[from+i]
			m.Margins = append(m.Margins, Margin{Group: k.group, Segment: k.segment, MonthlyMinor: v, Accounts: int(cells[i].n)})
		}
		from = to
	}
}

func (a moments) plus(b moments) moments {
	return moments{a.n + b.n, a.sum + b.sum, a.squares + b.squares}
}

// shrunkMeans gives the means of classes, each shrunk towards the mean of all: own share tau^2/(tau^2 +
// s^2/n), with the pooled variance s^2 within classes and the variance tau^2 between them of the one-way
// analysis of variance (0 where classes differ no more than by chance). A class without a member gets the
// mean of all.
func shrunkMeans(classes []moments) []float64 {
	var all moments
	var within, nn float64
	used := 0.0
	for _, c := range classes {
		if c.n <= 0 {
			continue
		}
		used++
		all = all.plus(c)
		within += max(c.squares-c.sum*c.sum/c.n, 0)
		nn += c.n * c.n
	}
	out := make([]float64, len(classes))
	if all.n <= 0 {
		return out
	}
	mean := all.sum / all.n
	var s2, tau2 float64
	if all.n > used && used > 1 {
		s2 = within / (all.n - used)
		between := 0.0
		for _, c := range classes {
			if c.n > 0 {
				d := c.sum/c.n - mean
				between += c.n * d * d
			}
		}
		tau2 = max((between-(used-1)*s2)/(all.n-nn/all.n), 0)
	}
	for i, c := range classes {
		out[i] = mean
		if c.n > 0 && tau2 > 0 {
			out[i] += tau2 / (tau2 + s2/c.n) * (c.sum/c.n - mean)
		}
	}
	return out
}
