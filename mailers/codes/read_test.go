package codes

import (
	"bytes"
	"testing"

	"github.com/makiuchi-d/gozxing"
	datamatrix "github.com/makiuchi-d/gozxing/datamatrix/decoder"
	qrcode "github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// image is the code as gozxing reads it: one bit a module.
func image(t testing.TB, m Matrix) *gozxing.BitMatrix {
	t.Helper()
	out, err := gozxing.NewBitMatrix(m.W, m.H)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range m.Boxes {
		for y := b.Y; y < b.Y+b.H; y++ {
			for x := b.X; x < b.X+b.W; x++ {
				if out.Get(x, y) {
					t.Fatalf("module %d, %d is drawn twice", x, y)
				}
				out.Set(x, y)
			}
		}
	}
	return out
}

// readDataMatrix gives the bytes that gozxing reads: Base256 as segments of bytes, else the text's own.
func readDataMatrix(t testing.TB, m Matrix) []byte {
	t.Helper()
	got, err := datamatrix.NewDecoder().Decode(image(t, m))
	if err != nil {
		t.Fatalf("%d x %d: %v", m.W, m.H, err)
	}
	if segments := got.GetByteSegments(); segments != nil {
		return bytes.Join(segments, nil)
	}
	return []byte(got.GetText())
}

// readQR gives the text and the level that gozxing reads.
func readQR(t testing.TB, m Matrix) (text, level string) {
	t.Helper()
	got, err := qrcode.NewDecoder().Decode(image(t, m), map[gozxing.DecodeHintType]interface{}{gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"})
	if err != nil {
		t.Fatalf("%d x %d: %v", m.W, m.H, err)
	}
	return got.GetText(), got.GetECLevel()
}
