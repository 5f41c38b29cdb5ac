package codes

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestDataMatrixEverySize fills each symbol to the last codeword and reads it back.
func TestDataMatrixEverySize(t *testing.T) {
	for shape, list := range map[Shape][]*symbol{Square: squares, Rectangle: rectangles} {
		for _, s := range list {
			text := bytes.Repeat([]byte("Az-"), 600)[:s.data]
			m, err := DataMatrix(text, shape)
			if err != nil {
				t.Fatal(err)
			}
			if m.W != s.w || m.H != s.h {
				t.Fatalf("%d characters made %d x %d, want %d x %d", len(text), m.W, m.H, s.w, s.h)
			}
			if got := readDataMatrix(t, m); !bytes.Equal(got, text) {
				t.Fatalf("%d x %d: read %q", s.w, s.h, got)
			}
		}
	}
}

// The sizes of Deutsche Post's marks, as DV-Freimachung and Premiumadress are specified.
func TestDataMatrixSizesOfThePost(t *testing.T) {
	for bytes, side := range map[int]int{15: 18, 28: 22, 42: 26} {
		m, err := DataMatrixBase256(make([]byte, bytes), Square)
		if err != nil {
			t.Fatal(err)
		}
		if m.W != side || m.H != side {
			t.Errorf("%d bytes made %d x %d modules, want %d", bytes, m.W, m.H, side)
		}
	}
}

func TestDataMatrixReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		shape := rapid.SampledFrom([]Shape{Square, Rectangle}).Draw(rt, "shape")
		most := map[Shape]int{Square: 700, Rectangle: 24}[shape]
		data := rapid.SliceOfN(rapid.Byte(), 0, most).Draw(rt, "data")
		for _, encode := range []func([]byte, Shape) (Matrix, error){DataMatrix, DataMatrixBase256} {
			m, err := encode(data, shape)
			if err != nil {
				rt.Fatal(err)
			}
			if got := readDataMatrix(t, m); !bytes.Equal(got, data) {
				rt.Fatalf("read %x", got)
			}
		}
	})
}

func TestDataMatrixRefuses(t *testing.T) {
	for name, f := range map[string]func() (Matrix, error){
		"too long a rectangle": func() (Matrix, error) { return DataMatrix(bytes.Repeat([]byte("A"), 50), Rectangle) },
		"too long a square":    func() (Matrix, error) { return DataMatrixBase256(make([]byte, 1556), Square) },
		"too long for a size":  func() (Matrix, error) { return DataMatrixSize(bytes.Repeat([]byte("A"), 23), 36, 12) },
		"no such size":         func() (Matrix, error) { return DataMatrixSize(nil, 37, 12) },
	} {
		if m, err := f(); err == nil {
			t.Errorf("%s: made %d x %d", name, m.W, m.H)
		}
	}
}

func TestDataMatrixSizeIsKept(t *testing.T) {
	for _, text := range []string{"", "1234567890", "ABCDEFGHIJKLMNOPQRSTUV"} {
		m, err := DataMatrixSize([]byte(text), 36, 12)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(readDataMatrix(t, m)); m.W != 36 || m.H != 12 || got != text {
			t.Errorf("%q: %d x %d reads %q", text, m.W, m.H, got)
		}
	}
}

func FuzzDataMatrix(f *testing.F) {
	f.Add([]byte("Az09"), false, false)
	f.Add([]byte{0, 255, 129, '1', '2', '3'}, true, false)
	f.Add([]byte("300 and more"), false, true)
	f.Fuzz(func(t *testing.T, data []byte, binary, wide bool) {
		shape, encode := Square, DataMatrix
		if wide {
			shape = Rectangle
		}
		if binary {
			encode = DataMatrixBase256
		}
		m, err := encode(data, shape)
		if err != nil {
			if len(data) <= 20 {
				t.Fatalf("%d bytes refused: %v", len(data), err)
			}
			return
		}
		if got := readDataMatrix(t, m); !bytes.Equal(got, data) {
			t.Fatalf("read %x", got)
		}
	})
}

func BenchmarkDataMatrix(b *testing.B) {
	texts := make([][]byte, 64)
	for i := range texts {
		texts[i] = fmt.Appendf(nil, "K7M2QX000%03d9QXPTB0102K%d", i, i%10)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := DataMatrixSize(texts[i%64], 36, 12); err != nil {
			b.Fatal(err)
		}
	}
}
