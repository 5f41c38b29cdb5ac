package clv_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"postlift"
	"postlift/clv"
)

// dataFile opens a file of the outside test data, or skips the test where the data are not there.
func dataFile(t testing.TB, name string) *os.File {
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

func within(t testing.TB, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.12g, want %.12g within %g relative (off %.3g)", what, got, want, rel, got/want-1)
	}
}

// cdnow is the CDNOW sample up to the end of its calibration period.
func cdnow(t testing.TB) clv.OrderLog {
	t.Helper()
	log, counts, err := clv.ReadOrders(dataFile(t, "clv/CDNOW_sample.txt"), clv.LogOptions{
		Customer: 2, Date: 3, Value: 5, DateLayout: "20060102", Until: postlift.MustDate("1997-09-30"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts.Rows != 6919 || counts.Used+counts.AfterUntil != 6919 || counts.Header {
		t.Errorf("counts %+v: want 6919 rows without a header, all used or after the end", counts)
	}
	if len(log.IDs) != 2357 {
		t.Errorf("%d customers, want 2357", len(log.IDs))
	}
	return log
}
