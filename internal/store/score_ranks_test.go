package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

// ranksByDefinition gives decile and tier by window functions: tenths in falling order of value, then by account;
// the tier by how many of the positive ones are worth more.
const ranksByDefinition = `SELECT COUNT(*) AS v FROM scores s JOIN (
  SELECT account_id, CASE WHEN residual_minor > 0 THEN 1 ELSE 0 END AS worth,
    NTILE(10) OVER (ORDER BY residual_minor DESC, account_id) AS decile, RANK() OVER (ORDER BY residual_minor DESC) - 1 AS above,
    SUM(CASE WHEN residual_minor > 0 THEN 1 ELSE 0 END) OVER () AS worthy
  FROM scores WHERE run_id = ?
) r ON r.account_id = s.account_id WHERE s.run_id = ? AND (s.decile <> r.decile OR s.tier <>
  CASE WHEN r.worth = 0 THEN 'E' WHEN r.above * 100 < r.worthy * 5 THEN 'A' WHEN r.above * 100 < r.worthy * 20 THEN 'B'
    WHEN r.above * 100 < r.worthy * 50 THEN 'C' ELSE 'D' END)`

// Limits looked up and compared with give the ranks that the definition gives, with ties, without any value, and
// with fewer accounts than tenths.
func TestRanksAreTheDefinition(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, rng := context.Background(), rand.New(rand.NewPCG(3, 3))
		const most = 237
		var accounts []accountRow
		for i := range int64(most) {
			accounts = append(accounts, accountRow{ID: i + 1, UID: fmt.Sprint("acc_", i), Source: "s", ExternalID: fmt.Sprint(i), Name: "Muster GmbH", GroupKey: fmt.Sprint("s:", i)})
		}
		must(t, s.gormW.CreateInBatches(&accounts, 50).Error)
		for _, n := range []int{0, 1, 2, 9, 10, 11, 99, 100, most} {
			for _, span := range []int64{1, 3, 40, 1_000_000} { // few values: many ties
				run := scoring.Run{UID: fmt.Sprintf("scr_%d_%d", n, span), AsOf: postlift.MustDate("2026-05-31"), Currency: "EUR"}
				must(t, s.BuildScores(ctx, &run, func(yield func(scoring.Row, error) bool) {
					for _, i := range rng.Perm(most)[:n] {
						if !yield(scoring.Row{AccountID: int64(i + 1), Value: clv.Value{ResidualMinor: rng.Int64N(span+1) - span/3}}, nil) {
							return
						}
					}
				}, postlift.System))
				if wrong := cell(t, s, ranksByDefinition, run.ID, run.ID); wrong != "0" {
					t.Errorf("%d accounts, values over %d: %s ranks differ", n, span, wrong)
				}
			}
		}
	})
}
