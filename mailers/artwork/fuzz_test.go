package artwork_test

import (
	"testing"

	"postlift/mailers/artwork"
)

// FuzzImport: no bytes make the import panic or hang; what it accepts refers to its own objects only.
func FuzzImport(f *testing.F) {
	f.Add(clean("").Bytes())
	f.Add(clean("/Rotate 90/UserUnit 1").Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		form, err := artwork.Import(data, 1, want)
		if err != nil {
			return
		}
		for i, o := range form.Objects {
			if len(o.Parts) != len(o.Refs)+1 {
				t.Fatalf("object %d has %d parts and %d references", i, len(o.Parts), len(o.Refs))
			}
			for _, r := range o.Refs {
				if r < 0 || r >= len(form.Objects) {
					t.Fatalf("object %d refers to %d of %d", i, r, len(form.Objects))
				}
			}
		}
	})
}
