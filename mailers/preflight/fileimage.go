package preflight

import (
	"fmt"
	"math"
	"slices"

	"postlift/mailers/pdfread/trace"
)

// image tests a picture as placed and lists it.
func (c *fileCheck) image(e *trace.Event) {
	p := e.Image
	if p.Space != nil {
		c.colour(e, &trace.Colour{Space: p.Space})
	}
	if p.Dict["OPI"] != nil {
		c.foreign(e, "an OPI comment for an image", "ein OPI-Kommentar für ein Bild")
	}
	if p.Soft && (c.x1a || c.x3) {
		c.transparent(e)
	}
	if p.Inline && slices.Contains(p.Filters, "LZWDecode") {
		c.hit("lzw", c.must(), e.Page, c.at(e), words{"a small image in the content is compressed with LZW; save the file again as PDF/X", "Ein kleines Bild im Inhalt ist mit LZW komprimiert; bitte neu als PDF/X sichern."})
	}
	c.listImage(e)
	good := float64(c.o.GoodPPI)
	if p.Bits == 1 {
		good *= 2
	}
	if min(p.W, p.H) <= 2 || p.PPI >= good-.5 || !c.visible(e) { // a strip of one or two pixels is a gradient
		return
	}
	sev := Warning
	if p.PPI < float64(c.o.MinPPI)-.5 {
		sev = Error
	}
	c.hit("image_resolution", sev, e.Page, c.at(e), words{fmt.Sprintf("an image of %d x %d pixels has %.0f ppi as placed, %.0f are good; place a larger one", p.W, p.H, p.PPI, good),
		fmt.Sprintf("Ein Bild mit %d x %d Pixeln hat platziert %.0f ppi, gut sind %.0f; bitte ein größeres platzieren.", p.W, p.H, p.PPI, good)})
}

// listImage keeps each object once, at its coarsest placement.
func (c *fileCheck) listImage(e *trace.Event) {
	p := e.Image
	img := FileImage{Page: e.Page, Object: e.Object, W: p.W, H: p.H, PPI: math.Round(p.PPI), Colour: "stencil"}
	if !p.Mask {
		img.Colour = p.Space.String()
	}
	if at, known := c.images[e.Object]; known && e.Object != "" {
		if c.report.Images[at].PPI > img.PPI {
			c.report.Images[at].PPI, c.report.Images[at].Page = img.PPI, img.Page
		}
		return
	}
	if len(c.report.Images) < 1000 {
		c.images[e.Object] = len(c.report.Images)
		c.report.Images = append(c.report.Images, img)
	}
}
