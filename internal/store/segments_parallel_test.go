package store

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
)

// Two processes work on one database: imports beside builds of a segment, beside builds of the same segment, beside
// previews and questions about rules. Nobody waits for ever, and in the end everything is as if it had come in order.
func TestTwoProcessesBuildAndImportAtOnce(t *testing.T) {
	both := func(t *testing.T, url string) {
		one, two := openTest(t, url), openEmpty(t, url)
		ctx, me := context.Background(), postlift.Person("test")
		service := planWorld(t, one, 60)
		create(t, service, campaignText)
		_, err := service.CreateSegment(ctx, "buyers", "orders > 1 and revenue_12m > 100", me)
		must(t, err)
		options := campaigns.BuildOptions{AsOf: planDay}
		const rounds = 8
		var work sync.WaitGroup
		for _, s := range []*Store{one, two} {
			other := campaigns.NewService(s, s.clock, s.ids)
			for name, job := range map[string]func() error{
				"build":  func() error { _, err := other.BuildSegments(ctx, []string{"buyers"}, options, me); return err },
				"count":  func() error { _, err := other.CountRule(ctx, "orders > 1", planDay); return err },
				"import": nil,
				"preview": func() error {
					_, err := other.Preview(ctx, "Win back", planDay, me)
					if postlift.KindOf(err) == postlift.Conflict { // both previewed at once
						return nil
					}
					return err
				},
			} {
				work.Go(func() {
					for i := range rounds {
						if job == nil {
							key := 1 + (i*7)%60
							rejected, err := importOrder(s, fmt.Sprintf("N%d,%04d,2026-05-%02d,%d.00", i, key, 1+i, 90+i))
							if err != nil || rejected > 0 {
								t.Errorf("import: %v, %d rows rejected", err, rejected)
							}
							continue
						}
						if err := job(); err != nil {
							t.Errorf("%s: %v", name, err)
						}
					}
				})
			}
		}
		work.Wait()
		settledAlike(t, one, service, options)
	}
	t.Run("sqlite", func(t *testing.T) { both(t, filepath.Join(t.TempDir(), "postlift.db")) })
	t.Run("postgres", func(t *testing.T) { both(t, postgresSchema(t)) })
}

// importOrder imports one row of orders from the source of planWorld's accounts.
func importOrder(s *Store, row string) (rejected int64, err error) {
	im := &accounts.Importer{Store: s, Clock: s.clock, Secret: testSecret, Settings: accounts.DefaultSettings()}
	report, err := im.Import(context.Background(), accounts.Request{Kind: "orders", File: "orders.csv", Source: "s", Rejects: io.Discard,
		Reader: strings.NewReader("external_id,account_id,date,net\n" + row + "\n"), Actor: postlift.Person("test")})
	return report.Rejected, err
}

// settledAlike builds what is still to be built and compares it with building everything anew.
func settledAlike(t *testing.T, s *Store, service *campaigns.Service, options campaigns.BuildOptions) {
	t.Helper()
	ctx := context.Background()
	fast, err := service.BuildSegments(ctx, []string{"buyers"}, options, postlift.System)
	must(t, err)
	if got, want := featureTable(t, s), recomputed(t, s, planDay); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("features are\n%v, want\n%v", got, want)
	}
	options.Full = true
	must(t, s.RefreshFeatures(ctx, planDay))
	whole, err := service.BuildSegments(ctx, []string{"buyers"}, options, postlift.System)
	must(t, err)
	if w := whole[0].Build; w.Size == 0 || w.Entered+w.Left != 0 || w.Size != fast[0].Build.Size || w.Size != int64(len(members(t, s, "buyers"))) {
		t.Errorf("after all: %+v, built anew %+v", *fast[0].Build, *w)
	}
	if n := cell(t, s, "SELECT COUNT(*) AS v FROM runs WHERE state = 'planned'"); n != "1" {
		t.Errorf("%s plans stand, want one", n)
	}
}
