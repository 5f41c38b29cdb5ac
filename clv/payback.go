package clv

// monthly is what one month is expected to bring, not discounted, minor units.
type monthly struct {
	orderDays                             float64
	orders, committed, renewal, expansion float64 // margins
	revenue                               float64 // net value of orders and fees
	service, contact, fulfil              float64
	active                                float64
}

// net is the margin less all costs.
func (m monthly) net() float64 {
	return m.orders + m.committed + m.renewal + m.expansion - m.service - m.contact - m.fulfil
}

// month is what an account just valued brings within month t (from 0).
func (s *Scorer) month(in *AccountInput, c *sheet, t int) monthly {
	var m monthly
	if c.view != nil {
		m.orderDays = c.v.PAlive * c.view.orders[t]
		m.orders = c.earn * c.view.orders[t]
		m.revenue = c.net * c.view.orders[t]
		m.fulfil = m.orderDays * float64(s.a.OrderCostMinor)
	}
	if c.lines > 0 {
		for i := range in.Contracts {
			p := &s.lines[i]
			if !p.alive {
				continue
			}
			m.committed += p.now[t] * p.margin
			m.renewal += p.next[t] * p.margin
			lift := s.priceLift(p, t)
			m.expansion += p.gain[t]*p.margin + lift
			m.revenue += (p.now[t]+p.next[t]+p.gain[t])*p.fee + lift
		}
	}
	if c.path != nil {
		m.expansion += s.adopted[t]
	}
	if c.view != nil || c.lines > 0 {
		m.active = s.activeIn(c, t)
	}
	m.service, m.contact = c.serve*m.active, c.contact*m.active
	return m
}

// payback finds the month in which margin earned so far and expected cover the acquisition cost.
func (s *Scorer) payback(in *AccountInput, c *sheet) {
	gap := float64(c.v.AcquisitionMinor) - float64(in.MarginToDateMinor)
	switch {
	case c.flags&bitAcqUnknown != 0:
		c.v.PaybackMonth = -1
		return
	case gap <= 0:
		c.v.PaybackMonth = 0
		return
	}
	c.v.PaybackMonth = -1
	if c.lines == 0 && c.path == nil && c.orders < gap {
		return // orders bring ever more or ever less; of contracts one may earn first and another lose later
	}
	sum := 0.0
	for t := range s.a.HorizonMonths {
		m := s.month(in, c, t)
		sum += c.disc[t] * m.net()
		if sum >= gap {
			c.v.PaybackMonth = t + 1
			return
		}
	}
}
