package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/campaigns"
)

var choiceColumns = []string{"run_id", "account_id", "group_key", "outcome", "reason", "reasons", "stratum", "propensity", "rank",
	"residual_minor", "baseline_minor", "pre_margin_minor", "expected_value_minor", "cost_minor", "variant", "contacts", "features",
	"wave", "role", "lift", "lift_sd", "agreed_minor", "segment", "traits"}

// writeChoices bulk-loads a plan's choices, in the order of the primary key: in that of the accounts' texts, each row
// would fall into another page of it.
func (t *tx) writeChoices(runID int64, choices []campaigns.Choice) error {
	order := make([]*campaigns.Choice, len(choices))
	for i := range choices {
		order[i] = &choices[i]
	}
	slices.SortFunc(order, func(a, b *campaigns.Choice) int { return cmp.Compare(a.AccountID, b.AccountID) })
	i := 0
	row := make([]any, len(choiceColumns))
	_, err := t.copyRows("choices", choiceColumns, func() ([]any, bool) {
		if i == len(order) {
			return nil, false
		}
		c := order[i]
		i++
		reason := ""
		if len(c.Reasons) > 0 {
			reason = string(c.Reasons[0])
		}
		copy(row, []any{runID, c.AccountID, c.GroupKey, c.Outcome, reason, c.ReasonList(), c.Stratum, c.Propensity, int64(c.Rank),
			c.ResidualMinor, c.BaselineMinor, c.PreMarginMinor, c.ExpectedValueMinor, c.CostMinor, c.Variant, contactList(c.Contacts), string(c.Features),
			int64(c.Wave), c.Role, c.Lift, c.LiftSD, c.AgreedMinor, c.FrozenSegment(), c.FrozenTraits()})
		return row, true
	})
	if err != nil {
		return fmt.Errorf("store: choices: %w", err)
	}
	return nil
}

// contactList writes contact ids as a JSON array.
func contactList(ids []int64) string {
	b := append(make([]byte, 0, 12), '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// ChoiceOf reads what a run decided for an account.
func (s *Store) ChoiceOf(ctx context.Context, runID, accountID int64) (campaigns.StoredChoice, error) {
	var row choiceRow
	err := s.reader(ctx).First(&row, "run_id = ? AND account_id = ?", runID, accountID).Error
	if err != nil {
		return campaigns.StoredChoice{}, notFound(err, "store.ChoiceOf", "choice for account", fmt.Sprint(accountID))
	}
	c := campaigns.StoredChoice{Outcome: row.Outcome, Reason: row.Reason, Stratum: row.Stratum, Propensity: row.Propensity,
		Rank: int(row.Rank), ExpectedValueMinor: row.ExpectedValueMinor, CostMinor: row.CostMinor, BaselineMinor: row.BaselineMinor, AgreedMinor: row.AgreedMinor,
		Features: json.RawMessage(row.Features), Variant: row.Variant, Wave: int(row.Wave), Role: row.Role, Lift: row.Lift, LiftSD: row.LiftSD}
	for _, r := range strings.Split(row.Reasons, ",") {
		if r != "" {
			c.Reasons = append(c.Reasons, campaigns.Reason(r))
		}
	}
	return c, row.Contacts.into(&c.Contacts)
}

// UnsentPieces reads the live pieces of a batch that could still be withdrawn, with the campaign as it
// was approved.
func (s *Store) UnsentPieces(ctx context.Context, batchUID string) (campaigns.BatchPieces, error) {
	var batch batchRow
	if err := s.reader(ctx).First(&batch, "uid = ?", batchUID).Error; err != nil {
		return campaigns.BatchPieces{}, notFound(err, "store.UnsentPieces", "batch", batchUID)
	}
	var run runRow
	if err := s.reader(ctx).First(&run, "id = ?", batch.RunID).Error; err != nil {
		return campaigns.BatchPieces{}, notFound(err, "store.UnsentPieces", "run of batch", batchUID)
	}
	var campaign campaignRow
	if err := s.reader(ctx).First(&campaign, "id = ?", run.CampaignID).Error; err != nil {
		return campaigns.BatchPieces{}, notFound(err, "store.UnsentPieces", "campaign of batch", batchUID)
	}
	c, err := s.campaignOf(ctx, campaign, run.CampaignVersion)
	if err != nil {
		return campaigns.BatchPieces{}, err
	}
	found := campaigns.BatchPieces{RunID: run.ID, Campaign: c}
	rows, err := s.queryRead(ctx, `SELECT p.uid, p.account_id, p.contact_id, a.group_key FROM pieces p JOIN accounts a ON a.id = p.account_id
WHERE p.batch_id = ? AND p.kind = 'live' AND p.contact_id IS NOT NULL
  AND p.state IN ('planned', 'rendered', 'sealed') ORDER BY p.seq_no`, batch.ID)
	if err != nil {
		return found, fmt.Errorf("store.UnsentPieces: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p campaigns.BatchPiece
		if err := rows.Scan(&p.UID, &p.AccountID, &p.ContactID, &p.GroupKey); err != nil {
			return found, err
		}
		found.Pieces = append(found.Pieces, p)
	}
	return found, rows.Err()
}

// activeSuppression is SQL for a suppression s in force on a date; it takes the date twice.
const activeSuppression = "s.revoked_at IS NULL AND s.effective_on <= ? AND (s.until_on IS NULL OR s.until_on >= ?)"

// mainSite is SQL for the id of the site that stands for the account in the given column: its main one,
// else its first.
func mainSite(account string) string {
	return "(SELECT m.id FROM sites m WHERE m.account_id = " + account + " ORDER BY m.is_main DESC, m.id LIMIT 1)"
}

// twice repeats a date for each of n active-suppression tests.
func twice(day postlift.Date, n int) []any {
	args := make([]any, 0, 2*n)
	for range n {
		args = append(args, day, day)
	}
	return args
}
