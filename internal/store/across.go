package store

import (
	"context"
	"database/sql"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// RunsAcross lists the advertising runs that came in home between two days, the newest first, with the registered
// reading of their windows' ends.
func (s *Store) RunsAcross(ctx context.Context, from, until postlift.Date) ([]responses.AcrossSource, error) {
	where, args := "", []any{string(campaigns.Advertising)}
	for _, c := range []struct {
		on       postlift.Date
		operator string
	}{{from, ">="}, {until, "<="}} {
		if !c.on.IsZero() {
			where += " AND r.in_home_on " + c.operator + " ?"
			args = append(args, c.on)
		}
	}
	runs := []responses.AcrossSource{}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var r responses.AcrossSource
		var definition jsonText
		var frozen sql.NullString
		if err := rows.Scan(&r.UID, &r.CampaignID, &r.Campaign, &r.Rule, &r.Design, &definition, &r.InHomeOn, &r.WindowDays, &frozen, &r.FrozenOn); err != nil {
			return err
		}
		var d struct {
			Treatment string `json:"treatment"`
		}
		if err := definition.into(&d); err != nil {
			return err
		}
		r.Treatment = d.Treatment
		if r.Treatment == "" {
			r.Treatment = campaigns.TreatmentLetter
		}
		if frozen.Valid {
			r.Frozen = []byte(frozen.String)
		}
		runs = append(runs, r)
		return nil
	}, `SELECT r.uid, c.uid, c.name, ru.name, de.name, v.definition, r.in_home_on, r.window_days, x.document, x.read_on
		FROM runs r JOIN campaigns c ON c.id = r.campaign_id
		JOIN campaign_versions v ON v.campaign_id = c.id AND v.version = r.campaign_version
		JOIN rule_versions rv ON rv.id = r.rule_version_id JOIN rules ru ON ru.id = rv.rule_id
		JOIN design_versions dv ON dv.id = r.design_version_id JOIN designs de ON de.id = dv.design_id
		LEFT JOIN run_readings x ON x.run_id = r.id AND x.day = 0
		WHERE c.class = ? AND r.in_home_on IS NOT NULL`+where+` ORDER BY r.in_home_on DESC, r.id DESC`, args...)
	return runs, opError("store.RunsAcross", err)
}
