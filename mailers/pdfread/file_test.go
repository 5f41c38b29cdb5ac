package pdfread_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/pdfreadtest"
)

// sample is a file of three pages with nested tree, inherited attributes and text.
func sample() *pdfreadtest.Doc {
	d := pdfreadtest.New()
	font := d.Add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	d.Trailer = fmt.Sprintf("/Info %d 0 R", d.Add("<</Title(Test \\(1\\))>>"))
	for i := range 3 {
		d.Page(fmt.Sprintf("/MediaBox[0 0 200 %d]/Resources<</Font<</F1 %d 0 R>>>>", 100+i, font), fmt.Sprintf("BT /F1 12 Tf 10 10 Td (page %d) Tj ET", i+1))
	}
	return d
}

// check opens data and tests that it is the sample.
func check(t *testing.T, what string, data []byte) *pdfread.File {
	t.Helper()
	f, err := pdfread.Open(data)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	pages, err := f.Pages()
	if err != nil || len(pages) != 3 {
		t.Fatalf("%s: %d pages, %v", what, len(pages), err)
	}
	for i, p := range pages {
		box, ok := p.Box("MediaBox")
		content, err := f.Content(p)
		if !ok || box.H() != float64(100+i) || err != nil || !strings.Contains(string(content), fmt.Sprintf("page %d", i+1)) && !strings.Contains(string(content), "Tj") {
			t.Errorf("%s: page %d has box %v (%v) and content %q (%v)", what, i+1, box, ok, content, err)
		}
	}
	if title, _ := f.Resolve(f.Info()["Title"]).(pdfread.String); string(title) != "Test (1)" {
		t.Errorf("%s: title %q", what, title)
	}
	return f
}

func TestOpenClassic(t *testing.T) {
	f := check(t, "as written", sample().Bytes())
	if f.Rebuilt || f.XRefs || f.Version != "1.6" || !f.Comment || len(f.Notes) != 0 {
		t.Errorf("rebuilt %v, xref streams %v, version %q, comment %v, notes %v", f.Rebuilt, f.XRefs, f.Version, f.Comment, f.Notes)
	}
}

// TestOpenDamaged: whatever breaks the cross-reference, the objects are found again, and it is said.
func TestOpenDamaged(t *testing.T) {
	data := sample().Bytes()
	cases := map[string][]byte{
		"no startxref":         bytes.Replace(data, []byte("startxref"), []byte("startxxxx"), 1),
		"wrong startxref":      bytes.Replace(data, []byte("startxref\n"), []byte("startxref\n1"), 1),
		"shifted offsets":      bytes.Replace(data, []byte("\n1 0 obj"), []byte("\n%     \n1 0 obj"), 1),
		"no trailer":           data[:bytes.Index(data, []byte("trailer"))],
		"wrong stream lengths": bytes.ReplaceAll(data, []byte("/Length "), []byte("/Xength ")),
	}
	for what, broken := range cases {
		f, err := pdfread.Open(broken)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		pages, err := f.Pages()
		if err != nil || len(pages) != 3 {
			t.Errorf("%s: %d pages, %v", what, len(pages), err)
			continue
		}
		if c, err := f.Content(pages[2]); err != nil || !strings.Contains(string(c), "page 3") {
			t.Errorf("%s: page 3 has content %q, %v", what, c, err)
		}
		if f.Rebuilt != (what != "wrong stream lengths") || len(f.Notes) == 0 {
			t.Errorf("%s: rebuilt %v, notes %v", what, f.Rebuilt, f.Notes)
		}
	}
	junk := append([]byte("junk before\n"), data...)
	if f := check(t, "junk before the header", junk); f.HeaderAt != 12 {
		t.Errorf("header at %d", f.HeaderAt)
	}
}

func TestIncrementalUpdate(t *testing.T) {
	data := sample().Bytes()
	old := bytes.LastIndex(data, []byte("xref\n0"))
	at := len(data)
	data = append(data, "4 0 obj\n<</Title(New)>>\nendobj\n"...)
	x := len(data)
	data = fmt.Appendf(data, "xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 11/Root 1 0 R/Info 4 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", at, old, x)
	f, err := pdfread.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if title := f.Resolve(f.Info()["Title"]); f.Rebuilt || string(title.(pdfread.String)) != "New" {
		t.Errorf("title %q, rebuilt %v", title, f.Rebuilt)
	}
}

