package web

import (
	"strings"
	"testing"
)

// TestPrivacyPage: the verdict is told in both languages, a wrong period is explained and shows no verdict.
func TestPrivacyPage(t *testing.T) {
	h := newFakes().staff(t)
	for path, want := range map[string]string{
		"/privacy":                 "Not kept: 2 letters.",
		"/privacy?lang=de":         "Nicht eingehalten: 2 Briefe.",
		"/privacy?from=2026-02-30": "2026-02-30",
	} {
		w := get(h, "GET", path, "Accept-Language", "en")
		code, body := w.Code, w.Body.String()
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, without %q", path, code, want)
		}
		if strings.Contains(path, "from=") && strings.Contains(body, "Not kept") {
			t.Errorf("%s shows a verdict", path)
		}
	}
}
