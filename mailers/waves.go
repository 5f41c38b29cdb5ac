package mailers

import (
	"context"
	"slices"

	"postlift"
	"postlift/campaigns"
)

// EveryWave asks for the recipients of all waves.
const EveryWave = -1

// Wave is a part of a run's accounts that is mailed on its own day, in a batch of its own; until then they are
// the control of those mailed before. A run without waves has one, numbered 0.
type Wave struct {
	Number   int           `json:"wave"` // 1-based, 0 without waves
	Accounts int           `json:"accounts"`
	Letters  int           `json:"letters"` // that the plan asks for
	DueOn    postlift.Date `json:"due_on"`  // of the first wave: the plan's date
	Firm     bool          `json:"firm"`    // counted from a day of posting, not from the plan's date
	BatchUID string        `json:"batch_id,omitempty"`
	State    BatchState    `json:"state,omitempty"` // of the batch
	Left     int           `json:"-"`               // live pieces of the batch that are neither withdrawn nor failed
	PostedOn postlift.Date `json:"posted_on"`
	InHomeOn postlift.Date `json:"in_home_on"`
}

// over tells whether nothing is left to do: it was posted, or all of its letters dropped out, or its batch was
// cancelled.
func (w *Wave) over() bool {
	return w.BatchUID != "" && (!w.PostedOn.IsZero() || w.Left == 0 || w.State == BatchCancelled)
}

// schedule sets the days on which waves are due: wave n so many times days after the first wave's posting. Until
// any wave is posted it counts from the plan's date.
func schedule(waves []Wave, days int, planned postlift.Date) {
	anchor, firm := planned, false
	for _, w := range waves {
		if !w.PostedOn.IsZero() {
			anchor, firm = w.PostedOn.AddDays(-max(w.Number-1, 0)*days), true
			break
		}
	}
	for i := range waves {
		waves[i].DueOn, waves[i].Firm = anchor.AddDays(max(waves[i].Number-1, 0)*days), firm
	}
}

// waves lists a job's waves with the days on which they are due.
func (s *Service) waves(ctx context.Context, job *Job) ([]Wave, error) {
	waves, err := s.store.RunWaves(ctx, job.RunID)
	if err == nil {
		schedule(waves, job.Definition.WaveDays, job.AsOf)
	}
	return waves, err
}

// Waves lists the waves of a run, or of a campaign's latest run, by number; empty where the run has none.
func (s *Service) Waves(ctx context.Context, run string) ([]Wave, error) {
	job, err := s.store.PrepareJob(ctx, run)
	if err != nil {
		return nil, err
	}
	waves, err := s.waves(ctx, &job)
	if err != nil || len(waves) == 1 && waves[0].Number == 0 {
		return []Wave{}, err
	}
	return waves, nil
}

// pick finds the wave to prepare or to go on with: the wanted one, or (0) the first that is not over. A wave comes
// when it is due and everything before it is over; before that it is a Conflict that says when.
func (j *Job) pick(waves []Wave, wanted int, today postlift.Date) (Wave, error) {
	const op = "mailers.Prepare"
	last := waves[len(waves)-1]
	if wanted != 0 && last.Number == 0 {
		return Wave{}, postlift.Faultf(postlift.Invalid, op, "campaign %s is not mailed in waves: leave --wave out", j.Definition.Name)
	}
	next := slices.IndexFunc(waves, func(w Wave) bool { return !w.over() })
	at := next
	if wanted != 0 {
		at = slices.IndexFunc(waves, func(w Wave) bool { return w.Number == wanted })
		if at < 0 {
			return Wave{}, postlift.Faultf(postlift.Invalid, op, "campaign %s has no wave %d: its last is wave %d", j.Definition.Name, wanted, last.Number)
		}
	} else if next < 0 {
		at = len(waves) - 1
	}
	w := waves[at]
	if w.BatchUID != "" {
		return w, nil
	}
	return w, j.due(waves, at, next, today)
}

// due is a Conflict while the wave at an index has to wait.
func (j *Job) due(waves []Wave, at, next int, today postlift.Date) error {
	const op = "mailers.Prepare"
	w := waves[at]
	if j.CampaignState == campaigns.StateCancelled {
		return postlift.Faultf(postlift.Conflict, op, "campaign %s is cancelled, and so is what was left of it", j.Definition.Name)
	}
	if next < at {
		before := waves[next]
		what := "is not prepared yet"
		if before.BatchUID != "" {
			what = "is not posted yet (batch " + before.BatchUID + " is " + string(before.State) + ")"
		}
		return postlift.Faultf(postlift.Conflict, op, "wave %d of campaign %s comes after wave %d, which %s", w.Number, j.Definition.Name, before.Number, what)
	}
	if at > 0 && today < w.DueOn {
		return postlift.Faultf(postlift.Conflict, op, "wave %d of campaign %s is due on %s: until then its accounts are the control of those mailed before; run it then", w.Number, j.Definition.Name, w.DueOn)
	}
	if until := j.Definition.OfferUntil; at > 0 && !until.IsZero() && until < today {
		return postlift.Faultf(postlift.Conflict, op,
			"wave %d of campaign %s would promise an offer that was over on %s: the waves that are left can only be cancelled (postlift campaign cancel)", w.Number, j.Definition.Name, until)
	}
	return nil
}
