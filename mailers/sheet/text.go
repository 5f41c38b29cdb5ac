package sheet

import (
	"fmt"
	"hash"
)

// String is one line of a plan's readable text.
func (o Op) String() string {
	at := MM(o.X) + " " + MM(o.Y)
	if o.Part != PartBody {
		at = o.Part.String() + " " + at
	}
	box := MM(o.W) + " x " + MM(o.H)
	switch o.Kind {
	case OpText:
		return fmt.Sprintf("text %s %s %gpt %s %q%s", at, o.Style, float64(o.Size)/1000, o.Ink, o.Text, o.spread())
	case OpRect:
		return fmt.Sprintf("rect %s %s %s", at, box, o.Ink)
	case OpModules:
		return fmt.Sprintf("code %s %s module %s boxes %d %s", at, box, MM(o.Unit), len(o.Modules), o.Ink)
	case OpPath:
		how := "filled"
		if o.Path.Stroke > 0 {
			how = "stroked " + MM(o.Path.Stroke)
		}
		return fmt.Sprintf("path %s %s %s %s %s", at, box, how, o.Path.Verbs, o.Ink)
	case OpImage:
		return fmt.Sprintf("image %s %s %d x %d px %.8s", at, box, o.Image.W, o.Image.H, o.Image.Key)
	case OpForm:
		return fmt.Sprintf("form %s %s %.8s", at, box, o.Form.Key)
	}
	return fmt.Sprintf("operation %d %s", o.Kind, at)
}

// spread tells how far justification and kerning move a text's end, in thousandths of its size.
func (o Op) spread() string {
	sum := 0
	for _, s := range o.Shift {
		sum += int(s)
	}
	if len(o.Shift) == 0 {
		return ""
	}
	return fmt.Sprintf(" %+d", sum)
}

// digest feeds everything that an operation draws.
func (o *Op) digest(h hash.Hash) {
	fmt.Fprintf(h, "%d %d %d %d %d %d %d %d %s %q %v %d %v\n", o.Kind, o.Part, o.Style, o.Size, o.X, o.Y, o.W, o.H, o.Ink, o.Text, o.Shift, o.Unit, o.Modules)
	fmt.Fprintf(h, "%d %d %d %d\n", o.Ink.C, o.Ink.M, o.Ink.Y, o.Ink.K)
	if o.Path != nil {
		fmt.Fprintf(h, "path %v\n", *o.Path)
	}
	if o.Image != nil {
		fmt.Fprintf(h, "image %s\n", o.Image.Key)
	}
	if o.Form != nil {
		fmt.Fprintf(h, "form %s\n", o.Form.Key)
	}
}

// MM writes micrometres as millimetres with three decimals.
func MM(um int) string { return fmt.Sprintf("%.3f", float64(um)/1000) }

// Micro converts millimetres to micrometres, to the nearest.
func Micro(mm float64) int {
	if mm < 0 {
		return -Micro(-mm)
	}
	return int(float64(mm*1000) + .5) // the conversion keeps processors from fusing the two steps, which would round differently
}

// Points converts a length in thousandths of a point to micrometres, to the nearest: one point is 25400/72
// micrometres.
func Points(millipoints int) int { return (millipoints*127 + 180) / 360 }
