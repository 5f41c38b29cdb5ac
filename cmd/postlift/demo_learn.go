package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/sim"
	"postlift/responses"
)

// demoDefinition is the sample campaign with what only a whole demo has: a landing page of its own and calls by the
// accounts' owners.
func demoDefinition(until postlift.Date) string {
	const outside = "https://www.nordlicht-werkzeuge.example/willkommen"
	return strings.Replace(sim.SampleCampaign(outside, until), "landing_url: "+outside+"\n", `landing:              # the built-in page behind the code: it shows nothing personal
  built_in: true
  title: {de: Willkommen zurück, en: Welcome back}
  text:
    de: Lieferung frei Haus und 5 % Nachlass auf Ihre nächste Bestellung. Sagen Sie uns, was wir für Sie tun können.
    en: Free delivery and 5 % off your next order. Tell us what we can do for you.
treatment: letter_and_call   # the account's owner calls two workdays after the letter arrived
`, 1)
}

// callsWithin is how many days after the first call is due the demo's sales people have called everybody they call, and
// mostCalls how many calls are played.
const (
	callsWithin = 10
	mostCalls   = 300
)

// demoCalls are results of calls with their frequency among a hundred.
var demoCalls = []struct {
	result string
	upTo   uint64
}{{responses.Reached, 46}, {responses.NotReached, 78}, {responses.Meeting, 86}, {responses.Quote, 91}, {responses.Refused, 100}}

// call lets the accounts' owners follow up: most of them call, and report what came of it.
func (d *demo) call(ctx context.Context) error {
	settings, err := d.db.Settings(ctx)
	if err != nil {
		return err
	}
	on := d.posting().AddDays(settings.Mail.InHomeDays + callsWithin)
	d.day(on)
	service, err := d.responses(ctx)
	if err != nil {
		return err
	}
	list, err := service.FollowUps(ctx, "", on)
	if err != nil {
		return err
	}
	chosen := demoCallees(list.Items)
	for _, f := range chosen {
		if f.Calls > 0 { // an interrupted demo has called here already
			continue
		}
		r := responses.CallResult{ID: "demo-" + f.PieceUID, PieceUID: f.PieceUID, Result: demoCall(demoDice(f.PieceUID) / 10 % 100), On: f.DueOn}
		if err := service.RecordCall(ctx, r, nil, postlift.Person(f.Owner.Name)); err != nil {
			return err
		}
	}
	d.tell("sales called %d of %d accounts after their letters (postlift followup list)", len(chosen), len(list.Items))
	return nil
}

// demoCallees are the letters that are followed up: the same whatever was called already.
func demoCallees(all []responses.FollowUp) []responses.FollowUp {
	var chosen []responses.FollowUp
	for _, f := range all {
		if !f.DueOn.IsZero() && demoDice(f.PieceUID)%10 < 7 {
			chosen = append(chosen, f)
		}
	}
	slices.SortFunc(chosen, func(a, b responses.FollowUp) int { return strings.Compare(a.PieceUID, b.PieceUID) })
	return chosen[:min(len(chosen), mostCalls)]
}

// demoDice is chance that depends on the letter alone.
func demoDice(piece string) uint64 {
	sum := sha256.Sum256([]byte("demo call|" + piece))
	return binary.BigEndian.Uint64(sum[:8])
}

func demoCall(of100 uint64) string {
	for _, c := range demoCalls {
		if of100 < c.upTo {
			return c.result
		}
	}
	return responses.Refused
}

// learn takes the registered reading at the window's end, which teaches the lift table of the next selection, and
// values the accounts anew, so that the quarter's bridge can be walked.
func (d *demo) learn(ctx context.Context) error {
	after := d.summary.Truth.To.AddDays(1)
	d.day(after)
	service, err := d.responses(ctx)
	if err != nil {
		return err
	}
	if _, err := service.MeasureDue(ctx, after, measuringActor); err != nil {
		return err
	}
	learned, err := service.Learned(ctx)
	if err != nil {
		return err
	}
	for _, line := range learned.Next {
		d.tell("learned: %s", line.EN)
	}
	return d.revalue(ctx, d.summary.Truth.To)
}

// revalue scores the end of the window and the quarter's end before it, each once.
func (d *demo) revalue(ctx context.Context, on postlift.Date) error {
	run, err := d.db.PublishedRun(ctx)
	if err != nil || run.AsOf >= on {
		return err
	}
	engine := d.scoring(d.db, nil)
	scored, err := engine.Score(ctx, on, postlift.System)
	if err != nil {
		return err
	}
	d.tell("valued again as of %s: residual CLV %s; what moved it: postlift report bridge", on, scored.Total.Format("en"))
	quarter := scoring.QuarterOf(d.AsOf)
	_, err = engine.Backfill(ctx, d.db, d.db.PublishRun, quarter, scoring.QuarterOf(on), on, postlift.System)
	return err
}
