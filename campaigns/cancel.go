package campaigns

import (
	"context"
	"strings"

	"postlift"
)

// Cancelled is a campaign that was called off, with what that ended.
type Cancelled struct {
	Campaign Campaign      `json:"campaign"`
	Ended    CancelledWork `json:"ended"`
}

// Cancel calls a campaign off for good; that is possible until its batch is released. Its letters no longer
// count as mail history, and the accounts it held out are free for other campaigns. A campaign in waves can also be
// called off between two of them: what is posted stays and is measured on, the waves that are left are not mailed
// and free for other campaigns. Cancelling again changes nothing.
func (s *Service) Cancel(ctx context.Context, ref string, by postlift.Actor) (Cancelled, error) {
	if by.Kind != "person" || strings.TrimSpace(by.Name) == "" {
		return Cancelled{}, postlift.Faultf(postlift.Invalid, "campaigns.Cancel", "cancelling needs the name of a person")
	}
	c, err := s.store.Campaign(ctx, ref)
	if err != nil {
		return Cancelled{}, err
	}
	ended, err := s.store.CancelCampaign(ctx, c, by)
	if err != nil {
		return Cancelled{}, err
	}
	c, err = s.store.Campaign(ctx, c.UID)
	return Cancelled{Campaign: c, Ended: ended}, err
}
