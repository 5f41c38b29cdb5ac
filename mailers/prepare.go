package mailers

import (
	"context"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/mailers/address"
	"postlift/mailers/design"
)

// Prepare turns an approved run into a batch: one piece for each chosen contact with its printed address
// and frozen merge fields, control addresses, files and sequence numbers, all in one transaction with the
// run's change of state. A run in waves gives the batch of its first wave that is not over, once that is due. A
// run that has its batch already gives that batch, so a repeated Prepare does nothing.
func (s *Service) Prepare(ctx context.Context, run string, by postlift.Actor) (Batch, error) {
	return s.PrepareWave(ctx, run, 0, by)
}

// PrepareWave is Prepare for a certain wave of a run; 0 means the first that is not over. A wave that is not due
// yet is a Conflict that says when it is. The gate looks at the letters of a later wave anew: whoever must not be
// written to any more is withdrawn and stays in the wave.
func (s *Service) PrepareWave(ctx context.Context, run string, wave int, by postlift.Actor) (Batch, error) {
	job, err := s.store.PrepareJob(ctx, run)
	if err != nil {
		return Batch{}, err
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Batch{}, err
	}
	w, first, err := s.pick(ctx, &job, wave, settings.Today(s.clock))
	if err != nil {
		return Batch{}, err
	}
	if w.BatchUID == "" {
		if w.BatchUID, err = s.create(ctx, job, first, by); err != nil {
			return Batch{}, err
		}
	}
	if !first {
		if err := s.gatePrepared(ctx, w.BatchUID, settings.Today(s.clock), by); err != nil {
			return Batch{}, err
		}
	}
	return s.store.Batch(ctx, w.BatchUID)
}

// pick settles the job's wave and tells whether it is the run's first.
func (s *Service) pick(ctx context.Context, job *Job, wave int, today postlift.Date) (w Wave, first bool, err error) {
	waves, err := s.waves(ctx, job)
	if err != nil {
		return w, false, err
	}
	if w, err = job.pick(waves, wave, today); err != nil {
		return w, false, err
	}
	job.Wave = w.Number
	begun := slices.ContainsFunc(waves, func(w Wave) bool { return w.BatchUID != "" })
	if !begun && !job.RunState.Can(RunPreparing) {
		err = postlift.Faultf(postlift.Conflict, "mailers.Prepare", "run %s of campaign %s is %s: preview it and approve that plan first", job.RunUID, job.Definition.Name, job.RunState)
	}
	return w, w.Number == waves[0].Number, err
}

// create plans the batch of the job's wave and stores it; where somebody else prepared it at the same time, that
// batch is it.
func (s *Service) create(ctx context.Context, job Job, first bool, by postlift.Actor) (string, error) {
	plan, err := s.planBatch(ctx, job, first)
	if err != nil {
		return "", err
	}
	err = s.store.CreateBatch(ctx, plan, by)
	if postlift.KindOf(err) == postlift.Conflict {
		if waves, readErr := s.store.RunWaves(ctx, job.RunID); readErr == nil {
			for _, w := range waves {
				if w.Number == job.Wave && w.BatchUID != "" {
					return w.BatchUID, nil
				}
			}
		}
	}
	return plan.UID, err
}

// gatePrepared asks the gate about the letters of a batch that is not sealed yet, as of the day, and withdraws
// those that it holds back. Done again after a crash it finds what is left; the release asks once more.
func (s *Service) gatePrepared(ctx context.Context, batchUID string, today postlift.Date, by postlift.Actor) error {
	b, err := s.store.Batch(ctx, batchUID)
	if err != nil || b.State != BatchPlanned && b.State != BatchRendering {
		return err
	}
	if s.gate == nil {
		return postlift.Faultf(postlift.Internal, "mailers.Prepare", "batch %s: a later wave needs a gate", b.UID)
	}
	_, err = s.gateAgain(ctx, b, today, by)
	return err
}

