package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
)

// jpegFile is what the markers of a JPEG file tell.
type jpegFile struct {
	clean       []byte // the file with nothing but what decoding needs: no Exif, comments, thumbnails, trailing bytes
	components  int
	bits        int
	adobe       bool // APP14 is there: CMYK is then written inverted
	profile     []byte
	orientation int
}

// readJPEG keeps gray and CMYK files as they are and decodes RGB ones. A file is decoded in any case: a damaged one is
// found here and not on the press.
func readJPEG(data []byte, o Options) (*raster, error) {
	f, err := scanJPEG(data)
	if err != nil {
		return nil, err
	}
	if f.bits != 8 {
		return nil, fault("the JPEG picture has %d bits a sample; 8 can be printed: save it anew", f.bits)
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(f.decodable()))
	if err != nil {
		return nil, damaged("JPEG", err)
	}
	if err := fits(c, o); err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bytes.NewReader(f.decodable()))
	if err != nil {
		return nil, damaged("JPEG", err)
	}
	r, err := f.raster(img, o)
	if err != nil {
		return nil, err
	}
	r.turned, r.photo = f.orientation, true
	return r, nil
}

func (f *jpegFile) raster(img image.Image, o Options) (*raster, error) {
	m, ok := img.(*image.CMYK)
	if !ok {
		r, err := flat(img, o)
		if err != nil {
			return nil, err
		}
		if f.components == 1 {
			r.jpeg = f.clean
		}
		r.profile = f.profile
		return r, nil
	}
	b := m.Bounds()
	r := &raster{w: b.Dx(), h: b.Dy(), space: cmyk, jpeg: f.clean, inverted: f.adobe}
	r.pix = make([]byte, 4*r.w*r.h)
	for y := range r.h {
		copy(r.pix[4*y*r.w:], m.Pix[y*m.Stride:y*m.Stride+4*r.w])
	}
	if !f.adobe { // the decoder took the marker that decodable put in for inverted ink
		for i := range r.pix {
			r.pix[i] = ^r.pix[i]
		}
	}
	return r, nil
}

// adobeMark is an APP14 segment without colour transform.
var adobeMark = []byte("\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")

// decodable is the file as the decoder wants it: four components need an Adobe marker.
func (f *jpegFile) decodable() []byte {
	if f.components != 4 || f.adobe {
		return f.clean
	}
	out := append([]byte{}, f.clean[:2]...)
	return append(append(out, adobeMark...), f.clean[2:]...)
}

// scanJPEG walks the segments (ITU T.81, annex B).
func scanJPEG(data []byte) (*jpegFile, error) {
	f := &jpegFile{clean: []byte{0xff, 0xd8}, orientation: 1}
	profile := map[byte][]byte{}
	for at := 2; ; {
		for at+1 < len(data) && data[at] == 0xff && data[at+1] == 0xff {
			at++
		}
		if at+2 > len(data) || data[at] != 0xff {
			return nil, fault("the JPEG picture is cut off or damaged at byte %d: save it anew", at)
		}
		marker := data[at+1]
		if marker == 0xd9 {
			break
		}
		if at+4 > len(data) || at+2+int(binary.BigEndian.Uint16(data[at+2:])) > len(data) || binary.BigEndian.Uint16(data[at+2:]) < 2 {
			return nil, fault("the JPEG picture is cut off at byte %d: save it anew", at)
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda {
			end = scanEnd(data, end)
		}
		if f.segment(marker, data[at+4:max(end, at+4)], profile) {
			f.clean = append(f.clean, data[at:end]...)
		}
		at = end
	}
	f.clean = append(f.clean, 0xff, 0xd9)
	if f.components == 0 {
		return nil, fault("the JPEG picture has no frame: save it anew")
	}
	f.profile = joined(profile)
	return f, nil
}

// scanEnd finds the marker after a scan's data, in which FF is followed by 00 or a restart marker.
func scanEnd(data []byte, at int) int {
	for at+1 < len(data) {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return len(data)
		}
		at += i
		if next := data[at+1]; next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7) {
			return at
		}
		at++
	}
	return len(data)
}

// segment notes what a segment tells and says whether it stays.
func (f *jpegFile) segment(marker byte, body []byte, profile map[byte][]byte) bool {
	switch {
	case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
		if len(body) >= 6 {
			f.bits, f.components = int(body[0]), int(body[5])
		}
	case marker == 0xe1:
		if rest, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
			f.orientation = orientation(rest)
		}
	case marker == 0xe2:
		if rest, ok := bytes.CutPrefix(body, []byte("ICC_PROFILE\x00")); ok && len(rest) > 2 {
			profile[rest[0]] = rest[2:]
		}
	case marker == 0xee:
		if bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12 {
			f.adobe = true
			return true
		}
	}
	return marker < 0xe0 || marker > 0xef && marker != 0xfe
}

// joined puts the profile's parts together; they count from 1.
func joined(parts map[byte][]byte) []byte {
	var out []byte
	for i := 1; i <= len(parts); i++ {
		out = append(out, parts[byte(i)]...)
	}
	return out
}

// orientation reads tag 274 of an Exif block; 1 where it has none.
func orientation(exif []byte) int {
	if len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if exif[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(exif[4:]))
	if at < 8 || at+2 > len(exif) {
		return 1
	}
	n := int(order.Uint16(exif[at:]))
	for i := range n {
		row := at + 2 + 12*i
		if row+12 > len(exif) {
			break
		}
		if order.Uint16(exif[row:]) == 274 {
			if v := int(order.Uint16(exif[row+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}
