// Package csvfile reads the CSV files of other systems as they really look: unknown encoding, separator,
// decimal sign and date order, headers in German or English, and rows that are broken. One wrong row costs
// that row only. It knows nothing of accounts or orders: a kind of file is a list of Columns. It imports
// the root package and golang.org/x/text only.
package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"

	"postlift"
)

// Type says what a column holds, so that the reader can find out how the file writes it.
type Type uint8

// The types of a column.
const (
	Text   Type = iota
	Number      // decimal comma or point is found for each column
	Date        // a civil date, possibly with a time
	Flag        // yes or no
)

// String names the type for people.
func (t Type) String() string {
	return [...]string{"text", "number", "date", "yes or no"}[t]
}

// Column is one column that a kind of file may have.
type Column struct {
	Name     string   // canonical, as the template prints it
	Type     Type     // what it holds
	Required bool     // the header must have it; whether a row may leave it empty is for the kind to say
	Aliases  []string // other headers that mean it, best first; case, blanks, umlaut spelling and punctuation don't matter
	Exact    bool     // the header must be the name itself, but for case and surrounding blanks
}

// Limits of one file; what exceeds them costs a row, or the file where it is the header.
const (
	MaxRecordBytes = 1 << 20
	MaxRecordLines = 100
	MaxColumns     = 1000
	MaxTextRunes   = 1000
	sampleBytes    = 1 << 20
	sampleRows     = 5000
)

// Options adjust a reader.
type Options struct {
	// Location turns instants that carry a zone into civil dates and is the zone of times that carry
	// none; nil is UTC.
	Location *time.Location
	// HeaderAdded says that the first line was put before a file that has no header: rows count from 1 then.
	HeaderAdded bool
}

// Format is what the reader found out about a file; it is part of an import's report.
type Format struct {
	Encoding  string            `json:"encoding"`  // utf-8, utf-16le, utf-16be, windows-1252
	Separator string            `json:"separator"` // one of , ; tab |
	Decimal   map[string]string `json:"decimal"`   // number column to "," or "."
	Columns   map[string]string `json:"columns"`   // canonical name to the file's header
	Ignored   []string          `json:"ignored"`   // headers that no column knows
}

// Reader reads one file. It is not safe for concurrent use.
type Reader struct {
	columns []Column
	index   map[string]int // canonical name to column
	split   *splitter
	row     Row
	format  Format
	number  []byte // decimal sign of each column
	fine    []bool // columns whose values mostly have three decimals or more
	order   []dateOrder
	width   int // columns in the header
	loc     *time.Location
	above   int // lines before the first row that are not the file's own
	header  []string
}

// Open reads the header and a sample. The error is an Invalid fault when the file as a whole is not
// usable: empty, binary, no known header, a required column missing.
func Open(r io.Reader, columns []Column, o Options) (*Reader, error) {
	buf, encoding, err := decode(r)
	if err != nil {
		return nil, err
	}
	sample, err := buf.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, unreadable(err)
	}
	whole := errors.Is(err, io.EOF)
	out := &Reader{columns: columns, index: make(map[string]int, len(columns)), loc: o.Location}
	if out.loc == nil {
		out.loc = time.UTC
	}
	if o.HeaderAdded {
		out.above = 1
	}
	for i, c := range columns {
		out.index[c.Name] = i
	}
	sep, header, mapping, err := findHeader(sample, encoding, columns)
	if err != nil {
		return nil, err
	}
	out.width = len(header)
	out.header = header
	out.format = describe(encoding, sep, columns, header, mapping)
	out.row = Row{reader: out, at: mapping}
	sampled := newSplitter(bufio.NewReader(bytes.NewReader(sample)), encoding, sep)
	out.study(sampled, whole)
	out.split = newSplitter(buf, encoding, sep)
	if _, err := out.split.header(); err != nil {
		return nil, err
	}
	out.split.width = out.width
	return out, nil
}

func unreadable(err error) error {
	return &postlift.Fault{Kind: postlift.Invalid, Op: "csvfile.Open",
		Text: "the file cannot be read: " + err.Error(), Cause: err}
}

func describe(encoding string, sep byte, columns []Column, header []string, mapping []int) Format {
	f := Format{Encoding: encoding, Separator: string(sep), Decimal: map[string]string{}, Columns: map[string]string{}, Ignored: []string{}}
	used := make(map[int]bool, len(mapping))
	for i, at := range mapping {
		if at >= 0 {
			f.Columns[columns[i].Name] = header[at]
			used[at] = true
		}
	}
	for i, h := range header {
		if !used[i] && h != "" {
			f.Ignored = append(f.Ignored, h)
		}
	}
	return f
}

// Format tells what was found out; the encoding of a file whose beginning is plain ASCII is known only
// at its end. A file that is ASCII throughout is UTF-8.
func (r *Reader) Format() Format {
	f := r.format
	if f.Encoding = r.split.encoding; f.Encoding == encASCII {
		f.Encoding = encUTF8
	}
	return f
}

// Header gives the names of the columns as the file has them.
func (r *Reader) Header() []string { return r.header }

// Has tells whether the file has the column.
func (r *Reader) Has(column string) bool {
	i, ok := r.index[column]
	return ok && r.row.at[i] >= 0
}

// Next gives the following row that is not blank, or io.EOF. The Row is reused by the next call, its
// texts stay valid. A row whose structure is broken comes back with its Reject already set. Any other
// error ends the file.
func (r *Reader) Next() (*Row, error) {
	for {
		rec, err := r.split.next()
		if err != nil {
			return nil, err
		}
		if rec.blank {
			continue
		}
		r.row.begin(rec)
		return &r.row, nil
	}
}

// study reads the sample to learn decimal signs and the order of day and month.
func (r *Reader) study(s *splitter, whole bool) {
	votes := make([]numberVotes, len(r.columns))
	r.order = make([]dateOrder, len(r.columns))
	if _, err := s.header(); err == nil {
		s.width = r.width
		for n := 0; n < sampleRows; n++ {
			rec, err := s.next()
			if err != nil || (!whole && s.atEnd()) {
				break // the sample may end within a record
			}
			if rec.blank || rec.rule != "" {
				continue
			}
			r.row.begin(rec)
			r.vote(votes)
		}
	}
	r.number = decideNumbers(votes, r.format.Separator == ";")
	r.fine = make([]bool, len(votes))
	for i := range votes {
		r.fine[i] = votes[i].isFine(r.number[i])
	}
	for i, c := range r.columns {
		if c.Type == Number && r.row.at[i] >= 0 {
			r.format.Decimal[c.Name] = string(r.number[i])
		}
	}
	r.row.rejects = r.row.rejects[:0]
}

func (r *Reader) vote(votes []numberVotes) {
	for i, c := range r.columns {
		switch c.Type {
		case Number:
			votes[i].add(r.row.raw(i))
		case Date:
			r.order[i].add(r.row.raw(i))
		}
	}
}
