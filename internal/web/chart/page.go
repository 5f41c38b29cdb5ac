package chart

import (
	"fmt"
	"html"
	"strings"
)

// Alone makes a chart a picture that stands by itself, on white and with its title and description written
// above it: the file that a person opens or puts into a report. f is the chart's own frame.
func Alone(f Frame, svg string) string {
	const margin, titleSize, line = 24.0, 18.0, 19.0
	_, after, _ := strings.Cut(svg, `viewBox="`)
	var x, y, width, height float64
	if n, err := fmt.Sscanf(after, "%g %g %g %g", &x, &y, &width, &height); n < 4 || err != nil {
		return svg // not a chart of this package
	}
	words := wrap(f.Desc, int(width/7.2))
	head := margin + titleSize + 8 + line*float64(len(words)) + 12
	c := &canvas{width: width + 2*margin, height: head + height + margin}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" font-family="%s" font-size="%d">`,
		num(c.width), num(c.height), num(c.width), num(c.height), font, fontSize)
	fmt.Fprintf(c, `<rect width="100%%" height="100%%" fill="%s"/>`, surface)
	fmt.Fprintf(c, `<text x="%s" y="%s" font-size="%s" font-weight="600" fill="%s">%s</text>`,
		num(margin), num(margin+titleSize-4), num(titleSize), ink, html.EscapeString(f.Title))
	for i, w := range words {
		c.small(margin, margin+titleSize+18+line*float64(i), "start", w)
	}
	c.WriteString(strings.Replace(svg, "<svg ", fmt.Sprintf(`<svg x="%s" y="%s" overflow="visible" `, num(margin), num(head)), 1))
	return c.done()
}

// wrap breaks a text into lines of at most about n letters, at blanks.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= n:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