// planBatch reads everything and plans the batch of the job's wave. Letters of the first wave tell of the plan's
// date, those of later ones of the day on which they are made.
func (s *Service) planBatch(ctx context.Context, job Job, first bool) (NewBatch, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return NewBatch{}, err
	}
	terms := termsOf(settings.Mail, settings.Today(s.clock))
	letters, err := lettersOf(job, settings, func(v DesignVersion) (address.Limits, error) { return s.renderer.AddressLimits(v, terms) })
	if err != nil {
		return NewBatch{}, err
	}
	p := planner{job: job, settings: settings, letters: letters, today: settings.Today(s.clock), ids: s.ids, secret: s.secret,
		batchUID: s.batchUID(job), taken: map[string]bool{}}
	asOf := job.AsOf
	if !first {
		asOf = p.today
		keys, err := s.store.RecipientKeys(ctx, job.RunID)
		if err != nil {
			return NewBatch{}, err
		}
		for _, key := range keys {
			p.taken[key] = true
		}
	}
	var wanted Needs
	for _, k := range letters {
		wanted = wanted.and(needs(k.used))
	}
	recipients, err := s.store.RunRecipients(ctx, job.RunID, job.Wave, asOf, wanted)
	if err != nil {
		return NewBatch{}, err
	}
	vendor := job.Definition.Vendor
	if vendor == "" {
		vendor = settings.Mail.Vendor
	}
	if p.seeds, err = s.store.VendorSeeds(ctx, vendor); err != nil {
		return NewBatch{}, err
	}
	batch, err := p.plan(recipients)
	batch.Vendor, batch.VendorUID = vendor, s.ids(postlift.VendorID, vendor)
	return batch, err
}

// batchUID derives the batch's id from its run and wave, so that preparing again after a crash names the same one.
func (s *Service) batchUID(job Job) string {
	if job.Wave <= 0 {
		return s.ids(postlift.BatchID, job.RunUID)
	}
	return s.ids(postlift.BatchID, job.RunUID, "wave", itoa(job.Wave))
}

// letterKind is one of the letters of a run: what it is made from, in which languages.
type letterKind struct {
	design    DesignVersion
	languages []string
	used      map[string]bool // names that its texts and blocks use
	own       []string        // variables that the campaign gives under a name of its own, sorted
	limits    address.Limits  // of labels in its place for addresses
}

// lettersOf checks every design of the job, by variant; labels tells what addresses may have on it.
func lettersOf(job Job, settings accounts.Settings, labels func(DesignVersion) (address.Limits, error)) (map[string]letterKind, error) {
	kinds := map[string]letterKind{}
	for _, v := range append([]JobVariant{{Design: job.Design}}, job.Variants...) {
		design, err := parseDesign(v.Design)
		if err != nil {
			return nil, err
		}
		wanted := v.Languages
		if len(wanted) == 0 {
			wanted = job.Definition.Languages
		}
		if err := checkJob(job, design, wanted, settings); err != nil {
			return nil, err
		}
		limits, err := labels(v.Design)
		if err != nil {
			return nil, err
		}
		kinds[v.Name] = letterKind{v.Design, allowed(design.Languages(), wanted), uses(design), ownNames(design), limits}
	}
	return kinds, nil
}

// allowed keeps the design's languages that the campaign wants; a campaign that names none wants all.
func allowed(design, campaign []string) []string {
	if len(campaign) == 0 {
		return design
	}
	var both []string
	for _, l := range design {
		if slices.Contains(campaign, l) {
			both = append(both, l)
		}
	}
	return both
}

// checkJob refuses what would fail every single letter.
func checkJob(job Job, design *design.Design, wanted []string, settings accounts.Settings) error {
	const op = "mailers.Prepare"
	if design.Class() != string(job.Definition.Class) {
		return postlift.Faultf(postlift.Invalid, op, "design %s is %s, campaign %s is %s: they must agree", design.Name(), design.Class(), job.Definition.Name, job.Definition.Class)
	}
	languages := allowed(design.Languages(), wanted)
	if len(languages) == 0 {
		return postlift.Faultf(postlift.Invalid, op, "design %s has the languages %s, campaign %s wants %s: none in common",
			design.Name(), strings.Join(design.Languages(), ", "), job.Definition.Name, strings.Join(wanted, ", "))
	}
	if err := settings.Sender.With(job.Definition.Sender).Check(); err != nil {
		return err
	}
	if job.Definition.Class != campaigns.Advertising {
		return nil
	}
	for _, lang := range languages {
		if settings.ObjectionNotice[lang] == "" {
			return postlift.Faultf(postlift.Invalid, op, "settings: objection_notice.%s is missing, and advertising must carry it", lang)
		}
	}
	return nil
}
