// Package svgtest compares a page of a print file with the same page drawn for the screen: both are rasterised
// and counted pixel by pixel. It serves tests only and imports nothing of the project but mailers/sheet.
package svgtest

import (
	"image"
	"image/draw"
	_ "image/png" // rasterisers write PNG
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"postlift/mailers/sheet"
)

// tolerance is by how much a channel may differ before a pixel counts.
const tolerance = 32

// RGB is how the rasteriser of Differ shows process inks when it is told to use no profile: black is added to
// each ink. Pages that are compared are drawn with it, so that the comparison is of shapes and places, not of
// two ways to convert colours.
func RGB(c sheet.Ink) [3]uint8 {
	channel := func(ink uint8) uint8 {
		return uint8((255*(100-min(100, int(ink)+int(c.K))) + 50) / 100)
	}
	return [3]uint8{channel(c.C), channel(c.M), channel(c.Y)}
}

// oversampling is how much finer than asked Differ rasterises both pages before it averages neighbours. At low
// resolutions rasterisers of PDF set a font's glyphs on whole pixels, which moves text by up to half of one: at
// 150 dots an inch that alone lets 1 to 3 % of a letter's pixels differ, drawn directly. Averaged from four times
// as many dots each way, .1 % remain, and of eight times as many none. Direct needs no averaging.
const oversampling = 4

// Differ is the share of pixels, 0 to 1, of which a channel differs by more than 32 of 255 between the page
// (from 1) of the PDF file and the SVG document, both at dpi dots an inch, over the smaller of both sizes. The
// SVG must show what the PDF's media box shows, in the colours of RGB. It skips the test where mutool or
// rsvg-convert are missing.
func Differ(t testing.TB, pdfPath string, page int, svg []byte, dpi int) float64 {
	t.Helper()
	dir := t.TempDir()
	print, screen := filepath.Join(dir, "print.png"), filepath.Join(dir, "screen.png")
	rate := strconv.Itoa(dpi * oversampling)
	run(t, "mutool", "draw", "-q", "-N", "-A", "8", "-r", rate, "-o", print, pdfPath, strconv.Itoa(page))
	shown(t, svg, screen, rate)
	return compare(t, read(t, print, oversampling), read(t, screen, oversampling))
}

// Direct is what Differ is, for every page of the file at once and without averaging: each page is rasterised once,
// at dpi dots an inch, and counted as it is. So that no rasteriser moves glyphs to whole pixels, Ghostscript first
// turns the file's text into outlines, where the file puts it; then poppler draws the file and librsvg the
// screen's documents, both by cairo. Colours are those that poppler shows CMYK in, which lie near those of a coated
// stock's profile. It skips the test where gs, pdftocairo or rsvg-convert are missing.
func Direct(t testing.TB, pdfPath string, svgs [][]byte, dpi int) []float64 {
	t.Helper()
	dir, rate := t.TempDir(), strconv.Itoa(dpi)
	outlined, screen := filepath.Join(dir, "outlined.pdf"), filepath.Join(dir, "screen.png")
	run(t, "gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-dNoOutputFonts", "-r4000", "-dAutoRotatePages=/None",
		"-dAutoFilterColorImages=false", "-dColorImageFilter=/FlateEncode", "-dAutoFilterGrayImages=false", "-dGrayImageFilter=/FlateEncode",
		"-sOutputFile="+outlined, pdfPath)
	run(t, "pdftocairo", "-png", "-r", rate, outlined, filepath.Join(dir, "print"))
	prints, err := filepath.Glob(filepath.Join(dir, "print-*.png")) // numbered with leading zeroes
	if err != nil || len(prints) != len(svgs) {
		t.Fatalf("the file has %d pages, %d are shown: %v", len(prints), len(svgs), err)
	}
	shares := make([]float64, len(svgs))
	for i, svg := range svgs {
		shown(t, svg, screen, rate)
		shares[i] = compare(t, read(t, prints[i], 1), read(t, screen, 1))
	}
	return shares
}

// shown rasterises a document for the screen.
func shown(t testing.TB, svg []byte, to, rate string) {
	t.Helper()
	source := to + ".svg"
	if err := os.WriteFile(source, svg, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "rsvg-convert", "--dpi-x", rate, "--dpi-y", rate, "--unlimited", "-o", to, source)
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// raster is a page's pixels, three bytes each.
type raster struct {
	w, h int
	rgb  []uint8
}

// read lays a picture on white paper and averages it down.
func read(t testing.TB, path string, finer int) raster {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	paper := image.NewRGBA(m.Bounds())
	draw.Draw(paper, paper.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, m, m.Bounds().Min, draw.Over)
	return average(paper, finer)
}

// average makes one pixel of finer x finer.
func average(m *image.RGBA, finer int) raster {
	r := raster{w: m.Rect.Dx() / finer, h: m.Rect.Dy() / finer}
	r.rgb = make([]uint8, 0, 3*r.w*r.h)
	for y := range r.h {
		for x := range r.w {
			var sum [3]int
			for j := range finer {
				row := m.Pix[(y*finer+j)*m.Stride+4*x*finer:]
				for i := range finer {
					for c := range sum {
						sum[c] += int(row[4*i+c])
					}
				}
			}
			for _, v := range sum {
				r.rgb = append(r.rgb, uint8(v/(finer*finer)))
			}
		}
	}
	return r
}

func compare(t testing.TB, a, b raster) float64 {
	t.Helper()
	w, h := min(a.w, b.w), min(a.h, b.h)
	if max(a.w, b.w) > w+2 || max(a.h, b.h) > h+2 {
		t.Fatalf("the pages have %d x %d and %d x %d pixels: one shows more than the other", a.w, a.h, b.w, b.h)
	}
	n := 0
	for y := range h {
		for x := range w {
			if apart(a.rgb[3*(y*a.w+x):], b.rgb[3*(y*b.w+x):]) {
				n++
			}
		}
	}
	return float64(n) / float64(w*h)
}

// apart tells whether a channel of the pixel differs by more than the tolerance.
func apart(a, b []uint8) bool {
	for c := range 3 {
		if d := int(a[c]) - int(b[c]); d > tolerance || d < -tolerance {
			return true
		}
	}
	return false
}
