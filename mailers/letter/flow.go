package letter

import (
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// feet is what stands at the foot of a page, above the sender's particulars: the objection notice on the last page,
// the coupon on the page that the design wants it on.
type feet struct {
	notice []item
	coupon *set
}

const (
	footGap    = 3_000 // between the text and what stands at the foot
	cutGap     = 5_500 // above a cut line: scissors do not cut straight
	subjectGap = 75    // percent of a line below the subject
)

// flow sets the sections in order; notice and coupon stand apart at a page's foot.
func (cp *composer) flow() (flow []item, foot feet, err error) {
	flow = cp.mem.items.Room(32)
	for i := range cp.sections {
		sec := &cp.sections[i]
		raws, err := cp.raws(sec)
		if err != nil {
			return nil, foot, err
		}
		var items []item
		switch sec.name {
		case "subject":
			items, err = cp.subject(raws)
		case "response":
			items, err = cp.response(raws)
		case "signature":
			items, err = cp.signature(raws)
		case "notice":
			foot.notice, err = cp.setAll(raws, lookNotice, cp.measure)
		case "coupon":
			if !cp.couponPlaced {
				foot.coupon, err = cp.coupon(raws, cp.couponLeft(), cp.measure)
			}
		default:
			items, err = cp.setAll(raws, lookBody, cp.measure)
		}
		if err != nil {
			return nil, foot, inSection(sec.name, err)
		}
		flow = append(flow, items...)
		if err := cp.tooLong(flow); err != nil {
			return nil, foot, err
		}
	}
	return flow, foot, nil
}

// tooLong stops a text that is far beyond the design's pages before all of it is set.
func (cp *composer) tooLong(flow []item) error {
	high := 0
	for i := range flow {
		high += flow[i].height
	}
	if limit := (cp.spec.MaxPages + 1) * cp.sheet.H; high > limit {
		return pieceFault("the text is at least %s mm high, far beyond the %s that the design allows (max_pages): shorten it", sheet.MM(high), pagesOf(cp.spec.MaxPages))
	}
	return nil
}

// raws are the blocks of a section, merged.
func (cp *composer) raws(sec *section) ([]merge.Raw, error) {
	if sec.raws != nil {
		return sec.raws, nil
	}
	merged, err := sec.text.Render(cp.data)
	if err != nil {
		return nil, err
	}
	if cp.merged += len(merged); cp.merged > cp.mostMerged {
		return nil, pieceFault("the text is longer than %d KB, far beyond the %s that the design allows (max_pages): shorten it", cp.mostMerged>>10, pagesOf(cp.spec.MaxPages))
	}
	return merge.SplitBlocks(merged), nil
}

// subject is bold, with distance below.
func (cp *composer) subject(raws []merge.Raw) ([]item, error) {
	items, err := cp.setAll(raws, lookSubject, cp.measure)
	if err != nil {
		return nil, err
	}
	lines := 0
	for _, it := range items {
		lines += len(it.rows)
	}
	if lines > subjectLines {
		return nil, pieceFault("the subject runs to %d lines, at most %d are readable: shorten campaign.offer or the design's subject", lines, subjectLines)
	}
	gap := cp.mem.sets.One()
	gap.whole(cp.looks[lookBody].line() * subjectGap / 100)
	return append(items, item{set: gap, bound: true, gap: true}), nil
}

// response is the panel where it stands in the text; a panel with a place of its own is drawn there.
func (cp *composer) response(raws []merge.Raw) ([]item, error) {
	if cp.panelPlaced {
		return nil, nil
	}
	panel, err := cp.panel(raws, cp.panelModule, cp.measure, cp.panelInk)
	if err != nil {
		return nil, err
	}
	return []item{{set: panel, before: cp.looks[lookBody].line() * 4 / 5}}, nil
}

// paginate puts the flow on pages.
func (cp *composer) paginate(flow []item, foot feet) (filling, error) {
	notice, coupon := 0, 0
	if len(foot.notice) > 0 {
		notice = stackHeight(foot.notice) + footGap
	}
	if foot.coupon != nil {
		coupon = foot.coupon.height + cutGap
	}
	if len(flow) == 0 && notice+coupon == 0 {
		return filling{}, nil
	}
	f := filler{mem: cp.mem, flow: flow, region: cp.region, maxPages: cp.spec.MaxPages, kept: func(page int, last bool) int {
		h := 0
		if last {
			h += notice
		}
		if cp.couponOn(page, last) {
			h += coupon
		}
		return h
	}}
	filled, err := f.fill()
	if err != nil && coupon > 0 && !cp.couponLast && cp.couponPage == "first" {
		cp.couponLast = true // beside it the first page has no room for what cannot be parted
		if again, err := f.fill(); err == nil {
			return again, nil
		}
	}
	return filled, err
}

// couponOn tells whether the coupon stands on a page.
func (cp *composer) couponOn(page int, last bool) bool {
	if cp.couponPage == "first" && !cp.couponLast {
		return page == 0
	}
	return last
}

// couponLeft is where a coupon in the flow's place stands on the sheet.
func (c *Compiled) couponLeft() int {
	if r, ok := c.region(0); ok {
		return r.x
	}
	return c.regions[nextPage].x
}

// region is where running text stands on a page.
func (c *Compiled) region(page int) (region, bool) {
	r := c.regions[kindOf(page)]
	return r, r.bottom > r.top
}

// drawFeet puts coupon and notice at the foot of their pages, the coupon below.
func (cp *composer) drawFeet(p *sheet.Page, i, n int, foot feet) {
	reg, ok := cp.region(i)
	if !ok {
		return
	}
	bottom, last := reg.bottom, i == cp.lastText(n)
	if foot.coupon != nil && cp.couponOn(i, last) {
		bottom -= foot.coupon.height
		foot.coupon.drawWhole(p, reg.x, bottom)
		bottom -= cutGap
	}
	if len(foot.notice) == 0 || !last {
		return
	}
	y := bottom - stackHeight(foot.notice)
	for k, it := range foot.notice {
		if k > 0 {
			y += it.before
		}
		it.drawWhole(p, reg.x+it.x, y)
		y += it.height
	}
}

// lastText is the last page that running text may stand on.
func (cp *composer) lastText(n int) int {
	for i := n - 1; i > 0; i-- {
		if _, ok := cp.region(i); ok {
			return i
		}
	}
	return 0
}
