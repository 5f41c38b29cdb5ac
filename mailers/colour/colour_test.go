package colour

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/templates"
)

func fogra39(t testing.TB) *Profile {
	t.Helper()
	data, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// transicc runs littlecms' calculator on lines of numbers and gives lines of numbers back.
func transicc(t *testing.T, lines [][]float64, args ...string) [][]float64 {
	t.Helper()
	tool, err := exec.LookPath("transicc")
	if err != nil {
		t.Skip("transicc (liblcms2-utils) is not installed")
	}
	var in bytes.Buffer
	for _, l := range lines {
		for _, v := range l {
			fmt.Fprintf(&in, "%g\n", v)
		}
	}
	cmd := exec.Command(tool, append([]string{"-n", "-c0"}, args...)...)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("transicc: %v", err)
	}
	var got [][]float64
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var row []float64
		for _, f := range strings.Fields(line) {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil {
				t.Fatalf("transicc answered %q", line)
			}
			row = append(row, v)
		}
		got = append(got, row)
	}
	if len(got) != len(lines) {
		t.Fatalf("transicc answered %d lines for %d", len(got), len(lines))
	}
	return got
}

func profileFile(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "fogra39.icc")
	if err := os.WriteFile(name, fogra39(t).Data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func cube(steps ...float64) [][]float64 {
	var out [][]float64
	for _, r := range steps {
		for _, g := range steps {
			for _, b := range steps {
				out = append(out, []float64{r, g, b})
			}
		}
	}
	return out
}

func TestShippedProfile(t *testing.T) {
	p := fogra39(t)
	if p.Class != "prtr" || p.Space != "CMYK" || p.PCS != "Lab" || p.Major != 2 || p.Description != "FOGRA39L Coated" {
		t.Errorf("got %s %s %s %d %q", p.Class, p.Space, p.PCS, p.Major, p.Description)
	}
	if id, ok := p.Condition(); id != "FOGRA39" || !ok {
		t.Errorf("condition %q %v", id, ok)
	}
	if err := CheckOutput(p); err != nil {
		t.Error(err)
	}
}

// The inks of 1,000 colours against littlecms 2 (transicc without a precalculated grid), for every intent: no plate
// off by more than the percent named below, and far less on average.
func TestInksMatchLittleCMS(t *testing.T) {
	dst := fogra39(t)
	colours := cube(0, 19, 51, 77, 102, 128, 160, 191, 230, 255)
	for _, c := range []struct {
		name      string
		intent    Intent
		args      []string
		most, avg float64
	}{
		{"relative", Relative, []string{"-t1"}, 3, .15},
		{"perceptual", Perceptual, []string{"-t0"}, 3, .15},
		{"relative with black point compensation", RelativeBPC, []string{"-t1", "-b"}, 1.5, .15},
	} {
		tr, err := NewTransform(nil, dst, c.intent)
		if err != nil {
			t.Fatal(err)
		}
		want := transicc(t, colours, append([]string{"-i*sRGB", "-o" + profileFile(t)}, c.args...)...)
		sum, most, at := 0., 0., 0
		for i, rgb := range colours {
			ink := make([]byte, 4)
			tr.RGBToCMYK([]byte{byte(rgb[0]), byte(rgb[1]), byte(rgb[2])}, ink)
			for j := range ink {
				d := math.Abs(float64(ink[j])/2.55 - want[i][j])
				sum += d
				if d > most {
					most, at = d, i
				}
			}
		}
		avg := sum / float64(4*len(colours))
		t.Logf("%s: most %.2f %% at %v (littlecms %v), on average %.3f %%, at most %d %% ink", c.name, most, colours[at], want[at], avg, tr.MaxInk())
		if most > c.most || avg > c.avg {
			t.Errorf("%s: most %.2f, average %.3f", c.name, most, avg)
		}
	}
}

// The screen colours of 625 inks against littlecms: no channel off by more than 2 of 255 (littlecms interpolates in
// tetrahedra, we along the axes).
func TestScreenMatchesLittleCMS(t *testing.T) {
	p := fogra39(t)
	var inks [][]float64
	for _, k := range []float64{0, 25, 50, 80, 100} {
		for _, c := range cube(0, 25, 50, 80, 100) {
			inks = append(inks, append(c, k))
		}
	}
	want := transicc(t, inks, "-i"+profileFile(t), "-o*sRGB", "-t1", "-s")
	worst, sum := 0., 0.
	for i, c := range inks {
		got := p.RGB(sheet.Ink{C: uint8(c[0]), M: uint8(c[1]), Y: uint8(c[2]), K: uint8(c[3])})
		for j := range got {
			d := math.Abs(float64(got[j]) - min(max(want[i][j], 0), 255))
			sum += d
			if d > worst {
				worst = d
				t.Logf("%v: got %v, littlecms %v", c, got, want[i])
			}
		}
	}
	t.Logf("most %.1f, on average %.2f of 255", worst, sum/float64(3*len(inks)))
	if worst > 2 {
		t.Errorf("a screen colour is off by %.1f", worst)
	}
}

func TestPaperStaysEmptyAndBlackDark(t *testing.T) {
	dst := fogra39(t)
	for _, intent := range []Intent{RelativeBPC, Perceptual, Relative} {
		tr, err := NewTransform(nil, dst, intent)
		if err != nil {
			t.Fatal(err)
		}
		ink := make([]byte, 8)
		tr.RGBToCMYK([]byte{255, 255, 255, 0, 0, 0}, ink)
		if !bytes.Equal(ink[:4], []byte{0, 0, 0, 0}) {
			t.Errorf("white prints %v", ink[:4])
		}
		if ink[7] < 200 {
			t.Errorf("black prints %v", ink[4:])
		}
		if most := tr.MaxInk(); most > 335 || most < 250 {
			t.Errorf("at most %d %% ink", most)
		}
	}
	if got := dst.RGB(sheet.Paper); got != [3]uint8{255, 255, 255} {
		t.Errorf("paper looks %v", got)
	}
	if got := dst.RGB(sheet.Black); got[0] > 60 || got[1] > 60 || got[2] > 60 {
		t.Errorf("black looks %v", got)
	}
}

// The grids' bytes are the same on every processor and for every version of the language: what is printed must not
// change with the machine. The hashes were made on amd64 and agree with a build for 386 without floating point unit.
func TestGridsAreTheSameEverywhere(t *testing.T) {
	dst := fogra39(t)
	tr, err := NewTransform(nil, dst, RelativeBPC)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	if err := binary.Write(h, binary.BigEndian, tr.grid); err != nil {
		t.Fatal(err)
	}
	if err := binary.Write(h, binary.BigEndian, dst.grid().rgb); err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(h.Sum(nil)), "1c07f70ad84801e464d2c653816910492d63d2dade67ebea9484fc31dca6bf06"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Two colours next to each other stay next to each other in ink, and the total stays below the limit.
func TestInkIsSmooth(t *testing.T) {
	tr, err := NewTransform(nil, fogra39(t), RelativeBPC)
	if err != nil {
		t.Fatal(err)
	}
	limit := tr.MaxInk()
	rapid.Check(t, func(t *rapid.T) {
		rgb := rapid.SliceOfN(rapid.ByteRange(0, 254), 3, 3).Draw(t, "rgb")
		next := []byte{rgb[0] + 1, rgb[1], rgb[2]}
		a, b := make([]byte, 4), make([]byte, 4)
		tr.RGBToCMYK(rgb, a)
		tr.RGBToCMYK(next, b)
		sum := 0
		for i := range a {
			sum += int(a[i])
			if d := int(a[i]) - int(b[i]); d > 12 || d < -12 {
				t.Fatalf("%v prints %v, %v prints %v", rgb, a, next, b)
			}
		}
		if sum*100 > (limit+2)*255 {
			t.Fatalf("%v prints %v, more than %d %%", rgb, a, limit)
		}
	})
}

// In bulk a picture looks as its inks do one by one, but for 5 of 255; in a
// channel's dark quarter, where sRGB is steep, for 16.
func TestScreenGrid(t *testing.T) {
	p := fogra39(t)
	rapid.Check(t, func(t *rapid.T) {
		pc := rapid.SliceOfN(rapid.IntRange(0, 20), 4, 4).Draw(t, "fives")
		one := p.RGB(sheet.Ink{C: uint8(5 * pc[0]), M: uint8(5 * pc[1]), Y: uint8(5 * pc[2]), K: uint8(5 * pc[3])})
		got := make([]byte, 3)
		p.CMYKToRGB([]byte{byte(pc[0] * 51 / 4), byte(pc[1] * 51 / 4), byte(pc[2] * 51 / 4), byte(pc[3] * 51 / 4)}, got)
		for j := range got {
			most := 5
			if one[j] < 64 {
				most = 16
			}
			if d := int(got[j]) - int(one[j]); d > most || d < -most {
				t.Fatalf("ink %v looks %v in a picture and %v alone", pc, got, one)
			}
		}
	})
}

// Debian's own profiles (colord-data) as embedded profiles of pictures, against littlecms.
func TestEmbeddedProfiles(t *testing.T) {
	dst := fogra39(t)
	colours := cube(0, 64, 128, 200, 255)
	found := false
	for _, name := range []string{"AdobeRGB1998", "ProPhotoRGB", "ECI-RGBv2", "sRGB"} {
		file := "/usr/share/color/icc/colord/" + name + ".icc"
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		found = true
		src, err := Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		tr, err := NewTransform(src, dst, Relative)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := transicc(t, colours, "-i"+file, "-o"+profileFile(t), "-t1")
		most, sum := 0., 0.
		for i, rgb := range colours {
			ink := make([]byte, 4)
			tr.RGBToCMYK([]byte{byte(rgb[0]), byte(rgb[1]), byte(rgb[2])}, ink)
			for j := range ink {
				d := math.Abs(float64(ink[j])/2.55 - want[i][j])
				most, sum = max(most, d), sum+d
			}
		}
		t.Logf("%s (%s): most %.2f %%, on average %.3f %%", name, src.Description, most, sum/float64(4*len(colours)))
		if most > 1.5 || sum/float64(4*len(colours)) > .15 {
			t.Errorf("%s: most %.2f, average %.3f", name, most, sum/float64(4*len(colours)))
		}
	}
	if !found {
		t.Skip("colord-data is not installed")
	}
}

func TestWrongProfilesAreRefused(t *testing.T) {
	good := fogra39(t).Data
	change := func(at int, s string) []byte {
		b := bytes.Clone(good)
		copy(b[at:], s)
		return b
	}
	for name, data := range map[string][]byte{
		"empty": nil, "short": good[:100], "no signature": change(36, "none"), "cut": good[:5000],
		"version": change(8, "\x09"), "connection space": change(20, "Luv "), "tags": change(128, "\xff\xff\xff\xff"), "tag place": change(136, "\x7f\xff\xff\xff"),
	} {
		if _, err := Parse(data); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string][]byte{
		"class": change(12, "mntr"), "space": change(16, "RGB "), "grid": change(54500+10, "\xff"), "table": change(744, "none"),
	} {
		p, err := Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := CheckOutput(p); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConditions(t *testing.T) {
	for description, want := range map[string]string{
		"ISO Coated v2 300% (ECI)": "FOGRA39", "PSO Coated v3": "FOGRA51", "PSO Uncoated v3 (FOGRA52)": "FOGRA52",
		"Coated FOGRA39 (ISO 12647-2:2004)": "FOGRA39", "GRACoL2006_Coated1v2": "CGATS TR 006", "House press 7": "House press 7", "": "Custom",
	} {
		if got, _ := (&Profile{Description: description}).Condition(); got != want {
			t.Errorf("%q: %q", description, got)
		}
	}
}

// Curves of every kind against their formulas at three places (ICC.1:2010, table 67).
func TestCurves(t *testing.T) {
	para := func(kind byte, v ...float64) []byte {
		b := []byte{'p', 'a', 'r', 'a', 0, 0, 0, 0, 0, kind, 0, 0}
		for _, x := range v {
			n := int32(math.Round(x * 65536))
			b = append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		}
		return b
	}
	for name, c := range map[string]struct {
		tag  []byte
		want [3]float64 // at 0, .02 and .5
	}{
		"identity": {[]byte{'c', 'u', 'r', 'v', 0, 0, 0, 0, 0, 0, 0, 0}, [3]float64{0, .02, .5}},
		"gamma":    {[]byte{'c', 'u', 'r', 'v', 0, 0, 0, 0, 0, 0, 0, 1, 2, 0}, [3]float64{0, .0004, .25}},
		"table":    {[]byte{'c', 'u', 'r', 'v', 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x80, 0}, [3]float64{0, .01, .25}},
		"power":    {para(0, 2), [3]float64{0, .0004, .25}},
		"offset":   {para(1, 2, .5, .25), [3]float64{.0625, .0676, .25}},
		"shifted":  {para(2, 2, .5, .25, .1), [3]float64{.1625, .1676, .35}},
		"srgb":     {para(3, 2.4, 1/1.055, .055/1.055, 1/12.92, .04045), [3]float64{0, .02 / 12.92, .21404}},
		"full":     {para(4, 2, 1, 0, .5, .04, .1, .2), [3]float64{.2, .21, .35}},
	} {
		got, size, err := readCurve(c.tag)
		if err != nil || size != len(c.tag) {
			t.Errorf("%s: %d of %d bytes, %v", name, size, len(c.tag), err)
		}
		for i, x := range []float64{0, .02, .5} {
			if math.Abs(got.at(x)-c.want[i]) > 2e-4 {
				t.Errorf("%s at %g: %g, want %g", name, x, got.at(x), c.want[i])
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	data, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:2000])
	f.Add(modern())
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			return
		}
		p.Condition()
		p.RGB(sheet.Ink{C: 50, K: 20})
		if p.Space == "RGB" {
			if from, err := source(p, Relative); err == nil {
				from(vec{.2, .5, 1})
			}
		}
		if to, err := p.table("B2A1", "B2A0"); err == nil {
			to.eval(to.pcs.encode([3]float64{.2, .2, .2}))
		}
	})
}

func BenchmarkRGBToCMYK(b *testing.B) {
	tr, err := NewTransform(nil, fogra39(b), RelativeBPC)
	if err != nil {
		b.Fatal(err)
	}
	src, dst := make([]byte, 3*1000), make([]byte, 4*1000)
	for i := range src {
		src[i] = byte(i * 7)
	}
	b.SetBytes(1000)
	for b.Loop() {
		tr.RGBToCMYK(src, dst)
	}
}

func BenchmarkNewTransform(b *testing.B) {
	dst := fogra39(b)
	for b.Loop() {
		if _, err := NewTransform(nil, dst, RelativeBPC); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInkToScreen(b *testing.B) {
	p := fogra39(b)
	for b.Loop() {
		p.RGB(sheet.Ink{C: 90, M: 50, Y: 20, K: 10})
	}
}
