package colour

import "math"

// white is the connection space's white, D50 (ICC.1:2010, 7.2.16).
var white = [3]float64{.9642, 1, .8249}

// encoding tells how a table writes colours of the connection space into 0…1.
type encoding uint8

const (
	labByte   encoding = iota // L 100 is 1, a and b from -128 to 127
	labLegacy                 // 16 bit of lut16Type: L 100 is FF00, a and b 0 is 8000
	labWord                   // 16 bit of version 4: L 100 is FFFF, a and b as labByte
	xyzWord                   // 1 is 1 + 32767/32768
)

func encodingOf(pcs string, lab encoding) encoding {
	if pcs == "XYZ" {
		return xyzWord
	}
	return lab
}

// encode writes XYZ (relative to white's Y = 1) as the table wants it.
func (e encoding) encode(xyz [3]float64) vec {
	if e == xyzWord {
		return vec{xyz[0] * 32768 / 65535, xyz[1] * 32768 / 65535, xyz[2] * 32768 / 65535}
	}
	lab := xyzToLab(xyz)
	if e == labLegacy {
		const k = 65280. / 65535
		return vec{mul(lab[0]/100, k), mul((lab[1]+128)/255, k), mul((lab[2]+128)/255, k)}
	}
	return vec{lab[0] / 100, (lab[1] + 128) / 255, (lab[2] + 128) / 255}
}

// decode reads a table's connection colour as XYZ.
func (e encoding) decode(v vec) [3]float64 {
	if e == xyzWord {
		return [3]float64{v[0] * 65535 / 32768, v[1] * 65535 / 32768, v[2] * 65535 / 32768}
	}
	k := 1.
	if e == labLegacy {
		k = 65535. / 65280
	}
	a, b := mul(mul(v[1], k), 255), mul(mul(v[2], k), 255)
	return labToXYZ([3]float64{mul(mul(v[0], k), 100), a - 128, b - 128})
}

// xyzToLab is CIE 1976 L*a*b*.
func xyzToLab(xyz [3]float64) [3]float64 {
	var f [3]float64
	for i := range f {
		t := xyz[i] / white[i]
		if t > 216./24389 {
			f[i] = math.Cbrt(t)
		} else {
			f[i] = mul(24389./27/116, t) + 16./116
		}
	}
	l, a, b := mul(116, f[1]), mul(500, f[0]-f[1]), mul(200, f[1]-f[2])
	return [3]float64{l - 16, a, b}
}

// labToXYZ is the way back.
func labToXYZ(lab [3]float64) [3]float64 {
	fy := (lab[0] + 16) / 116
	f := [3]float64{fy + lab[1]/500, fy, fy - lab[2]/200}
	var xyz [3]float64
	for i, t := range f {
		if t > 6./29 {
			xyz[i] = mul(mul(mul(t, t), t), white[i])
		} else {
			xyz[i] = mul(mul(108./841, t-4./29), white[i])
		}
	}
	return xyz
}

// matrix3 is three rows of three.
type matrix3 [3][3]float64

func (m *matrix3) apply(v [3]float64) [3]float64 {
	var out [3]float64
	for i := range out {
		out[i] = mul(m[i][0], v[0]) + mul(m[i][1], v[1]) + mul(m[i][2], v[2])
	}
	return out
}

// toWhite scales the rows, so that R = G = B = 1 is white to the last digit.
func (m matrix3) toWhite() matrix3 {
	for i := range m {
		k := white[i] / (m[i][0] + m[i][1] + m[i][2])
		for j := range m[i] {
			m[i][j] *= k
		}
	}
	return m
}

// inverse is by cofactors; the matrix must not be singular.
func (m *matrix3) inverse() matrix3 {
	cof := func(r, c int) float64 {
		r1, r2, c1, c2 := (r+1)%3, (r+2)%3, (c+1)%3, (c+2)%3
		return mul(m[r1][c1], m[r2][c2]) - mul(m[r1][c2], m[r2][c1])
	}
	det := mul(m[0][0], cof(0, 0)) + mul(m[0][1], cof(0, 1)) + mul(m[0][2], cof(0, 2))
	var out matrix3
	for r := range 3 {
		for c := range 3 {
			out[c][r] = cof(r, c) / det
		}
	}
	return out
}

// srgbMatrix holds the primaries of IEC 61966-2-1 adapted to D50 (Bradford), as the ICC's own sRGB profile has them.
var srgbMatrix = matrix3{
	{.436066, .385147, .143066},
	{.222488, .716873, .060608},
	{.013916, .097076, .714096},
}.toWhite()

var srgbInverse = srgbMatrix.inverse()
