package colour

import "math"

// curve maps 0…1 to 0…1 by a table with even steps; nil is the identity.
type curve []float64

// curveSteps is how finely a formula is tabled. Between two steps of an sRGB curve a straight line is off by less
// than 1e-7.
const curveSteps = 4096

// at is the curve's value, x held within 0…1.
func (c curve) at(x float64) float64 {
	x = min(max(x, 0), 1)
	if len(c) == 0 {
		return x
	}
	if len(c) == 1 {
		return c[0]
	}
	pos := mul(x, float64(len(c)-1))
	i := min(int(pos), len(c)-2)
	return c[i] + mul(pos-float64(i), c[i+1]-c[i])
}

// mul rounds a product by itself. The conversion forbids a processor to join it with a following addition.
func mul(a, b float64) float64 { return float64(a * b) }

// steady rounds to 1/2^28: what is left of a power's last bits, which differ between processors.
func steady(x float64) float64 { return math.Floor(mul(x, 1<<28)+.5) / (1 << 28) }

// tabled makes a curve of a formula.
func tabled(f func(float64) float64) curve {
	c := make(curve, curveSteps+1)
	for i := range c {
		v := f(float64(i) / curveSteps)
		if math.IsNaN(v) {
			v = 0
		}
		c[i] = steady(min(max(v, 0), 1))
	}
	return c
}

// table16 makes a curve of 16-bit values.
func table16(b []byte, n int) curve {
	c := make(curve, n)
	for i := range c {
		c[i] = float64(be16(b[2*i:])) / 65535
	}
	return c
}

// table8 makes a curve of 8-bit values.
func table8(b []byte) curve {
	c := make(curve, len(b))
	for i := range c {
		c[i] = float64(b[i]) / 255
	}
	return c
}

// readCurve reads a curveType or parametricCurveType (ICC.1:2010, 10.5 and 10.15) at the head of b and tells how
// many bytes it takes, without padding.
func readCurve(b []byte) (curve, int, error) {
	if len(b) < 12 {
		return nil, 0, fault("a curve of the ICC profile is cut off")
	}
	switch string(b[:4]) {
	case "curv":
		return readTable(b)
	case "para":
		return readFormula(b)
	}
	return nil, 0, fault("a curve of the ICC profile has the unknown type %q", b[:4])
}

func readTable(b []byte) (curve, int, error) {
	n := int(be32(b[8:]))
	if n > 1<<16 || 12+2*n > len(b) {
		return nil, 0, fault("a curve of the ICC profile has %d entries, more than it has room for", n)
	}
	switch n {
	case 0:
		return nil, 12, nil
	case 1:
		g := float64(be16(b[12:])) / 256
		return tabled(func(x float64) float64 { return math.Pow(x, g) }), 14, nil
	}
	return table16(b[12:], n), 12 + 2*n, nil
}

// readFormula reads the five kinds of parametric curves; Y = (aX+b)^g + e from X = d on, cX + f below.
func readFormula(b []byte) (curve, int, error) {
	kind := int(be16(b[8:]))
	if kind > 4 {
		return nil, 0, fault("a curve of the ICC profile has the unknown formula %d", kind)
	}
	n := [...]int{1, 3, 4, 5, 7}[kind]
	if 12+4*n > len(b) {
		return nil, 0, fault("a curve of the ICC profile is cut off")
	}
	var v [7]float64
	for i := range n {
		v[i] = fixed(b[12+4*i:])
	}
	g, a, bb, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind {
	case 0:
		a, d = 1, 0
	case 1, 2:
		e, f, c = v[3], v[3], 0
		if d = 0; a != 0 {
			d = -bb / a
		}
	}
	return tabled(func(x float64) float64 {
		if x < d {
			return mul(c, x) + f
		}
		return math.Pow(max(mul(a, x)+bb, 0), g) + e
	}), 12 + 4*n, nil
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(be32(b))) / 65536 }

// srgbCurve is the decoding of IEC 61966-2-1.
func srgbCurve() curve {
	return tabled(func(x float64) float64 {
		if x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	})
}
