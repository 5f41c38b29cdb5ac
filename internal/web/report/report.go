// Package report shows a measured uplift as a page for people: one self-contained HTML file, or the body alone for a page
// of the web interface. What it says is composed by responses/paper; here it becomes HTML. It imports the root package,
// responses and responses/paper.
package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"postlift/responses"
	"postlift/responses/paper"
)

//go:embed report.html
var files embed.FS

var page = template.Must(template.New("report.html").Funcs(template.FuncMap{"draw": draw, "icon": icon, "under": under}).ParseFS(files, "report.html"))

// Write writes the report as one HTML file that needs nothing else: styles and charts are inside.
func Write(w io.Writer, u responses.Uplift, lang string) error {
	return WritePage(w, paper.Compose(u, paper.Registered{}, lang))
}

// WritePage is Write of a report that is composed already.
func WritePage(w io.Writer, r paper.Report) error {
	if err := page.ExecuteTemplate(w, "page", r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// Body gives the report's content without a page around it and without styles: headings start at h1, charts carry classes
// that a page's own styles may colour.
func Body(r paper.Report) (template.HTML, error) {
	var b strings.Builder
	if err := page.ExecuteTemplate(&b, "body", r); err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return template.HTML(b.String()), nil
}

// icon is the verdict's sign, so that colour is never alone.
func icon(verdict string) string {
	if sign, known := map[string]string{responses.Works: "✓", responses.NoProof: "○", responses.Hurts: "▼", responses.Withheld: "■"}[verdict]; known {
		return sign
	}
	return "◇"
}

// titled is a table below a heading; Twice says that its caption would repeat it.
type titled struct {
	paper.Table
	Twice bool
}

func under(title string, t paper.Table) titled { return titled{t, t.Fold || t.Caption == title} }
