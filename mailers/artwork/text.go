package artwork

import (
	"math"
	"slices"
	"strconv"

	"postlift/mailers/pdfread"
	"postlift/mailers/sheet"
)

// text is the text of an object in the making, with holes for references.
type text struct {
	parts [][]byte
	refs  []int
	cur   []byte
}

func (w *text) puts(s string)  { w.cur = append(w.cur, s...) }
func (w *text) bytes(b []byte) { w.cur = append(w.cur, b...) }

// ref leaves a hole for the reference to an object of the form.
func (w *text) ref(index int) {
	w.parts, w.refs, w.cur = append(w.parts, w.cur), append(w.refs, index), nil
}

func (w *text) object() sheet.Object {
	return sheet.Object{Parts: append(w.parts, w.cur), Refs: w.refs}
}

// number writes a number without exponent and with at most six decimals.
func (w *text) number(v float64) {
	v = math.Round(v*1e6) / 1e6
	if v == 0 {
		v = 0 // no negative zero
	}
	w.cur = strconv.AppendFloat(w.cur, v, 'f', -1, 64)
}

func (w *text) rect(r pdfread.Rect) {
	w.puts("[")
	for i, v := range [...]float64{r.Left, r.Bottom, r.Right, r.Top} {
		if i > 0 {
			w.puts(" ")
		}
		w.number(v)
	}
	w.puts("]")
}

// name writes a name, escaping what is not a plain letter.
func (w *text) name(n pdfread.Name) {
	const hexes = "0123456789ABCDEF"
	w.puts("/")
	for _, c := range []byte(n) {
		if c > '!' && c < 127 && !slices.Contains([]byte("#()<>[]{}/%"), c) {
			w.cur = append(w.cur, c)
		} else {
			w.cur = append(w.cur, '#', hexes[c>>4], hexes[c&15])
		}
	}
}

// str writes a string in hex, which needs no escapes.
func (w *text) str(s pdfread.String) {
	const hexes = "0123456789abcdef"
	w.puts("<")
	for _, c := range s {
		w.cur = append(w.cur, hexes[c>>4], hexes[c&15])
	}
	w.puts(">")
}

func keys(d pdfread.Dict) []pdfread.Name {
	out := make([]pdfread.Name, 0, len(d))
	for k := range d {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
