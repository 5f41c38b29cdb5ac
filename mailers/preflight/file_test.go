package preflight

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postlift/mailers/pdfread/pdfreadtest"
)

const testXMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" xmlns:pdfvtid="http://www.npes.org/pdfvt/ns/id/"
 xmp:MetadataDate="2026-01-02T03:04:05Z">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Batch 1</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>2026-01-02T04:04:05+01:00</xmp:CreateDate><xmp:ModifyDate>2026-01-02T03:04:05Z</xmp:ModifyDate>
<pdf:Trapped>False</pdf:Trapped><xmpMM:DocumentID>uuid:1</xmpMM:DocumentID><xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
<pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion><pdfvtid:GTS_PDFVTModDate>2026-01-02T03:04:05Z</pdfvtid:GTS_PDFVTModDate>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

// good is a PDF/X-4 and PDF/VT-1 file of two pieces, of one page and of two; resources and content are those of
// its second page. Objects: 3 profile, 4 metadata, 5 Info, 6 part root, 7 node, 8 and 9 leaves, 10 font.
func good(resources, content string) *pdfreadtest.Doc {
	d := pdfreadtest.New()
	profile := make([]byte, 132)
	copy(profile[12:], "prtrCMYK")
	copy(profile[36:], "acsp")
	d.Flate("/N 4", profile)
	d.Stream("/Type/Metadata/Subtype/XML", []byte(testXMP))
	d.Add("<</Title(Batch 1)/CreationDate(D:20260102030405Z)/ModDate(D:20260102040405+01'00')/Trapped/False>>")
	d.Add("<</Type/DPartRoot/DPartRootNode 7 0 R/RecordLevel 1/NodeNameList[/Job/Record]>>")
	d.Add("<</Type/DPart/Parent 6 0 R/DParts[[8 0 R 9 0 R]]>>")
	d.Add("<</Type/DPart/Parent 7 0 R/Start 15 0 R/DPM<</CIP4_Root<</CIP4_Recipient<</UniqueID(pc_1)>>>>>>>>")
	d.Add("<</Type/DPart/Parent 7 0 R/Start 17 0 R/End 19 0 R>>")
	file := d.Flate("/Length1 10", []byte("font bytes"))
	descriptor := d.Add(fmt.Sprintf("<</Type/FontDescriptor/FontName/ABCDEF+Sans/FontFile2 %d 0 R>>", file))
	d.Add(fmt.Sprintf("<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Sans/FontDescriptor %d 0 R>>", descriptor)) // 12
	d.Add("null")                                                                                                // 13
	fonts := "/Font<</F 12 0 R>>"
	d.Page(testBoxes+"/DPart 8 0 R/Resources<<"+fonts+">>", "0 0 0 1 k BT /F 10 Tf 50 50 Td (Hallo) Tj ET")
	d.Page(testBoxes+"/DPart 9 0 R/Resources<<"+fonts+resources+">>", "0 0 0 1 k BT /F 10 Tf 50 50 Td (Hallo) Tj ET "+content)
	d.Page(testBoxes+"/DPart 9 0 R/Resources<<"+fonts+">>", "1 0 0 0 k 0 0 50 50 re f")
	d.Catalog = "/Metadata 4 0 R/DPartRoot 6 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier(FOGRA39)/RegistryName(http://www.color.org)/Info(F39)/DestOutputProfile 3 0 R>>]"
	d.Trailer = "/Info 5 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"
	return d
}

var testBoxes = pdfreadtest.Boxes(210*pointsPerMM, 297*pointsPerMM, 3*pointsPerMM)

