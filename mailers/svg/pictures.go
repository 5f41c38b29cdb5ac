package svg

import (
	"bytes"
	"encoding/base64"

	"postlift"
	"postlift/mailers/sheet"
)

// image draws a picture stretched into its box.
func (d *drawing) image(op *sheet.Op) error {
	if op.Image == nil {
		return d.fault(postlift.Invalid, "an image is missing")
	}
	return d.picture(op.Image.Screen, box{op.X, op.Y, op.W, op.H})
}

// form draws a designer's page with its bleed, its trim box on the operation's box.
func (d *drawing) form(op *sheet.Op) error {
	f := op.Form
	if f == nil || f.W <= 0 || f.H <= 0 {
		return d.fault(postlift.Invalid, "artwork is missing or has no trim box")
	}
	bx, by := divide(f.Bleed*op.W, f.W), divide(f.Bleed*op.H, f.H)
	return d.picture(f.Screen, box{op.X - bx, op.Y - by, op.W + 2*bx, op.H + 2*by})
}

// picture draws a PNG or JPEG file, or says in its place that there is none.
func (d *drawing) picture(file []byte, b box) error {
	if len(file) == 0 {
		d.notShown(b)
		return nil
	}
	var kind string
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		kind = "png"
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		kind = "jpeg"
	default:
		return d.fault(postlift.Invalid, "a picture for the screen is neither PNG nor JPEG")
	}
	d.body = append(d.body, `<image`...)
	d.box(b)
	d.body = append(d.body, ` preserveAspectRatio="none" href="data:image/`+kind+`;base64,`...)
	d.body = base64.StdEncoding.AppendEncode(d.body, file)
	d.body = append(d.body, "\"/>\n"...)
	return nil
}

// notShown draws a hatched box with words in the place of a picture.
func (d *drawing) notShown(b box) {
	id := d.o.Prefix + "hatch"
	if !d.hatch {
		d.hatch = true
		d.defs = append(d.defs, `<pattern id="`+id+`" width="2000" height="2000" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`+
			`<path d="M0 0v2000" stroke="#bbb" stroke-width="400"/></pattern>`+"\n"...)
	}
	d.body = append(d.body, `<rect`...)
	d.box(b)
	d.body = append(d.body, ` fill="url(#`+id+`)" stroke="#888" stroke-width="200"/>`+"\n"...)
	d.label(b.x+1000, b.y+4000, 3000, "#555", d.o.NotShown)
}

// label writes words in the viewer's own font.
func (d *drawing) label(x, y, size int, colour, words string) {
	d.add(`<text x="`, x, `" y="`, y, `" font-family="sans-serif" font-size="`, size, `" fill="`+colour+`">`+escape(words)+"</text>\n")
}

// zoneColour tells the kinds of zones apart.
func zoneColour(k sheet.ZoneKind) string {
	switch k {
	case sheet.ZoneWindow:
		return "#0060c0"
	case sheet.ZoneAddress:
		return "#00a0d0"
	case sheet.ZonePostage:
		return "#c06000"
	case sheet.ZoneRead:
		return "#a000a0"
	case sheet.ZoneQuiet:
		return "#808000"
	case sheet.ZoneSafe:
		return "#008040"
	}
	return "#d00020"
}

// zones frames the page's zones and, where the bleed is shown, the sheet's edge.
func (d *drawing) zones(page *sheet.Page) {
	if d.o.Bleed {
		d.frame(box{0, 0, d.plan.Sheet.W, d.plan.Sheet.H}, "#000")
	}
	for _, z := range page.Zones {
		colour := zoneColour(z.Kind)
		d.frame(box{z.X, z.Y, z.W, z.H}, colour)
		name := z.Name
		if name == "" {
			name = z.Kind.String()
		}
		d.label(z.X+500, z.Y+2500, 2200, colour, name)
	}
}

func (d *drawing) frame(b box, colour string) {
	d.body = append(d.body, `<rect`...)
	d.box(b)
	d.body = append(d.body, ` fill="none" stroke="`+colour+`" stroke-width="250" stroke-dasharray="1500 750"/>`+"\n"...)
}
