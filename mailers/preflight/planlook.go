package preflight

import (
	"bytes"
	"image"
	_ "image/jpeg" // the screen copies of pictures
	_ "image/png"

	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// extent is how far each letter of a font reaches above and below its baseline, in thousandths of the size.
type extent struct {
	lo, hi         [0x250]int16
	lowest, topest int // for letters beyond the table
}

// extent measures a font at first use.
func (c *Checker) extent(s sheet.Style) *extent {
	s = min(s, sheet.Styles-1)
	c.once[s].Do(func() { c.extents[s] = measure(c.o.Fonts[s]) })
	return c.extents[s]
}

func measure(f *typeset.Face) *extent {
	e := &extent{lowest: -250, topest: 950}
	if f == nil || f.UnitsPerEm() == 0 {
		for r := range e.lo {
			e.lo[r], e.hi[r] = -210, 760
		}
		return e
	}
	mille := func(units int) int { return units * 1000 / f.UnitsPerEm() }
	for r := range e.lo {
		_, coords, ok := f.Outline(rune(r))
		if !ok || len(coords) == 0 {
			continue
		}
		lo, hi := coords[1], coords[1]
		for i := 1; i < len(coords); i += 2 {
			lo, hi = min(lo, coords[i]), max(hi, coords[i])
		}
		e.lo[r], e.hi[r] = int16(mille(lo)), int16(mille(hi))
	}
	return e
}

func (e *extent) of(s string) (lo, hi int) {
	lo, hi = 1000, -1000
	for _, r := range s {
		switch {
		case r >= 0 && int(r) < len(e.lo):
			if e.lo[r] != e.hi[r] {
				lo, hi = min(lo, int(e.lo[r])), max(hi, int(e.hi[r]))
			}
		default:
			lo, hi = min(lo, e.lowest), max(hi, e.topest)
		}
	}
	if hi < lo {
		return 0, 0
	}
	return lo, hi
}

// look is where a picture or artwork has ink, by its screen copy.
type look struct {
	w, h int
	ink  []bool
}

// maxLooks bounds what a checker remembers: pictures may differ from piece to piece.
const maxLooks = 64

// look gives a picture's ink; nil where its screen copy is missing or cannot be read.
func (c *Checker) look(key string, screen []byte) *look {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.looks[key]; ok {
		return l
	}
	if len(c.looks) >= maxLooks {
		clear(c.looks)
	}
	l := readLook(screen)
	c.looks[key] = l
	return l
}

func readLook(screen []byte) *look {
	m, _, err := image.Decode(bytes.NewReader(screen))
	if err != nil {
		return nil
	}
	b := m.Bounds()
	l := &look{w: b.Dx(), h: b.Dy(), ink: make([]bool, b.Dx()*b.Dy())}
	const white = 0xf4f4
	for y := range l.h {
		for x := range l.w {
			r, g, bl, a := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
			paper := 0xffff - a // colours are premultiplied: what is transparent shows paper
			l.ink[y*l.w+x] = min(r, g, bl)+paper < white
		}
	}
	return l
}

// inked tells whether a pixel whose centre lies in where has ink; box is where the picture stands.
func (l *look) inked(box, where area) bool {
	w, h := box.x1-box.x0, box.y1-box.y0
	if w <= 0 || h <= 0 {
		return false
	}
	first := func(d, n, size int) int { return max(0, (2*d*n/size+1)/2) }
	last := func(d, n, size int) int { return min(n, (2*d*n/size+1)/2) }
	x0, x1 := first(where.x0-box.x0, l.w, w), last(where.x1-box.x0, l.w, w)
	for y := first(where.y0-box.y0, l.h, h); y < last(where.y1-box.y0, l.h, h); y++ {
		for x := x0; x < x1; x++ {
			if l.ink[y*l.w+x] {
				return true
			}
		}
	}
	return false
}

// facts are what a rule needs of a picture's samples, counted once a picture.
type facts struct {
	lineArt bool // nearly nothing but black and white
	ink     int  // percent that at least one pixel in a thousand exceeds
}

func (c *Checker) facts(img *sheet.Image) facts {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.pictures[img.Key]; ok {
		return f
	}
	if len(c.pictures) >= maxLooks {
		clear(c.pictures)
	}
	f := countSamples(img)
	c.pictures[img.Key] = f
	return f
}

func countSamples(img *sheet.Image) facts {
	if img.JPEG || len(img.Data) == 0 {
		return facts{}
	}
	if !img.CMYK {
		extreme := 0
		for _, v := range img.Data {
			if v < 24 || v > 231 {
				extreme++
			}
		}
		return facts{lineArt: extreme*100 >= len(img.Data)*97}
	}
	var sums [1021]int
	for i := 0; i+4 <= len(img.Data); i += 4 {
		sums[int(img.Data[i])+int(img.Data[i+1])+int(img.Data[i+2])+int(img.Data[i+3])]++
	}
	above, v := 0, 1020
	for ; v > 0 && (above+sums[v])*1000 < len(img.Data)/4; v-- {
		above += sums[v]
	}
	return facts{ink: (v*100 + 127) / 255}
}
