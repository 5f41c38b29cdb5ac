package store

import (
	"database/sql"
	"slices"

	"postlift"
	"postlift/accounts"
)

// A person who objects does so to us, not to one row of a CRM. Contacts who bear the same name in the same group of
// companies or at the same address are taken for the same person, however the company is spelt: each gets a block of
// its own, which selection, release, reports and the stop list then see like any other. It is made when a block is
// recorded, and when accounts, sites or contacts are imported for what that import touched. Namesakes in one group are
// spared letters that they might have had; that is the safe side.

// alikeReasons are the reasons that go with the person: not those of a place or of a company.
var alikeReasons = []any{accounts.ReasonObjection, accounts.ReasonDoNotMail, accounts.ReasonImportedList, accounts.ReasonDeceased}

// alikeQuery is SQL for the contacts c near those whom blocks s hold, with both names. The conditions narrow blocks and
// contacts.
func alikeQuery(blocks, contacts string) string {
	const inForce = "s.scope = 'person' AND s.revoked_at IS NULL AND s.reason IN (?, ?, ?, ?)"
	return `WITH held AS (
  SELECT s.id AS sup, s.contact_id AS contact FROM suppressions s WHERE ` + inForce + ` AND s.contact_id IS NOT NULL` + blocks + `
  UNION SELECT s.id, k.id FROM suppressions s CROSS JOIN contacts k WHERE ` + inForce + ` AND k.match_key <> '' AND k.match_key = s.match_key` + blocks + `
), near AS (
  SELECT h.sup, o.first_name AS first, o.last_name AS last, c.id FROM held h CROSS JOIN contacts o CROSS JOIN accounts oa CROSS JOIN accounts ca CROSS JOIN contacts c
  WHERE o.id = h.contact AND oa.id = o.account_id AND ca.group_key = oa.group_key AND c.account_id = ca.id AND c.id <> o.id AND o.last_name <> '' AND o.first_name <> ''` + contacts + `
  UNION SELECT h.sup, o.first_name, o.last_name, c.id FROM held h CROSS JOIN contacts o CROSS JOIN sites os CROSS JOIN sites cs CROSS JOIN contacts c
  WHERE o.id = h.contact AND os.id = COALESCE(o.site_id, ` + mainSite("o.account_id") + `) AND os.match_key <> '' AND cs.match_key = os.match_key
    AND c.account_id = cs.account_id AND cs.id = COALESCE(c.site_id, ` + mainSite("c.account_id") + `) AND c.id <> o.id AND o.last_name <> '' AND o.first_name <> ''` + contacts + `
)
SELECT n.first, n.last, c.id, c.first_name, c.last_name, s.reason, s.received_on, s.effective_on, s.until_on, s.channel, s.evidence, s.source, s.external_id, s.list_name,
  CASE WHEN s.origin_uid = '' THEN s.uid ELSE s.origin_uid END
FROM near n JOIN contacts c ON c.id = n.id JOIN suppressions s ON s.id = n.sup ORDER BY s.id, c.id`
}

// blockAlike blocks whoever is the same person as those whom a list blocks.
func (b *blocker) blockAlike(list []accounts.Suppression, importID int64, by postlift.Actor) error {
	var keys []string
	for i := range list {
		if s := &list[i]; s.Scope == accounts.ScopePerson && s.MatchKey != "" && slices.Contains(alikeReasons, any(s.Reason)) {
			keys = append(keys, s.MatchKey)
		}
	}
	slices.Sort(keys)
	return inChunks(slices.Compact(keys), func(marks string, args []any) error {
		return b.blockNear(" AND s.match_key IN ("+marks+")", args, "", importID, by)
	})
}

// blockNear finds those who are alike and records their blocks.
func (b *blocker) blockNear(blocks string, args []any, contacts string, importID int64, by postlift.Actor) error {
	each := append(slices.Clone(alikeReasons), args...)
	rows, err := b.query(alikeQuery(blocks, contacts), append(each, each...)...)
	var found []accounts.Suppression
	err = eachRow(rows, err, func(r *sql.Rows) error {
		s := accounts.Suppression{Scope: accounts.ScopePerson}
		var first, last, ofFirst, ofLast string
		err := r.Scan(&first, &last, &s.ContactID, &ofFirst, &ofLast, &s.Reason, &s.ReceivedOn, &s.EffectiveOn, &s.UntilOn,
			&s.Channel, &s.Evidence, &s.Source, &s.ExternalID, &s.List, &s.DerivedFrom)
		if alike(first, last, ofFirst, ofLast, s.Reason) {
			b.hits.add(accounts.ScopePerson, s.ContactID)
			found = append(found, s)
		}
		return err
	})
	if err != nil || len(found) == 0 {
		return err
	}
	_, err = b.record(found, importID, by)
	return err
}

// alike tells whether two names are one person's: an initial agrees with a first name that begins so, unless somebody
// would be taken for dead by it.
func alike(first, last, otherFirst, otherLast, reason string) bool {
	for _, name := range []string{first, last, otherFirst} {
		if accounts.NormalText(name) == "" {
			return false
		}
	}
	if accounts.NormalText(last) != accounts.NormalText(otherLast) {
		return false
	}
	if reason == accounts.ReasonDeceased {
		return accounts.NormalText(first) == accounts.NormalText(otherFirst)
	}
	return sameName(first, otherFirst)
}
