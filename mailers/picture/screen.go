package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"postlift"
	"postlift/mailers/sheet"
)

// finish adds the key and the screen's copy.
func finish(img *sheet.Image, r *raster, o Options) (*sheet.Image, error) {
	img.Key = key(img)
	small, w, h := shrink(r.pix, r.w, r.h, int(r.space), o.ScreenSide)
	out := &image.RGBA{Pix: make([]byte, 4*w*h), Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
	lit := lights(small, r.space, o)
	for i := range w * h {
		copy(out.Pix[4*i:], lit[3*i:3*i+3])
		out.Pix[4*i+3] = 255
	}
	var b bytes.Buffer
	var err error
	if r.photo {
		err = jpeg.Encode(&b, out, &jpeg.Options{Quality: 88})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, out)
	}
	if err != nil {
		return nil, postlift.Wrap("picture.Load", "the picture for the screen cannot be written", err)
	}
	img.Screen = b.Bytes()
	return img, nil
}

// key hashes what is printed.
func key(img *sheet.Image) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d %v %v %v\n", img.W, img.H, img.CMYK, img.JPEG, img.Inverted)
	h.Write(img.Data)
	return hex.EncodeToString(h.Sum(nil))
}

// lights turns printed samples into sRGB: through the output profile, or without one as plain gray and complement.
func lights(pix []byte, s space, o Options) []byte {
	if s == gray {
		ink := make([]byte, 4*len(pix))
		for i, v := range pix {
			ink[4*i+3] = 255 - v
		}
		pix = ink
	}
	out := make([]byte, len(pix)/4*3)
	if o.Transform != nil {
		o.Transform.Output.CMYKToRGB(pix, out)
		return out
	}
	for i := range len(pix) / 4 {
		p, black := pix[4*i:4*i+4], 255-int(pix[4*i+3])
		for j := range 3 {
			out[3*i+j] = byte((255 - int(p[j])) * black / 255)
		}
	}
	return out
}

// shrink averages boxes of whole pixels until no side is longer than most. Whole numbers: it is the same everywhere.
func shrink(pix []byte, w, h, n, most int) ([]byte, int, int) {
	k := (max(w, h) + most - 1) / most
	if k <= 1 {
		return pix, w, h
	}
	sw, sh := (w+k-1)/k, (h+k-1)/k
	out := make([]byte, sw*sh*n)
	for y := range sh {
		for x := range sw {
			x1, y1 := min(x*k+k, w), min(y*k+k, h)
			var sum [4]int
			for sy := y * k; sy < y1; sy++ {
				for i := (sy*w + x*k) * n; i < (sy*w+x1)*n; i += n {
					for j := range n {
						sum[j] += int(pix[i+j])
					}
				}
			}
			count := (x1 - x*k) * (y1 - y*k)
			for j := range n {
				out[(y*sw+x)*n+j] = byte((sum[j] + count/2) / count)
			}
		}
	}
	return out, sw, sh
}
