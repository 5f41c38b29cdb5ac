package csvfile

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// Reject is one thing that is wrong with a row. Rule is a short stable word (required, number, range,
// date, ambiguous, unknown, reference, duplicate, quote, columns, encoding …).
type Reject struct {
	Row     int    `json:"row"`
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Value   string `json:"value"`
	Message string `json:"message"`
	Record  string `json:"record,omitempty"` // the row as the file has it; "" where only the whole file shows the fault
}

// RejectHeader is the first line of a rejects file.
var RejectHeader = []string{"row", "field", "rule", "value", "message", "record"}

// RejectWriter writes rejects as CSV; a nil one writes nothing.
type RejectWriter struct{ csv *csv.Writer }

// NewRejectWriter writes the header at once; w may be nil.
func NewRejectWriter(w io.Writer) (*RejectWriter, error) {
	if w == nil {
		return nil, nil
	}
	out := &RejectWriter{csv.NewWriter(w)}
	if err := out.csv.Write(RejectHeader); err != nil {
		return nil, fmt.Errorf("csvfile: rejects: %w", err)
	}
	return out, nil
}

// Write adds rejects.
func (w *RejectWriter) Write(rejects ...Reject) error {
	if w == nil {
		return nil
	}
	for _, r := range rejects {
		if err := w.csv.Write([]string{strconv.Itoa(r.Row), r.Field, r.Rule, Guard(r.Value), Guard(r.Message), Guard(r.Record)}); err != nil {
			return fmt.Errorf("csvfile: rejects: %w", err)
		}
	}
	return nil
}

// Flush writes what is buffered.
func (w *RejectWriter) Flush() error {
	if w == nil {
		return nil
	}
	w.csv.Flush()
	return w.csv.Error()
}

// Guard keeps a spreadsheet from running a cell as a formula (OWASP ASVS 5.0, 1.2.10): a leading
// apostrophe, which reading takes away again.
func Guard(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + s
	}
	return s
}
