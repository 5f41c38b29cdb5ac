package pdftest

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// packages are the Debian packages that tools come from.
var packages = map[string]string{"qpdf": "qpdf", "gs": "ghostscript", "mutool": "mupdf-tools", "pdffonts": "poppler-utils", "pdfimages": "poppler-utils",
	"pdfinfo": "poppler-utils", "pdftotext": "poppler-utils", "pdftoppm": "poppler-utils", "zbarimg": "zbar-tools", "dmtxread": "dmtx-utils"}

// Need skips the test when one of the tools is not installed.
func Need(t testing.TB, tools ...string) {
	t.Helper()
	for _, name := range tools {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed (Debian: %s)", name, packages[name])
		}
	}
}

// Run runs a tool and gives what it writes to standard output; its failure ends the test.
func Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		text := ""
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			text = string(exit.Stderr)
		}
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, text)
	}
	return string(out)
}

// Texts are the words of each page, a blank between them.
func Texts(t testing.TB, path string) []string {
	t.Helper()
	Need(t, "pdftotext")
	pages := strings.Split(Run(t, "pdftotext", "-raw", path, "-"), "\f")
	out := make([]string, len(pages)-1)
	for i := range out {
		out[i] = strings.Join(strings.Fields(pages[i]), " ")
	}
	return out
}

// Codes are the texts of the QR codes and of so many DataMatrix codes that are read from a page, rasterised at a
// resolution: each kind in the order its reader finds them. The number keeps dmtxread from searching for long.
func Codes(t testing.TB, path string, page, dpi, matrices int) (qr, dataMatrix []string) {
	t.Helper()
	Need(t, "pdftoppm", "zbarimg", "dmtxread")
	out := filepath.Join(t.TempDir(), "page")
	Run(t, "pdftoppm", "-r", strconv.Itoa(dpi), "-gray", "-png", "-singlefile", "-f", strconv.Itoa(page), "-l", strconv.Itoa(page), path, out)
	qr = read(t, "zbarimg", "-q", "--raw", "-S*.disable", "-Sqrcode.enable", out+".png")
	if matrices > 0 {
		dataMatrix = read(t, "dmtxread", "-n", "-N", strconv.Itoa(matrices), "-m", "20000", out+".png")
	}
	return qr, dataMatrix
}

// read runs a code reader; one that finds nothing says so by its exit status.
func read(t testing.TB, name string, args ...string) []string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var texts []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" {
			texts = append(texts, line)
		}
	}
	return texts
}

// Plates separates a page into its printing plates by name ("Cyan", "Black", a spot colour). A pixel is 255
// where the plate prints full and 0 where it prints nothing.
func Plates(t testing.TB, path string, page, dpi int) map[string]*image.Gray {
	t.Helper()
	Need(t, "gs")
	dir := t.TempDir()
	n := strconv.Itoa(page)
	Run(t, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffsep", fmt.Sprintf("-r%d", dpi), "-dFirstPage="+n, "-dLastPage="+n, "-sOutputFile="+filepath.Join(dir, "p.tif"), path)
	files, err := filepath.Glob(filepath.Join(dir, "p(*).tif"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*image.Gray{}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "p("), ").tif")
		out[name] = readPlate(t, file)
	}
	return out
}

func readPlate(t testing.TB, file string) *image.Gray {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := tiff.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	out := image.NewGray(img.Bounds())
	for y := out.Rect.Min.Y; y < out.Rect.Max.Y; y++ {
		for x := out.Rect.Min.X; x < out.Rect.Max.X; x++ {
			g, _, _, _ := img.At(x, y).RGBA()
			out.SetGray(x, y, color.Gray{Y: 255 - uint8(g>>8)})
		}
	}
	return out
}

// MostInk is the highest value of a plate in a box given in millimetres from the top left corner of the media
// box; a missing plate prints nothing.
func MostInk(plate *image.Gray, dpi int, x, y, w, h float64) (most uint8) {
	if plate == nil {
		return 0
	}
	px := func(mm float64) int { return int(mm / 25.4 * float64(dpi)) }
	for py := px(y); py < px(y+h); py++ {
		for p := px(x); p < px(x+w); p++ {
			most = max(most, plate.GrayAt(p, py).Y)
		}
	}
	return most
}
