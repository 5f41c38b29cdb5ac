package web

import (
	"context"
	"html"
	"net/url"
	"strings"
	"testing"

	"postlift/campaigns"
)

// TestPlaceOfAFault: the mark stands below the offending text, in long lines, later lines and beyond the end.
func TestPlaceOfAFault(t *testing.T) {
	long := strings.Repeat("orders > 1 and ", 12) + `contry == "DE" and orders > 2` + strings.Repeat(" and orders > 1", 8)
	for _, c := range []struct{ text, fault, token, width string }{
		{`contry == "DE"`, `line 1, column 1, "contry": there is no field contry`, "contry", "^^^^^^"},
		{"orders > 1\nand größe = 2", `line 2, column 11, "=": compare with ==`, "=", "^"},
		{long, `line 1, column 181, "contry": there is no field`, "contry", "^^^^^^"},
		{"orders >", "line 1, column 9: the rule ends too early", "", "^"},
		{"a \"b\"", `line 1, column 3, "\"b\"": no`, `"b"`, "^^^"},
	} {
		p := placed(c.text, c.fault)
		at := strings.Index(p.Mark, "^")
		if p.Line == 0 || strings.TrimSpace(p.Mark) != c.width || !strings.HasPrefix(string([]rune(p.Source)[at:]), c.token) || len([]rune(p.Source)) > shownSource+4 {
			t.Errorf("%q: %+v", c.fault, p)
		}
	}
	for _, fault := range []string{"the rule is empty", "line 9, column 1: elsewhere", "line 1, column 99999999999999999999: far"} {
		if p := placed("orders > 1", fault); p.Line != 0 || p.Text != fault {
			t.Errorf("%q: %+v", fault, p)
		}
	}
}

func TestRulesAreTried(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	try := func(text, do string) string {
		return html.UnescapeString(get(h, "GET", "/rules/try?"+url.Values{"rule": {text}, "do": {do}, "asof": {"2026-02-01"}}.Encode()).Body.String())
	}
	if page := try(`contry == "DE"`, "count"); !strings.Contains(page, "line 1, column 1") || !strings.Contains(page, "contry == \"DE\"\n<span aria-hidden=\"true\">^^^^^^</span>") ||
		!strings.Contains(page, `aria-invalid="true" aria-describedby="rule-problem"`) || strings.Contains(page, "1,234") {
		t.Error("the place of a fault is not marked, or a wrong rule is counted")
	}
	if page := try(`segment == "it's"`, "check"); !strings.Contains(page, "The rule is good") || !strings.Contains(page, `postlift rule save NAME 'segment == "it'\''s"'`) || strings.Contains(page, "1,234") {
		t.Error("a good rule is not told, or counted unasked")
	}
	if page := try("orders > 1", "count"); !strings.Contains(page, "It takes 1,234 of 2,000 accounts as of 1 February 2026.") {
		t.Error("a count is not told")
	}
	if page := try(strings.Repeat("orders > 1 or ", 1000), "check"); !strings.Contains(page, "longer than 8000 letters") {
		t.Error("a long text is tried")
	}
	f.count = func(context.Context) (campaigns.RuleCount, error) {
		return campaigns.RuleCount{}, context.DeadlineExceeded
	}
	if page := try("orders > 1", "count"); !strings.Contains(page, "counting took too long") {
		t.Error("a count without an end is not told")
	}
	if page := html.UnescapeString(get(h, "GET", "/rules/rul_1").Body.String()); !strings.Contains(page, "Changed") || !strings.Contains(page, "Added") || !strings.Contains(page, "Removed") ||
		!strings.Contains(page, "<ins>") || !strings.Contains(page, `href="/segments/seg_1"`) {
		t.Error("versions do not say what changed")
	}
	if w := get(h, "GET", "/rules/nobody"); w.Code != 404 {
		t.Errorf("an unknown rule answers %d", w.Code)
	}
}
