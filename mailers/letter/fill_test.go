package letter

import (
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/sheet"
)

// lines is a block of n lines of a height, of which the second and the last are bound as a paragraph's are.
func lines(n, height int) *set {
	s := &set{}
	for i := range n {
		s.ops = append(s.ops, sheet.Op{Kind: sheet.OpText, Y: s.height, Text: "x"})
		s.addRow(height, i == 1 || i > 0 && i == n-1)
	}
	return s
}

// Whatever the blocks: every row stands once, in order, inside its page, with what is bound to it; only the last page
// keeps room for its foot, and a repeated head stands above the rows that it heads.
func TestFillKeepsItsRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		flow := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) item {
			it := item{set: lines(rapid.IntRange(1, 12).Draw(rt, "rows"), rapid.IntRange(1, 40).Draw(rt, "height")), before: rapid.IntRange(0, 30).Draw(rt, "before"), bound: rapid.IntRange(0, 5).Draw(rt, "bound") == 0}
			if len(it.rows) > 3 && rapid.Bool().Draw(rt, "table") {
				it.head = 1
			}
			return it
		}), 1, 20).Draw(rt, "flow")
		keep := rapid.IntRange(0, 150).Draw(rt, "foot")
		f := filler{mem: lasting, flow: flow, maxPages: 6, region: func(p int) (region, bool) { return region{0, 10, 310 + p}, p != 2 }, kept: func(_ int, last bool) int {
			if last {
				return keep
			}
			return 0
		}}
		filled, err := f.fill()
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				rt.Fatal(err)
			}
			return
		}
		checkFilling(rt, flow, filled, keep)
	})
}

func checkFilling(t *rapid.T, flow []item, filled filling, keep int) {
	next, row, page, low := 0, 0, 0, 0
	for _, s := range filled.stretches {
		if s.page < page || s.page == 2 {
			t.Fatalf("page %d after %d", s.page, page)
		}
		if s.page > page {
			low = 10
		}
		if s.item != next || s.from != row {
			t.Fatalf("item %d row %d follows item %d row %d", s.item, s.from, next, row)
		}
		it := flow[s.item]
		if s.page > page && (s.from > 0 && it.rows[s.from].bound || s.from == 0 && it.bound && s.item > 0) {
			t.Fatalf("a page break before the bound row %d of item %d", s.from, s.item)
		}
		page = s.page
		head := 0
		if s.repeat {
			head = it.rows[it.head-1].y + it.rows[it.head-1].height
		} else if s.from >= it.head && s.from > 0 && it.head > 0 {
			t.Fatalf("item %d goes on at row %d without its head", s.item, s.from)
		}
		last := it.rows[s.to-1]
		bottom := s.y + last.y + last.height - it.rows[s.from].y
		limit := 310 + page
		if page == filled.pages-1 {
			limit -= keep
		}
		if s.y-head < low || bottom > limit {
			t.Fatalf("item %d from %d to %d on page %d, which has %d to %d", s.item, s.y-head, bottom, page, low, limit)
		}
		low = bottom
		if row = s.to; row == len(it.rows) {
			next, row = next+1, 0
		}
	}
	if next != len(flow) {
		t.Fatalf("%d of %d items stand on pages", next, len(flow))
	}
}

// Distances shrink only where that saves a page.
func TestFillTightensToSaveAPage(t *testing.T) {
	at := func(blocks int) filling {
		flow := make([]item, blocks)
		for i := range flow {
			flow[i] = item{set: lines(2, 10), before: 10}
		}
		f := filler{mem: lasting, flow: flow, maxPages: 9, region: func(int) (region, bool) { return region{0, 0, 300}, true }, kept: func(int, bool) int { return 0 }}
		out, err := f.fill()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := at(10); out.pages != 1 || out.stretches[1].y != 30 {
		t.Errorf("ten blocks: %d pages, second at %d", out.pages, out.stretches[1].y)
	}
	if out := at(11); out.pages != 1 || out.stretches[1].y != 27 {
		t.Errorf("eleven blocks are set tighter: %d pages, second at %d", out.pages, out.stretches[1].y)
	}
	if out := at(13); out.pages != 2 || out.stretches[1].y != 30 {
		t.Errorf("thirteen blocks need two pages and are loose: %d pages, second at %d", out.pages, out.stretches[1].y)
	}
}
