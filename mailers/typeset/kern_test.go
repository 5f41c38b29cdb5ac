package typeset

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"postlift/mailers/sheet"
	"postlift/templates"
)

// Advance of a pair's first glyph with its kerning, in the four shipped fonts, by hb-shape (HarfBuzz) 6.0.0 with
// --features=-liga,-calt,-clig,-locl,-ccmp,-dlig; exact.
var shaped = []struct {
	pair string
	want [sheet.Label]int
}{
	{"AV", [sheet.Label]int{530, 555, 461, 462}},
	{"VA", [sheet.Label]int{501, 538, 447, 468}},
	{"To", [sheet.Label]int{470, 480, 437, 468}},
	{"Te", [sheet.Label]int{470, 480, 437, 468}},
	{"Ty", [sheet.Label]int{503, 532, 470, 492}},
	{"Yo", [sheet.Label]int{435, 470, 427, 471}},
	{"LT", [sheet.Label]int{366, 398, 342, 380}},
	{"Av", [sheet.Label]int{537, 557, 496, 530}},
	{"P.", [sheet.Label]int{454, 464, 468, 474}},
	{"F,", [sheet.Label]int{422, 432, 406, 428}},
	{"r.", [sheet.Label]int{290, 310, 291, 319}},
	{"f.", [sheet.Label]int{242, 277, 220, 238}},
	{"“A", [sheet.Label]int{370, 478, 336, 425}},
	{"A”", [sheet.Label]int{459, 506, 417, 464}},
	{"–T", [sheet.Label]int{433, 424, 396, 388}},
	{"T–", [sheet.Label]int{463, 492, 443, 456}},
	{"V.", [sheet.Label]int{450, 480, 425, 469}},
	{"y,", [sheet.Label]int{432, 461, 413, 446}},
	{"Wä", [sheet.Label]int{770, 801, 749, 777}},
	{"Tö", [sheet.Label]int{470, 480, 437, 468}},
	{"Äv", [sheet.Label]int{537, 557, 496, 530}},
	{"kó", [sheet.Label]int{477, 520, 459, 499}},
	{"Ło", [sheet.Label]int{488, 529, 465, 508}},
	{"Ťa", [sheet.Label]int{463, 492, 437, 468}},
	{"11", [sheet.Label]int{497, 528, 480, 509}},
	{"74", [sheet.Label]int{497, 528, 480, 509}},
	{"1.", [sheet.Label]int{497, 528, 480, 509}},
	{"L’", [sheet.Label]int{408, 410, 360, 371}},
	{"d’", [sheet.Label]int{555, 573, 535, 546}},
	{"AT", [sheet.Label]int{489, 500, 445, 501}},
	{"RY", [sheet.Label]int{569, 598, 535, 576}},
	{"xe", [sheet.Label]int{429, 488, 412, 464}},
	{"rd", [sheet.Label]int{337, 388, 332, 374}},
	{"ab", [sheet.Label]int{504, 527, 537, 552}},
	{"ß.", [sheet.Label]int{576, 632, 555, 609}},
	{"Tč", [sheet.Label]int{470, 480, 437, 468}},
	{"(j", [sheet.Label]int{383, 424, 364, 393}},
	{"f)", [sheet.Label]int{341, 376, 335, 371}},
	{"„V", [sheet.Label]int{361, 461, 323, 422}},
	{"W.", [sheet.Label]int{752, 775, 700, 705}},
	{"Př", [sheet.Label]int{566, 596, 550, 583}},
}

func TestKerningOfKnownPairs(t *testing.T) {
	f := family(t)
	for _, c := range shaped {
		r := []rune(c.pair)
		for style, want := range c.want {
			if got := f[style].advance(r[0]) + f[style].kern.pair(r[0], r[1]); got != want {
				t.Errorf("%s %q: %d, HarfBuzz has %d", sheet.Style(style), c.pair, got, want)
			}
		}
	}
}

// TestKerningAgainstHarfBuzz compares every pair of the alphabet in all fonts with the installed shaper.
func TestKerningAgainstHarfBuzz(t *testing.T) {
	tool, err := exec.LookPath("hb-shape")
	if err != nil {
		t.Skip("hb-shape is not installed (Debian package libharfbuzz-bin)")
	}
	f := family(t)
	runes := []rune(alphabet)
	var text bytes.Buffer
	for _, a := range runes {
		for _, b := range runes {
			fmt.Fprintf(&text, "%c%c\n", a, b)
		}
	}
	for style, ref := range shipped {
		data, err := templates.Fonts().Open(ref.File)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), ref.File)
		copyTo(t, file, data)
		cmd := exec.Command(tool, "--no-clusters", "--no-glyph-names", "--features=-liga,-calt,-clig,-locl,-ccmp,-dlig", "--script=latn", "--direction=ltr", "--text-file=-", file)
		cmd.Stdin = bytes.NewReader(text.Bytes())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != len(runes)*len(runes) {
			t.Fatalf("hb-shape gave %d lines for %d pairs", len(lines), len(runes)*len(runes))
		}
		wrong := 0
		for i, line := range lines {
			a, b := runes[i/len(runes)], runes[i%len(runes)]
			want := firstAdvance(t, line)
			if got := f[style].advance(a) + f[style].kern.pair(a, b); got != want {
				if wrong++; wrong < 10 {
					t.Errorf("%s %q: %d, HarfBuzz has %d", sheet.Style(style), string([]rune{a, b}), got, want)
				}
			}
		}
		t.Logf("%s: %d pairs compared, %d differ", sheet.Style(style), len(lines), wrong)
	}
}

func copyTo(t *testing.T, file string, r interface{ Read([]byte) (int, error) }) {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

var advanceOf = regexp.MustCompile(`^\[\d+(?:@[-\d,]+)?\+(\d+)`)

func firstAdvance(t *testing.T, line string) int {
	t.Helper()
	m := advanceOf.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("hb-shape gave %q", line)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
