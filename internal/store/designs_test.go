package store

import (
	"context"
	"maps"
	"testing"

	"postlift"
	"postlift/mailers"
)

// TestSavedDesigns reads designs as a person chooses among them: the newest version of each, or one that is named.
func TestSavedDesigns(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, me := context.Background(), postlift.Person("Mara Beispiel")
		for _, v := range []struct{ name, sha256, text string }{{"b", "b1", "first"}, {"a", "a1", "only"}, {"b", "b2", "second"}, {"b", "b1", "first"}} {
			_, err := s.SaveDesign(ctx, v.name, "advertising", v.sha256, map[string]string{"design.yaml": v.text}, me)
			must(t, err)
		}
		list, err := s.SavedDesigns(ctx)
		must(t, err)
		if len(list) != 2 || list[0].Name != "a" || list[1].Name != "b" || list[1].Version != 2 || list[1].SHA256 != "b2" || list[1].By != "Mara Beispiel" || !list[1].SavedAt.Equal(s.clock()) {
			t.Errorf("the newest versions are %+v", list)
		}
		for version, want := range map[int]string{0: "second", 1: "first", 2: "second"} {
			v, err := s.SavedDesign(ctx, "b", version)
			must(t, err)
			if !maps.Equal(v.Files, map[string]string{"design.yaml": want}) || version > 0 && v.Version != version {
				t.Errorf("version %d is %+v, want %q", version, v, want)
			}
		}
		for name, version := range map[string]int{"b": 3, "c": 0} {
			if _, err := s.SavedDesign(ctx, name, version); postlift.KindOf(err) != postlift.NotFound {
				t.Errorf("version %d of %s: %v", version, name, err)
			}
		}
	})
}

var _ mailers.DesignStore = (*Store)(nil)
