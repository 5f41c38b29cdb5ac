package sheaf

import (
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"

	"postlift"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
)

// Letters is a compiled design with the test that its pieces have to pass.
type Letters struct {
	Compiled *letter.Compiled
	Check    *preflight.Checker // nil tests nothing
}

// Item is a piece with what it is made from.
type Item struct {
	*Letters
	Piece letter.Piece
}

// Outcome is what became of an item.
type Outcome struct {
	Item  Item
	Range pdf.PageRange // where it stands, and the hash of its print; empty where it was not printed
	// Reason is why it was not printed, an Invalid fault; nil where it was.
	Reason error
	// Findings are what the test found: warnings, too, unless the checker leaves them out. What follows from the
	// design alone is found in every piece.
	Findings []preflight.Finding
}

// Options are how a file is printed.
type Options struct {
	PDF     pdf.Options // Sheet is the format of all items
	Workers int         // how many pieces are composed at once; 0 is one per core
}

// Print composes the items, tests each plan and draws them into one file on w, in their order. Only a handful of
// plans exist at any time. done is told about every item, in order, from the caller's goroutine.
//
// An item that cannot be printed costs only itself: a composer's or a drawing fault of kind Invalid or NotFound, or
// an error found by the test, is its Reason. Any other error, of an item or of done, ends the printing; what w has
// received by then is no file. Where nothing could be printed, nothing is written and the summary is empty. The
// bytes do not depend on the number of workers.
func Print(ctx context.Context, w io.Writer, o Options, items iter.Seq2[Item, error], done func(Outcome) error) (pdf.Summary, error) {
	file, err := pdf.New(o.PDF)
	if err != nil {
		return pdf.Summary{}, err
	}
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	line := startLine(ctx, items, workers)
	defer line.stop()
	pages, pieces := 0, 0
	for t := range line.order {
		<-t.ready
		if t.err != nil {
			return pdf.Summary{}, t.err
		}
		if pieces == pdf.MaxPieces {
			return pdf.Summary{}, postlift.Faultf(postlift.Invalid, "sheaf.Print", "a file holds at most %d pieces", pdf.MaxPieces)
		}
		out, err := finish(file, t)
		if err != nil {
			return pdf.Summary{}, err
		}
		line.again(t)
		if out.Reason == nil {
			pieces++
		}
		pages += out.Range.Count
		if err := done(out); err != nil {
			return pdf.Summary{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return pdf.Summary{}, err
	}
	if pages == 0 {
		return pdf.Summary{}, nil
	}
	sum, err := file.Finish(w)
	if postlift.KindOf(err) == postlift.Conflict { // the last piece broke the file; to callers, Conflict is somebody else's claim
		err = postlift.Faultf(postlift.Internal, "sheaf.Print", "the file cannot be finished: %v", err)
	}
	return sum, err
}

// task is an item on its way. When it was drawn it is used again, with the room that its plan lies in.
type task struct {
	item     Item
	room     letter.Room
	plan     sheet.Plan
	findings []preflight.Finding
	reason   error         // costs the item
	err      error         // ends the printing
	ready    chan struct{} // gets one value when the plan is there
}

// line is the way from the items through the composers; order hands the tasks out as they came in.
type line struct {
	order  chan *task
	used   chan *task
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

// ahead is how many tasks of each worker may wait for the drawing.
const ahead = 4

func startLine(ctx context.Context, items iter.Seq2[Item, error], workers int) *line {
	ctx, cancel := context.WithCancel(ctx)
	l := &line{order: make(chan *task, ahead*workers), used: make(chan *task, 3*ahead*workers), cancel: cancel}
	work := make(chan *task, ahead*workers)
	l.wait.Go(func() {
		defer close(l.order)
		defer close(work)
		for item, err := range items {
			t := l.task(item, err)
			if err != nil {
				t.ready <- struct{}{}
			}
			if !send(ctx, l.order, t) || err != nil {
				return
			}
			if !send(ctx, work, t) { // nobody composes it
				t.err = ctx.Err()
				t.ready <- struct{}{}
				return
			}
		}
	})
	for range workers {
		l.wait.Go(func() {
			for t := range work {
				t.compose()
				t.ready <- struct{}{}
			}
		})
	}
	return l
}

// task is one that was drawn, or a new one.
func (l *line) task(item Item, err error) *task {
	select {
	case t := <-l.used:
		t.item, t.err = item, err
		return t
	default:
		return &task{item: item, err: err, ready: make(chan struct{}, 1)}
	}
}

// again gives a task back; findings were handed on.
func (l *line) again(t *task) {
	t.item, t.plan, t.findings, t.reason = Item{}, sheet.Plan{}, nil, nil
	select {
	case l.used <- t:
	default:
	}
}

func send(ctx context.Context, to chan<- *task, t *task) bool {
	select {
	case to <- t:
		return true
	case <-ctx.Done():
		return false
	}
}

// stop ends the line; what is still on it is thrown away.
func (l *line) stop() {
	l.cancel()
	for range l.order { // so that the feeder gets to its end
	}
	l.wait.Wait()
}

// compose sets and tests the item.
func (t *task) compose() {
	plan, err := t.item.Compiled.ComposeIn(&t.room, t.item.Piece)
	if err != nil {
		t.fail(err)
		return
	}
	t.plan = plan
	if t.item.Check == nil {
		return
	}
	t.findings = t.item.Check.Plan(&t.plan)
	for i := range t.findings {
		if t.findings[i].Severity == preflight.Error {
			t.reason = Refusal(t.findings[i])
			return
		}
	}
}

// fail tells what is the item's own fault from what stops the press.
func (t *task) fail(err error) {
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.NotFound:
		t.reason = err
	default:
		t.err = err
	}
}

// finish draws a composed item.
func finish(file *pdf.File, t *task) (Outcome, error) {
	out := Outcome{Item: t.item, Findings: t.findings}
	if t.reason == nil {
		r, err := file.Add(&t.plan)
		switch {
		case err == nil:
			out.Range = r
		case postlift.KindOf(err) == postlift.Conflict:
			return out, postlift.Faultf(postlift.Internal, "sheaf.Print", "the file cannot be continued: %v", err)
		default: // the file is as it was; whatever the plan has, it is this piece's alone
			t.reason = postlift.Faultf(postlift.Invalid, "sheaf.Print", "the piece cannot be drawn: %v", err)
		}
	}
	out.Reason = t.reason
	return out, nil
}

// Refusal is a finding as the reason why a piece is not printed: an Invalid fault that names rule, page and place.
func Refusal(f preflight.Finding) error {
	where := ""
	if f.Page > 0 {
		where = fmt.Sprintf(" on page %d", f.Page)
	}
	if f.Box != nil {
		where += fmt.Sprintf(" at %.1f, %.1f mm (%.1f x %.1f mm)", f.Box.X, f.Box.Y, f.Box.W, f.Box.H)
	}
	return postlift.Faultf(postlift.Invalid, "sheaf.Print", "preflight %s%s: %s", f.Rule, where, f.Text)
}
