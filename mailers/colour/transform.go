package colour

import (
	"crypto/sha256"
	"math"
	"sync"

	"postlift"
)

// Intent is how colours that the press cannot print are brought to those that it can.
type Intent uint8

// The rendering intents. All are relative to the paper's white.
const (
	RelativeBPC Intent = iota // colorimetric with black point compensation: shadows keep their drawing; the default
	Perceptual                // by the profile's perceptual table
	Relative                  // colorimetric: what lies outside of the press's gamut is clipped, shadows, too
)

// tables names the profile's tables for an intent, best first.
func (i Intent) tables(kind string) []string {
	if i == Perceptual {
		return []string{kind + "0", kind + "1"}
	}
	return []string{kind + "1", kind + "0"}
}

// side is the points along an axis of a transform's grid: 8-bit values that are multiples of 5 fall on a node. With
// 33 points dark reds were off by 7 percent of black ink, where the profile's own black rises steeply.
const side = 52

// Transform converts RGB to the output's CMYK. It is safe for use by many goroutines.
type Transform struct {
	Output *Profile
	Intent Intent
	grid   []uint16 // CMYK by red, green, blue, blue fastest; 65535 is full ink

	mu     sync.Mutex
	others map[[32]byte]*Transform
}

// NewTransform prepares a conversion from an RGB profile (nil is sRGB) to an output profile. Its grid takes about
// a tenth of a second: make it once for a profile. A profile that cannot do this is an Invalid fault.
func NewTransform(src, dst *Profile, intent Intent) (*Transform, error) {
	if err := CheckOutput(dst); err != nil {
		return nil, err
	}
	from, err := source(src, intent)
	if err != nil {
		return nil, err
	}
	to, err := dst.table(intent.tables("B2A")...)
	if err != nil {
		return nil, err
	}
	if intent == RelativeBPC {
		if from, err = compensated(from, to, dst); err != nil {
			return nil, err
		}
	}
	return &Transform{Output: dst, Intent: intent, grid: sample(from, to)}, nil
}

// maxOthers bounds how many transforms of pictures' own profiles one remembers, about a megabyte each.
const maxOthers = 8

// From is the transform from another RGB profile to the same output with the same intent. It is kept: pictures of
// one camera or agency share a profile.
func (t *Transform) From(src *Profile) (*Transform, error) {
	key := sha256.Sum256(src.Data)
	t.mu.Lock()
	defer t.mu.Unlock()
	if o, ok := t.others[key]; ok {
		return o, nil
	}
	o, err := NewTransform(src, t.Output, t.Intent)
	if err != nil {
		return nil, err
	}
	if t.others == nil || len(t.others) >= maxOthers {
		t.others = map[[32]byte]*Transform{}
	}
	t.others[key] = o
	return o, nil
}

func sample(from func(vec) [3]float64, to *lut) []uint16 {
	grid := make([]uint16, 0, side*side*side*4)
	for i := range side * side * side {
		r, g, b := i/(side*side), i/side%side, i%side
		xyz := from(vec{float64(r) / (side - 1), float64(g) / (side - 1), float64(b) / (side - 1)})
		ink := to.eval(to.pcs.encode(xyz))
		for j := range 4 {
			grid = append(grid, uint16(mul(min(max(ink[j], 0), 1), 65535)+.5))
		}
	}
	copy(grid[len(grid)-4:], []uint16{0, 0, 0, 0}) // white is paper: a table's rounding must not print a dot in a hundred
	return grid
}

// source is the way from a device's RGB to XYZ: by curves and matrix, else by the profile's table.
func source(p *Profile, intent Intent) (func(vec) [3]float64, error) {
	if p == nil {
		return shaper([3]curve{srgbCurve(), srgbCurve(), srgbCurve()}, srgbMatrix), nil
	}
	if p.Space != "RGB" {
		return nil, fault("the picture's profile %q is for %s; RGB is converted", p.Description, p.Space)
	}
	if _, ok := p.tags["rXYZ"]; ok && p.PCS == "XYZ" {
		return p.shaper()
	}
	l, err := p.table(intent.tables("A2B")...)
	if err != nil {
		return nil, err
	}
	return func(v vec) [3]float64 { return l.pcs.decode(l.eval(v)) }, nil
}

func (p *Profile) shaper() (func(vec) [3]float64, error) {
	var curves [3]curve
	var m matrix3
	for i, c := range []string{"r", "g", "b"} {
		column, trc := p.tags[c+"XYZ"], p.tags[c+"TRC"]
		if len(column) < 20 || string(column[:4]) != "XYZ " {
			return nil, fault("the picture's profile %q lacks tag %sXYZ", p.Description, c)
		}
		for row := range m {
			m[row][i] = fixed(column[8+4*row:])
		}
		var err error
		if curves[i], _, err = readCurve(trc); err != nil {
			return nil, err
		}
	}
	for i := range m {
		if sum := m[i][0] + m[i][1] + m[i][2]; math.Abs(sum-white[i]) > .1 {
			return nil, fault("the primaries of the picture's profile %q do not add up to white (row %d: %.3f instead of %.3f)", p.Description, i+1, sum, white[i])
		}
	}
	return shaper(curves, m.toWhite()), nil
}

func shaper(c [3]curve, m matrix3) func(vec) [3]float64 {
	return func(v vec) [3]float64 {
		return m.apply([3]float64{c[0].at(v[0]), c[1].at(v[1]), c[2].at(v[2])})
	}
}

