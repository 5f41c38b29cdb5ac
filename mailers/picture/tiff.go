package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"

	"golang.org/x/image/tiff/lzw"
)

// separated is TIFF's photometric interpretation of CMYK.
const separated = 5

// tags are what this package reads of a TIFF file's first picture (TIFF 6.0): x/image/tiff decodes all but CMYK, and
// tells neither orientation nor profile.
type tags struct {
	file                       []byte
	order                      binary.ByteOrder
	width, height              int
	bits, samples, planar      int
	compression, predictor     int
	photometric, inkSet        int
	orientation                int
	rowsPerStrip               int
	stripOffsets, stripLengths []int
	tiled                      bool
	profile                    []byte
}

func readTags(file []byte) (*tags, error) {
	t := &tags{file: file, order: binary.LittleEndian, bits: 1, samples: 1, planar: 1, compression: 1, predictor: 1, inkSet: 1, orientation: 1}
	if len(file) < 8 {
		return nil, fault("the TIFF picture is cut off: save it anew")
	}
	if file[0] == 'M' {
		t.order = binary.BigEndian
	}
	at := int(t.order.Uint32(file[4:]))
	if at < 8 || at+2 > len(file) {
		return nil, fault("the TIFF picture has no directory: save it anew")
	}
	for i := range int(t.order.Uint16(file[at:])) {
		row := at + 2 + 12*i
		if row+12 > len(file) {
			return nil, fault("the TIFF picture's directory is cut off: save it anew")
		}
		t.entry(file[row : row+12])
	}
	return t, nil
}

func (t *tags) entry(row []byte) {
	values := t.values(row)
	if len(values) == 0 {
		return
	}
	one := values[0]
	switch t.order.Uint16(row) {
	case 256:
		t.width = one
	case 257:
		t.height = one
	case 258:
		t.bits = one
	case 259:
		t.compression = one
	case 262:
		t.photometric = one
	case 273:
		t.stripOffsets = values
	case 274:
		t.orientation = one
	case 277:
		t.samples = one
	case 278:
		t.rowsPerStrip = one
	case 279:
		t.stripLengths = values
	case 284:
		t.planar = one
	case 317:
		t.predictor = one
	case 322:
		t.tiled = true
	case 332:
		t.inkSet = one
	case 34675:
		at, n := int(t.order.Uint32(row[8:])), int(t.order.Uint32(row[4:]))
		if n <= maxProfile && at <= len(t.file) && n <= len(t.file)-at {
			t.profile = t.file[at : at+n]
		}
	}
}

// values are an entry's numbers of type BYTE, SHORT or LONG; nil for other types and for what lies outside of the file.
// A profile (UNDEFINED) counts as one value.
func (t *tags) values(row []byte) []int {
	n := int(t.order.Uint32(row[4:]))
	size := map[uint16]int{1: 1, 3: 2, 4: 4}[t.order.Uint16(row[2:])]
	if t.order.Uint16(row[2:]) == 7 {
		return []int{n}
	}
	if size == 0 || n < 1 || n > 1<<20 {
		return nil
	}
	b := row[8:]
	if n*size > 4 {
		at := int(t.order.Uint32(row[8:]))
		if at > len(t.file) || n*size > len(t.file)-at {
			return nil
		}
		b = t.file[at:]
	}
	out := make([]int, n)
	for i := range out {
		switch size {
		case 1:
			out[i] = int(b[i])
		case 2:
			out[i] = int(t.order.Uint16(b[2*i:]))
		default:
			out[i] = int(t.order.Uint32(b[4*i:]))
		}
	}
	return out
}

// separations reads 8-bit CMYK in strips, the way that layout programs save it.
func (t *tags) separations() (*raster, error) {
	if t.bits != 8 || t.samples != 4 || t.planar != 1 || t.tiled || t.inkSet != 1 || len(t.stripOffsets) == 0 || len(t.stripOffsets) != len(t.stripLengths) {
		return nil, fault("the CMYK TIFF picture has %d samples of %d bits (planes %d, tiles %v); four samples of 8 bits in strips, interleaved, can be read: save it so, without layers and extra channels", t.samples, t.bits, t.planar, t.tiled)
	}
	r := &raster{w: t.width, h: t.height, space: cmyk}
	row := 4 * t.width
	if t.rowsPerStrip < 1 || t.rowsPerStrip > t.height {
		t.rowsPerStrip = t.height
	}
	for i, at := range t.stripOffsets {
		rows := min(t.rowsPerStrip, t.height-i*t.rowsPerStrip)
		if rows <= 0 {
			break
		}
		if at > len(t.file) || t.stripLengths[i] > len(t.file)-at {
			return nil, fault("the TIFF picture is cut off: save it anew")
		}
		strip, err := t.inflate(t.file[at:at+t.stripLengths[i]], rows*row)
		if err != nil {
			return nil, err
		}
		r.pix = append(r.pix, strip...)
	}
	if len(r.pix) != row*t.height {
		return nil, fault("the TIFF picture has fewer rows than it says: save it anew")
	}
	if t.predictor == 2 {
		for y := range t.height {
			line := r.pix[y*row : (y+1)*row]
			for x := 4; x < row; x++ {
				line[x] += line[x-4]
			}
		}
	}
	return r, nil
}

func (t *tags) inflate(b []byte, size int) ([]byte, error) {
	var from io.Reader
	switch t.compression {
	case 1:
		from = bytes.NewReader(b)
	case 5:
		z := lzw.NewReader(bytes.NewReader(b), lzw.MSB, 8)
		defer z.Close()
		from = z
	case 8, 32946:
		z, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, damaged("TIFF", err)
		}
		defer z.Close()
		from = z
	case 32773:
		from = bytes.NewReader(unpack(b, size))
	default:
		return nil, fault("the CMYK TIFF picture is compressed by method %d; none, LZW, ZIP and PackBits can be read: save it so", t.compression)
	}
	var out bytes.Buffer // grows with what is there, not with what a header promises
	n, err := io.Copy(&out, io.LimitReader(from, int64(size)))
	if int(n) != size {
		return nil, damaged("TIFF", err)
	}
	return out.Bytes(), nil
}

// unpack undoes PackBits (TIFF 6.0, section 9), at most size bytes.
func unpack(b []byte, size int) []byte {
	var out []byte
	for len(b) > 1 && len(out) < size {
		n := int(int8(b[0]))
		b = b[1:]
		switch {
		case n >= 0:
			n = min(n+1, len(b))
			out = append(out, b[:n]...)
			b = b[n:]
		case n > -128:
			for range 1 - n {
				out = append(out, b[0])
			}
			b = b[1:]
		}
	}
	return out
}
