package campaigns

import (
	"strings"
	"testing"
)

func TestAddressWarnings(t *testing.T) {
	const good, page = "https://go.muster.de", "https://www.muster.de/angebot"
	for _, c := range []struct{ tracking, landing, want string }{
		{good, page, ""},
		{"HTTPS://go.muster.de", page, ""},
		{"http://localhost:8080", page, "their own computer"},
		{"https://127.0.0.1", page, "their own computer"},
		{"https://127.8.0.9:8443", page, "their own computer"},
		{"http://[::1]:8080", page, "their own computer"},
		{"http://go.muster.de", page, "unprotected"},
		{good, "https://www.nordlicht-werkzeuge.example/willkommen", "examples only"},
		{good, "https://shop.TEST./x", "examples only"},
		{good, "https://shop.invalid", "examples only"},
		{good, "https://example.com/x", ""},
		{good, "https://www.mytest/x", ""},
		{good, "http://localhost:3000/x", "landing_url"},
	} {
		got := addressWarnings(c.tracking, c.landing)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s, %s: %q, want %q", c.tracking, c.landing, got, c.want)
		}
	}
}
