package paper

import "math"

// Kind is the meaning of a mark, which decides its look everywhere: mailed is blue, solid and filled, held out grey, dashed
// and hollow.
type Kind uint8

// Kinds of marks.
const (
	Ink Kind = iota
	Mailed
	HeldOut
	Third // a plan, a known truth
	Quiet
	Muted
	Rule
)

// Anchor is where a text stands from its point.
type Anchor uint8

// Anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// Point is a place of a canvas, y downwards.
type Point struct{ X, Y float64 }

// Canvas draws. Units are those of a picture of Width units; texts are 13 units high, small ones 12.
type Canvas interface {
	Line(x1, y1, x2, y2 float64, k Kind, width float64, dashed bool)
	Poly(points []Point, k Kind, width float64, dashed bool)
	Area(points []Point, k Kind) // a pale fill
	Box(x, y, w, h float64, k Kind)
	Dot(x, y, r float64, k Kind, hollow bool)
	Diamond(x, y, r float64, k Kind)
	Text(x, y float64, at Anchor, k Kind, text string)
	Measure(text string) float64
}

// scale maps values to places, linearly.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if !(s.high > s.low) || math.IsNaN(v) {
		return s.from
	}
	v = min(max(v, s.low), s.high)
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

// ticks gives about n round values that cover low to high.
func ticks(low, high float64, n int) []float64 {
	if !(high > low) {
		low, high = low-1, low+1
	}
	raw := (high - low) / float64(max(n, 1))
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, m := range []float64{1, 2, 2.5, 5} {
		if raw <= m*unit {
			step = m * unit
			break
		}
	}
	var out []float64
	for k := math.Floor(low/step + 1e-9); k <= math.Ceil(high/step-1e-9); k++ {
		out = append(out, k*step)
	}
	return out
}

func widest(c Canvas, texts ...string) float64 {
	w := 0.0
	for _, t := range texts {
		w = max(w, c.Measure(t))
	}
	return w
}

// cut shortens a text until it has room.
func cut(c Canvas, text string, room float64) string {
	if c.Measure(text) <= room {
		return text
	}
	letters := []rune(text)
	for len(letters) > 1 && c.Measure(string(letters)+"…") > room {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}

// across draws a horizontal axis: grid lines, and as many labels as have room.
func across(c Canvas, x scale, tick []float64, top, bottom float64, format func(float64) string) {
	texts := make([]string, len(tick))
	for i, v := range tick {
		texts[i] = format(v)
	}
	every, zero := 1, 0
	if len(tick) > 1 {
		gap := math.Abs(x.at(tick[1]) - x.at(tick[0]))
		for gap*float64(every) < widest(c, texts...)+10 && every < len(tick) {
			every++
		}
	}
	for i, v := range tick {
		if v == 0 {
			zero = i
		}
	}
	for i, v := range tick {
		c.Line(x.at(v), top, x.at(v), bottom, Rule, 1, false)
		if (i-zero)%every == 0 {
			c.Text(x.at(v), bottom+18, Middle, Muted, texts[i])
		}
	}
}

// up draws a vertical axis with its labels at the left.
func up(c Canvas, y scale, tick []float64, left, right float64, format func(float64) string) {
	for _, v := range tick {
		c.Line(left, y.at(v), right, y.at(v), Rule, 1, false)
		c.Text(left-8, y.at(v)+4, End, Muted, format(v))
	}
}
