package picture

import (
	"image"
	"image/color"
)

// flat brings a decoded picture to 8-bit gray or RGB. Transparent pixels are laid on white when o allows it.
func flat(img image.Image, o Options) (*raster, error) {
	b := img.Bounds()
	r := &raster{w: b.Dx(), h: b.Dy(), space: rgb}
	switch m := img.(type) {
	case *image.Gray:
		r.space, r.pix = gray, make([]byte, r.w*r.h)
		for y := range r.h {
			copy(r.pix[y*r.w:], m.Pix[y*m.Stride:y*m.Stride+r.w])
		}
		return r, nil
	case *image.Gray16:
		r.space, r.pix = gray, make([]byte, r.w*r.h)
		for y := range r.h {
			for x := range r.w {
				r.pix[y*r.w+x] = eight(m.Gray16At(b.Min.X+x, b.Min.Y+y).Y)
			}
		}
		return r, nil
	}
	r.pix = make([]byte, 3*r.w*r.h)
	if r.fill(img) && !o.Flatten {
		return nil, fault("the picture is transparent in places; on a coloured ground its box would print white: save it without transparency, or allow it to be laid on white")
	}
	r.colourless()
	return r, nil
}

// eight reduces 16 bits to 8, to the nearest.
func eight(v uint16) byte { return byte((uint32(v)*255 + 32767) / 65535) }

// fill writes the picture's RGB, laid on white, and tells whether any of it was transparent.
func (r *raster) fill(img image.Image) (transparent bool) {
	b := img.Bounds()
	at := pixels(img)
	i := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := at(x, y)
			if c.A != 0xffff {
				transparent = true
				c = onWhite(c)
			}
			r.pix[i], r.pix[i+1], r.pix[i+2] = eight(c.R), eight(c.G), eight(c.B)
			i += 3
		}
	}
	return transparent
}

func onWhite(c color.NRGBA64) color.NRGBA64 {
	a := uint32(c.A)
	mix := func(v uint16) uint16 { return uint16((uint32(v)*a + 0xffff*(0xffff-a) + 0x7fff) / 0xffff) }
	return color.NRGBA64{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 0xffff}
}

// pixels gives the fastest way to a picture's pixels without premultiplied alpha.
func pixels(img image.Image) func(x, y int) color.NRGBA64 {
	wide := func(v uint8) uint16 { return uint16(v) * 0x101 }
	switch m := img.(type) {
	case *image.NRGBA:
		return func(x, y int) color.NRGBA64 {
			p := m.Pix[m.PixOffset(x, y):]
			return color.NRGBA64{R: wide(p[0]), G: wide(p[1]), B: wide(p[2]), A: wide(p[3])}
		}
	case *image.NRGBA64:
		return m.NRGBA64At
	case *image.YCbCr:
		return func(x, y int) color.NRGBA64 {
			c := m.YCbCrAt(x, y)
			r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			return color.NRGBA64{R: wide(r), G: wide(g), B: wide(b), A: 0xffff}
		}
	case *image.Paletted:
		table := make([]color.NRGBA64, 256)
		for i, c := range m.Palette {
			table[i] = plain(c)
		}
		return func(x, y int) color.NRGBA64 { return table[m.ColorIndexAt(x, y)] }
	case *image.RGBA:
		return func(x, y int) color.NRGBA64 {
			p := m.Pix[m.PixOffset(x, y):]
			if p[3] == 255 {
				return color.NRGBA64{R: wide(p[0]), G: wide(p[1]), B: wide(p[2]), A: 0xffff}
			}
			return plain(color.RGBA{p[0], p[1], p[2], p[3]})
		}
	}
	return func(x, y int) color.NRGBA64 { return plain(img.At(x, y)) }
}

func plain(c color.Color) color.NRGBA64 { return color.NRGBA64Model.Convert(c).(color.NRGBA64) }

// colourless turns an RGB picture whose channels are equal (but for a JPEG's rounding) into a gray one: a black logo
// saved as RGB then prints in black ink alone, not in four that must register.
func (r *raster) colourless() {
	const play = 3
	for i := 0; i+3 <= len(r.pix); i += 3 {
		lo, hi := min(r.pix[i], r.pix[i+1], r.pix[i+2]), max(r.pix[i], r.pix[i+1], r.pix[i+2])
		if hi-lo > play {
			return
		}
	}
	out := make([]byte, len(r.pix)/3)
	for i := range out {
		out[i] = r.pix[3*i+1]
	}
	r.space, r.pix = gray, out
}

// turn applies the Exif orientation, so that row 0 is the top.
func (r *raster) turn() {
	if r.turned < 2 || r.turned > 8 {
		return
	}
	n, w, h := int(r.space), r.w, r.h
	if r.turned >= 5 {
		w, h = h, w
	}
	out := make([]byte, len(r.pix))
	for y := range h {
		for x := range w {
			sx, sy := from(r.turned, x, y, r.w, r.h)
			copy(out[(y*w+x)*n:(y*w+x+1)*n], r.pix[(sy*r.w+sx)*n:])
		}
	}
	r.w, r.h, r.pix, r.jpeg = w, h, out, nil
}

// from tells which stored pixel stands at (x, y) of the upright picture (Exif 2.3, tag 274); w and h are as stored.
func from(turned, x, y, w, h int) (int, int) {
	switch turned {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	}
	return w - 1 - y, x
}
