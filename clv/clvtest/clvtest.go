// Package clvtest holds what the tests of this room share: outside data, comparisons, gradients. It imports
// the standard library only, so that every package of the room can use it.
package clvtest

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// DataFile opens a file of the outside test data, or skips the test where the data are not there.
func DataFile(t testing.TB, name string) *os.File {
	t.Helper()
	dir := os.Getenv("POSTLIFT_TESTDATA")
	if dir == "" {
		dir = filepath.Join(moduleRoot(t), "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("outside test data %s not found: set POSTLIFT_TESTDATA to the folder that holds it", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// moduleRoot walks up from the package folder to the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the package folder")
		}
		dir = up
	}
}

// Within compares a figure with its published value at a relative tolerance.
func Within(t testing.TB, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.12g, want %.12g within %g relative (off %.3g)", what, got, want, rel, got/want-1)
	}
}
