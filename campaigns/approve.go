package campaigns

import (
	"context"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
)

// Approval is a person's word for exactly one plan.
type Approval struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Approve lets a person stand for exactly the plan of the given hash (its first 12 characters are
// enough). Another hash is a Conflict: somebody previewed again. So is a plan of which the gate would withdraw more
// than a small share by now, such as one whose accounts another campaign has taken meanwhile. A plan that costs more
// than the settings' mail.second_approval_above stays planned until another person approves it, too. Approving an
// approved plan again changes nothing.
func (s *Service) Approve(ctx context.Context, ref, hash string, by postlift.Actor) (Run, error) {
	return s.approve(ctx, ref, hash, by, false)
}

// ApproveAnyway is Approve for a person who knows what Recheck says and wants the plan as it is. It refuses only a
// plan of which not one letter would be left.
func (s *Service) ApproveAnyway(ctx context.Context, ref, hash string, by postlift.Actor) (Run, error) {
	return s.approve(ctx, ref, hash, by, true)
}

func (s *Service) approve(ctx context.Context, ref, hash string, by postlift.Actor, anyway bool) (Run, error) {
	const op = "campaigns.Approve"
	if !isPerson(by) {
		return Run{}, postlift.Faultf(postlift.Invalid, op, "an approval needs the name of a person")
	}
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Run{}, err
	}
	run, err := s.approvable(ctx, c, hash)
	if err != nil || run.State != RunPlanned { // approved before, or further
		return run, err
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return run, err
	}
	a := Approving{Needed: max(run.ApprovalsNeeded, approvalsNeeded(run.Cost, settings.Mail.SecondApprovalAbove)), At: s.clock().UTC().Truncate(time.Microsecond)}
	for _, earlier := range run.Approvals {
		if SamePerson(earlier.By, by.Name) {
			return run, postlift.Faultf(postlift.Conflict, op,
				"%s has approved this plan already; it costs %s, so a second person has to approve it, too", earlier.By, run.Cost.Format("en"))
		}
	}
	if err := s.refuseOutdated(ctx, c, run, anyway); err != nil {
		return run, err
	}
	if settings.Mail.UndoMinutes > 0 {
		until := a.At.Add(time.Duration(settings.Mail.UndoMinutes) * time.Minute)
		a.UndoUntil = &until
	}
	if err := s.store.ApproveRun(ctx, run, a, by); err != nil {
		return run, err
	}
	return s.store.CurrentRun(ctx, c.ID)
}

// approvable is the campaign's plan if it is the one of the hash and mails somebody.
func (s *Service) approvable(ctx context.Context, c Campaign, hash string) (Run, error) {
	const op = "campaigns.Approve"
	if c.State == StateCancelled {
		return Run{}, postlift.Faultf(postlift.Conflict, op, "campaign %q is cancelled: create a new one under another name", c.Name)
	}
	run, err := s.store.CurrentRun(ctx, c.ID)
	if postlift.KindOf(err) == postlift.NotFound {
		return Run{}, postlift.Faultf(postlift.Conflict, op, "campaign %q has no plan: preview it first", c.Name)
	}
	if err != nil {
		return Run{}, err
	}
	hash = strings.ToLower(strings.TrimSpace(hash))
	if len(hash) < 12 {
		return run, postlift.Faultf(postlift.Invalid, op, "a plan hash has 64 characters; at least the first 12 are needed")
	}
	if !strings.HasPrefix(run.PlanHash, hash) {
		return run, postlift.Faultf(postlift.Conflict, op, "the plan of campaign %q is now %s, not %s: look at `postlift campaign show` and approve what you see", c.Name, run.PlanHash, hash)
	}
	if run.State == RunPlanned && run.Funnel.Assigned == 0 {
		return run, postlift.Faultf(postlift.Conflict, op, "the plan of campaign %q mails nobody", c.Name)
	}
	return run, nil
}

// approvalsNeeded is how many people have to stand for a plan of that cost; a limit of 0 asks for one always.
func approvalsNeeded(cost postlift.Money, above int64) int {
	if above > 0 && cost.Minor > above {
		return 2
	}
	return 1
}

func isPerson(by postlift.Actor) bool { return by.Kind == "person" && strings.TrimSpace(by.Name) != "" }

// SamePerson compares names without regard to case, spaces, punctuation and accents, as whoever approves twice under
// two spellings of one name is still one person. Names in scripts that have no plain form are compared as they are.
func SamePerson(a, b string) bool {
	if x, y := accounts.NormalText(a), accounts.NormalText(b); x != "" && y != "" {
		return x == y
	}
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// Undo takes the approval of a campaign's plan back, complete or not, until the letters are being prepared:
// the plan is as it was after its preview, and the accounts that it enrolled are free again.
func (s *Service) Undo(ctx context.Context, ref string, by postlift.Actor) (Run, error) {
	const op = "campaigns.Undo"
	if !isPerson(by) {
		return Run{}, postlift.Faultf(postlift.Invalid, op, "taking an approval back needs the name of a person")
	}
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Run{}, err
	}
	run, err := s.store.CurrentRun(ctx, c.ID)
	if postlift.KindOf(err) == postlift.NotFound {
		return Run{}, postlift.Faultf(postlift.Conflict, op, "campaign %q has no plan, so there is no approval to take back", c.Name)
	}
	if err != nil {
		return Run{}, err
	}
	switch {
	case run.State == RunPlanned && len(run.Approvals) == 0:
		return run, postlift.Faultf(postlift.Conflict, op, "nobody has approved the plan of campaign %q", c.Name)
	case run.State != RunPlanned && run.State != RunApproved:
		return run, tooLateToUndo(op, c.Name, run.State)
	}
	if err := s.store.UndoApproval(ctx, run, by); err != nil {
		return run, err
	}
	return s.store.CurrentRun(ctx, c.ID)
}

func tooLateToUndo(op, campaign, state string) error {
	return postlift.Faultf(postlift.Conflict, op,
		"the approval of campaign %q cannot be taken back: its run is %s; until the batch is released `postlift campaign cancel` still stops it", campaign, state)
}

// MayPrepare is a Conflict while the approval of the campaign's plan may still be taken back at leisure: it
// says until when.
func (s *Service) MayPrepare(ctx context.Context, ref string) error {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return err
	}
	run, err := s.store.CurrentRun(ctx, c.ID)
	if err != nil || run.State != RunApproved || run.UndoUntil == nil || !s.clock().Before(*run.UndoUntil) {
		return ignoreNotFound(err)
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return err
	}
	return postlift.Faultf(postlift.Conflict, "campaigns.MayPrepare",
		"the plan of campaign %q waits until %s, so that its approval can be taken back with `postlift campaign undo`: run it then", c.Name, settings.Moment(*run.UndoUntil))
}

func ignoreNotFound(err error) error {
	if postlift.KindOf(err) == postlift.NotFound {
		return nil
	}
	return err
}
