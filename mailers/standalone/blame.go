package standalone

import (
	"fmt"
	"regexp"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// Rules of rows that merging or composing refuses, beside "compose".
const (
	ruleMissing     = "missing_value"
	ruleUnprintable = "unprintable"
	ruleWide        = "too_wide"
	ruleLong        = "too_long"
	rulePicture     = "picture"
	ruleConsent     = "consent"
)

// blames are the words by which a fault of merging or composing tells its rule; the field is the first group.
var blames = []struct {
	rule string
	says *regexp.Regexp
}{
	{ruleMissing, regexp.MustCompile(`(?:^|: )([A-Za-z_][\w.\[\]]*) has no value`)},
	{ruleUnprintable, regexp.MustCompile(`^(.{1,60}?) contains .+ \(U\+[0-9A-F]+\)`)},
	{rulePicture, regexp.MustCompile(`^(.{1,60}?) names the image `)},
	{rulePicture, regexp.MustCompile(`is not the name of a file in the folder of images| is no file$|cannot be read: | is larger than \d+ MB$`)},
	{ruleConsent, regexp.MustCompile(`signature image`)},
	{ruleWide, regexp.MustCompile(`^(.{1,60}?) ".*" is [\d.]+ mm wide`)},
	{ruleWide, regexp.MustCompile(` mm too wide for `)},
	{ruleLong, regexp.MustCompile(`too long for|far too long|runs beyond|longer than|far beyond|shorten (?:it|@|campaign)`)},
}

// blame says which field broke which rule, as far as the words of a fault tell; the rule is "compose" where they don't.
func blame(text string) (field, rule string) {
	if strings.Contains(text, "no tracking URL") {
		return colURL, ruleMissing
	}
	for _, b := range blames {
		m := b.says.FindStringSubmatch(text)
		switch {
		case m == nil:
		case len(m) > 1:
			return m[1], b.rule
		default:
			return "", b.rule
		}
	}
	return "", "compose"
}

// addressColumns are the columns that the parts of an address come from.
var addressColumns = map[string]string{"company": "account.name", "city": "account.city", "country": "account.country", "state": colRegion}

// ofJob tells of a reason that may be the job's, not the row's: nothing in the row can be corrected. The value that is
// missing stands in no column, the language is the job's, or composing refuses what all rows may share.
func (p *press) ofJob(r *csvfile.Reject, composed bool) bool {
	column := first(addressColumns[r.Field], r.Field)
	switch r.Rule {
	case "language":
		return r.Value == ""
	case "missing":
		return !p.in.reader.Has(column)
	case ruleMissing:
		_, known := p.in.vars[column]
		return (known || column == colURL) && !p.in.reader.Has(column) && !p.numbered(column)
	}
	return composed
}

// numbered tells of a list that the file has in numbered columns.
func (p *press) numbered(list string) bool {
	for i := range p.in.cols {
		if p.in.cols[i].list == list {
			return true
		}
	}
	return false
}

// alikeRows is after how many rows, all refused for one reason, a job is given up.
const alikeRows = 20

// alike watches over the first rows: while all of them are refused for one reason of the job, their rejects wait.
type alike struct {
	over bool // a row was printed, or refused for a reason of its own
	rows int
	held []csvfile.Reject
}

// add takes what refuses a row; an error gives the job up.
func (a *alike) add(rejects []csvfile.Reject) error {
	a.rows++
	a.held = append(a.held, rejects...)
	if a.rows < alikeRows {
		return nil
	}
	r := &rejects[0]
	field := ""
	if r.Field != "" && !strings.Contains(r.Message, r.Field) {
		field = r.Field + ": "
	}
	return &postlift.Fault{Kind: postlift.Invalid, Op: "standalone.Run", Text: fmt.Sprintf("nothing was printed, because the first %d rows fail alike, and so would every row: %s%s (%s)%s",
		alikeRows, field, r.Message, r.Rule, remedy(r))}
}

// fits tells whether a row is refused for the reason of those before it.
func (a *alike) fits(rejects []csvfile.Reject) bool {
	if a.over || len(rejects) == 0 {
		return false
	}
	for i := range rejects {
		if i < len(a.held) && (rejects[i].Field != a.held[i].Field || rejects[i].Rule != a.held[i].Rule || rejects[i].Message != a.held[i].Message) {
			return false
		}
	}
	return true
}

// remedy is what a fault of composing, which knows no command line, does not say.
func remedy(r *csvfile.Reject) string {
	switch {
	case r.Rule != ruleMissing:
		return ""
	case r.Field == colURL:
		return "; give --base-url, or a column tracking_url"
	case strings.HasPrefix(r.Field, "sender."):
		return "; say it in the sender's file (--sender)"
	}
	return "; give a column of its name, or --set " + r.Field + "=VALUE for all rows"
}
