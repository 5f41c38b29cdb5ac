package coverage

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
)

// batch is how many campaigns are played one after the other.
const batch = 40

// Result is the table with what it rests on.
type Result struct {
	Campaigns int    `json:"campaigns"`
	Seed      uint64 `json:"seed"`
	Rows      []Row  `json:"rows"`
}

// job is one batch of a design.
type job struct {
	design   int
	number   int
	campaign int // first
	count    int
}

// Run puts the designs on trial. done is told after every batch, with the number of its campaigns; it may be nil.
func Run(ctx context.Context, s Settings, done func(campaigns int)) (*Result, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	designs := slices.DeleteFunc(Designs(), func(d Design) bool { return len(s.Designs) > 0 && !slices.Contains(s.Designs, d.Name) })
	t := &trial{settings: &s, designs: designs, prepared: make([]func() (any, error), len(designs))}
	var jobs []job
	for i, d := range designs {
		t.prepared[i] = sync.OnceValues(func() (any, error) {
			if d.prepare == nil {
				return nil, nil
			}
			return d.prepare(d, &s)
		})
		all := d.Played(s.Campaigns)
		for from := 0; from < all; from += batch {
			jobs = append(jobs, job{i, from / batch, from, min(batch, all-from)})
		}
	}
	tallies, err := t.all(ctx, jobs, done)
	if err != nil {
		return nil, err
	}
	r := &Result{Campaigns: s.Campaigns, Seed: s.Seed, Rows: []Row{}}
	for i, d := range designs {
		sum := newTally()
		for k, j := range jobs { // in order, so that sums of widths are the same whoever was first
			if j.design == i {
				sum.add(tallies[k])
			}
		}
		r.Rows = append(r.Rows, sum.list(d)...)
	}
	return r, nil
}

type trial struct {
	settings *Settings
	designs  []Design
	prepared []func() (any, error)
}

// all plays the jobs, several at a time.
func (t *trial) all(ctx context.Context, jobs []job, done func(int)) ([]*tally, error) {
	tallies, errs := make([]*tally, len(jobs)), make([]error, len(jobs))
	next := make(chan int)
	var workers sync.WaitGroup
	var told sync.Mutex
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for range t.settings.Parallel {
		workers.Go(func() {
			for k := range next {
				if tallies[k], errs[k] = t.one(ctx, jobs[k]); errs[k] != nil {
					stop()
				}
				if done != nil {
					told.Lock()
					done(jobs[k].count)
					told.Unlock()
				}
			}
		})
	}
	for k := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- k
	}
	close(next)
	workers.Wait()
	return tallies, firstOf(errs, ctx.Err())
}

// one plays a batch; its chances follow from the seed, the design's name and the batch's number alone.
func (t *trial) one(ctx context.Context, j job) (*tally, error) {
	d := t.designs[j.design]
	prepared, err := t.prepared[j.design]()
	if err == nil && d.begin != nil {
		prepared, err = d.begin(d, t.settings, j.number)
	}
	if err != nil {
		return nil, err
	}
	h := fnv.New64a()
	h.Write([]byte(d.Name))
	sum := newTally()
	for k := range j.count {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		number := j.campaign + k
		p := &play{Design: d, rng: rand.New(rand.NewPCG(t.settings.Seed^h.Sum64(), uint64(number))), number: number, tally: sum, prepared: prepared}
		if err := d.play(p); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// firstOf is the first error that stopped the others, rather than theirs of having been stopped.
func firstOf(errs []error, stopped error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return stopped
}
