package web

import (
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
	"postlift/responses"
)

// view is what a template works with: the page's own data and the words, figures and dates in the
// reader's language.
type view struct {
	Lang    string
	Title   string // key of the title
	Subject string // stands before the title: a name
	Nav     string // the current entry of the navigation
	Data    any
	Demo    bool
	Public  bool
	Refresh int              // after so many seconds the page asks again by itself; 0: never
	Fields  *rules.Catalogue // what the page's rules may name; nil: the built-in features

	texts  texts
	assets assets
	zone   *time.Location // whose clocks its instants are told on
	path   string
	query  url.Values
}

func (v *view) prepare(s *site, c *gin.Context) {
	v.Lang = languageOf(c)
	v.texts, v.assets = s.texts[v.Lang], s.assets
	v.Demo, v.Public = s.demo, s.public
	v.zone = s.zone(c.Request.Context())
	v.path, v.query = c.Request.URL.Path, c.Request.URL.Query()
}

// T is the text of a key, its verbs filled.
func (v *view) T(key string, args ...any) string { return v.texts.get(key, args...) }

// Or is the text of prefix and word joined, or the word itself where nothing translates it: words that
// come from data.
func (v *view) Or(prefix, word string) string {
	if text, ok := v.texts[prefix+"."+word]; ok {
		return text
	}
	return word
}

// Heading is the page's title with its subject.
func (v *view) Heading() string {
	if v.Subject == "" {
		return v.T(v.Title)
	}
	return v.Subject + " – " + v.T(v.Title)
}

// Asset is the address of a static file.
func (v *view) Asset(name string) string { return v.assets.hashed[name] }

// In is this page's address in another language. On the public listener the address holds a token,
// which no page repeats.
func (v *view) In(lang string) string {
	q := url.Values{}
	for name, values := range v.query {
		q[name] = values
	}
	q.Set("lang", lang)
	return v.path + "?" + q.Encode()
}

// Languages that the page can be switched to.
func (v *view) Languages() []string { return languages }

// Money writes an amount with its minor units.
func (v *view) Money(m postlift.Money) string {
	return strings.Replace(m.Format(v.Lang), "-", "\u2212", 1)
}

// Whole writes an amount rounded to whole major units.
func (v *view) Whole(m postlift.Money) string {
	return strings.Replace(responses.WholeMoney(m, v.Lang), "\u2212€", "\u2212\u2060€", 1) // no line ends between them
}

// Signed is Whole with a plus before a gain.
func (v *view) Signed(m postlift.Money) string {
	if m.Minor > 0 {
		return "+" + v.Whole(m)
	}
	return v.Whole(m)
}

// Count writes a number of things; nil is a dash.
func (v *view) Count(n any) string {
	switch n := n.(type) {
	case int:
		return responses.WholeNumber(n, v.Lang)
	case int64:
		return responses.WholeNumber(int(n), v.Lang)
	case *int64:
		if n != nil {
			return responses.WholeNumber(int(*n), v.Lang)
		}
	}
	return "–"
}

// Share writes a share as a percentage with that many decimals; nil is a dash.
func (v *view) Share(n any, digits int) string {
	switch n := n.(type) {
	case float64:
		return responses.Percent(n, digits, v.Lang)
	case *float64:
		if n != nil {
			return responses.Percent(*n, digits, v.Lang)
		}
	}
	return "–"
}

// Chance writes a probability in whole per cent; one that is not quite nothing is not written as nothing.
func (v *view) Chance(p float64) string {
	if p > 0 && p < .005 {
		return "<\u00a0" + v.Share(.01, 0)
	}
	return v.Share(p, 0)
}

// Percent writes a percentage that is one already, with a decimal only where it has one.
func (v *view) Percent(p float64) string {
	if p == math.Trunc(p) {
		return v.Share(p/100, 0)
	}
	return v.Share(p/100, 1)
}

// Decimal writes a number with that many decimals.
func (v *view) Decimal(f float64, digits int) string { return decimal(f, digits, v.Lang) }

func decimal(f float64, digits int, lang string) string {
	return strings.TrimSuffix(strings.TrimSuffix(responses.Percent(f/100, digits, lang), "%"), "\u00a0")
}

// Times writes a factor; nil is a dash.
func (v *view) Times(f *float64) string {
	if f == nil {
		return "–"
	}
	return v.Decimal(*f, 1) + "\u00a0×"
}

// Amount writes an amount in whole major units; nil is a dash.
func (v *view) Amount(m *postlift.Money) string {
	if m == nil {
		return "–"
	}
	return v.Whole(*m)
}

// Date writes a civil date; none is a dash.
func (v *view) Date(d postlift.Date) string {
	if d.IsZero() {
		return "–"
	}
	return d.Format(v.Lang)
}

// Moment writes an instant on the organisation's clocks, with their mark; nil or zero is a dash.
func (v *view) Moment(t any) string {
	var at time.Time
	switch t := t.(type) {
	case time.Time:
		at = t
	case *time.Time:
		if t != nil {
			at = *t
		}
	}
	if at.IsZero() {
		return "–"
	}
	return accounts.MomentIn(v.zone, at, v.Lang)
}

// Bytes writes a file's size.
func (v *view) Bytes(n int64) string {
	switch {
	case n >= 1<<20:
		return v.Decimal(float64(n)/(1<<20), 1) + "\u00a0MB"
	case n >= 1<<10:
		return v.Decimal(float64(n)/(1<<10), 0) + "\u00a0kB"
	}
	return v.Count(n) + "\u00a0B"
}

// Tone is the colour and sign of a state: ok, info, warn, bad or idle.
func (v *view) Tone(state string) string { return tones[state] }

var tones = map[string]string{
	"draft": "idle", "previewed": "info", "approved": "ok", "scheduled": "info", "running": "info", "paused": "warn",
	"finished": "ok", "cancelled": "idle", "planned": "idle", "preparing": "info", "released": "ok", "measuring": "info",
	"closed": "idle", "rendering": "info", "rendered": "ok", "queued": "idle", "sealed": "info", "proofed": "info",
	"delivered": "ok", "acknowledged": "ok", "printing": "info", "posted": "ok", "returned": "warn", "withdrawn": "warn",
	"failed": "bad", "spoiled": "bad", "works": "ok", "no_proof": "info", "hurts": "bad", "withheld": "warn",
	"gated": "warn", "over_cap": "idle", "holdout": "idle", "assigned": "ok", "met": "ok", "not_met": "bad", "unknown": "warn",
	"active":         "ok",
	"stage.prospect": "idle", "stage.new": "info", "stage.growing": "ok", "stage.mature": "ok", "stage.at_risk": "warn",
	"stage.lapsed": "idle", "stage.lost": "bad",
}
