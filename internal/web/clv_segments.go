package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// segmentsData is how the accounts are sorted: tiers, stages with their moves, RFM.
type segmentsData struct {
	Run    scoring.Run
	Tiers  []tierLine
	Stages []sliceLine
	Moves  *movesGrid // nil: there is no earlier run to compare with
	RFM    *rfmGrid   // nil: nobody has ordered, or the run is from before there was RFM
}

type tierLine struct {
	scoring.TierLine
	AccountsBar, ValueBar bar
}

// sliceLine is a part of the accounts with a bar of its number.
type sliceLine struct {
	scoring.Slice
	Share float64 // of all accounts
	Bar   bar
}

func (s *staff) segments(c *gin.Context) {
	run, ok := s.published(c)
	if !ok {
		return
	}
	found, err := s.segmentation(c.Request.Context(), run)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := segmentsData{Run: run, Tiers: tierLines(found.Tiers), Stages: sliceLines(named(found.Stages)), RFM: newRFMGrid(found.RFM)}
	if data.Moves, err = s.moves(c, run); err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "clv_segments", view{Title: "segments.title", Nav: "clv", Data: data})
}

// segmentation is how a run's accounts are sorted, kept for a while.
func (s *staff) segmentation(ctx context.Context, run scoring.Run) (scoring.Segmentation, error) {
	return s.kept.segmentation.get(run.UID, s.clock(), func() (scoring.Segmentation, error) { return s.insights.Segmentation(ctx, run) })
}

func tierLines(tiers []scoring.TierLine) []tierLine {
	lines := make([]tierLine, len(tiers))
	scale := barScale{0, 1}
	for _, t := range tiers {
		scale.low = min(scale.low, t.ValueShare)
	}
	for i, t := range tiers {
		lines[i] = tierLine{t, scale.span("hold", 0, t.AccountShare), scale.span("plus", 0, t.ValueShare)}
	}
	return lines
}

// named leaves out the slice without a name, that of runs from before there were stages.
func named(slices []scoring.Slice) []scoring.Slice {
	var out []scoring.Slice
	for _, l := range slices {
		if l.Name != "" {
			out = append(out, l)
		}
	}
	return out
}

func sliceLines(slices []scoring.Slice) []sliceLine {
	var total, most int64
	for _, l := range slices {
		total, most = total+l.Accounts, max(most, l.Accounts)
	}
	lines := make([]sliceLine, len(slices))
	for i, l := range slices {
		lines[i] = sliceLine{l, float64(l.Accounts) / float64(max(total, 1)), barScale{0, float64(most)}.span("plus", 0, float64(l.Accounts))}
	}
	return lines
}

// movesGrid is where the accounts of each stage went between two runs.
type movesGrid struct {
	scoring.Moves
	To    []segments.Stage // columns; "" for accounts that are gone
	Lines []movesLine
}

type movesLine struct {
	From     segments.Stage // "" for accounts that are new
	Accounts int
	Cells    []movesCell
}

type movesCell struct {
	segments.Transition
	Heat int  // 0 to 5 by share
	Same bool // stayed where it was
}

// moves compares the published run with the newest run of an earlier date; nil where there is none.
func (s *staff) moves(c *gin.Context, run scoring.Run) (*movesGrid, error) {
	runs, err := s.insights.ScoreRuns(c.Request.Context(), runsShown)
	if err != nil || run.Basis == nil {
		return nil, err
	}
	for _, before := range runs {
		if before.Basis == nil || before.AsOf >= run.AsOf {
			continue
		}
		moves, err := s.kept.moves.get(before.UID+run.UID, s.clock(), func() (scoring.Moves, error) {
			return s.insights.Transitions(c.Request.Context(), before, run)
		})
		if postlift.KindOf(err) == postlift.Conflict {
			return nil, nil
		}
		return newMovesGrid(moves), err
	}
	return nil, nil
}

func newMovesGrid(moves scoring.Moves) *movesGrid {
	if len(moves.Rows) == 0 {
		return nil
	}
	g := &movesGrid{Moves: moves}
	cells := map[[2]segments.Stage]segments.Transition{}
	totals, to := map[segments.Stage]int{}, map[segments.Stage]bool{}
	for _, r := range moves.Rows {
		cells[[2]segments.Stage{r.From, r.To}] = r
		totals[r.From] += r.Accounts
		to[r.To] = true
	}
	all := append(segments.Stages(), "")
	for _, stage := range all {
		if to[stage] {
			g.To = append(g.To, stage)
		}
	}
	for _, from := range all {
		if totals[from] == 0 {
			continue
		}
		line := movesLine{From: from, Accounts: totals[from]}
		for _, stage := range g.To {
			cell := cells[[2]segments.Stage{from, stage}]
			line.Cells = append(line.Cells, movesCell{cell, heat(cell.Share), from == stage})
		}
		g.Lines = append(g.Lines, line)
	}
	return g
}

// heat is a step from 0 (nothing) to 5 for a share of 0 to 1: the shade behind a figure that says it anyway.
func heat(share float64) int {
	if !(share > 0) {
		return 0
	}
	return min(1+int(share*5), 5)
}

// rfmGrid is recency by frequency, over all values.
type rfmGrid struct {
	Lines []rfmLine
	Codes []scoring.RFMLine // every cell of the three, best first
}

type rfmLine struct {
	Recency int
	Cells   []rfmCell
}

type rfmCell struct {
	Frequency int
	Accounts  int64
	Mean      postlift.Money // residual value of an account
	Heat      int            // by the mean, against the largest
}

// newRFMGrid sums the cells up over value; nil where there are none.
func newRFMGrid(codes []scoring.RFMLine) *rfmGrid {
	if len(codes) == 0 {
		return nil
	}
	var accounts, totals [6][6]int64
	for _, l := range codes {
		if r, f, ok := rfmPlace(l.Code); ok {
			accounts[r][f] += l.Accounts
			totals[r][f] += l.Total.Minor
		}
	}
	g, most := &rfmGrid{Codes: codes}, int64(0)
	for r := 5; r >= 1; r-- {
		line := rfmLine{Recency: r}
		for f := 1; f <= 5; f++ {
			cell := rfmCell{Frequency: f, Accounts: accounts[r][f], Mean: postlift.Money{Currency: codes[0].Total.Currency}}
			if cell.Accounts > 0 {
				cell.Mean.Minor = totals[r][f] / cell.Accounts
			}
			most = max(most, cell.Mean.Minor)
			line.Cells = append(line.Cells, cell)
		}
		g.Lines = append(g.Lines, line)
	}
	for i := range g.Lines {
		for k := range g.Lines[i].Cells {
			cell := &g.Lines[i].Cells[k]
			cell.Heat = heat(float64(cell.Mean.Minor) / float64(max(most, 1)))
		}
	}
	return g
}

// rfmPlace reads recency and frequency out of a code.
func rfmPlace(code string) (r, f int, ok bool) {
	if len(code) != 3 {
		return 0, 0, false
	}
	r, f = int(code[0]-'0'), int(code[1]-'0')
	return r, f, r >= 1 && r <= 5 && f >= 1 && f <= 5
}
