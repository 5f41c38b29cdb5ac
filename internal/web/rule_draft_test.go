package web

import (
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"postlift/campaigns/rules"
)

// form is what a browser would send of a draft.
func (d *draft) form(q url.Values) url.Values {
	if d.Group != "" {
		q.Set(d.Path+".group", d.Group)
		for _, part := range d.Parts {
			part.form(q)
		}
		return q
	}
	q.Set(d.Path+".field", d.Field)
	q.Set(d.Path+".compare", d.Compare)
	q.Set(d.Path+".value", d.Value)
	return q
}

func textOf(t *testing.T, d *draft) string {
	t.Helper()
	c := rules.Builtin()
	text, sound := d.text(c, func(d *draft, err error) string { t.Errorf("%s: %v", d.Path, err); return err.Error() })
	tree, err := c.Parse(text)
	if err != nil || !sound {
		t.Fatalf("%q: %v", text, err)
	}
	return tree.Text()
}

// TestDraftsKeepTheRule: text to draft to form to draft to text loses nothing.
func TestDraftsKeepTheRule(t *testing.T) {
	c := rules.Builtin()
	for _, text := range []string{
		`clv.residual > 5000.5`,
		`country in ["DE", "AT"] and (orders >= 3 or is_empty(segment)) and not has_open_contract`,
		`none_of(has_open_contract, segment == "a \"quoted\" one", country in ["x, y", "z"])`,
		`last_order_on < months_ago(6) and last_order_on > "2024-01-31" and has_open_contract == false and has_open_contract`,
		`within_km(25, "DE", "70173") or in_segment("others") or not (orders > 2 or orders < 1) or segment contains ")"`,
		`orders > 1 and (orders < 9 or (segment == "A" and country != "DE"))`,
	} {
		tree, err := c.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		again := draftFrom(draftOf(tree).form(url.Values{}))
		if got := textOf(t, again); got != tree.Text() {
			t.Errorf("%s became %s", tree.Text(), got)
		}
	}
}

// TestDraftButtons: every button does what it says, keeps the paths in order and gives the focus to where one goes on.
func TestDraftButtons(t *testing.T) {
	c := rules.Builtin()
	tree, err := c.Parse(`orders > 1 and orders > 2 and (orders > 3 or orders > 4)`)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []struct{ button, want, focus string }{
		{"up r.1", `orders > 2 and orders > 1 and (orders > 3 or orders > 4)`, "r.0"},
		{"down r.0", `orders > 2 and orders > 1 and (orders > 3 or orders > 4)`, "r.1"},
		{"copy r.1", `orders > 1 and orders > 2 and orders > 2 and (orders > 3 or orders > 4)`, "r.2"},
		{"copy r.2", `orders > 1 and orders > 2 and (orders > 3 or orders > 4) and (orders > 3 or orders > 4)`, "r.3"},
		{"remove r.1", `orders > 1 and (orders > 3 or orders > 4)`, "r.0"},
		{"remove r.2.0", `orders > 1 and orders > 2 and orders > 4`, "r.2.0"},
	} {
		d := draftOf(tree)
		if !d.change(b.button) || textOf(t, d) != b.want {
			t.Errorf("%s gives %s", b.button, textOf(t, d))
		}
		if part, _ := d.at(b.focus); part == nil || !part.Focus {
			t.Errorf("%s does not lead to %s", b.button, b.focus)
		}
	}
	for _, button := range []string{"up r.0", "down r.2", "remove r", "copy r", "add r.0", "fly r.1", "add r.7", "", "up"} {
		if d := draftOf(tree); d.change(button) || textOf(t, d) != tree.Text() {
			t.Errorf("%q changes the rule", button)
		}
	}
}

// TestDraftsAreBounded: neither buttons nor a made-up form get beyond the limits.
func TestDraftsAreBounded(t *testing.T) {
	d := draftFrom(url.Values{})
	for range 2 * draftParts {
		d.change("add r")
		d.change("group r")
		d.change("copy r.0")
	}
	if d.size() > draftParts {
		t.Errorf("%d parts", d.size())
	}
	q, path := url.Values{}, "r"
	for range 2 * draftDepth {
		q.Set(path+".group", "all")
		path += ".0"
	}
	if d := draftFrom(q); d.deepest() > draftDepth {
		t.Errorf("%d levels", d.deepest())
	}
	for i := range 3 * draftParts {
		q.Set("r."+strconv.Itoa(i)+".group", "any")
		q.Set("r."+strconv.Itoa(i)+".0.compare", ">")
	}
	if d := draftFrom(q); d.size() > draftParts {
		t.Errorf("%d parts", d.size())
	}
}

func TestRulesAreBuilt(t *testing.T) {
	h := newFakes().staff(t)
	ask := func(q url.Values) string {
		return html.UnescapeString(get(h, "GET", "/rules/build?"+q.Encode()).Body.String())
	}
	form := url.Values{"r.group": {"all"}, "r.0.field": {"orders"}, "r.0.compare": {">"}, "r.0.value": {"lots"}, "r.1.group": {"any"}, "r.1.0.field": {"country"}, "r.1.0.compare": {"=="}, "r.1.0.value": {"DE"}}
	form.Set("do", "check")
	if page := ask(form); !strings.Contains(page, `aria-invalid="true" aria-describedby="r.0.wrong"`) || strings.Count(page, "aria-invalid") != 1 || strings.Contains(page, "postlift rule save") {
		t.Error("a wrong condition is not told at its place")
	}
	form.Set("r.0.value", "2")
	form.Set("do", "count")
	if page := ask(form); !strings.Contains(page, `postlift rule save NAME 'orders > 2 and country == "DE"'`) || !strings.Contains(page, "It takes 1,234 of 2,000") {
		t.Error("a good rule is not told or counted")
	}
	form.Set("do", "add r.1")
	if page := ask(form); !strings.Contains(page, `name="r.1.1.field" autofocus`) || strings.Contains(page, "aria-invalid") {
		t.Error("a new condition is not there, has no focus or is blamed at once")
	}
	if w := get(h, "GET", "/rules/build?rule=contry+%3D%3D+2"); w.Code != 400 {
		t.Errorf("a wrong text answers %d", w.Code)
	}
}
