package store

import (
	"regexp"
	"strings"

	"postlift"
	"postlift/migrations"
)

// Tables that expressions name by their prefixes.
var prefixes = regexp.MustCompile(`\b(f|sc|si|gr)\.`)

// factSource collects the tables that expressions read.
type factSource struct {
	store *Store
	asOf  postlift.Date
	dates *strings.Replacer
	reads map[string]bool
	needs map[string]bool // of those: nobody is wanted for whom there is no row
}

func (s *Store) newFactSource(asOf postlift.Date) factSource {
	return factSource{store: s, asOf: asOf, dates: s.dateTokens(asOf), reads: map[string]bool{}, needs: map[string]bool{}}
}

// read notes the tables of a column and settles its dates.
func (fs *factSource) read(c factColumn) factColumn {
	for _, p := range prefixes.FindAllString(c.expr, -1) {
		fs.reads[strings.TrimSuffix(p, ".")] = true
	}
	c.expr, c.from = fs.dates.Replace(c.expr), fs.dates.Replace(c.from)
	return c
}

const publishedRun = "(SELECT run_id FROM score_pointer WHERE name = '" + publishedScores + "')"

// from lists the accounts with the tables that were read; with ids only those of idList.
func (fs *factSource) from(ids bool) string {
	from := "accounts a"
	if ids {
		from = "ids CROSS JOIN accounts a"
	}
	for _, t := range []struct{ prefix, table string }{
		{"f", "account_features f ON f.account_id = a.id"},
		{"sc", "scores sc ON sc.run_id = " + publishedRun + " AND sc.account_id = a.id"},
		{"si", fs.mainSites(ids)},
		{"gr", "(" + groupRows(ids) + ") gr ON gr.group_key = a.group_key"},
	} {
		if fs.reads[t.prefix] {
			from += "\n" + fs.join(t.prefix) + t.table
		}
	}
	return from
}

// join is how a table is joined. SQLite would turn a left join into an inner one where a rule allows that, and then
// might begin with the other table: by an index on values, all else is looked up in no order, at three times the
// cost. Its CROSS JOIN keeps the order of the tables, so that accounts are read in the order of their ids.
func (fs *factSource) join(prefix string) string {
	if fs.needs[prefix] && fs.store.dialect == migrations.SQLite {
		return "CROSS JOIN "
	}
	return "LEFT JOIN "
}

// mainSites joins the main site. PostgreSQL finds all of them in one pass over an index sooner than one by one.
func (fs *factSource) mainSites(ids bool) string {
	if ids || fs.store.dialect == migrations.SQLite {
		return "sites si ON si.id = " + mainSite("a.id")
	}
	return "(SELECT DISTINCT ON (m.account_id) m.account_id, m.postcode, m.city, m.region, m.country FROM sites m ORDER BY m.account_id, m.is_main DESC, m.id) si ON si.account_id = a.id"
}

// groupRows sums over the accounts of each group, or over the groups of the accounts in idList.
func groupRows(ids bool) string {
	only := ""
	if ids {
		only = " WHERE g.group_key IN (SELECT m.group_key FROM ids CROSS JOIN accounts m WHERE m.id = ids.id)"
	}
	return `SELECT g.group_key, COUNT(*) AS accounts, CAST(SUM(gs.residual_minor) AS BIGINT) AS residual_minor,
  CAST(SUM(gf.net_12m_minor) AS BIGINT) AS net_12m_minor, CAST(SUM(gf.mails_365d) AS BIGINT) AS mails_365d, MAX(gf.last_mailed_on) AS last_mailed_on
  FROM accounts g LEFT JOIN account_features gf ON gf.account_id = g.id
  LEFT JOIN scores gs ON gs.run_id = ` + publishedRun + ` AND gs.account_id = g.id` + only + ` GROUP BY g.group_key`
}

// dateTokens replaces what columns say of the facts' date. {asof} and {year} (twelve months before) are dates,
// {year_of_days} (365 days before) and {tomorrow} are the instants at which these days begin in UTC.
func (s *Store) dateTokens(asOf postlift.Date) *strings.Replacer {
	instant := func(d postlift.Date) string { return "'" + d.String() + "'" } // SQLite: stored instants are texts that begin with the day
	if s.dialect == migrations.Postgres {
		instant = func(d postlift.Date) string { return "TIMESTAMPTZ '" + d.String() + " 00:00:00+00'" }
	}
	return strings.NewReplacer("{asof}", s.dateLiteral(asOf), "{year}", s.dateLiteral(asOf.AddMonths(-12)),
		"{year_of_days}", instant(asOf.AddDays(-365)), "{tomorrow}", instant(asOf.AddDays(1)))
}

// dateLiteral is a date in SQL. One out of the calendar is before or after all others.
func (s *Store) dateLiteral(d postlift.Date) string {
	if s.dialect == migrations.Postgres {
		switch {
		case d < postlift.NewDate(1, 1, 1): // PostgreSQL knows no year 0
			return "DATE '-infinity'"
		case d > lastDate:
			return "DATE 'infinity'"
		}
		return "DATE '" + d.String() + "'"
	}
	switch {
	case d < postlift.NewDate(0, 1, 1):
		return "''"
	case d > lastDate:
		return "'~'"
	}
	return "'" + d.String() + "'"
}

var lastDate = postlift.NewDate(9999, 12, 31)
