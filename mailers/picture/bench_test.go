package picture

import (
	"image"
	"testing"
)

// A full A4 page at 300 ppi in colour.
func BenchmarkLoadPage(b *testing.B) {
	m := image.NewRGBA(image.Rect(0, 0, 2480, 3508))
	for i := range 2480 * 3508 {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = byte(i/9), byte(i/2480/14), byte(i%2480/10), 255
	}
	data, o := pngOf(b, m), options(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(data, o); err != nil {
			b.Fatal(err)
		}
	}
}
