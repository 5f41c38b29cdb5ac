package pdfread

import (
	"bytes"
	"compress/lzw"
	"encoding/ascii85"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/pdfread/pdfreadtest"
)

func newFile() *File { return &File{limits: Defaults, cache: map[int]Object{}} }

func decode(t interface{ Fatal(...any) }, d Dict, raw []byte) []byte {
	data, left, err := newFile().Decode(&Stream{Dict: d, Raw: raw})
	if err != nil || len(left) > 0 {
		t.Fatal(left, err)
	}
	return data
}

// TestFilterExamples has the LZW example of ISO 32000-1, 7.4.4.2, and the run lengths of 7.4.5.
func TestFilterExamples(t *testing.T) {
	lzwOut := decode(t, Dict{"Filter": Name("LZWDecode")}, []byte{0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01})
	if want := []byte{45, 45, 45, 45, 45, 65, 45, 45, 45, 66}; !bytes.Equal(lzwOut, want) {
		t.Errorf("LZW: got %v, want %v", lzwOut, want)
	}
	if got := decode(t, Dict{"Filter": Name("RunLengthDecode")}, []byte{2, 'a', 'b', 'c', 254, 'x', 128, 'z'}); string(got) != "abcxxx" {
		t.Errorf("run lengths: %q", got)
	}
	if got := decode(t, Dict{"Filter": Array{Name("ASCIIHexDecode")}}, []byte("61 6 2 7>zz")); string(got) != "abp" {
		t.Errorf("hex: %q", got)
	}
}

// TestFilterChains: what is encoded by other libraries comes back.
func TestFilterChains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "data")
		var a85 bytes.Buffer
		w := ascii85.NewEncoder(&a85)
		_, _ = w.Write(pdfreadtest.Deflate(data))
		_ = w.Close()
		a85.WriteString("~>")
		got := decode(t, Dict{"Filter": Array{Name("ASCII85Decode"), Name("FlateDecode")}}, a85.Bytes())
		if !bytes.Equal(got, data) {
			t.Fatalf("ASCII85 and Flate: %d bytes came back as %d", len(data), len(got))
		}
		var l bytes.Buffer // compress/lzw writes what TIFF calls late change
		lw := lzw.NewWriter(&l, lzw.MSB, 8)
		_, _ = lw.Write(data)
		_ = lw.Close()
		if len(data) == 0 {
			return
		}
		got = decode(t, Dict{"Filter": Name("LZWDecode"), "DecodeParms": Dict{"EarlyChange": int64(0)}}, l.Bytes())
		if !bytes.Equal(got, data) {
			t.Fatalf("LZW: %d bytes came back as %d", len(data), len(got))
		}
	})
}

// TestPredictors encodes rows by each PNG filter (PNG specification, clause 9) and by TIFF's.
func TestPredictors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns, colours := rapid.IntRange(1, 12).Draw(t, "columns"), rapid.IntRange(1, 4).Draw(t, "colours")
		rows := rapid.IntRange(1, 6).Draw(t, "rows")
		row := columns * colours
		data := rapid.SliceOfN(rapid.Byte(), row*rows, row*rows).Draw(t, "data")
		var enc, tif []byte
		for y := range rows {
			kind := rapid.IntRange(0, 4).Draw(t, "kind")
			enc = append(enc, byte(kind))
			for x := range row {
				var a, b, c byte
				if x >= colours {
					a = data[y*row+x-colours]
				}
				if y > 0 {
					b = data[(y-1)*row+x]
					if x >= colours {
						c = data[(y-1)*row+x-colours]
					}
				}
				enc = append(enc, data[y*row+x]-[]byte{0, a, b, byte((int(a) + int(b)) / 2), paeth(a, b, c)}[kind])
				tif = append(tif, data[y*row+x]-a)
			}
		}
		p := Dict{"Predictor": int64(15), "Columns": int64(columns), "Colors": int64(colours)}
		if got := decode(t, Dict{"Filter": Name("FlateDecode"), "DecodeParms": p}, pdfreadtest.Deflate(enc)); !bytes.Equal(got, data) {
			t.Fatalf("PNG: got %v, want %v", got, data)
		}
		p["Predictor"] = int64(2)
		if got := decode(t, Dict{"Filter": Name("FlateDecode"), "DecodeParms": p}, pdfreadtest.Deflate(tif)); !bytes.Equal(got, data) {
			t.Fatalf("TIFF: got %v, want %v", got, data)
		}
	})
}

// TestBombs: a stream of zeros compressed a thousandfold, twice, stops at the limit.
func TestBombs(t *testing.T) {
	f := newFile()
	f.limits.Stream = 1 << 20
	bomb := pdfreadtest.Deflate(pdfreadtest.Deflate(make([]byte, 64<<20)))
	if _, _, err := f.Decode(&Stream{Dict: Dict{"Filter": Array{Name("FlateDecode"), Name("FlateDecode")}}, Raw: bomb}); !errors.Is(err, errTooLarge) {
		t.Errorf("got %v, want %v", err, errTooLarge)
	}
	chain := Array{}
	for range 20 {
		chain = append(chain, Name("FlateDecode"))
	}
	if _, _, err := f.Decode(&Stream{Dict: Dict{"Filter": chain}, Raw: bomb}); err == nil {
		t.Error("a chain of 20 filters is read")
	}
}
