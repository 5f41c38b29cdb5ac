package sim

import (
	"fmt"
	"os"
	"path/filepath"

	"postlift"
)

// Truth is what no company ever knows: the difference between the two possible worlds of the very
// accounts that were assigned. A report shows it beside its estimate and never uses it. Cost is not in it.
type Truth struct {
	Simulated         string         `json:"simulated"` // what the figures stand for, in words
	From              postlift.Date  `json:"from"`      // the window, both days included
	To                postlift.Date  `json:"to"`
	Assigned          int            `json:"assigned"` // accounts
	Holdout           int            `json:"holdout"`
	Delivered         int            `json:"delivered"`       // assigned accounts with a letter at the desk
	PiecesReturned    int            `json:"pieces_returned"` // of all live pieces
	IncrementalMargin postlift.Money `json:"incremental_margin"`
	MarginPerAssigned postlift.Money `json:"incremental_margin_per_assigned"` // mean of Y(1) - Y(0), rounded to the cent
	MarginWithout     postlift.Money `json:"margin_without_letter"`           // of the assigned in the world without a letter
	RelativeLift      float64        `json:"relative_lift"`                   // incremental margin by margin without
	IncrementalOrders int            `json:"incremental_orders"`
	OrdersWithout     int            `json:"orders_without_letter"`
	Segments          []SegmentTruth `json:"segments"`
}

// SegmentTruth is the truth of one segment's assigned accounts.
type SegmentTruth struct {
	Segment           string         `json:"segment"`
	Assigned          int            `json:"assigned"`
	IncrementalMargin postlift.Money `json:"incremental_margin"`
	RelativeLift      float64        `json:"relative_lift"`
}

// truthSum gathers the truth account by account.
type truthSum struct {
	assigned, holdout, delivered, returned int
	without, with                          tally
	segments                               map[string]*segmentSum
}

type segmentSum struct {
	assigned      int
	without, with int64
}

func (s *truthSum) add(a *account, arm string, without, with tally, delivered bool) {
	if arm == ArmHoldout {
		s.holdout++
		return
	}
	s.assigned++
	if delivered {
		s.delivered++
	}
	s.without.orders += without.orders
	s.without.margin += without.margin
	s.with.orders += with.orders
	s.with.margin += with.margin
	if s.segments == nil {
		s.segments = map[string]*segmentSum{}
	}
	x := s.segments[a.seg.name]
	if x == nil {
		x = &segmentSum{}
		s.segments[a.seg.name] = x
	}
	x.assigned++
	x.without += without.margin
	x.with += with.margin
}

func euros(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: currency} }

func relative(with, without int64) float64 {
	if without <= 0 {
		return 0
	}
	return float64(with-without) / float64(without)
}

func (s *truthSum) result(w *World, win window) Truth {
	t := Truth{From: win.inHome, To: win.last, Assigned: s.assigned, Holdout: s.holdout, Delivered: s.delivered, PiecesReturned: s.returned,
		IncrementalMargin: euros(s.with.margin - s.without.margin), MarginPerAssigned: euros(0), MarginWithout: euros(s.without.margin),
		RelativeLift: relative(s.with.margin, s.without.margin), IncrementalOrders: s.with.orders - s.without.orders, OrdersWithout: s.without.orders}
	if s.assigned > 0 {
		t.MarginPerAssigned = euros(postlift.RoundMinor(float64(s.with.margin-s.without.margin) / float64(s.assigned)))
	}
	for _, seg := range segments {
		if x := s.segments[seg.name]; x != nil {
			t.Segments = append(t.Segments, SegmentTruth{Segment: seg.name, Assigned: x.assigned,
				IncrementalMargin: euros(x.with - x.without), RelativeLift: relative(x.with, x.without)})
		}
	}
	t.Simulated = fmt.Sprintf("Seed %d, %d accounts. Each account was played twice through %s to %s with the same chance: without a letter, and as it was treated. "+
		"A delivered letter raises an active customer's purchase rate by an amount of its own around its segment's (Handwerk most, Labor none, Öffentliche Hand slightly negative), "+
		"strongest in the first month, and brings some silent customers back; a returned letter does nothing. Margin is that of orders placed in the window less what was "+
		"taken back until its end, exact also where the order file names none. The figures are means and sums over all %d assigned accounts, delivered or not, before cost.",
		w.cfg.Seed, w.cfg.Accounts, win.inHome, win.last, s.assigned)
	return t
}

// WriteFiles writes the outcome's files into dir, which it makes: responses.csv, returns.csv,
// objections.csv, orders-after.csv. They come back in the order in which they are to be imported, each
// with its kind.
func (o Outcome) WriteFiles(dir string) ([]File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "sim.WriteFiles", "the folder %s cannot be made: %v", dir, err)
	}
	list := []struct {
		kind, name string
		content    []byte
		rows       int
	}{
		{"orders", "orders-after.csv", o.Orders, o.Counts.OrderRows}, {"responses", "responses.csv", o.Responses, o.Counts.Responses},
		{"returns", "returns.csv", o.Returns, o.Counts.Returns}, {"suppressions", "objections.csv", o.Objections, o.Counts.Objections},
	}
	var files []File
	for _, x := range list {
		path := filepath.Join(dir, x.name)
		if err := os.WriteFile(path, x.content, 0o640); err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "sim.WriteFiles", "%s cannot be written: %v", path, err)
		}
		files = append(files, File{Kind: x.kind, Path: path, Rows: x.rows})
	}
	return files, nil
}
