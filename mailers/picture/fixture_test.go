package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io/fs"
	"sync"
	"testing"

	"postlift/mailers/colour"
	"postlift/templates"
)

var shared = sync.OnceValues(func() (*colour.Transform, error) {
	data, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		return nil, err
	}
	p, err := colour.Parse(data)
	if err != nil {
		return nil, err
	}
	return colour.NewTransform(nil, p, colour.RelativeBPC)
})

func options(t testing.TB) Options {
	t.Helper()
	tr, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Transform: tr}
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is a PNG chunk.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// rawPNG writes a PNG of one sample row scheme by hand: what the standard library does not write.
func rawPNG(w, h int, depth, kind, interlace byte, rows []byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	head = append(head, depth, kind, 0, 0, interlace)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...)
	out = append(out, chunk("IDAT", squeezed(rows))...)
	return append(out, chunk("IEND", nil)...)
}

func squeezed(b []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return z.Bytes()
}

// plainJPEG writes an 8 x 8 JPEG of one even tone a component by hand (ITU T.81): quantiser 8, so that the DC value is
// the sample less 128; a DC code of four bits a category, an AC code that knows only the end of block.
func plainJPEG(samples []byte, segments ...[]byte) []byte {
	out := []byte{0xff, 0xd8}
	for _, s := range segments {
		out = append(out, s...)
	}
	segment := func(marker byte, body []byte) {
		out = append(out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
		out = append(out, body...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{8}, 64)...))
	frame := []byte{8, 0, 8, 0, 8, byte(len(samples))}
	scan := []byte{byte(len(samples))}
	for i := range samples {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	segment(0xc0, frame)
	dc := append([]byte{0}, make([]byte, 16)...)
	dc[4] = 12
	for i := range 12 {
		dc = append(dc, byte(i))
	}
	ac := append([]byte{0x10}, make([]byte, 16)...)
	ac[1] = 1
	segment(0xc4, append(dc, append(ac, 0)...))
	segment(0xda, append(scan, 0, 63, 0))
	var bits []byte
	put := func(v, n int) {
		for i := n - 1; i >= 0; i-- {
			bits = append(bits, byte(v>>i&1))
		}
	}
	for _, s := range samples {
		v, n := int(s)-128, 0
		for a := max(v, -v); a > 0; a >>= 1 {
			n++
		}
		put(n, 4)
		if v < 0 {
			v += 1<<n - 1
		}
		put(v, n)
		put(0, 1)
	}
	for len(bits)%8 != 0 {
		bits = append(bits, 1)
	}
	for i := 0; i < len(bits); i += 8 {
		b := byte(0)
		for _, bit := range bits[i : i+8] {
			b = b<<1 | bit
		}
		if out = append(out, b); b == 0xff {
			out = append(out, 0)
		}
	}
	return append(out, 0xff, 0xd9)
}

// app is an application segment.
func app(n byte, body string) []byte {
	return append([]byte{0xff, 0xe0 + n, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

func exif(orientation byte) []byte {
	return app(1, "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"+string(rune(orientation))+"\x00\x00\x00\x00\x00\x00")
}

// cmykTIFF writes a TIFF of CMYK samples in strips of one row.
func cmykTIFF(w, h, compression, predictor int, pix []byte, pack func([]byte) []byte) []byte {
	out := []byte("II*\x00\x00\x00\x00\x00")
	var offsets, lengths []uint32
	for y := range h {
		line := bytes.Clone(pix[4*w*y : 4*w*(y+1)])
		if predictor == 2 {
			for x := len(line) - 1; x >= 4; x-- {
				line[x] -= line[x-4]
			}
		}
		line = pack(line)
		offsets, lengths = append(offsets, uint32(len(out))), append(lengths, uint32(len(line)))
		out = append(out, line...)
	}
	list := func(v []uint32) uint32 {
		at := uint32(len(out))
		if len(v) == 1 {
			return v[0]
		}
		for _, x := range v {
			out = binary.LittleEndian.AppendUint32(out, x)
		}
		return at
	}
	bits := uint32(len(out))
	out = append(out, 8, 0, 8, 0, 8, 0, 8, 0)
	rows := [][4]uint32{
		{256, 3, 1, uint32(w)}, {257, 3, 1, uint32(h)}, {258, 3, 4, bits}, {259, 3, 1, uint32(compression)}, {262, 3, 1, separated},
		{273, 4, uint32(h), list(offsets)}, {277, 3, 1, 4}, {278, 3, 1, 1}, {279, 4, uint32(h), list(lengths)}, {317, 3, 1, uint32(predictor)},
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(rows)))
	for _, r := range rows {
		out = binary.LittleEndian.AppendUint16(out, uint16(r[0]))
		out = binary.LittleEndian.AppendUint16(out, uint16(r[1]))
		out = binary.LittleEndian.AppendUint32(out, r[2])
		out = binary.LittleEndian.AppendUint32(out, r[3])
	}
	return append(out, 0, 0, 0, 0)
}
