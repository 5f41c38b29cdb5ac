package pdf

import (
	"errors"
	"fmt"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"postlift/mailers/letter"
)

// The checks of this file judge the produced bytes by tools that share no code with us.

func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed (Debian: qpdf, poppler-utils, zbar-tools, ghostscript)", name)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// sampleFile is a file of twelve pieces, one of them on two pages.
func sampleFile(t *testing.T) (path string, pieces []letter.Piece, ranges []PageRange) {
	t.Helper()
	pieces = samplePieces(t, 12)
	pieces[5].Merge["salutation"] = strings.Repeat("very long salutation ", 90)
	b, ranges := render(t, compose(t, compiled(t), pieces))
	path = filepath.Join(t.TempDir(), "letters-0001.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, pieces, ranges
}

func TestQPDFCheck(t *testing.T) {
	tool(t, "qpdf")
	path, _, _ := sampleFile(t)
	if out := run(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors") {
		t.Error(out)
	}
}

func TestGhostscriptReadsItStrictly(t *testing.T) {
	tool(t, "gs")
	path, _, _ := sampleFile(t)
	run(t, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dPDFSTOPONERROR", "-dPDFSTOPONWARNING", "-sDEVICE=nullpage", path)
}

func TestFontsEmbeddedAsSubsets(t *testing.T) {
	tool(t, "pdffonts")
	path, _, _ := sampleFile(t)
	rows := strings.Split(strings.TrimSpace(run(t, "pdffonts", path)), "\n")[2:]
	if len(rows) == 0 {
		t.Fatal("no fonts")
	}
	good := regexp.MustCompile(`^[A-Z]{6}\+SourceSans3-\w+ .*\byes yes yes\b`)
	for _, row := range rows {
		if !good.MatchString(row) {
			t.Errorf("not embedded as a tagged subset with a character map: %s", row)
		}
	}
}

// Media box = A4 + 3 mm bleed on each side, trim box = A4 within it.
func TestBoxes(t *testing.T) {
	tool(t, "pdfinfo")
	path, _, ranges := sampleFile(t)
	last := ranges[len(ranges)-1]
	pages := last.First + last.Count - 1
	out := run(t, "pdfinfo", "-box", "-f", "1", "-l", fmt.Sprint(pages), path)
	want := map[string]string{"MediaBox": "0.00 0.00 612.28 858.90", "TrimBox": "8.50 8.50 603.78 850.39"}
	for box, values := range want {
		got := regexp.MustCompile(`Page +\d+ `+box+`: +(.*)`).FindAllStringSubmatch(out, -1)
		if len(got) != pages {
			t.Fatalf("%s on %d of %d pages", box, len(got), pages)
		}
		for _, m := range got {
			if v := strings.Join(strings.Fields(m[1]), " "); v != values {
				t.Errorf("%s %s, want %s", box, v, values)
			}
		}
	}
}

// Every recipient's whole address stands on the page that the range says, and on no other.
func TestRecipientsOnTheirPages(t *testing.T) {
	tool(t, "pdftotext")
	path, pieces, ranges := sampleFile(t)
	texts := strings.Split(run(t, "pdftotext", "-layout", path, "-"), "\f")
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for i, r := range ranges {
		first := squeeze(texts[r.First-1])
		for _, line := range pieces[i].Address {
			if !strings.Contains(first, line) {
				t.Errorf("%s: %q is not on page %d", pieces[i].ID, line, r.First)
			}
		}
		for p, text := range texts {
			if p != r.First-1 && strings.Contains(squeeze(text), pieces[i].Address[0]+" ") && strings.Contains(text, pieces[i].Address[3]) {
				t.Errorf("%s: its address is on page %d, too", pieces[i].ID, p+1)
			}
		}
	}
}

// Each QR code, read from the rasterised pages of its piece, is the piece's tracking URL.
func TestCodesReadBack(t *testing.T) {
	tool(t, "pdftoppm")
	tool(t, "zbarimg")
	path, pieces, ranges := sampleFile(t)
	for i, r := range ranges[:6] {
		out := filepath.Join(t.TempDir(), "p")
		run(t, "pdftoppm", "-r", "200", "-gray", "-png", "-f", fmt.Sprint(r.First), "-l", fmt.Sprint(r.First+r.Count-1), path, out)
		images, err := filepath.Glob(out + "*.png")
		if err != nil || len(images) != r.Count {
			t.Fatalf("%d images of %d pages (%v)", len(images), r.Count, err)
		}
		got := ""
		for _, image := range images {
			got += readCodes(t, image)
		}
		if got != pieces[i].TrackingURL {
			t.Errorf("pages from %d: read %q, want %q", r.First, got, pieces[i].TrackingURL)
		}
	}
}

// readCodes gives what zbarimg reads; its exit status 4 means that the page has no code.
func readCodes(t *testing.T, image string) string {
	t.Helper()
	out, err := exec.Command("zbarimg", "-q", "--raw", image).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 4) {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// No paint is anything but CMYK; gofpdf's own gray 0 at a page's start paints nothing.
func TestOnlyCMYKOperators(t *testing.T) {
	tool(t, "qpdf")
	path, _, _ := sampleFile(t)
	plain := filepath.Join(t.TempDir(), "plain.pdf")
	run(t, "qpdf", "--qdf", "--object-streams=disable", path, plain)
	b, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "0 0 0 1 k") {
		t.Error("no 100 K text")
	}
	for _, m := range regexp.MustCompile(`(?m)^([\d. ]+) (?:rg|RG|g|G)$`).FindAllStringSubmatch(string(b), -1) {
		if m[1] != "0.000" {
			t.Errorf("a colour that is not CMYK: %q", m[0])
		}
	}
}

// On the separated plates: the address is on the black plate alone, and the bar at the top reaches the
// outermost edge of the bleed.
func TestPlates(t *testing.T) {
	tool(t, "gs")
	path, _, _ := sampleFile(t)
	out := filepath.Join(t.TempDir(), "plate")
	const dpi = 100
	run(t, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=tiffsep", fmt.Sprintf("-r%d", dpi), "-dFirstPage=1", "-dLastPage=1", "-sOutputFile="+out+".tif", path)
	ink := func(plate string, x, y, w, h float64) (most int) { // millimetres of the media box, 0 none to 255 full
		f, err := os.Open(out + "(" + plate + ").tif")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		img, err := tiff.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		px := func(mm float64) int { return int(mm / 25.4 * dpi) }
		for py := px(y); py < px(y+h); py++ {
			for p := px(x); p < px(x+w); p++ {
				gray := color.GrayModel.Convert(img.At(p, py)).(color.Gray)
				most = max(most, 255-int(gray.Y))
			}
		}
		return most
	}
	for _, plate := range []string{"Cyan", "Magenta", "Yellow"} {
		if v := ink(plate, 3+20, 3+45, 85, 45); v != 0 {
			t.Errorf("%s ink %d in the address field", plate, v)
		}
	}
	if v := ink("Black", 3+25, 3+62.7, 60, 20); v < 200 {
		t.Errorf("the address is printed with black ink %d of 255", v)
	}
	if v := ink("Cyan", 0, 0, 1, 1); v < 230 {
		t.Errorf("cyan at the corner of the bleed is %d of 255", v)
	}
}
