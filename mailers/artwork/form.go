package artwork

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"postlift/mailers/pdfread"
	"postlift/mailers/sheet"
)

// reset gives the content the state that a page begins with: a form inherits what its user has set.
const reset = "0 g 0 G 1 w 0 J 0 j 10 M []0 d 0 Tc 0 Tw 100 Tz 0 TL 0 Tr 0 Ts\n"

// form builds the form object and all that it needs. A page that is turned or scaled becomes a form within an
// upright one: only a form's Matrix moves its patterns, too.
func (im *importer) form() *sheet.Form {
	content, err := im.f.Content(im.p)
	if err != nil {
		im.add("content", "", "", err.Error(), "Der Inhalt der Seite lässt sich nicht lesen: bitte neu aus dem Ursprungsprogramm sichern.")
		return nil
	}
	c := newCopier(im.f)
	m, plain := im.matrix()
	outer := c.reserve()
	inner := outer
	if !plain {
		inner = c.reserve()
		c.wrap(outer, inner, im.upright())
	}
	var w text
	w.puts("<</Type/XObject/Subtype/Form/BBox")
	w.rect(im.clip)
	if !plain {
		w.puts("/Matrix[")
		for i, v := range m {
			if i > 0 {
				w.puts(" ")
			}
			w.number(v)
		}
		w.puts("]")
	}
	if im.blends {
		w.puts("/Group<</S/Transparency/CS/DeviceCMYK/I true")
		if k, _ := im.f.Resolve(im.f.Dict(im.p.Dict["Group"])["K"]).(bool); k {
			w.puts("/K true")
		}
		w.puts(">>")
	}
	c.drawing(&w, append([]byte(reset), content...), im.f.Dict(im.p.Resources))
	c.set(inner, &w)
	c.drain()
	if c.fault != "" {
		im.add("content", "", "", c.fault+"; save it again from the program that made it", "Inhalt ist fehlerhaft ("+c.fault+"); bitte neu aus dem Ursprungsprogramm sichern.")
		return nil
	}
	return im.finish(c, plain)
}

// upright is the clip of a turned page in points, the trim's corner at the origin.
func (im *importer) upright() pdfread.Rect {
	w, h := im.points()
	b := float64(im.want.Bleed) * 72 / 25400
	return pdfread.Rect{Left: -b, Bottom: -b, Right: w + b, Top: h + b}
}

// points is the trim's size in points as one sees the page.
func (im *importer) points() (w, h float64) {
	w, h = im.trim.W()*im.p.UserUnit, im.trim.H()*im.p.UserUnit
	if im.p.Rotate%180 != 0 {
		w, h = h, w
	}
	return w, h
}

func (im *importer) finish(c *copier, plain bool) *sheet.Form {
	milli := func(v float64) int64 { return int64(math.Round(v * 1000)) }
	out := &sheet.Form{Bleed: im.want.Bleed, Objects: c.objects, Spots: im.spots}
	out.W, out.H = im.size(im.trim)
	if plain {
		out.BBox = [4]int64{milli(im.trim.Left), milli(im.trim.Bottom), milli(im.trim.Right), milli(im.trim.Top)}
	} else {
		w, h := im.points()
		out.BBox = [4]int64{0, 0, milli(w), milli(h)}
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %d %d %v\n", out.W, out.H, out.Bleed, out.BBox)
	for _, o := range out.Objects {
		fmt.Fprintf(sum, "%d %v\n", len(o.Parts), o.Refs)
		for _, part := range o.Parts {
			fmt.Fprintf(sum, "%d\n", len(part))
			sum.Write(part)
		}
	}
	out.Key = hex.EncodeToString(sum.Sum(nil))
	return out
}