// compensated adds black point compensation (ISO 18619): XYZ is scaled along the line to white, so that the source's
// black falls on the darkest neutral that the output prints.
func compensated(from func(vec) [3]float64, to *lut, dst *Profile) (func(vec) [3]float64, error) {
	back, err := dst.inks()
	if err != nil {
		return nil, err
	}
	in, out := blackOf(from(vec{})), blackOf(back.pcs.decode(back.eval(to.eval(to.pcs.encode([3]float64{})))))
	var scale, shift [3]float64
	for i := range 3 {
		scale[i] = (out[i] - white[i]) / (in[i] - white[i])
		shift[i] = mul(white[i], in[i]-out[i]) / (in[i] - white[i])
	}
	return func(v vec) [3]float64 {
		xyz := from(v)
		for i := range xyz {
			xyz[i] = mul(xyz[i], scale[i]) + shift[i]
		}
		return xyz
	}, nil
}

// blackOf is the neutral of a dark colour's lightness, which is not above 50.
func blackOf(xyz [3]float64) [3]float64 {
	l := min(max(xyzToLab(xyz)[0], 0), 50)
	return labToXYZ([3]float64{l, 0, 0})
}

// CheckOutput tells whether a profile can be the output profile of PDF/X-4 files: an Invalid fault names what is
// wrong with it.
func CheckOutput(p *Profile) error {
	switch {
	case p.Class != "prtr":
		return fault("the profile %q is of class %q; an output profile has class prtr: ask the vendor for the profile of the press", p.Description, p.Class)
	case p.Space != "CMYK":
		return fault("the profile %q is for %s; the output is printed in CMYK", p.Description, p.Space)
	}
	if _, err := p.inks(); err != nil {
		return err
	}
	if _, err := p.table("B2A1", "B2A0"); err != nil {
		return postlift.Wrap("colour.CheckOutput", postlift.UserText(err), err)
	}
	return nil
}

// InkLimit is the most ink, in percent of one plate, that the profile prescribes for any colour, also for those that
// do not exist in print: the limit that its maker chose for the paper.
func (p *Profile) InkLimit() (int, error) {
	to, err := p.table("B2A1", "B2A0")
	if err != nil {
		return 0, err
	}
	const nodes = 16 // the limit is reached in the dark, which is a large part of the connection space
	most := 0.0
	for i := range nodes + 1 {
		for j := range nodes + 1 {
			for k := range nodes + 1 {
				ink, sum := to.eval(vec{float64(i) / nodes, float64(j) / nodes, float64(k) / nodes}), 0.0
				for _, v := range ink[:to.out] {
					sum += min(max(v, 0), 1)
				}
				most = max(most, sum)
			}
		}
	}
	return int(math.Round(mul(most, 100))), nil
}

// RGBToCMYK converts pixels of three bytes into pixels of four (255 is full ink), as many as both slices hold. It
// interpolates in tetrahedra with whole numbers, which keeps grays even.
func (t *Transform) RGBToCMYK(src, dst []byte) {
	n := min(len(src)/3, len(dst)/4)
	last, ink := -1, [4]byte{}
	for i := range n {
		r, g, b := src[3*i], src[3*i+1], src[3*i+2]
		if key := int(r)<<16 | int(g)<<8 | int(b); key != last {
			last, ink = key, t.ink(int(r), int(g), int(b))
		}
		copy(dst[4*i:4*i+4], ink[:])
	}
}

// axis gives the node below a value and what is left towards the next, in 255ths.
func axis(v int) (node, rest int) {
	v *= side - 1
	node = v / 255
	if node == side-1 {
		return side - 2, 255
	}
	return node, v - node*255
}

const (
	stepB = 4
	stepG = side * stepB
	stepR = side * stepG
)

func (t *Transform) ink(r, g, b int) [4]byte {
	nr, fr := axis(r)
	ng, fg := axis(g)
	nb, fb := axis(b)
	at := nr*stepR + ng*stepG + nb*stepB
	// The walk from the cell's near corner to its far one takes the axis with the largest rest first.
	s1, f1, s2, f2, s3, f3 := stepR, fr, stepG, fg, stepB, fb
	if f1 < f2 {
		s1, f1, s2, f2 = s2, f2, s1, f1
	}
	if f2 < f3 {
		s2, f2, s3, f3 = s3, f3, s2, f2
	}
	if f1 < f2 {
		s1, f1, s2, f2 = s2, f2, s1, f1
	}
	g0, g1, g2, g3 := t.grid[at:at+4], t.grid[at+s1:], t.grid[at+s1+s2:], t.grid[at+s1+s2+s3:]
	var out [4]byte
	for j := range out {
		sum := int(g0[j])*(255-f1) + int(g1[j])*(f1-f2) + int(g2[j])*(f2-f3) + int(g3[j])*f3
		out[j] = byte((sum + 255*257/2) / (255 * 257))
	}
	return out
}

// MaxInk is the most ink, in percent of one plate, that the conversion to this output puts on one place. It is at
// most the profile's InkLimit, and less where the source has no colour as dark as that.
func (t *Transform) MaxInk() int {
	most := 0
	for i := 0; i+4 <= len(t.grid); i += 4 {
		most = max(most, int(t.grid[i])+int(t.grid[i+1])+int(t.grid[i+2])+int(t.grid[i+3]))
	}
	return (most*100 + 65535/2) / 65535
}
