package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// session is one import under way.
type session struct {
	importer   *Importer
	req        Request
	kind       kind
	reader     *csvfile.Reader
	rejects    *csvfile.RejectWriter
	report     *Report
	today      postlift.Date
	keyer      Keyer
	accepted   int64 // nouns of accepted rows
	lines      bool
	credits    map[int64]string // type of the credit notes and cancellations of a file with lines
	attributes []Attribute      // that the file has columns for
	late       []LateRefusal    // rows that the store refused, taken back when all are read
	rest       func(*Chunk)     // adds what only the whole file gives; nil: nothing
}

func (s *session) run(ctx context.Context, l Loader) error {
	fill, err := s.kind.prepare(s, l)
	if err != nil {
		return err
	}
	if err := errors.Join(s.stream(ctx, fill, l), ctx.Err()); err != nil {
		return err
	}
	if err := s.refuseLate(s.late); err != nil {
		return err
	}
	done, err := l.Finish(FinishInput{Kind: s.req.Kind, Source: s.req.Source, Today: s.today, Lines: s.lines})
	if err != nil {
		return err
	}
	for _, r := range done.Rejects {
		if err := s.reject([]csvfile.Reject{r}); err != nil {
			return err
		}
	}
	for name, n := range done.Warnings {
		s.report.Warnings[name] += n
	}
	s.report.Updated += done.Updated
	if s.report.Matched != nil {
		s.report.Matched.add(done.Matched)
	}
	if !s.kind.storeMerges {
		s.report.Merged = s.report.Rows - s.report.Rejected - s.accepted // further rows of one noun
	}
	s.report.Unchanged = s.report.Rows - s.report.Rejected - s.report.Merged - s.report.Inserted - s.report.Updated
	return nil
}

// stream reads rows in one goroutine and writes chunks in this one, so that both cores work.
func (s *session) stream(ctx context.Context, fill func(*csvfile.Row, *Chunk), l Loader) error {
	ctx, cancel := context.WithCancel(ctx)
	full, empty := make(chan *Chunk, 1), make(chan *Chunk, 3)
	for range cap(empty) {
		empty <- &Chunk{}
	}
	readErr := make(chan error, 1)
	go func() {
		defer close(full)
		readErr <- s.read(ctx, fill, full, empty)
	}()
	defer func() { // the reader must be gone before the session's figures are looked at
		cancel()
		for range full {
			continue
		}
	}()
	for c := range full {
		changed, err := l.Save(c, s.reader.Has)
		if err != nil {
			return err
		}
		s.report.Updated += changed.Updated
		s.report.SitesUpdated += changed.SitesUpdated
		s.report.SitesInserted += changed.SitesInserted
		s.report.Blocked += changed.Blocked
		s.late = append(s.late, changed.Refused...)
		if s.report.Matched != nil {
			s.report.Matched.add(changed.Matched)
		}
		if s.kind.storeCounts {
			s.report.Inserted += changed.Inserted
			s.report.Merged += changed.Merged
		}
		if s.req.Progress != nil {
			s.req.Progress(c.rows)
		}
		c.reset()
		empty <- c
	}
	return <-readErr
}

func (s *session) read(ctx context.Context, fill func(*csvfile.Row, *Chunk), full chan<- *Chunk, empty <-chan *Chunk) error {
	c := <-empty
	for n := 0; ; n++ {
		row, err := s.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("accounts.Import: row %d: %w", s.report.Rows+1, err)
		}
		s.report.Rows++
		if row.OK() {
			fill(row, c)
		}
		if !row.OK() {
			if err := s.reject(row.Rejects()); err != nil {
				return err
			}
		}
		if s.report.Rows == BrokenRows {
			if err := s.broken(); err != nil {
				return err
			}
		}
		if n < chunkRows {
			continue
		}
		n, c.rows = 0, s.report.Rows
		select {
		case full <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case c = <-empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if s.report.Rows < BrokenRows {
		if err := s.broken(); err != nil {
			return err
		}
	}
	c.rows = s.report.Rows
	if s.rest != nil {
		s.rest(c)
	}
	select {
	case full <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// broken is a fault when the rows read so far show that the file as a whole is wrong.
func (s *session) broken() error {
	if s.report.Rejected < BrokenLeast || s.report.Rejected*2 <= s.report.Rows {
		return nil
	}
	return postlift.Faultf(postlift.Invalid, "accounts.Import",
		"%d of the first %d rows are wrong, so the file as a whole seems to be: nothing was changed; most frequent: %s",
		s.report.Rejected, s.report.Rows, s.mostFrequent())
}

func (s *session) mostFrequent() string {
	best, count := "", int64(-1)
	for reason, n := range s.report.Reasons {
		if n > count || n == count && reason < best {
			best, count = reason, n
		}
	}
	return Spoken(best)
}

// Spoken writes a key of a report's reasons or warnings for people: the rule apart from its field, words with blanks.
func Spoken(key string) string {
	if at := strings.LastIndexByte(key, '.'); at >= 0 {
		return key[:at] + ": " + strings.ReplaceAll(key[at+1:], "_", " ")
	}
	return strings.ReplaceAll(key, "_", " ")
}

// reject counts one row as rejected, for one or several reasons.
func (s *session) reject(list []csvfile.Reject) error {
	s.report.Rejected++
	for _, r := range list {
		reason := r.Rule
		if r.Field != "" {
			reason = r.Field + "." + r.Rule
		}
		s.report.Reasons[reason]++
	}
	return s.rejects.Write(list...)
}

func (s *session) warn(name string) { s.report.Warnings[name]++ }

// claim counts a noun of the file and gives it its id; a noun that an earlier row has claimed is
// rejected when once is true.
func (s *session) claim(row *csvfile.Row, x *Index, externalID string, once bool) (key Key, again bool) {
	if once {
		if _, taken := x.Claimed(externalID); taken {
			row.Reject("external_id", "duplicate", externalID, "an earlier row of this file has this id already")
			return Key{}, true
		}
	}
	id, fresh, again := x.Claim(externalID)
	if !again {
		s.accepted++
		if fresh {
			s.report.Inserted++
		}
	}
	return Key{ID: id, Source: s.req.Source, ExternalID: externalID, New: fresh}, again
}

// account resolves a reference to an account.
func (s *session) account(row *csvfile.Row, x *Index, name string) int64 {
	ext := row.Need(name)
	if ext == "" {
		return 0
	}
	id, ok := x.Find(ext)
	if !ok {
		row.Reject(name, "reference", ext, "no account of source "+s.req.Source+" has this id: import accounts first")
	}
	return id
}
