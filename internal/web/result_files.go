package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/responses"
	"postlift/responses/paper"
)

// ResultPrinter writes a composed report as PDF.
type ResultPrinter func(w io.Writer, r paper.Report) error

// resultForms are the files of a report, in the order in which a page lists them.
var resultForms = []string{"pdf", "csv", "json"}

// resultForm splits the last part of an address into the campaign and the form that is asked for; "" is the page.
func resultForm(name string) (campaign, form string) {
	for _, f := range resultForms {
		if campaign, found := strings.CutSuffix(name, "."+f); found {
			return campaign, f
		}
	}
	return name, ""
}

// resultFile serves a report as a file to keep.
func (s *staff) resultFile(c *gin.Context, u responses.Uplift, form string) {
	var b bytes.Buffer
	var err error
	kind := map[string]string{"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "json": "application/json"}[form]
	switch {
	case form == "csv":
		err = paper.WriteCSV(&b, u)
	case form == "json":
		out := json.NewEncoder(&b)
		out.SetIndent("", "  ")
		err = out.Encode(u)
	case s.printer == nil:
		err = postlift.Faultf(postlift.NotFound, "web.result", "this server prints no reports: use postlift report uplift --pdf")
	default:
		err = s.printer(&b, paper.Compose(u, s.registered(c.Request.Context(), u), languageOf(c)))
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Content-Disposition", "attachment; filename="+strconv.Quote("uplift-"+u.RunID+"."+form))
	c.Data(http.StatusOK, kind, b.Bytes())
}
