package colour

import (
	"encoding/binary"
	"math"
	"testing"
)

// modern makes a small version 4 output profile with lutAToBType and lutBToAType by hand: L is 1-K, and K is 1-L.
func modern() []byte {
	identity := []byte{'c', 'u', 'r', 'v', 0, 0, 0, 0, 0, 0, 0, 0}
	curves := func(n int) []byte {
		var out []byte
		for range n {
			out = append(out, identity...)
		}
		return out
	}
	table := func(kind string, in, out int, value func(corner []int) []byte) []byte {
		device, pcs := max(in, out), 3
		tag := append([]byte(kind), 0, 0, 0, 0, byte(in), byte(out), 0, 0)
		body := curves(pcs)
		b := 32
		grid := b + len(body)
		head := make([]byte, 20)
		for i := range in {
			head[i] = 2
		}
		head[16] = 1
		body = append(body, head...)
		for n := range 1 << in {
			corner := make([]int, in)
			for i := range corner {
				corner[i] = n >> (in - 1 - i) & 1
			}
			body = append(body, value(corner)...)
		}
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		a := b + len(body)
		body = append(body, curves(device)...)
		for _, at := range []int{b, 0, 0, grid, a} {
			tag = binary.BigEndian.AppendUint32(tag, uint32(at))
		}
		return append(tag, body...)
	}
	a2b := table("mAB ", 4, 3, func(c []int) []byte { return []byte{byte(255 * (1 - c[3])), 128, 128} })
	b2a := table("mBA ", 3, 4, func(c []int) []byte { return []byte{0, 0, 0, byte(255 * (1 - c[0]))} })
	p := make([]byte, 128+4+24)
	copy(p[8:], []byte{4, 0x20})
	copy(p[12:], "prtrCMYKLab ")
	copy(p[36:], "acsp")
	p[131] = 2
	for i, tag := range [][]byte{a2b, b2a} {
		row := p[132+12*i:]
		copy(row, [2]string{"A2B0", "B2A0"}[i])
		binary.BigEndian.PutUint32(row[4:], uint32(len(p)))
		binary.BigEndian.PutUint32(row[8:], uint32(len(tag)))
		p = append(p, tag...)
	}
	binary.BigEndian.PutUint32(p, uint32(len(p)))
	return p
}

// A version 4 profile with its own kind of tables: gray of lightness L prints 1-L of black.
func TestModernTables(t *testing.T) {
	p, err := Parse(modern())
	if err != nil {
		t.Fatal(err)
	}
	tr, err := NewTransform(nil, p, Relative)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ rgb, l float64 }{{0, 0}, {119, 50.03}, {255, 100}} { // L* of sRGB grays: Lindbloom's calculator
		ink := make([]byte, 4)
		tr.RGBToCMYK([]byte{byte(c.rgb), byte(c.rgb), byte(c.rgb)}, ink)
		if want := 255 * (1 - c.l/100); math.Abs(float64(ink[3])-want) > 1.5 || ink[0]+ink[1]+ink[2] != 0 {
			t.Errorf("gray %g prints %v, want K %.0f", c.rgb, ink, want)
		}
	}
	if got := p.screen(vec{0, 0, 0, .5}); math.Abs(float64(got[0])-119) > 2 {
		t.Errorf("half black looks %v", got)
	}
}
