package pdf

import (
	"slices"

	"postlift"
	"postlift/mailers/sheet"
)

// box writes x y w h of a rectangle. Both edges are rounded, not edge and width, so that neighbours meet.
func (p *pen) box(x, y, w, h int) {
	l, r := p.f.geo.x(x), p.f.geo.x(x+w)
	b, t := p.f.geo.y(y+h), p.f.geo.y(y)
	for _, v := range [...]int{l, b, r - l, t - b} {
		p.buf = appendMilli(p.buf, v)
	}
}

// point writes a point of the sheet.
func (p *pen) point(x, y int) {
	p.buf = appendMilli(appendMilli(p.buf, p.f.geo.x(x)), p.f.geo.y(y))
}

func (p *pen) rect(op *sheet.Op) error {
	if err := p.setInk(op.Ink, false); err != nil {
		return err
	}
	p.box(op.X, op.Y, op.W, op.H)
	p.buf = append(p.buf, "re f\n"...)
	return nil
}

// modules draws a code in its own coordinates, one unit a module, as a single path.
func (p *pen) modules(op *sheet.Op) error {
	if op.Unit <= 0 {
		return p.fault(postlift.Internal, "a code's module is %d micrometres", op.Unit)
	}
	if len(op.Modules) == 0 {
		return nil
	}
	if err := p.setInk(op.Ink, true); err != nil {
		return err
	}
	unit := divide(op.Unit*360_000, 127) // millionths of a point: exact to the last module of a row
	p.buf = append(p.buf, "q "...)
	p.buf = append(appendFixed(p.buf, unit, 6), "0 0 "...)
	p.buf = appendFixed(p.buf, -unit, 6)
	p.point(op.X, op.Y)
	p.buf = append(p.buf, "cm\n"...)
	p.boxes(op.Modules)
	p.buf = append(p.buf, "f Q\n"...)
	return nil
}

// boxes writes a code's boxes, those of one size after each other: so nearly half of each line repeats the one
// before, which makes a page smaller and faster to deflate.
func (p *pen) boxes(all []sheet.Module) {
	const side = 8
	var ends [side * side]int32 // by size; 0 has all that are larger
	size := func(m *sheet.Module) int {
		if m.W <= 0 || m.W >= side || m.H <= 0 || m.H >= side {
			return 0
		}
		return m.H*side + m.W
	}
	for i := range all {
		ends[size(&all[i])]++
	}
	for k := 1; k < len(ends); k++ {
		ends[k] += ends[k-1]
	}
	order := slices.Grow(p.order[:0], len(all))[:len(all)]
	for i := len(all) - 1; i >= 0; i-- {
		k := size(&all[i])
		ends[k]--
		order[ends[k]] = int32(i)
	}
	p.order = order
	for _, i := range order {
		m := &all[i]
		p.buf = appendInt(appendInt(appendInt(appendInt(p.buf, m.X), m.Y), m.W), m.H)
		p.buf = append(p.buf, "re\n"...)
	}
}

// path fills or strokes an outline. A stroke's width, dashes and ink end with it.
func (p *pen) path(op *sheet.Op) error {
	if op.Path == nil {
		return p.fault(postlift.Internal, "a path without an outline")
	}
	if op.Path.Stroke > 0 {
		return p.stroke(op)
	}
	if err := p.setInk(op.Ink, false); err != nil {
		return err
	}
	if err := p.outline(op); err != nil {
		return err
	}
	if op.Path.EvenOdd {
		p.buf = append(p.buf, "f*\n"...)
	} else {
		p.buf = append(p.buf, "f\n"...)
	}
	return nil
}

func (p *pen) stroke(op *sheet.Op) error {
	p.setOver(overOff)
	p.buf = append(p.buf, "q "...)
	p.buf = append(appendMilli(p.buf, milli(op.Path.Stroke)), "w "...)
	if len(op.Path.Dash) > 0 {
		if err := p.dash(op.Path.Dash); err != nil {
			return err
		}
	}
	if err := p.inkOps(op.Ink, "K\n", "CS ", "SCN\n"); err != nil {
		return err
	}
	if err := p.outline(op); err != nil {
		return err
	}
	p.buf = append(p.buf, "S Q\n"...)
	return nil
}

func (p *pen) dash(lengths []int) error {
	p.buf = append(p.buf, '[')
	sum := 0
	for _, d := range lengths {
		if d < 0 {
			return p.fault(postlift.Internal, "a dash of %d micrometres", d)
		}
		sum += d
		p.buf = appendMilli(p.buf, milli(d))
	}
	if sum == 0 {
		return p.fault(postlift.Internal, "a dash pattern without length")
	}
	p.buf = append(p.buf, "]0 d "...)
	return nil
}

// outline writes the path's segments; it must start with a move and have the coordinates of its verbs.
func (p *pen) outline(op *sheet.Op) error {
	c := op.Path.Coords
	next := func(points int) bool {
		if len(c) < 2*points {
			return false
		}
		for range points {
			p.point(op.X+c[0], op.Y+c[1])
			c = c[2:]
		}
		return true
	}
	started := false
	for i := range len(op.Path.Verbs) {
		ok := started
		switch op.Path.Verbs[i] {
		case 'M':
			ok, started = next(1), true
			p.buf = append(p.buf, "m\n"...)
		case 'L':
			ok = ok && next(1)
			p.buf = append(p.buf, "l\n"...)
		case 'C':
			ok = ok && next(3)
			p.buf = append(p.buf, "c\n"...)
		case 'Z':
			p.buf = append(p.buf, "h\n"...)
		default:
			ok = false
		}
		if !ok {
			return p.fault(postlift.Internal, "path %.40q breaks at verb %d with %d coordinates", op.Path.Verbs, i, len(op.Path.Coords))
		}
	}
	if len(c) > 0 || !started {
		return p.fault(postlift.Internal, "path %.40q has %d coordinates too many", op.Path.Verbs, len(c))
	}
	return nil
}
