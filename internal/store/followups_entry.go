package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/responses"
)

// searchedName is SQL for a company's name as it is looked for: the expression of the index
// accounts_search, to the letter.
func (s *Store) searchedName() string {
	name := s.bytewise("a.name")
	for _, pair := range [][2]string{{"Ä", "ae"}, {"ä", "ae"}, {"Ö", "oe"}, {"ö", "oe"}, {"Ü", "ue"}, {"ü", "ue"}, {"ß", "ss"}} {
		name = "REPLACE(" + name + ", '" + pair[0] + "', '" + pair[1] + "')"
	}
	return "LOWER(" + name + ")"
}

// beyond is a text after all texts that begin with another one, in both engines' order of bytes.
const beyond = "\U0010ffff"

// EntryMatches looks for a code first, then a customer number, then names that begin like that, and only
// where none does for names that hold the words.
func (s *Store) EntryMatches(ctx context.Context, q responses.EntryQuery) ([]responses.EntryMatch, error) {
	found, err := s.matchedPiece(ctx, q.Code)
	if err != nil || len(found) > 0 {
		return found, err
	}
	var words []any
	pattern := ""
	like := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
	for _, w := range strings.Fields(q.Name) {
		pattern += " AND ' ' || " + s.searchedName() + " LIKE ? ESCAPE '!'"
		words = append(words, "% "+like.Replace(w)+"%")
	}
	for _, way := range []struct {
		where string
		args  []any
	}{
		{"a.external_id = ? OR a.uid = ?", []any{q.Number, q.Number}},
		{s.searchedName() + " >= ? AND " + s.searchedName() + " < ?", []any{q.Name, q.Name + beyond}},
		{strings.TrimPrefix(pattern, " AND "), words},
	} {
		if q.Name == "" && len(way.args) == 0 {
			continue
		}
		found, err := s.matchedAccounts(ctx, way.where, way.args, q.Limit)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// matchedPiece finds the letter of a typed code or a token.
func (s *Store) matchedPiece(ctx context.Context, code string) ([]responses.EntryMatch, error) {
	if len(code) != len("K7M29QXP4TB") && len(code) != 26 {
		return nil, nil
	}
	return s.scanMatches(ctx, `SELECT COALESCE(a.uid, ''), COALESCE(a.external_id, ''), COALESCE(a.name, ''), COALESCE(si.city, ''),
		p.uid, p.code, c.name, COALESCE(k.first_name, ''), COALESCE(k.last_name, ''), p.posted_on
		FROM pieces p JOIN campaigns c ON c.id = p.campaign_id LEFT JOIN accounts a ON a.id = p.account_id
		LEFT JOIN sites si ON si.id = p.site_id LEFT JOIN contacts k ON k.id = p.contact_id WHERE p.code = ? OR p.token = ?`, code, code)
}

// lettersShown is how many of an account's letters a search shows.
const lettersShown = 3

// matchedAccounts lists accounts with their latest letters. The accounts are cut before their letters are
// looked at.
func (s *Store) matchedAccounts(ctx context.Context, where string, args []any, limit int) ([]responses.EntryMatch, error) {
	return s.scanMatches(ctx, fmt.Sprintf(`SELECT hit.uid, hit.external_id, hit.name, COALESCE(si.city, ''),
		COALESCE(p.uid, ''), COALESCE(p.code, ''), COALESCE(c.name, ''), COALESCE(k.first_name, ''), COALESCE(k.last_name, ''), p.posted_on
		FROM (SELECT a.id, a.uid, a.external_id, a.name, %s AS searched FROM accounts a WHERE %s ORDER BY searched, a.id LIMIT ?) hit
		LEFT JOIN sites si ON si.id = %s
		LEFT JOIN pieces p ON p.id IN (SELECT x.id FROM pieces x WHERE x.account_id = hit.id AND x.kind = 'live' AND x.state IN ('posted', 'returned') ORDER BY x.posted_on DESC, x.id DESC LIMIT %d)
		LEFT JOIN campaigns c ON c.id = p.campaign_id LEFT JOIN contacts k ON k.id = p.contact_id
		ORDER BY hit.searched, hit.id, p.posted_on DESC, p.id DESC`, s.searchedName(), where, mainSite("hit.id"), lettersShown), append(args, limit)...)
}

func (s *Store) scanMatches(ctx context.Context, query string, args ...any) ([]responses.EntryMatch, error) {
	var list []responses.EntryMatch
	err := s.each(ctx, func(rows *sql.Rows) error {
		var m responses.EntryMatch
		var first, last string
		if err := rows.Scan(&m.AccountUID, &m.Number, &m.Account, &m.Place, &m.PieceUID, &m.Code, &m.Campaign, &first, &last, &m.PostedOn); err != nil {
			return err
		}
		m.Code, m.Contact = postlift.FormatCode(m.Code), strings.TrimSpace(first+" "+last)
		list = append(list, m)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store.EntryMatches: %w", err)
	}
	return list, nil
}

// EntryTarget finds a letter, or else an account, by its outward id.
func (s *Store) EntryTarget(ctx context.Context, pieceUID, accountUID string) (responses.EntryTarget, error) {
	const op = "store.EntryTarget"
	var t responses.EntryTarget
	what, name := "account", accountUID
	query, arg := "SELECT a.id AS account_id, a.source, a.external_id AS number FROM accounts a WHERE a.uid = ?", accountUID
	if pieceUID != "" {
		what, name = "letter", pieceUID
		query, arg = `SELECT COALESCE(a.id, 0) AS account_id, COALESCE(a.source, '') AS source, COALESCE(a.external_id, '') AS number, p.id AS piece_id, p.run_id
			FROM pieces p LEFT JOIN accounts a ON a.id = p.account_id WHERE p.uid = ?`, pieceUID
	}
	if err := s.reader(ctx).Raw(query, arg).Scan(&t).Error; err != nil {
		return t, fmt.Errorf("%s: %w", op, err)
	}
	if t.AccountID == 0 && t.PieceID == 0 {
		return t, postlift.Faultf(postlift.NotFound, op, "there is no %s %q", what, name)
	}
	return t, nil
}

// LandingPage reads the page that the run's version of the campaign fixed.
func (s *Store) LandingPage(ctx context.Context, token string) (responses.LandingPage, error) {
	const op = "store.LandingPage"
	var found struct {
		UID, Name  string
		Definition jsonText
	}
	err := s.reader(ctx).Raw(`SELECT p.uid, c.name, v.definition FROM pieces p JOIN runs r ON r.id = p.run_id JOIN campaigns c ON c.id = r.campaign_id
		JOIN campaign_versions v ON v.campaign_id = r.campaign_id AND v.version = r.campaign_version WHERE p.token = ?`, token).Scan(&found).Error
	if err != nil {
		return responses.LandingPage{}, fmt.Errorf("%s: %w", op, err)
	}
	if found.UID == "" {
		return responses.LandingPage{}, postlift.Faultf(postlift.NotFound, op, "this link is not known here")
	}
	var d campaigns.Definition
	if err := found.Definition.into(&d); err != nil {
		return responses.LandingPage{}, fmt.Errorf("%s: %w", op, err)
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return responses.LandingPage{}, err
	}
	sender := settings.Sender.With(d.Sender)
	return responses.LandingPage{Landing: d.Landing, Campaign: found.Name, Sender: sender.Company, Imprint: imprint(sender), PieceUID: found.UID}, nil
}

// imprint says in lines who answers for a page; what the settings leave empty is left out.
func imprint(s accounts.Sender) []string {
	lines := []string{strings.TrimSpace(s.Postcode + " " + s.City), s.Phone, s.Email, s.Web, s.Particulars}
	lines = append([]string{s.Company, s.Street}, lines...)
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}
