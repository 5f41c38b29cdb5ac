package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strings"

	"postlift"
	"postlift/mailers/colour"
)

const maxProfile = 16 << 20

// pngProfile is the content of chunk iCCP, nil where there is none (PNG 3rd edition, 11.3.2.3).
func pngProfile(data []byte) ([]byte, error) {
	for at := 8; at+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		kind := string(data[at+4 : at+8])
		if n > len(data)-at-12 || kind == "IDAT" {
			return nil, nil
		}
		body := data[at+8 : at+8+n]
		at += 12 + n
		if kind != "iCCP" {
			continue
		}
		i := bytes.IndexByte(body, 0)
		if i < 0 || i+2 > len(body) {
			return nil, nil
		}
		z, err := zlib.NewReader(bytes.NewReader(body[i+2:]))
		if err != nil {
			return nil, unreadable(err)
		}
		out, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
		if err != nil || len(out) > maxProfile {
			return nil, unreadable(err)
		}
		return out, nil
	}
	return nil, nil
}

func unreadable(err error) error {
	return &postlift.Fault{Kind: postlift.Invalid, Op: "picture", Cause: err,
		Text: "the picture's embedded colour profile cannot be read: save the picture as sRGB"}
}

// convert turns the RGB samples into the output's CMYK by the embedded profile, else as sRGB.
func (r *raster) convert(o Options) ([]byte, error) {
	t := o.Transform
	if t == nil {
		return nil, fault("the picture is in colour and no output profile is set: give the design a profile, or save the picture in gray")
	}
	if len(r.profile) > 0 {
		p, err := colour.Parse(r.profile)
		if err != nil {
			return nil, unreadable(err)
		}
		if !strings.HasPrefix(p.Description, "sRGB") {
			if t, err = t.From(p); err != nil {
				return nil, unreadable(err)
			}
		}
	}
	out := make([]byte, r.w*r.h*4)
	t.RGBToCMYK(r.pix, out)
	return out, nil
}
