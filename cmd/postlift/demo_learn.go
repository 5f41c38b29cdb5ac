package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
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
	called := 0
	for _, f := range list.Items {
		sum := sha256.Sum256([]byte("demo call|" + f.PieceUID))
		dice := binary.BigEndian.Uint64(sum[:8])
		if f.DueOn.IsZero() || f.State != responses.CallDue || dice%10 >= 7 || called == mostCalls {
			continue
		}
		called++
		r := responses.CallResult{ID: "demo-" + f.PieceUID, PieceUID: f.PieceUID, Result: demoCall(dice / 10 % 100), On: f.DueOn}
		if err := service.RecordCall(ctx, r, nil, postlift.Person(f.Owner.Name)); err != nil {
			return err
		}
	}
	d.tell("sales called %d of %d accounts after their letters (postlift followup list)", called, len(list.Items))
	return nil
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
	if _, err := engine.Score(ctx, on, postlift.System); err != nil {
		return err
	}
	quarter := scoring.QuarterOf(d.AsOf)
	_, err = engine.Backfill(ctx, d.db, d.db.PublishRun, quarter, scoring.QuarterOf(on), on, postlift.System)
	return err
}
