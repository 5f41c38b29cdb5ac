package svg

import (
	"postlift"
	"postlift/mailers/sheet"
)

func (d *drawing) rect(op *sheet.Op) {
	d.body = append(d.body, `<rect`...)
	d.box(box{op.X, op.Y, op.W, op.H})
	d.colour("fill", op.Ink)
	d.body = append(d.body, "/>\n"...)
}

// modules draws a code in its own coordinates, one unit a module, as a single path.
func (d *drawing) modules(op *sheet.Op) error {
	if op.Unit <= 0 {
		return d.fault(postlift.Internal, "a code's module is %d micrometres", op.Unit)
	}
	d.body = append(d.body, `<path`...)
	d.colour("fill", op.Ink)
	d.add(` transform="translate(`, op.X, op.Y, `) scale(`, op.Unit, `)" d="`)
	for _, m := range op.Modules {
		d.add("M", m.X, m.Y, "h", m.W, "v", m.H, "h", -m.W, "z")
	}
	d.body = append(d.body, "\"/>\n"...)
	return nil
}

// path fills or strokes an outline. The limit of mitred corners is PDF's: SVG's own is lower.
func (d *drawing) path(op *sheet.Op) error {
	if op.Path == nil {
		return d.fault(postlift.Internal, "a path without an outline")
	}
	d.body = append(d.body, `<path`...)
	if op.Path.Stroke > 0 {
		d.add(` fill="none" stroke-miterlimit="10" stroke-width="`, op.Path.Stroke, `"`)
		d.colour("stroke", op.Ink)
		if err := d.dash(op.Path.Dash); err != nil {
			return err
		}
	} else {
		d.colour("fill", op.Ink)
		if op.Path.EvenOdd {
			d.body = append(d.body, ` fill-rule="evenodd"`...)
		}
	}
	if op.X != 0 || op.Y != 0 {
		d.add(` transform="translate(`, op.X, op.Y, `)"`)
	}
	d.body = append(d.body, ` d="`...)
	var ok bool
	if d.body, ok = appendOutline(d.body, op.Path.Verbs, op.Path.Coords, 1); !ok {
		return d.fault(postlift.Internal, "path %.40q does not fit its %d coordinates", op.Path.Verbs, len(op.Path.Coords))
	}
	d.body = append(d.body, "\"/>\n"...)
	return nil
}

func (d *drawing) dash(lengths []int) error {
	if len(lengths) == 0 {
		return nil
	}
	d.body = append(d.body, ` stroke-dasharray="`...)
	sum := 0
	for i, l := range lengths {
		if l < 0 {
			return d.fault(postlift.Internal, "a dash of %d micrometres", l)
		}
		if sum += l; i > 0 {
			d.body = append(d.body, ' ')
		}
		d.add(l)
	}
	if sum == 0 {
		return d.fault(postlift.Internal, "a dash pattern without length")
	}
	d.body = append(d.body, '"')
	return nil
}
