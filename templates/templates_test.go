package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every vendored file must be listed with its origin, and be exactly the file that the list names.
func TestOriginsMatchVendoredFiles(t *testing.T) {
	list, err := os.ReadFile("ORIGINS.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| ((?:fonts|profiles)/\S+) \| [^|]+ \| [^|]+ \| [^|]+ \| ([0-9a-f]{64}) \|$`)
	want := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(list), -1) {
		want[m[1]] = m[2]
	}
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, "designs/") {
			return err
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		if got := hex.EncodeToString(sum[:]); got != want[path] {
			t.Errorf("%s: sha256 %s, ORIGINS.md says %q", path, got, want[path])
		}
		delete(want, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path := range want {
		t.Errorf("ORIGINS.md lists %s, which is not there", path)
	}
}

func TestFoldersAreReachable(t *testing.T) {
	if _, err := fs.Stat(Designs(), "winback/design.yaml"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(Fonts(), "SourceSans3-Regular.ttf"); err != nil {
		t.Error(err)
	}
}
