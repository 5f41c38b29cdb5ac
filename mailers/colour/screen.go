package colour

import (
	"math"

	"postlift/mailers/sheet"
)

// RGB is how a print colour looks on an sRGB screen: relative colorimetric, so paper is white and black ink the dark
// gray that it is. A profile that cannot tell (CheckOutput) gives the plain complement.
func (p *Profile) RGB(ink sheet.Ink) [3]uint8 {
	c := ink.Process()
	return p.screen(vec{float64(c.C) / 100, float64(c.M) / 100, float64(c.Y) / 100, float64(c.K) / 100})
}

func (p *Profile) screen(v vec) [3]uint8 {
	var out [3]uint8
	for i, x := range p.light(v) {
		out[i] = uint8(mul(min(max(x, 0), 1), 255) + .5)
	}
	return out
}

// light is the sRGB of an ink, 0…1 where the screen can show it.
func (p *Profile) light(v vec) [3]float64 {
	if v == (vec{}) {
		return [3]float64{1, 1, 1}
	}
	var out [3]float64
	l, err := p.inks()
	if err != nil || p.Space != "CMYK" {
		for i := range out {
			out[i] = mul(1-min(v[i], 1), 1-min(v[3], 1))
		}
		return out
	}
	for i, x := range srgbInverse.apply(l.pcs.decode(l.eval(v))) {
		out[i] = encodeSRGB(x)
	}
	return out
}

// encodeSRGB is the coding of IEC 61966-2-1, odd about 0.
func encodeSRGB(x float64) float64 {
	if x < 0 {
		return -encodeSRGB(-x)
	}
	if x <= .0031308 {
		return mul(12.92, x)
	}
	return steady(mul(1.055, math.Pow(x, 1/2.4)) - .055)
}

// screenSide is the points along an axis of the grid for pictures.
const screenSide = 17

// screenGrid holds sRGB by cyan, magenta, yellow and black, black fastest, in 64ths of a step of 255. It is not clipped
// to what a screen shows: a clipped corner would pull its neighbours inside with it.
type screenGrid struct{ rgb []int16 }

func newScreenGrid(p *Profile) *screenGrid {
	const n = screenSide
	g := &screenGrid{make([]int16, 0, n*n*n*n*3)}
	step := func(i int) float64 { return float64(i%n) / (n - 1) }
	for i := range n * n * n * n {
		for _, x := range p.light(vec{step(i / (n * n * n)), step(i / (n * n)), step(i / n), step(i)}) {
			g.rgb = append(g.rgb, int16(math.Floor(mul(min(max(x, -1), 2), 255*64)+.5)))
		}
	}
	return g
}

// CMYKToRGB converts pixels of four bytes (255 is full ink) into sRGB pixels of three for the screen, as many as both
// slices hold.
func (p *Profile) CMYKToRGB(src, dst []byte) {
	grid := p.grid()
	last, rgb := -1, [3]uint8{}
	for i := range min(len(src)/4, len(dst)/3) {
		s := src[4*i : 4*i+4]
		if key := int(s[0])<<24 | int(s[1])<<16 | int(s[2])<<8 | int(s[3]); key != last {
			last, rgb = key, grid.at(s)
		}
		copy(dst[3*i:3*i+3], rgb[:])
	}
}

func (g *screenGrid) at(ink []byte) [3]uint8 {
	var at [16]int
	var weight [16]int64
	weight[0] = 1
	corners := 1
	for i, step := 0, 3*screenSide*screenSide*screenSide; i < 4; i, step = i+1, step/screenSide {
		v := int(ink[i]) * (screenSide - 1)
		node := min(v/255, screenSide-2)
		rest := v - node*255
		for k := range corners {
			at[k] += node * step
			at[corners+k], weight[corners+k] = at[k]+step, weight[k]*int64(rest)
			weight[k] *= int64(255 - rest)
		}
		corners *= 2
	}
	var sum [3]int64
	for k := range corners {
		for j := range sum {
			sum[j] += weight[k] * int64(g.rgb[at[k]+j])
		}
	}
	const whole = 255 * 255 * 255 * 255 * 64
	var out [3]uint8
	for j := range out {
		out[j] = uint8((min(max(sum[j], 0), 255*whole) + whole/2) / whole)
	}
	return out
}
