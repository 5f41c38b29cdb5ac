package codes

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// zint draws a DataMatrix as rows of '1' and '0'.
func zint(t *testing.T, w int, data string, options ...string) []string {
	t.Helper()
	path, err := exec.LookPath("zint")
	if err != nil {
		t.Skip("zint is not installed")
	}
	args := append([]string{"-b", "DATAMATRIX", "--dump"}, options...)
	out, err := exec.Command(path, append(args, "-d", data)...).Output()
	if err != nil {
		t.Fatalf("zint %v: %v", args, err)
	}
	var rows []string
	for line := range strings.Lines(string(out)) {
		var row strings.Builder
		for _, digit := range strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
			v := strings.IndexRune("0123456789ABCDEF", digit)
			for bit := 3; bit >= 0; bit-- {
				row.WriteByte('0' + byte(v>>bit&1))
			}
		}
		rows = append(rows, row.String()[:w])
	}
	return rows
}

func drawn(m Matrix) []string {
	rows := make([]string, m.H)
	for y := range rows {
		line := make([]byte, m.W)
		for x := range line {
			line[x] = '0'
			if m.Dark(x, y) {
				line[x] = '1'
			}
		}
		rows[y] = string(line)
	}
	return rows
}

func compare(t *testing.T, name string, m Matrix, want []string) {
	t.Helper()
	if got := drawn(m); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: %d x %d modules differ from zint's:\n%s\nwant\n%s", name, m.W, m.H, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// zint chooses the scheme by size: figures stay in ASCII.
func TestDataMatrixEqualsZint(t *testing.T) {
	for _, n := range []int{1, 6, 10, 24, 36, 60, 88, 124, 172, 228, 288, 348, 408, 560, 736, 912, 1152, 1392, 1632, 2100, 2608, 3116} {
		text := strings.Repeat("3141592653589793238462643383279502884197", n/40+1)[:n]
		m, err := DataMatrix([]byte(text), Square)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, text, m, zint(t, m.W, text, "--square"))
	}
	for number, s := range rectangles {
		text := strings.Repeat("2718281828459045", 7)[:2*s.data-2]
		m, err := DataMatrixSize([]byte(text), s.w, s.h)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, text, m, zint(t, m.W, text, "--vers="+[]string{"25", "26", "27", "28", "29", "30"}[number]))
	}
}

// zint mixes schemes where that is shorter: bytes that are no text stay in Base256. It writes no length where a
// run fills its symbol, which the specification leaves open; such lengths are not among these.
func TestBase256EqualsZint(t *testing.T) {
	for _, n := range []int{5, 15, 26, 41, 100, 240, 260, 400, 1000} {
		raw := make([]byte, n)
		var escaped strings.Builder
		for i := range raw {
			raw[i] = byte(128 + 37*i%128)
			fmt.Fprintf(&escaped, `\x%02X`, raw[i])
		}
		m, err := DataMatrixBase256(raw, Square)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, escaped.String(), m, zint(t, m.W, escaped.String(), "--square", "--binary", "--esc"))
	}
}