// TestCircles: files that point to themselves end.
func TestCircles(t *testing.T) {
	for what, patch := range map[string][2]string{
		"page tree": {"/Type/Pages/Count 3/Kids[", "/Type/Pages/Count 3/Kids[2 0 R "},
		"reference": {"<</Title(Test \\(1\\))>>", "4 0 R                 "},
		"length":    {"/Type/Font/Subtype/Type1", "/Length 3 0 R /X 3 0 R /Y"},
	} {
		data := bytes.Replace(sample().Bytes(), []byte(patch[0]), []byte(patch[1]), 1)
		f, err := pdfread.Open(data)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if pages, err := f.Pages(); err != nil || len(pages) != 3 {
			t.Errorf("%s: %d pages, %v", what, len(pages), err)
		}
	}
}

func TestRefusals(t *testing.T) {
	if _, err := pdfread.Open([]byte("PK\x03\x04 no PDF")); err == nil || pdfread.Encrypted(err) {
		t.Errorf("a ZIP file gives %v", err)
	}
	d := sample()
	d.Trailer += "/Encrypt<</Filter/Standard/V 1/R 2>>"
	if _, err := pdfread.Open(d.Bytes()); !pdfread.Encrypted(err) {
		t.Errorf("an encrypted file gives %v", err)
	}
	small := pdfread.Defaults
	small.Bytes = 100
	if _, err := pdfread.OpenWithin(sample().Bytes(), small); err == nil {
		t.Error("a file above the limit is opened")
	}
	small = pdfread.Defaults
	small.Pages = 2
	if f, err := pdfread.OpenWithin(sample().Bytes(), small); err != nil {
		t.Error(err)
	} else if _, err := f.Pages(); err == nil {
		t.Error("three pages are read where two are the limit")
	}
}

// tool runs a program on the sample and gives what it wrote, or skips.
func tool(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	if err := os.WriteFile(in, sample().Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.NewReplacer("IN", in, "OUT", out).Replace(args[i])
	}
	if b, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestOtherWriters reads the same pages after other programs have written them.
func TestOtherWriters(t *testing.T) {
	for what, c := range map[string][]string{
		"qpdf object streams": {"qpdf", "--object-streams=generate", "IN", "OUT"},
		"qpdf linearized":     {"qpdf", "--linearize", "IN", "OUT"},
		"qpdf uncompressed":   {"qpdf", "--qdf", "IN", "OUT"},
		"mutool clean":        {"mutool", "clean", "-gggg", "IN", "OUT"},
		"ghostscript":         {"gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-o", "OUT", "IN"},
	} {
		t.Run(what, func(t *testing.T) {
			data := tool(t, c[0], c[1:]...)
			f := check(t, what, data)
			if f.Rebuilt {
				t.Errorf("rebuilt: %v", f.Notes)
			}
			if strings.Contains(what, "object streams") != f.XRefs && !strings.Contains(what, "ghostscript") {
				t.Errorf("cross-reference streams: %v", f.XRefs)
			}
			cut := bytes.ReplaceAll(data, []byte("startxref"), []byte("startxxxx"))
			check(t, what+", rebuilt", cut)
		})
	}
	t.Run("encrypted", func(t *testing.T) {
		if _, err := pdfread.Open(tool(t, "qpdf", "--encrypt", "", "owner", "256", "--", "IN", "OUT")); !pdfread.Encrypted(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestHidden(t *testing.T) {
	d := sample()
	on, off := d.Add("<</Type/OCG/Name(on)>>"), d.Add("<</Type/OCG/Name(off)>>")
	d.Catalog = fmt.Sprintf("/OCProperties<</OCGs[%d 0 R %d 0 R]/D<</OFF[%d 0 R]>>>>", on, off, off)
	f, err := pdfread.Open(d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	group := func(policy string) pdfread.Dict {
		return pdfread.Dict{"Type": pdfread.Name("OCMD"), "P": pdfread.Name(policy), "OCGs": pdfread.Array{pdfread.Ref{Num: on}, pdfread.Ref{Num: off}}}
	}
	for policy, want := range map[string]bool{"AnyOn": false, "AllOn": true, "AnyOff": false, "AllOff": true} {
		if got := f.Hidden(group(policy)); got != want {
			t.Errorf("%s: hidden %v, want %v", policy, got, want)
		}
	}
	if f.Hidden(pdfread.Ref{Num: on}) || !f.Hidden(pdfread.Ref{Num: off}) {
		t.Error("the groups themselves are wrong")
	}
}
