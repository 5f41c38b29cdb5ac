package picture

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/image/tiff"
)

// What a RIP makes of a CMYK JPEG kept as it is: Ghostscript's plates of a page with the picture and the Decode array
// that Inverted asks for. Full cyan, a third of black, nothing else, for both ways of writing.
func TestPlatesOfJPEG(t *testing.T) {
	gs, err := exec.LookPath("gs")
	if err != nil {
		t.Skip("gs (ghostscript) is not installed")
	}
	for name, data := range map[string][]byte{
		"adobe": plainJPEG([]byte{0, 255, 255, 170}, app(14, "Adobe\x00\x64\x00\x00\x00\x00\x00")),
		"plain": plainJPEG([]byte{255, 0, 0, 85}),
	} {
		img := load(t, data)
		decode := "[0 1 0 1 0 1 0 1]"
		if img.Inverted {
			decode = "[1 0 1 0 1 0 1 0]"
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "page.pdf")
		if err := os.WriteFile(file, pdfOf(img.Data, decode), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(gs, "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-r72", "-sDEVICE=tiffsep", "-sOutputFile="+filepath.Join(dir, "p.tif"), file).CombinedOutput()
		if err != nil {
			t.Fatalf("gs: %v\n%s", err, out)
		}
		for plate, want := range map[string]int{"Cyan": 100, "Magenta": 0, "Yellow": 0, "Black": 33} {
			b, err := os.ReadFile(filepath.Join(dir, "p("+plate+").tif"))
			if err != nil {
				t.Fatal(err)
			}
			m, err := tiff.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			v, _, _, _ := m.At(36, 36).RGBA()
			if got := 100 - int(v>>8)*100/255; got < want-2 || got > want+2 {
				t.Errorf("%s: %s plate prints %d %%, want %d", name, plate, got, want)
			}
		}
	}
}

// pdfOf is a page of 72 x 72 points that the JPEG fills.
func pdfOf(jpg []byte, decode string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	object := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>")
	object("<</Length 22>>stream\n72 0 0 72 0 0 cm /I Do\nendstream")
	object(fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceCMYK/Filter/DCTDecode/Decode%s/Length %d>>stream\n%s\nendstream", decode, len(jpg), jpg))
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, x := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", x)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}
