package store

import (
	"context"
	"testing"

	"postlift"
)

// TestEveryVersionOfARule: versions come in order, by name and by id.
func TestEveryVersionOfARule(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 2)
		uid := ""
		for _, text := range []string{"orders > 1", "orders > 2", "orders > 2", "orders > 3 and dunning"} {
			v, err := svc.SaveRule(ctx, "loyal", text, planner)
			if err != nil {
				t.Fatal(err)
			}
			uid = v.UID
		}
		for _, ref := range []string{"loyal", uid} {
			versions, err := s.RuleVersions(ctx, ref)
			if err != nil || len(versions) != 3 || versions[0].Text != "orders > 1" || versions[2].Version != 3 || versions[2].Tree.Text() != versions[2].Text {
				t.Errorf("%s: %+v, %v", ref, versions, err)
			}
		}
		_, err := s.RuleVersions(ctx, "gone")
		wantKind(t, err, postlift.NotFound, "gone")
		d, err := svc.DiffRule(ctx, "loyal", 1, 3)
		if err != nil || len(d.Changes) != 2 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}
