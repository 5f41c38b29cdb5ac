package picture

import (
	"postlift/mailers/sheet"
)

// Signature reads a scanned or drawn signature: dark strokes on white or on nothing. Coloured ink becomes gray, the
// paper's tone becomes white, the darkest strokes black, and the empty margin is cut away; the image prints in black
// ink alone. A picture without strokes, or a dark one, is an Invalid fault.
func Signature(data []byte, o Options) (*sheet.Image, error) {
	o = o.withDefaults()
	o.Flatten = true
	r, err := read(data, o)
	if err != nil {
		return nil, err
	}
	r.turn()
	r.toGray()
	if err := r.stretch(); err != nil {
		return nil, err
	}
	r.trim()
	return finish(&sheet.Image{W: r.w, H: r.h, Data: r.pix}, r, o)
}

// toGray keeps how dark a stroke is (Rec. 601 weights; for ink the brightest of what is left of the paper).
func (r *raster) toGray() {
	n := int(r.space)
	if n == 1 {
		r.pix = append([]byte(nil), r.pix...)
		r.jpeg, r.photo = nil, false
		return
	}
	out := make([]byte, r.w*r.h)
	for i := range out {
		p := r.pix[n*i : n*i+n]
		c := [3]int{int(p[0]), int(p[1]), int(p[2])}
		if r.space == cmyk {
			for j := range c {
				c[j] = (255 - c[j]) * (255 - int(p[3])) / 255
			}
		}
		out[i] = byte((299*c[0] + 587*c[1] + 114*c[2] + 500) / 1000)
	}
	r.space, r.pix, r.jpeg, r.photo = gray, out, nil, false
}

// stretch sets the paper's tone to white and the strokes to black. Paper is the most frequent tone of the lighter half.
func (r *raster) stretch() error {
	var count [256]int
	for _, v := range r.pix {
		count[v]++
	}
	paper := 255
	for v := 255; v >= 128; v-- {
		if count[v] > count[paper] {
			paper = v
		}
	}
	lighter := 0
	for v := 128; v < 256; v++ {
		lighter += count[v]
	}
	if lighter*2 < len(r.pix) {
		return fault("the signature stands on a dark ground: scan it on white paper, or save it on a transparent ground")
	}
	// The darkest tone of which there is enough to be a stroke and no speck of dust.
	dark, seen := 0, 0
	for seen+count[dark] < max(8, len(r.pix)/20000) && dark < 255 {
		seen += count[dark]
		dark++
	}
	white := paper - 16 // the paper's grain and shadows
	if white-dark < 48 {
		return fault("the picture shows no strokes darker than its ground: scan the signature with a dark pen")
	}
	var to [256]byte
	for v := range to {
		to[v] = byte(min(max((v-dark)*255/(white-dark), 0), 255))
	}
	for i, v := range r.pix {
		r.pix[i] = to[v]
	}
	return nil
}

// trim cuts white rows and columns away and leaves two pixels of margin.
func (r *raster) trim() {
	const ink, margin = 200, 2
	x0, y0, x1, y1 := r.w, r.h, -1, -1
	for y := range r.h {
		for x, v := range r.pix[y*r.w : (y+1)*r.w] {
			if v < ink {
				x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
			}
		}
	}
	x0, y0, x1, y1 = max(x0-margin, 0), max(y0-margin, 0), min(x1+margin+1, r.w), min(y1+margin+1, r.h)
	out := make([]byte, 0, (x1-x0)*(y1-y0))
	for y := y0; y < y1; y++ {
		out = append(out, r.pix[y*r.w+x0:y*r.w+x1]...)
	}
	r.w, r.h, r.pix = x1-x0, y1-y0, out
}
