package accounts

import (
	"fmt"
	"slices"
	"strings"

	"postlift/accounts/csvfile"
)

// translated are the words that say a status in German, or in another English word of the same meaning,
// folded. Every other word, such as "inaktiv" of an account (which buys nothing at present and is not closed), is a
// guess that a report must tell.
var translated = map[string]bool{
	"aktiv": true, "geschlossen": true, "erloschen": true, "insolvenz": true, "bankrupt": true, "wettbewerber": true,
	"konkurrent": true, "eigen": true, "eigene": true, "unzustellbar": true, "verzogen": true, "umgezogen": true,
	"ausgeschieden": true, "former": true, "verstorben": true,
}

// status reads a status; an empty one is the first of the known. A word that is taken for another one, and
// is no translation of it, is counted, so that a reader of the report sees what "inaktiv" has become.
func (s *session) status(row *csvfile.Row, words map[string]string, known string) string {
	v := row.Enum("status", words, known)
	if v == "" {
		first, _, _ := strings.Cut(known, ",")
		return first
	}
	raw := strings.ToLower(row.Text("status"))
	if folded := csvfile.Fold(raw); folded != v && !translated[folded] && row.OK() {
		s.warn("status_" + folded + "_taken_as_" + v)
	}
	return v
}

// block adds the block that a row of accounts or contacts asks for. It has no external id: importing the
// file again on another day must not move its first day, and a later "no" does not lift it. Such a mark speaks of
// advertising, so it is an objection: a contract's notice still reaches its partner.
func (s *session) block(row *csvfile.Row, c *Chunk, sup Suppression) {
	sup.Reason, sup.Channel, sup.Source, sup.Row = ReasonObjection, "import", s.req.Source, row.Number()
	sup.ReceivedOn, sup.EffectiveOn = s.today, s.today
	c.Suppressions = append(c.Suppressions, sup)
}

// blockHints are parts of headers that speak of people who must not be mailed.
var blockHints = []string{"sperr", "werbung", "werbe", "block", "donot", "nomail", "optout", "optedout", "robinson", "mahn", "widerspr", "unsubscri"}

// overlooked names the unused columns that look like a block: whoever they mark would be mailed.
func overlooked(ignored []string) (attention []string) {
	for _, header := range ignored {
		folded := csvfile.Fold(header)
		for _, hint := range blockHints {
			if strings.Contains(folded, hint) {
				attention = append(attention, fmt.Sprintf("column %q looks like a block and is not used: whoever it marks may be mailed", header))
				break
			}
		}
	}
	return attention
}

// Matched counts whom a suppressions file hits, each once, and the rows that hit nobody.
type Matched struct {
	Contacts int64 `json:"contacts"`
	Accounts int64 `json:"accounts"`
	Sites    int64 `json:"sites"`
	Nobody   int64 `json:"nobody"` // rows that hit nobody known yet; they block as soon as such a contact, account or site comes
	Rows     []int `json:"-"`      // the first rows that match nobody known
}

// nobodyRows is how many rows that match nobody known a report names.
const nobodyRows = 5

// Miss adds a row that hit nobody.
func (m *Matched) Miss(row int) {
	m.Nobody++
	if len(m.Rows) < nobodyRows {
		m.Rows = append(m.Rows, row)
	}
}

func (m *Matched) add(o Matched) {
	m.Contacts, m.Accounts, m.Sites, m.Nobody = m.Contacts+o.Contacts, m.Accounts+o.Accounts, m.Sites+o.Sites, m.Nobody+o.Nobody
	m.Rows = append(m.Rows, o.Rows...)
	slices.Sort(m.Rows)
	m.Rows = m.Rows[:min(len(m.Rows), nobodyRows)]
}

// nobody says which rows found nobody.
func (m *Matched) nobody() string {
	rows := make([]string, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = fmt.Sprint(r)
	}
	more := ""
	if m.Nobody > int64(len(rows)) {
		more = " …"
	}
	return fmt.Sprintf("%d rows match nobody known (rows %s%s): check the spelling; they block as soon as somebody of that name comes",
		m.Nobody, strings.Join(rows, ", "), more)
}
