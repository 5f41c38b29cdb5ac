package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
)

// runsShown is how many runs the history lists.
const runsShown = 50

// runsData is the history of scoring.
type runsData struct {
	Run  scoring.Run // published
	Runs []runLine
}

type runLine struct {
	scoring.Run
	Change *postlift.Money // of the total, against the run listed below
}

func (s *staff) runs(c *gin.Context) {
	run, ok := s.published(c)
	if !ok {
		return
	}
	list, err := s.insights.ScoreRuns(c.Request.Context(), runsShown+1)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := runsData{Run: run}
	for i := range list[:min(len(list), runsShown)] {
		line := runLine{Run: list[i]}
		if i+1 < len(list) && list[i+1].Currency == list[i].Currency {
			line.Change = &postlift.Money{Minor: list[i].Total.Minor - list[i+1].Total.Minor, Currency: list[i].Currency}
		}
		data.Runs = append(data.Runs, line)
	}
	s.render(c, http.StatusOK, "clv_runs", view{Title: "runs.title", Nav: "clv", Data: data})
}
