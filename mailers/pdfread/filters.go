package pdfread

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"fmt"
	"io"
)

// maxFilters bounds a chain of filters: each could blow up what the one before gave.
const maxFilters = 8

var errTooLarge = errors.New("its decoded data exceeds the limit")

// longNames resolves the abbreviations of inline images.
var longNames = map[Name]Name{"AHx": "ASCIIHexDecode", "A85": "ASCII85Decode", "LZW": "LZWDecode", "Fl": "FlateDecode",
	"RL": "RunLengthDecode", "CCF": "CCITTFaxDecode", "DCT": "DCTDecode"}

// Filters gives a stream's filters in their order by full names.
func (f *File) Filters(d Dict) []Name {
	o := f.Resolve(first(d, "Filter", "F"))
	var out []Name
	switch v := o.(type) {
	case Name:
		out = []Name{v}
	case Array:
		for _, e := range v[:min(len(v), maxFilters+1)] {
			out = append(out, f.Name(e))
		}
	}
	for i, n := range out {
		if long, ok := longNames[n]; ok {
			out[i] = long
		}
	}
	return out
}

func first(d Dict, keys ...Name) Object {
	for _, k := range keys {
		if v, ok := d[k]; ok {
			return v
		}
	}
	return nil
}

// params gives the parameters of the n-th filter, or nil.
func (f *File) params(d Dict, n int) Dict {
	o := f.Resolve(first(d, "DecodeParms", "DP"))
	if a, ok := o.(Array); ok {
		if n < len(a) {
			return f.Dict(a[n])
		}
		return nil
	}
	if n > 0 {
		return nil
	}
	return f.Dict(o)
}

// Decode undoes a stream's filters up to the first that holds an image (DCT, JPX, CCITT, JBIG2); left are that
// one and what follows. A stream that breaks off in the middle gives what was there, with a note.
func (f *File) Decode(s *Stream) (data []byte, left []Name, err error) {
	data = s.Raw
	filters := f.Filters(s.Dict)
	if len(filters) > maxFilters {
		return nil, nil, fmt.Errorf("a stream has more than %d filters", maxFilters)
	}
	for i, name := range filters {
		limit := min(f.limits.Stream, f.limits.Decoded-f.decoded)
		if limit <= 0 {
			return nil, nil, errTooLarge
		}
		p := f.params(s.Dict, i)
		switch name {
		case "FlateDecode":
			data, err = f.inflate(data, limit)
		case "LZWDecode":
			data, err = unLZW(data, f.Number(p["EarlyChange"], 1) != 0, limit)
		case "ASCIIHexDecode":
			data = unASCIIHex(data)
		case "ASCII85Decode":
			data, err = unASCII85(data)
		case "RunLengthDecode":
			data, err = unRunLength(data, limit)
		case "DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode":
			return data, filters[i:], nil
		case "Crypt":
			return nil, nil, errors.New("a stream is encrypted")
		default:
			return nil, nil, fmt.Errorf("a stream has the unknown filter %s", name)
		}
		if err != nil {
			return nil, nil, err
		}
		f.decoded += len(data)
		if p != nil && (name == "FlateDecode" || name == "LZWDecode") {
			if data, err = f.unpredict(data, p); err != nil {
				return nil, nil, err
			}
		}
	}
	return data, nil, nil
}

func (f *File) inflate(data []byte, limit int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		if len(bytes.TrimSpace(data)) == 0 {
			return nil, nil
		}
		return nil, fmt.Errorf("a compressed stream is damaged: %w", err)
	}
	var out bytes.Buffer
	out.Grow(min(len(data)*3, limit))
	n, err := io.Copy(&out, io.LimitReader(r, int64(limit)+1))
	if n > int64(limit) {
		return nil, errTooLarge
	}
	if err != nil {
		if n == 0 {
			return nil, fmt.Errorf("a compressed stream is damaged: %w", err)
		}
		f.note("a compressed stream is damaged after %d bytes: %v", n, err)
	}
	return out.Bytes(), nil
}

func unASCIIHex(data []byte) []byte {
	out := make([]byte, 0, len(data)/2)
	half := -1
	for _, c := range data {
		if c == '>' {
			break
		}
		v := unhex(c)
		switch {
		case v < 0:
		case half < 0:
			half = v
		default:
			out, half = append(out, byte(half<<4|v)), -1
		}
	}
	if half >= 0 {
		out = append(out, byte(half<<4))
	}
	return out
}

func unASCII85(data []byte) ([]byte, error) {
	if i := bytes.Index(data, []byte("~>")); i >= 0 {
		data = data[:i]
	}
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	out := make([]byte, len(data)*4+4) // each z is four bytes
	n, _, err := ascii85.Decode(out, data, true)
	if err != nil {
		return nil, fmt.Errorf("an ASCII85 stream is damaged: %w", err)
	}
	return out[:n], nil
}

func unRunLength(data []byte, limit int) ([]byte, error) {
	var out []byte
	for i := 0; i < len(data); {
		n := int(data[i])
		i++
		switch {
		case n == 128:
			return out, nil
		case n < 128:
			end := min(i+n+1, len(data))
			out, i = append(out, data[i:end]...), end
		case i < len(data):
			for range 257 - n {
				out = append(out, data[i])
			}
			i++
		}
		if len(out) > limit {
			return nil, errTooLarge
		}
	}
	return out, nil
}

// unLZW decodes the variable-width LZW of PDF and TIFF: codes of 9 to 12 bits, most significant bit first,
// 256 clears the table, 257 ends; with early change the width grows one code sooner.
func unLZW(data []byte, early bool, limit int) ([]byte, error) {
	var (
		out            []byte
		start, length  [4096]int // of a code's bytes in out
		next, width    = 258, 9
		bits, have, at uint
		prev           = -1
		lead           = 0
	)
	if early {
		lead = 1
	}
	for {
		for have < uint(width) {
			if at >= uint(len(data)) {
				return out, nil
			}
			bits, have, at = bits<<8|uint(data[at]), have+8, at+1
		}
		code := int(bits >> (have - uint(width)) & (1<<width - 1))
		have -= uint(width)
		bits &= 1<<have - 1
		if code == 257 {
			return out, nil
		}
		if code == 256 {
			next, width, prev = 258, 9, -1
			continue
		}
		from := len(out)
		switch {
		case code < 256:
			out = append(out, byte(code))
		case code < next:
			out = append(out, out[start[code]:start[code]+length[code]]...)
		case code == next && prev >= 0:
			out = append(out, out[prev:from]...)
			out = append(out, out[prev])
		default:
			return nil, errors.New("an LZW stream is damaged")
		}
		if prev >= 0 && next < 4096 {
			start[next], length[next] = prev, from-prev+1
			next++
		}
		if prev = from; len(out) > limit {
			return nil, errTooLarge
		}
		for width < 12 && next+lead >= 1<<width {
			width++
		}
	}
}
