package letter

import (
	"slices"

	"postlift/mailers/design"
	"postlift/mailers/sheet"
)

// defaultQRModule is the module of the codes in panel and coupon where the design names none.
const defaultQRModule = 500

// lay takes over what the layout and the design say of the pages as a whole.
func (c *Compiled) lay() error {
	l := c.design.Layout()
	c.sheet = c.design.Format()
	c.zones = [pageKinds][]sheet.Zone{c.design.PageZones(true), c.design.PageZones(false)}
	c.regions = [pageKinds]region{regionOf(l.Body), regionOf(l.Next)}
	c.measure, c.leastPages = l.Body.W, 1
	c.mostMerged = leastMerged + (c.spec.MaxPages+1)*(c.sheet.W/1000)*(c.sheet.H/1000)
	if c.spec.Layout == "card" {
		c.regions[firstPage], c.leastPages, c.oneSheet = region{}, 2, true
	}
	if l.NextHead.W > 0 {
		c.headBase = l.NextHead.Bottom() - 1_000
	}
	if l.PageNumber.W > 0 {
		c.pageBase, c.pageRight = l.PageNumber.Bottom()-1_000, l.PageNumber.Right()
	}
	if c.spec.FoldMarks {
		for _, m := range l.Marks {
			c.marks[firstPage] = append(c.marks[firstPage], rect(m.X, m.Y-hairline/2, m.Length, hairline, sheet.Black, sheet.PartMark))
		}
	}
	if l.Separator > 0 {
		top, bottom := l.Body.Y-2_000, c.sheet.H-18_000
		c.marks[nextPage] = append(c.marks[nextPage], rect(l.Separator-hairline/2, top, hairline, bottom-top, rowRuleInk, sheet.PartDecor))
	}
	return c.layBlocks()
}

// leastMerged is what even the smallest sheet may have of text, bytes. To it comes a byte for each square millimetre, on
// which a full page of 8 pt has a quarter of a letter.
const leastMerged = 16 << 10

func regionOf(r design.Rect) region { return region{r.X, r.Y, r.Bottom()} }

// layBlocks reads the blocks that say where text flows and how panel and coupon are.
func (c *Compiled) layBlocks() error {
	c.panelModule, c.couponModule = defaultQRModule, defaultQRModule
	own := false
	for i := range c.spec.Blocks {
		b := &c.spec.Blocks[i]
		switch b.Kind {
		case "flow":
			if !own { // the design says where text stands, on every page
				c.regions, own = [pageKinds]region{}, true
				c.measure = 0
			}
			if err := c.layFlow(i, b); err != nil {
				return err
			}
		case "panel":
			c.panelModule = orElse(sheet.Micro(b.Module), defaultQRModule)
			c.panelPlaced = b.X != nil && b.Y != nil
			c.panelInk, _ = c.design.Colour(b.Ink)
		case "coupon":
			c.couponModule, c.couponPage = orElse(sheet.Micro(b.Module), defaultQRModule), b.Page
			c.couponPlaced = b.X != nil && b.Y != nil
			c.couponInk, _ = c.design.Colour(b.Ink)
		case "info":
			c.telephoneShown = c.telephoneShown || len(b.Rows) == 0 || slices.Contains(b.Rows, "phone")
		}
	}
	return nil
}

// layFlow gives the text a place on the block's pages. Paragraphs go on from page to page, so all places are of one
// width.
func (c *Compiled) layFlow(id int, b *design.Block) error {
	p := newPlace(id, b, c.design, 0)
	if c.measure != 0 && c.measure != p.w {
		return designFault("blocks: flow blocks are %s and %s mm wide: text flows through places of one width only", sheet.MM(c.measure), sheet.MM(p.w))
	}
	c.measure = p.w
	for k := range c.regions {
		if pageSet(b.Page).kind(pageKind(k)) {
			c.regions[k] = region{p.x, p.y, p.y + p.h}
		}
	}
	return nil
}

func orElse(v, otherwise int) int {
	if v > 0 {
		return v
	}
	return otherwise
}
