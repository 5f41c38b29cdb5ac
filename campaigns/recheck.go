package campaigns

import (
	"context"
	"fmt"
	"strings"

	"postlift"
)

// maxLost is the share of a plan's groups that may lose letters between preview and approval without anybody having
// to look again; one group always may.
const maxLost = .02

// PlanCheck is what the gate says, as of a day, about the letters of a plan that are not out yet: the question that
// a release asks, asked earlier. Unlike there, letters of other campaigns that are approved or prepared count, as
// they may well be released first.
type PlanCheck struct {
	AsOf       postlift.Date `json:"as_of"`
	Letters    int           `json:"letters"` // not out yet
	Groups     int           `json:"groups"`  // that they go to
	Lost       int           `json:"lost_letters"`
	LostGroups int           `json:"lost_groups"` // that lose one or more
	Reasons    []LostLetters `json:"reasons"`     // adds up to the lost letters
}

// LostLetters counts the letters that would be withdrawn for a reason, their first.
type LostLetters struct {
	Reason  Reason `json:"reason"`
	Letters int    `json:"letters"`
}

// Hopeless tells whether not one letter would be left.
func (c PlanCheck) Hopeless() bool { return c.Letters > 0 && c.Lost == c.Letters }

// Outdated tells whether so many groups lose letters that the plan should be made again.
func (c PlanCheck) Outdated() bool {
	return c.Hopeless() || c.LostGroups > max(1, int(maxLost*float64(c.Groups)))
}

// Words tell how many letters would be withdrawn and why; "" where none would.
func (c PlanCheck) Words() string {
	if c.Lost == 0 {
		return ""
	}
	parts := make([]string, len(c.Reasons))
	for i, r := range c.Reasons {
		parts[i] = fmt.Sprintf("%d %s", r.Letters, r.Reason.Words("en"))
	}
	return fmt.Sprintf("%d of %d letters would be withdrawn as of %s (%s)", c.Lost, c.Letters, c.AsOf, strings.Join(parts, ", "))
}

// Recheck asks the gate about the letters of a campaign's plan as a release today would, approved plans and control
// groups of other campaigns included. Without a plan it is a Conflict. It changes nothing.
func (s *Service) Recheck(ctx context.Context, ref string) (PlanCheck, error) {
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return PlanCheck{}, err
	}
	run, err := s.currentRun(ctx, c)
	if err != nil {
		return PlanCheck{}, err
	}
	return s.recheck(ctx, c, run)
}

func (s *Service) recheck(ctx context.Context, c Campaign, run Run) (PlanCheck, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return PlanCheck{}, err
	}
	asOf := max(settings.Today(s.clock), run.AsOf) // a plan for a day to come is not judged by the days before it
	pieces, err := s.store.PlanPieces(ctx, run.ID)
	if err != nil {
		return PlanCheck{}, err
	}
	policy, err := s.policy(ctx, c.Definition, settings)
	if err != nil {
		return PlanCheck{}, err
	}
	standings, recipients, err := s.store.GateFacts(ctx, accountsOf(pieces), Pressure{AsOf: asOf, ExceptRun: run.ID, WithUnsent: true, Policy: &policy})
	if err != nil {
		return PlanCheck{}, err
	}
	return checked(pieces, gatePieces(pieces, standings, recipients, policy, asOf), asOf), nil
}

// checked counts what the gate said of each letter.
func checked(pieces []BatchPiece, blocked map[string]string, asOf postlift.Date) PlanCheck {
	c := PlanCheck{AsOf: asOf, Letters: len(pieces), Lost: len(blocked), Reasons: []LostLetters{}}
	lost := map[string]bool{} // by group
	counts := map[Reason]int{}
	for _, p := range pieces {
		reason, hit := blocked[p.UID]
		lost[p.GroupKey] = lost[p.GroupKey] || hit
		if hit {
			counts[Reason(reason)]++
		}
	}
	c.Groups = len(lost)
	for _, hit := range lost {
		if hit {
			c.LostGroups++
		}
	}
	for _, r := range gateOrder {
		if counts[r] > 0 {
			c.Reasons = append(c.Reasons, LostLetters{r, counts[r]})
		}
	}
	return c
}

// refuseOutdated is a Conflict where a plan has lost too many of its letters since it was made. A person who has
// been told may approve it anyway, as long as a letter is left.
func (s *Service) refuseOutdated(ctx context.Context, c Campaign, run Run, anyway bool) error {
	check, err := s.recheck(ctx, c, run)
	if err != nil || !check.Outdated() || anyway && !check.Hopeless() {
		return err
	}
	remedy := "preview again, or approve it --anyway"
	if check.Hopeless() {
		remedy = "nobody would be left; preview again"
	}
	return postlift.Faultf(postlift.Conflict, "campaigns.Approve", "the plan of campaign %q is outdated: %s: %s", c.Name, check.Words(), remedy)
}
