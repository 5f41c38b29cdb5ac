package pdfread_test

import (
	"testing"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/pdfreadtest"
)

// FuzzOpen: no bytes make the reader panic, hang or take memory without bounds.
func FuzzOpen(f *testing.F) {
	f.Add(sample().Bytes())
	d := pdfreadtest.New()
	packed := d.Flate("/Type/ObjStm/N 2/First 8", []byte("8 0 9 5 1234 <</A 8 0 R>>"))
	rows := []byte{1, 0, 15, 0, 2, 0, byte(packed), 0, 2, 0, byte(packed), 1}
	d.Flate("/Type/XRef/W[1 2 1]/Index[1 3]/Size 9/Root 1 0 R/DecodeParms<</Predictor 1>>", rows)
	d.Page("/MediaBox[0 0 10 10]/Rotate 90", "q BI /W 1/H 1/BPC 8/CS/G ID x\nEI Q /F1 1 Tf (a)Tj")
	f.Add(d.Bytes())
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]>>endobj 3 0 obj<</Type/Page/Contents 4 0 R>>endobj 4 0 obj<</Filter[/A85/LZW/AHx/RL]>>stream\n<~z~>\nendstream"))
	limits := pdfread.Limits{Bytes: 1 << 20, Objects: 10000, Stream: 4 << 20, Decoded: 16 << 20, Work: 16 << 20, Pages: 1000}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := pdfread.OpenWithin(data, limits)
		if err != nil {
			return
		}
		pages, err := file.Pages()
		if err != nil {
			return
		}
		for _, p := range pages[:min(len(pages), 20)] {
			p.Box("TrimBox")
			content, err := file.Content(p)
			if err != nil {
				continue
			}
			_ = pdfread.Operators(content, func(string, []pdfread.Object) error { return nil })
		}
		for n := range 50 {
			if s := file.Stream(pdfread.Ref{Num: n}); s != nil {
				_, _, _ = file.Decode(s)
			}
		}
	})
}
