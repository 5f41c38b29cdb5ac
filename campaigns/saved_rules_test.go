package campaigns

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// ruleShelf keeps rules in memory; other methods of a store are not asked.
type ruleShelf struct {
	Store
	settings accounts.Settings
	versions []RuleVersion
}

func (s *ruleShelf) Settings(context.Context) (accounts.Settings, error) { return s.settings, nil }

func (s *ruleShelf) PlacesNear(_ context.Context, near rules.Near) ([]string, error) {
	return nil, postlift.Faultf(postlift.NotFound, "test", "it is not known where %s-%s lies", near.Country, near.Postcode)
}

func (s *ruleShelf) RuleVersions(_ context.Context, ref string) ([]RuleVersion, error) {
	var found []RuleVersion
	for _, v := range s.versions {
		if v.Name == ref || v.UID == ref {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return nil, postlift.Faultf(postlift.NotFound, "test", "there is no rule %q", ref)
	}
	return found, nil
}

func (s *ruleShelf) Rule(ctx context.Context, ref string) (RuleVersion, error) {
	found, err := s.RuleVersions(ctx, ref)
	if err != nil {
		return RuleVersion{}, err
	}
	return found[len(found)-1], nil
}

func (s *ruleShelf) Rules(ctx context.Context) ([]RuleVersion, error) {
	var latest []RuleVersion
	for _, v := range s.versions {
		latest = slices.DeleteFunc(latest, func(l RuleVersion) bool { return l.Name == v.Name })
		latest = append(latest, v)
	}
	return latest, nil
}

func (s *ruleShelf) SaveRule(ctx context.Context, name, text string, tree *rules.Node, by postlift.Actor) (RuleVersion, error) {
	v := RuleVersion{ID: int64(len(s.versions) + 1), UID: "rul_" + name, Name: name, Version: 1, Text: text, Tree: tree, By: by.Name}
	if before, err := s.Rule(ctx, name); err == nil {
		v.Version = before.Version + 1
	}
	s.versions = append(s.versions, v)
	return v, nil
}

func ruleService() (*Service, *ruleShelf) {
	shelf := &ruleShelf{settings: accounts.Settings{Currency: "EUR", TimeZone: "Europe/Berlin",
		Attributes: []accounts.Attribute{{Name: "fleet", Type: "number", LabelEN: "Fleet", LabelDE: "Fuhrpark"}}}}
	now := func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }
	return NewService(shelf, now, nil), shelf
}

// TestSavedRulesNeverCloseACycle: neither by a new rule nor by a new version of one that others refer to.
func TestSavedRulesNeverCloseACycle(t *testing.T) {
	ctx := context.Background()
	svc, shelf := ruleService()
	by := postlift.Actor{Name: "test"}
	save := func(name, text string) error { _, err := svc.SaveRule(ctx, name, text, by); return err }
	for name, text := range map[string]string{"loyal": "orders > 3"} {
		if err := save(name, text); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range [][2]string{{"loyal large", `in_segment("loyal") and employees > 100`}, {"loyal larger", `in_segment("loyal large") and custom.fleet > 5`}} {
		if err := save(r[0], r[1]); err != nil {
			t.Fatal(err)
		}
	}
	before := len(shelf.versions)
	for _, c := range []struct {
		name, text string
		kind       postlift.Kind
		say        string
	}{
		{"loyal", `orders > 3 and not in_segment("loyal larger")`, postlift.Invalid, "loyal → loyal larger → loyal large → loyal"},
		{"new", `in_segment("new")`, postlift.Invalid, `"new" refers to itself`},
		{"new", `in_segment("loyal largr")`, postlift.NotFound, "did you mean loyal large"},
		{"new", `in_segment("rul_loyal")`, postlift.NotFound, `in_segment("loyal")`},
		{"new", `within_km(5, "DE", "70173")`, postlift.NotFound, "DE-70173"},
		{"orders", `dunning`, postlift.Invalid, "is a field"},
		{"a/b", `dunning`, postlift.Invalid, "cannot name a rule"},
	} {
		err := save(c.name, c.text)
		if postlift.KindOf(err) != c.kind || !strings.Contains(postlift.UserText(err), c.say) {
			t.Errorf("%s = %s: %v", c.name, c.text, err)
		}
	}
	if len(shelf.versions) != before {
		t.Error("something was saved")
	}
}

// TestSavedRulesStayUsable: a new version that would make a rule that refers to it too deep is refused.
func TestSavedRulesStayUsable(t *testing.T) {
	ctx := context.Background()
	svc, _ := ruleService()
	by := postlift.Actor{Name: "test"}
	name := func(i int) string { return "r" + strings.Repeat("i", i) }
	text := "orders > 1"
	for i := range 12 {
		if _, err := svc.SaveRule(ctx, name(i), text, by); err != nil {
			t.Fatal(err)
		}
		text = `in_segment("` + name(i) + `")`
	}
	text = "dunning"
	for i := range 8 {
		if _, err := svc.SaveRule(ctx, "x"+name(i), text, by); err != nil {
			t.Fatal(err)
		}
		text = `in_segment("x` + name(i) + `")`
	}
	_, err := svc.SaveRule(ctx, name(0), text, by)
	if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "would not work any more") {
		t.Errorf("%v", err)
	}
}

func TestCheckRuleSaysItAll(t *testing.T) {
	ctx := context.Background()
	svc, _ := ruleService()
	if _, err := svc.SaveRule(ctx, "loyal", "orders > 3", postlift.Actor{}); err != nil {
		t.Fatal(err)
	}
	c, err := svc.CheckRule(ctx, `in_segment("loyal") and custom.fleet >= 5 and last_order_on >= days_ago(90)`)
	if err != nil {
		t.Fatal(err)
	}
	if c.SentenceEN != "In the segment “loyal”, Fleet at least 5 and last order in the last 90 days." ||
		c.SentenceDE != "Im Segment „loyal“, Fuhrpark mindestens 5 und letzte Bestellung in den letzten 90 Tagen." ||
		strings.Join(c.Fields, " ") != "orders last_order_on custom.fleet" || strings.Join(c.Segments, " ") != "loyal" || c.Tree == nil {
		t.Errorf("%+v", c)
	}
	_, err = svc.CheckRule(ctx, "loyl")
	if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "no saved rule of that name; did you mean loyal?") {
		t.Errorf("%v", err)
	}
}

func TestDiffRule(t *testing.T) {
	ctx := context.Background()
	svc, _ := ruleService()
	for _, text := range []string{"orders > 3", "orders > 3 and dunning", "orders > 5 and dunning"} {
		if _, err := svc.SaveRule(ctx, "loyal", text, postlift.Actor{}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := svc.DiffRule(ctx, "loyal", 0, 0)
	if err != nil || d.From != 2 || d.To != 3 || len(d.Changes) != 1 || d.Changes[0].Old != "orders > 3" || d.Changes[0].New != "orders > 5" {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err = svc.DiffRule(ctx, "rul_loyal", 1, 3); err != nil || len(d.Changes) != 2 {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err = svc.DiffRule(ctx, "loyal", 2, 2); err != nil || d.Changes == nil || len(d.Changes) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	for _, versions := range [][2]int{{0, 1}, {1, 9}, {-1, 2}} {
		if _, err = svc.DiffRule(ctx, "loyal", versions[0], versions[1]); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("%v: %v", versions, err)
		}
	}
}
