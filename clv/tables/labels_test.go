package tables_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"postlift/clv/tables"
)

// TestLabelledSummary: further columns come with their rows, under their headers or numbers, and the name of a
// column without a header finds it again.
func TestLabelledSummary(t *testing.T) {
	read := func(text string, labels ...string) string {
		var out []string
		err := tables.EachLabelledSummary(strings.NewReader(text), labels, func(s purchase.Summary, levels []string) error {
			out = append(out, s.ID+" "+strings.Join(levels, "|"))
			return nil
		})
		if err != nil {
			out = append(out, postlift.UserText(err))
			if !errors.Is(err, tables.ErrNoColumn) {
				t.Errorf("%v is no lack of a column", err)
			}
		}
		return strings.Join(out, "; ")
	}
	const named, bare = "id;x;t_x;T;industry;size\na;1;2;3;metal;L\nb;0;0;9;;\n", "a 1 2 3 1.5 metal\nb 0 0 9 0\n"
	for _, c := range []struct{ got, want string }{
		{read(named, "Size", "industry"), "a L|metal; b |"},
		{read(named, "6", "column 5"), "a L|metal; b |"},
		{read(bare, "column 6"), "a metal; b "},
		{read(named), "a ; b "},
		{read(named, "sector", "size", "column x"), `the first line ["id" "x" "t_x" "T" "industry" "size"] has no column "sector", "column x": name one of them, or give its number`},
		{read(named, "column 7"), "column 7: the file has the columns 1 to 6"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	if _, labels, err := tables.ReadLabelledSummary(strings.NewReader(bare), []string{"6"}); err != nil || fmt.Sprint(labels) != "[{column 6 [metal ]}]" {
		t.Errorf("%v, %v", labels, err)
	}
}

// TestLabelsOfALog: a log without a header names its labels by number; the opening date is found by its header
// where the other columns go by number.
func TestLabelsOfALog(t *testing.T) {
	opt := tables.LogOptions{Customer: 1, Date: 2, Value: 3, Labels: []string{"4"}}
	log, _, err := tables.ReadOrders(strings.NewReader("a,2024-01-01,5,metal\nb,2024-01-02,5,wood\na,2024-02-01,5,tin\n"), opt)
	if err != nil || fmt.Sprint(log.Labels) != "[{column 4 [metal wood]}]" {
		t.Errorf("%v, %v", log.Labels, err)
	}
	opt.Opened, opt.Labels = "won", []string{"trade"}
	log, _, err = tables.ReadOrders(strings.NewReader("who,day,net,trade,won\na,2024-01-01,5,metal,2020-01-01\nb,2024-01-02,5,wood,\n"), opt)
	if err != nil || fmt.Sprint(log.Labels) != "[{trade [metal wood]}]" || len(log.OlderCustomers()) != 1 {
		t.Fatalf("%v, %v", log.Labels, err)
	}
	o := log.OlderCustomers()[0]
	if got := log.Levels(nil, o.Index); o.ID != "a" || fmt.Sprint(got) != "[metal]" {
		t.Errorf("%s: %v", o.ID, got)
	}
	err = log.EachKnown(func(i int32, s purchase.Summary, _ spend.Observation) error {
		if got := log.Levels(nil, i); s.ID != "b" || fmt.Sprint(got) != "[wood]" {
			t.Errorf("%s: %v", s.ID, got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestPredictionsOfSeveralModels: rows of several models stand in one file, in the order of writing, and what one
// model remembers serves no other.
func TestPredictionsOfSeveralModels(t *testing.T) {
	a, b := purchase.BGNBD{R: 1, Alpha: 8, A: .5, B: 3}, purchase.ParetoNBD{R: 1, Alpha: 4, S: 1, Beta: 20}
	var out strings.Builder
	p, err := tables.NewPredictionWriter(&out, a, nil, tables.PredictOptions{Horizon: 26})
	if err != nil {
		t.Fatal(err)
	}
	q := p.Under(b)
	s := purchase.Summary{ID: "s", X: 3, TX: 20, T: 30}
	for _, w := range []*tables.PredictionWriter{p, q, p} {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Flush(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || lines[1] != lines[3] || lines[1] == lines[2] || q.Model() != purchase.Model(b) {
		t.Fatalf("%s", out.String())
	}
	var want float64
	if _, err := fmt.Sscanf(strings.Split(lines[2], ",")[2], "%g", &want); err != nil || want != purchase.ExpectedOrders(b, 3, 20, 30, 26) {
		t.Errorf("%s, want %g", lines[2], purchase.ExpectedOrders(b, 3, 20, 30, 26))
	}
}