// broken lists a report's findings as "rule severity", each once.
func broken(t *testing.T, r Report) string {
	t.Helper()
	known := map[string]bool{}
	for _, rule := range FileRules() {
		known[rule.Name] = true
	}
	var out []string
	for _, f := range r.Findings {
		if !known[f.Rule] || f.Text == "" || f.TextDE == "" {
			t.Errorf("finding of an unlisted rule or without text: %+v", f)
		}
		if s := f.Rule + " " + string(f.Severity); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestFileGood(t *testing.T) {
	r := File(good("", "").Bytes(), Options{Standard: "PDF/VT-1", W: 210_000, H: 297_000, Bleed: 3000, Pages: 3})
	if got := broken(t, r); got != "" {
		t.Errorf("findings: %s\n%+v", got, r.Findings)
	}
	if fmt.Sprintln(r.Standards, r.Version, r.Pages, r.Sizes, r.Fonts, r.Separations, r.Parts, r.Intent) != "[PDF/X-4 PDF/VT-1] 1.6 3 [{210 297 3 3}] [{Sans TrueType true true}] [Cyan Black] 2 FOGRA39\n" {
		t.Errorf("report %+v", r)
	}
	if len(r.Checked) != len(FileRules()) {
		t.Errorf("%d of %d rules checked", len(r.Checked), len(FileRules()))
	}
}

// TestFileStructure breaks one thing of the good file at a time.
func TestFileStructure(t *testing.T) {
	swap := func(old, new string) []byte {
		data := good("", "").Bytes()
		if !bytes.Contains(data, []byte(old)) {
			t.Fatalf("%q is not in the file", old)
		}
		for len(new) < len(old) {
			new += " "
		}
		if len(new) > len(old) {
			t.Fatalf("%q is longer than %q", new, old)
		}
		return bytes.Replace(data, []byte(old), []byte(new), 1)
	}
	catalog := func(entries string) []byte {
		d := good("", "")
		d.Catalog += entries
		return d.Bytes()
	}
	cases := []struct {
		what, want string
		data       []byte
	}{
		{"version", "version error", swap("%PDF-1.6", "%PDF-1.7")},
		{"binary comment", "version error", swap("%\xe2\xe3\xcf\xd3", "% abc")},
		{"file ID", "file_id error", swap("/ID[<", "/IX[<")},
		{"cross-reference", "readable error", swap("startxref\n", "startxref\n"[:9]+"9")},
		{"metadata", "standard warning", swap("/Metadata 4 0 R", "/Xetadata 4 0 R")},
		{"metadata, asked for", "metadata error, standard error", swap("/Metadata 4 0 R", "/Xetadata 4 0 R")},
		{"title", "metadata error", swap("/Title(Batch 1)", "/Title(Batch 2)")},
		{"date as Ghostscript writes it", "", swap("/ModDate(D:20260102040405+01'00')", "/ModDate(D:20260102030405Z00'00')")},
		{"creation date", "metadata error", swap("D:20260102030405Z", "D:20260102030406Z")},
		{"trapped", "metadata error", swap("/Trapped/False", "/Trapped/True")},
		{"required property", "metadata error", swap("<xmpMM:VersionID>1</xmpMM:VersionID>", "")},
		{"VT date", "metadata error", swap("GTS_PDFVTModDate>2026-01-02T03:04:05Z", "GTS_PDFVTModDate>2026-01-02T03:04:06Z")},
		{"no XML", "metadata error", swap("</rdf:Description>", "</rdf:Descriptiox>")},
		{"no intent", "output_intent error", swap("/S/GTS_PDFX", "/S/GTS_PDFA")},
		{"no profile", "output_intent error", swap("/DestOutputProfile", "/XestOutputProfile")},
		{"condition unexplained", "output_intent error", swap("/RegistryName(http://www.color.org)/Info(F39)", "")},
		{"profile elsewhere", "output_intent warning", swap("/Info(F39)/DestOutputProfile 3 0 R", "/Info(F)/DestOutputProfileRef<<>>")},
		{"two boxes", "page_boxes error", swap("/BleedBox[0 0 612.2835 858.8976]", "/ArtBox[0 0 612 858]")},
		{"trim outside", "page_boxes error, bleed_size warning, page_size error", swap("/TrimBox[8.5039 8.5039 603.7795 850.3937]", "/TrimBox[0 -9 612 858]")},
		{"another size", "bleed_size warning, page_size error", swap("/TrimBox[8.5039 8.5039 603.7795 850.3937]", "/TrimBox[8.5039 8.5039 603.7795 855]")},
		{"JavaScript", "actions error", catalog("/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>")},
		{"JavaScript on opening", "actions error", catalog("/OpenAction<</S/JavaScript/JS(x)>>")},
		{"opening at a page", "", catalog("/OpenAction[15 0 R/Fit]")},
		{"form fields", "actions error", catalog("/AcroForm<</Fields[5 0 R]>>")},
		{"embedded files", "actions error", catalog("/Names<</EmbeddedFiles<</Names[]>>>>")},
		{"layer off", "layers warning", catalog("/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]>>>>")},
		{"part without page", "document_parts error", swap("/Start 15 0 R", "/Start 99 0 R")},
		{"part out of order", "document_parts error", swap("/Start 15 0 R", "/Start 17 0 R")},
		{"part without parent", "document_parts error", swap("/Type/DPart/Parent 7 0 R", "/Type/DPart/Parent 6 0 R")},
		{"parts too short", "document_parts error", swap("/End 19 0 R", "")},
		{"page without part", "document_parts error", swap("/DPart 8 0 R", "/DPart 9 0 R")},
		{"part metadata", "document_parts error", swap("UniqueID(pc_1)", "UniqueID/pc_1")},
		{"part names", "document_parts error", swap("[/Job/Record]", "[/Job]")},
		{"record level", "document_parts error", swap("/RecordLevel 1", "/RecordLevel 2")},
		{"no parts", "document_parts error", swap("/DPartRoot 6 0 R", "/DPartRoox 6 0 R")},
	}
	for _, c := range cases {
		o := Options{}
		if c.what == "metadata, asked for" {
			o.Standard = "PDF/X-4"
		}
		want := strings.Split(c.want, ", ")
		slices.Sort(want)
		if got := broken(t, File(c.data, o)); got != strings.Join(want, ", ") {
			t.Errorf("%s: %q, want %q", c.what, got, strings.Join(want, ", "))
		}
	}
}

// TestFileContent has content that breaks one rule each.
func TestFileContent(t *testing.T) {
	group := "/XObject<</X 13 0 R>>"
	cases := []struct{ what, want, resources, content, object string }{
		{"RGB", "colour error", "", "1 0 0 rg 0 0 9 9 re f", ""},
		{"Lab", "colour warning", "/ColorSpace<</L[/Lab<</WhitePoint[1 1 1]>>]>>", "/L cs 50 0 0 sc 0 0 9 9 re f", ""},
		{"RGB in a form", "colour error", group, "/X Do", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<>>/Length 24>>\nstream\n1 0 0 rg 0 0 9 9 re f   \nendstream"},
		{"spot", "", "/ColorSpace<</S[/Separation/Gold/DeviceCMYK<</FunctionType 2/N 1/Domain[0 1]>>]>>", "/S cs 1 scn 0 0 9 9 re f", ""},
		{"ink", "ink_sum error", "", "1 1 .5 .6 k 50 50 9 9 re f", ""},
		{"ink outside of the bleed", "", "", "1 1 .5 .6 k -50 -50 9 9 re f", ""},
		{"registration colour", "ink_sum error", "/ColorSpace<</A[/Separation/All/DeviceCMYK<</FunctionType 2/N 1/Domain[0 1]>>]>>", "/A cs 1 scn 50 50 9 9 re f", ""},
		{"registration colour of marks", "", "/ColorSpace<</A[/Separation/All/DeviceCMYK<</FunctionType 2/N 1/Domain[0 1]>>]>>", "/A cs 1 scn 1 1 7 1 re f", ""},
		{"rich black text", "text_black warning", "", ".6 .4 .4 1 k BT /F 9 Tf 50 50 Td (a) Tj ET", ""},
		{"small text", "type_size warning", "", "BT /F 5 Tf 50 50 Td (a) Tj ET", ""},
		{"small text by matrix", "type_size warning", "", "q .5 0 0 .5 50 50 cm BT /F 1 Tf 10 0 0 10 0 0 Tm (a) Tj ET Q", ""},
		{"text large by matrix", "", "", "BT /F 1 Tf 10 0 0 10 50 50 Tm (a) Tj ET", ""},
		{"hairline", "line_width error", "", "0 w 9 9 m 50 50 l S", ""},
		{"thin line", "line_width warning", "", "q .1 0 0 .1 0 0 cm 2 w 90 90 m 500 500 l S Q", ""},
		{"font not embedded", "fonts_embedded error", "/Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>", "", ""},
		{"coarse image", "image_resolution error", group, "q 72 0 0 72 50 50 cm /X Do Q", "IMAGE 100"},
		{"middling image", "image_resolution warning", group, "q 72 0 0 72 50 50 cm /X Do Q", "IMAGE 200"},
		{"fine image", "", group, "q 72 0 0 72 50 50 cm /X Do Q", "IMAGE 300"},
		{"fine image, enlarged by a form", "image_resolution error", group, "q 720 0 0 720 50 50 cm /X Do Q", "IMAGE 300"},
		{"LZW", "lzw error", group, "", "<</Filter/LZWDecode/Length 1>>\nstream\n\x80\nendstream"},
		{"transparency", "", "/ExtGState<</G<</ca .5>>>>", "/G gs 0 0 9 9 re f", ""},
		{"RGB group", "transparency error", group, "/X Do", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Group<</S/Transparency/CS/DeviceRGB>>/Length 0>>\nstream\n\nendstream"},
		{"transfer function", "transfer_functions error", "/ExtGState<</G<</TR<</FunctionType 2/N 1/Domain[0 1]>>>>>>", "/G gs", ""},
		{"halftone", "transfer_functions error", "/ExtGState<</G<</HT<</HalftoneType 6>>>>>>", "/G gs", ""},
		{"halftone that the standard has", "transfer_functions warning", "/ExtGState<</G<</HT<</HalftoneType 1>>>>>>", "/G gs", ""},
		{"white overprint", "white_overprint error", "/ExtGState<</G<</op true/OPM 1>>>>", "/G gs 0 0 0 0 k 0 0 9 9 re f", ""},
		{"black overprint", "", "/ExtGState<</G<</op true/OPM 1>>>>", "/G gs 0 0 0 1 k 0 0 9 9 re f", ""},
		{"PostScript", "foreign_content error", group, "/X Do", "<</Subtype/PS/Length 1>>\nstream\nx\nendstream"},
		{"OPI", "foreign_content error", group, "/X Do", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/OPI<<>>/Length 0>>\nstream\n\nendstream"},
		{"reference", "foreign_content error", group, "/X Do", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Ref<<>>/Length 0>>\nstream\n\nendstream"},
		{"missing form", "content error", "", "/X Do", ""},
		{"form in itself", "content error", group, "/X Do", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 13 0 R>>>>/Length 23>>\nstream\n.9 0 0 .9 0 0 cm /X Do \nendstream"},
	}
	for _, c := range cases {
		if c.what == "font not embedded" { // two Font entries: the later wins
			c.content = "BT /H 9 Tf 50 50 Td (a) Tj ET"
		}
		d := good(c.resources, c.content)
		if n, ok := strings.CutPrefix(c.object, "IMAGE "); ok {
			var size int
			_, _ = fmt.Sscan(n, &size)
			c.object = fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>\nstream\nx\nendstream", size, size)
		}
		data := d.Bytes()
		if c.object != "" {
			data = bytes.Replace(data, []byte("13 0 obj\nnull"), []byte("13 0 obj\n"+c.object), 1)
		}
		r := File(data, Options{})
		r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool { // the replaced object moves the offsets; resources of two Font entries lose the first
			return f.Rule == "readable" || c.what == "font not embedded" && f.Rule != "fonts_embedded"
		})
		if got := broken(t, r); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// TestFilePlace: a finding's box is in millimetres of the trimmed page as one sees it, turned or not.
func TestFilePlace(t *testing.T) {
	for turn, want := range map[int]string{0: "{20 260 10 7}", 90: "{30 20 7 10}", 180: "{180 30 10 7}", 270: "{260 180 7 10}"} {
		mm := pointsPerMM
		data := good("", fmt.Sprintf("1 0 0 rg %.4f %.4f %.4f %.4f re f", 23*mm, 33*mm, 10*mm, 7*mm)).Bytes()
		data = bytes.Replace(data, []byte("/DPart 9 0 R"), fmt.Appendf(nil, "/Rotate %d/DPart 9 0 R", turn), 1)
		for _, f := range File(data, Options{}).Findings {
			if f.Rule == "colour" {
				if f.Page != 2 || f.Box == nil || fmt.Sprint(*f.Box) != want {
					t.Errorf("turned by %d: page %d, box %v, want %s", turn, f.Page, f.Box, want)
				}
			}
		}
	}
}

func TestFileAnnotations(t *testing.T) {
	for annotation, want := range map[string]string{
		"/Subtype/Link/Rect[20 20 90 40]":          "annotations error",
		"/Subtype/Link/Rect[-90 -90 -20 -20]":      "",
		"/Subtype/PrinterMark/Rect[20 20 90 40]":   "",
		"/Subtype/Widget/Rect[90 40 20 20]/FT/Btn": "annotations error",
	} {
		data := bytes.Replace(good("", "").Bytes(), []byte("/DPart 8 0 R"), []byte("/Annots[<<"+annotation+">>]/DPart 8 0 R"), 1)
		r := File(data, Options{})
		r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool { return f.Rule == "readable" }) // the offsets moved
		if got := broken(t, r); got != want {
			t.Errorf("%s: %q, want %q", annotation, got, want)
		}
	}
}

func TestFileX1a(t *testing.T) {
	d := good("/ExtGState<</G<</ca .5>>>>/ColorSpace<</L[/Lab<</WhitePoint[1 1 1]>>]>>", "/G gs /L cs 50 0 0 sc 0 0 9 9 re f")
	data := bytes.Replace(d.Bytes(), []byte("<</Title(Batch 1)"), []byte("<</GTS_PDFXVersion(PDF/X-1:2001)/GTS_PDFXConformance(PDF/X-1a:2001)"), 1)
	data = bytes.Replace(data, []byte("/Metadata 4 0 R/DPartRoot 6 0 R"), nil, 1)
	r := File(bytes.Replace(data, []byte("%PDF-1.6"), []byte("%PDF-1.3"), 1), Options{})
	if got := broken(t, r); got != "colour error, readable error, transparency error" || fmt.Sprint(r.Standards) != "[PDF/X-1a:2001]" {
		t.Errorf("%v: %s", r.Standards, got)
	}
}

func TestFileUnreadable(t *testing.T) {
	r := File([]byte("no PDF"), Options{})
	if r.Errors() != 1 || len(r.Findings) != len(FileRules()) || len(r.Checked) != 1 {
		t.Errorf("%d errors, %d findings, checked %v", r.Errors(), len(r.Findings), r.Checked)
	}
	d := good("", "")
	d.Trailer += "/Encrypt<</Filter/Standard>>"
	if r = File(d.Bytes(), Options{}); r.Errors() != 1 || r.Findings[0].Rule != "encryption" {
		t.Errorf("an encrypted file gives %+v", r.Findings[:1])
	}
}

// TestFileCounts: the same on many pages is one finding, and rules do not flood.
func TestFileCounts(t *testing.T) {
	d := pdfreadtest.New()
	for range 40 {
		d.Page(testBoxes+"/Resources<<>>", "1 0 0 rg 0 0 9 9 re f")
	}
	many := ""
	for i := range 60 {
		many += fmt.Sprintf("0.%02d 1 1 1 k 50 50 9 9 re f\n", i+20)
	}
	d.Page(testBoxes+"/Resources<<>>", many)
	colour, ink := 0, 0
	for _, f := range File(d.Bytes(), Options{}).Findings {
		if f.Rule == "colour" {
			colour++
			if !strings.HasSuffix(f.Text, "(and on 39 more pages)") {
				t.Errorf("text %q", f.Text)
			}
		}
		if f.Rule == "ink_sum" {
			ink++
		}
	}
	if colour != 1 || ink != maxPerRule+1 {
		t.Errorf("%d findings of colour, %d of ink", colour, ink)
	}
}

// TestFileOfOthers runs on what common programs write: none conforms, and each fails for its own reasons.
func TestFileOfOthers(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="60mm" viewBox="0 0 100 60"><rect width="100" height="60" fill="#f80"/><text x="20" y="30" font-size="8">Hallo</text></svg>`
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.svg"), filepath.Join(dir, "out.pdf")
	if err := os.WriteFile(in, []byte(svg), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("rsvg-convert"); err != nil {
		t.Skip("rsvg-convert is not installed")
	}
	if b, err := exec.Command("rsvg-convert", "-f", "pdf", "-o", out, in).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := broken(t, File(data, Options{Standard: "PDF/X-4"}))
	for _, want := range []string{"colour error", "output_intent error", "metadata error", "page_boxes error", "standard error", "version warning", "file_id error"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
}

// TestFileSample: of many pages only some are gone through, the first and the last always; boxes of all.
func TestFileSample(t *testing.T) {
	d := pdfreadtest.New()
	for range 99 {
		d.Page(testBoxes+"/Resources<<>>", "0 0 0 1 k 0 0 9 9 re f")
	}
	d.Page(strings.Replace(testBoxes, "TrimBox", "TrinBox", 1)+"/Resources<<>>", "1 0 0 rg 0 0 9 9 re f")
	for sample, want := range map[int]int{0: 100, 1: 1, 2: 2, 7: 7, 99: 99, 100: 100, 500: 100} {
		r := File(d.Bytes(), Options{Sample: sample})
		got := broken(t, r)
		if r.Drawn != want || !strings.Contains(got, "page_boxes warning") || strings.Contains(got, "colour error") != (sample != 1) {
			t.Errorf("a sample of %d: %d pages, %s", sample, r.Drawn, got)
		}
	}
}

func TestFileJSON(t *testing.T) {
	a, err := json.Marshal(File(good("", "1 0 0 rg 0 0 9 9 re f").Bytes(), Options{}))
	if err != nil || !bytes.Contains(a, []byte(`"rule":"colour","severity":"error","page":2,"box":{"x_mm":`)) {
		t.Errorf("%s, %v", a, err)
	}
}

// FuzzFile: no bytes make the test of a file panic or hang.
func FuzzFile(f *testing.F) {
	f.Add(good("/ExtGState<</G<</op true/OPM 1/BM/Multiply>>>>/XObject<</X 13 0 R>>", "/G gs 0 0 0 0 k 0 0 9 9 re f q 1 0 0 1 0 0 cm BI /W 1/H 1/BPC 8/CS/G ID x EI Q /X Do").Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r := File(data, Options{})
		if len(r.Checked) == 0 {
			t.Fatal("no rule was checked")
		}
	})
}

// What is drawn beyond the page's edge is no part of where a finding says that it stands, and no place is -0.
func TestFindingsStandOnThePage(t *testing.T) {
	r := File(good("", "1 0 0 rg -900 -900 2000 9000 re f").Bytes(), Options{})
	if len(r.Findings) != 1 || r.Findings[0].Box == nil {
		t.Fatalf("findings %+v", r.Findings)
	}
	if b := *r.Findings[0].Box; b != (Box{X: -3, Y: -3, W: 216, H: 303}) {
		t.Errorf("the finding stands at %+v", b)
	}
	r = File(good("", fmt.Sprintf("1 0 0 rg %.4f 50 10 10 re f", 3*pointsPerMM-.0005)).Bytes(), Options{})
	if b := r.Findings[0].Box; b.X != 0 || math.Signbit(b.X) {
		t.Errorf("the left is %v", b.X)
	}
}
