package campaigns

import (
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
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
		got := texts(addressWarnings(c.tracking, c.landing))
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s, %s: %q, want %q", c.tracking, c.landing, got, c.want)
		}
	}
}

func TestAdvertisingNeedsANotice(t *testing.T) {
	settings := accounts.DefaultSettings()
	d := Definition{Class: Advertising, Languages: []string{"de", "en"}}
	if err := noticed(d, settings); err != nil {
		t.Error(err)
	}
	settings.ObjectionNotice = map[string]string{"de": "Widerspruch"}
	if err := noticed(d, settings); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "objection_notice.en is missing") {
		t.Errorf("%v", err)
	}
	d.Class = Contractual
	if err := noticed(d, settings); err != nil {
		t.Errorf("a contractual letter needs no notice: %v", err)
	}
}
