package responses

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"postlift"
	"postlift/responses/pool"
)

// MailOnRetention is what letters did to retention in past runs, by their frozen readings: mailed against held out. None
// of it decides a verdict.
type MailOnRetention struct {
	Runs    []RetentionEffect `json:"runs"`    // the newest first
	Renewal *Interval         `json:"renewal"` // difference of renewal shares that the runs have in common; null: fewer than two can be pooled
	Pooled  int               `json:"pooled_runs"`
}

// RetentionEffect is one run's newest frozen reading as far as it is about retention.
type RetentionEffect struct {
	RunID      string           `json:"run_id"`
	CampaignID string           `json:"campaign_id"`
	Campaign   string           `json:"campaign"`
	InHomeOn   postlift.Date    `json:"in_home_on"`
	Day        int              `json:"day"` // since in-home
	ReadOn     postlift.Date    `json:"read_on"`
	Registered bool             `json:"registered"`
	Note       Bilingual        `json:"note"`      // why there are no figures, or what they are
	Renewal    *ShareOutcome    `json:"renewal"`   // at the first opportunity after in-home
	Retention  *SurvivalOutcome `json:"retention"` // mean active time; without its curves
	Again      *ShareOutcome    `json:"again"`     // accounts without a contract: ordered in the second window
}

// spreadOfRenewals is how far true differences of renewal shares may lie apart, as believed before: five points.
const spreadOfRenewals = .05

// MailOnRetention reads the frozen readings of all runs up to a day; of each run the one with the latest outcomes counts.
func (s *Service) MailOnRetention(ctx context.Context, until postlift.Date) (MailOnRetention, error) {
	newest := map[int64]RetentionEffect{}
	err := s.store.KeptReadings(ctx, 0, until, func(runID int64, report []byte) error {
		var u struct {
			CampaignID string        `json:"campaign_id"`
			Campaign   string        `json:"campaign"`
			RunID      string        `json:"run_id"`
			InHomeOn   postlift.Date `json:"in_home_on"`
			Outcomes   *Outcomes     `json:"outcomes"`
		}
		if err := json.Unmarshal(report, &u); err != nil {
			return postlift.Wrap("responses.MailOnRetention", "a kept reading cannot be read", err)
		}
		o := u.Outcomes
		if have, ok := newest[runID]; o == nil || ok && have.Day > o.Day {
			return nil
		}
		e := RetentionEffect{RunID: u.RunID, CampaignID: u.CampaignID, Campaign: u.Campaign, InHomeOn: u.InHomeOn, Day: o.Day, ReadOn: o.ReadOn,
			Registered: o.Registered, Note: o.Note, Renewal: o.Renewal, Retention: o.Retention, Again: o.Again}
		if e.Retention != nil {
			for i := range e.Retention.Arms {
				e.Retention.Arms[i].Curve = nil
			}
		}
		newest[runID] = e
		return nil
	})
	if err != nil {
		return MailOnRetention{}, err
	}
	found := MailOnRetention{Runs: []RetentionEffect{}}
	for _, e := range newest {
		found.Runs = append(found.Runs, e)
	}
	slices.SortFunc(found.Runs, func(a, b RetentionEffect) int {
		return cmp.Or(cmp.Compare(b.InHomeOn, a.InHomeOn), cmp.Compare(a.RunID, b.RunID))
	})
	return found, found.pool()
}

// pool weighs the differences in renewal shares together whose intervals can be trusted. Half an interval's width is
// taken as 1.96 standard errors.
func (m *MailOnRetention) pool() error {
	var values, errs []float64
	for i := range m.Runs {
		r := m.Runs[i].Renewal
		if r == nil || r.Difference == nil || r.Few {
			continue
		}
		if se := (r.Difference.High - r.Difference.Low) / (2 * 1.96); se > 0 {
			values, errs = append(values, r.Difference.Value), append(errs, se)
		}
	}
	if m.Pooled = len(values); m.Pooled < 2 {
		return nil
	}
	p, err := pool.Pool(values, errs, pool.Grid(spreadOfRenewals), spreadOfRenewals)
	if err != nil {
		return err
	}
	m.Renewal = &Interval{Value: p.Mean, Low: p.Mean - 1.96*p.SD, High: p.Mean + 1.96*p.SD}
	return nil
}
