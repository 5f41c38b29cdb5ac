package pdf

import (
	"fmt"

	"postlift/mailers/sheet"
)

// cutMarks registers the layer of marks where the sheet is cut: outside of the bleed, in the ink that prints on
// every plate.
func (f *File) cutMarks() (*resource, error) {
	all, err := f.res.add(&resource{ident: ident{kind: kindSpot, key: "All"}, ink: sheet.Ink{C: 100, M: 100, Y: 100, K: 100, Spot: "All", Tint: 100}})
	if err != nil {
		return nil, err
	}
	p := pen{f: f}
	p.buf = append(p.buf, "/"+all.name+" CS 1 SCN .25 w\n"...)
	line := func(x0, y0, x1, y1 int) {
		p.point(x0, y0)
		p.buf = append(p.buf, "m "...)
		p.point(x1, y1)
		p.buf = append(p.buf, "l S\n"...)
	}
	s := f.o.Sheet
	const length, gap = 5000, 3000
	near := max(s.Bleed+1000, gap)
	far := near + length
	for _, x := range [...]int{0, s.W} {
		line(x, -far, x, -near)
		line(x, s.H+near, x, s.H+far)
	}
	for _, y := range [...]int{0, s.H} {
		line(-far, y, -near, y)
		line(s.W+near, y, s.W+far, y)
	}
	key := fmt.Sprintf("cut marks %d %d %d", s.W, s.H, s.Bleed)
	return f.res.add(&resource{ident: ident{kind: kindLayer, key: key}, body: deflate(6, p.buf), uses: []*resource{all},
		bbox: [4]int{0, 0, milli(f.geo.w), milli(f.geo.h)}})
}
