package csvfile

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"postlift"
)

// Rules that the structure of a row can break; kinds add their own.
const (
	ruleQuote    = "quote"
	ruleTooLong  = "too_long"
	ruleEncoding = "encoding"
	ruleNUL      = "nul"
	ruleColumns  = "columns"
)

var structureText = map[string]string{
	ruleQuote:    "a quotation mark is opened and not closed, or text follows a closing one: double the marks inside a quoted field",
	ruleTooLong:  "the row is longer than 1 MiB",
	ruleEncoding: "the row holds bytes that are not valid in the file's encoding",
	ruleNUL:      "the row holds NUL bytes",
	ruleColumns:  "the row has more columns than the header: quote fields that hold the separator",
}

// record is one row as text. rule names what is wrong with its structure.
type record struct {
	row    int // as a spreadsheet counts: the header is row 1
	fields []string
	blank  bool
	rule   string
	text   string // the row as it stands; of one whose structure is broken its first line
}

// line is one physical line with the rule that it breaks by itself.
type line struct {
	text string
	rule string
}

// splitter cuts a file into records by the quoting rules of RFC 4180. Where a quoted field doesn't end
// as it should, only the line that opened it is lost: the following lines are read again from their
// beginnings. encoding/csv cannot do that: one stray quote swallows the rest of the file.
type splitter struct {
	src      *bufio.Reader
	encoding string
	sep      byte
	width    int // columns of the header; 0 while it is read
	pending  []line
	row      int
	done     bool
	rec      record
	raw      []byte
	macLines bool // lines end with a lone carriage return
}

func newSplitter(src *bufio.Reader, encoding string, sep byte) *splitter {
	s := &splitter{src: src, encoding: encoding, sep: sep}
	head, _ := src.Peek(4096) // an error shows again at the first read
	s.macLines = strings.Contains(string(head), "\r") && !strings.Contains(string(head), "\n")
	return s
}

// atEnd tells whether the source is exhausted; what is pending may be cut.
func (s *splitter) atEnd() bool { return s.done }

// readLine gives the next line without its end. Only MaxRecordBytes of it are kept.
func (s *splitter) readLine() (line, error) {
	if len(s.pending) > 0 {
		l := s.pending[0]
		s.pending = s.pending[1:]
		return l, nil
	}
	end := byte('\n')
	if s.macLines {
		end = '\r'
	}
	s.raw = s.raw[:0]
	long := false
	for {
		part, err := s.src.ReadSlice(end)
		if room := MaxRecordBytes + 2 - len(s.raw); len(part) > room {
			part, long = part[:room], true
		}
		s.raw = append(s.raw, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			s.done = true
			if !errors.Is(err, io.EOF) {
				return line{}, unreadable(err)
			}
			if len(s.raw) == 0 {
				return line{}, io.EOF
			}
		}
		break
	}
	b := s.raw
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	if long || len(b) > MaxRecordBytes {
		text, _ := s.text(b[:200])
		return line{text: text, rule: ruleTooLong}, nil
	}
	text, rule := s.text(b)
	return line{text: text, rule: rule}, nil
}

// header reads the header row, passing over blank lines and Excel's "sep=;" line.
func (s *splitter) header() ([]string, error) {
	for {
		rec, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil, postlift.Faultf(postlift.Invalid, "csvfile.Open", "the file has no header line")
		}
		if err != nil {
			return nil, err
		}
		if rec.blank || strings.HasPrefix(strings.ToLower(rec.text), "sep=") {
			continue
		}
		if rec.rule != "" {
			return nil, postlift.Faultf(postlift.Invalid, "csvfile.Open", "the header (row %d) is broken: %s", rec.row, structureText[rec.rule])
		}
		if len(rec.fields) > MaxColumns {
			return nil, postlift.Faultf(postlift.Invalid, "csvfile.Open", "the header has %d columns, %d are possible", len(rec.fields), MaxColumns)
		}
		return rec.fields, nil
	}
}

// next gives the following record; it is valid until the next call.
func (s *splitter) next() (*record, error) {
	first, err := s.readLine()
	if err != nil {
		return nil, err
	}
	s.row++
	s.rec = record{row: s.row, fields: s.rec.fields[:0], text: first.text, rule: first.rule}
	if first.rule != "" {
		return &s.rec, nil
	}
	if strings.Trim(first.text, " \t\r"+string(s.sep)) == "" {
		s.rec.blank = true
		return &s.rec, nil
	}
	text := first.text
	if strings.IndexByte(text, '"') >= 0 {
		var ok bool
		if text, ok, err = s.quoted(text); err != nil {
			return nil, err
		}
		if !ok {
			s.rec.rule = ruleQuote
			return &s.rec, nil
		}
		s.rec.text = text
	}
	if len(s.rec.fields) == 0 {
		s.rec.fields = fields(s.rec.fields, text, s.sep)
	}
	s.checkWidth()
	return &s.rec, nil
}

func (s *splitter) checkWidth() {
	if s.width == 0 || len(s.rec.fields) <= s.width {
		return
	}
	for _, f := range s.rec.fields[s.width:] {
		if strings.TrimSpace(f) != "" {
			s.rec.rule = ruleColumns
			return
		}
	}
	s.rec.fields = s.rec.fields[:s.width]
}

// quoted completes a record that holds quotation marks, with further lines if need be. ok is false when
// no end can be found: then the further lines are pending again.
func (s *splitter) quoted(first string) (text string, ok bool, err error) {
	state := scan(atStart, first, s.sep)
	if state != inQuotes {
		return first, state != malformed, nil
	}
	taken := []line{}
	size := len(first)
	for state == inQuotes && len(taken)+1 < MaxRecordLines {
		l, err := s.readLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", false, err
		}
		taken = append(taken, l)
		size += len(l.text) + 1
		if l.rule != "" || size > MaxRecordBytes {
			break
		}
		state = scan(inQuotes, l.text, s.sep)
	}
	if state == atEnd && taken[len(taken)-1].rule == "" && size <= MaxRecordBytes {
		var b strings.Builder
		b.WriteString(first)
		for _, l := range taken {
			b.WriteByte('\n')
			b.WriteString(l.text)
		}
		s.rec.fields = fields(s.rec.fields, b.String(), s.sep)
		// A record over several lines that doesn't fit the header is a stray quote that met another one.
		if s.width == 0 || len(s.rec.fields) == s.width {
			return b.String(), true, nil
		}
	}
	s.rec.fields = s.rec.fields[:0]
	s.pending = append(taken, s.pending...)
	return "", false, nil
}

type scanState uint8

const (
	atStart   scanState = iota // of a field
	inText                     // unquoted
	inQuotes                   // at the end of a line: the field goes on in the next
	afterMark                  // a quotation mark within quotes: the end, or the first of two
	atEnd                      // the line is complete
	malformed
)

// scan follows the quotation marks through one line.
func scan(state scanState, text string, sep byte) scanState {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch state {
		case atStart, inText:
			switch {
			case c == sep:
				state = atStart
			case c == '"' && state == atStart:
				state = inQuotes
			default:
				state = inText
			}
		case inQuotes:
			if c == '"' {
				state = afterMark
			}
		case afterMark:
			switch c {
			case '"':
				state = inQuotes
			case sep:
				state = atStart
			case ' ':
			default:
				return malformed
			}
		}
	}
	if state == inQuotes {
		return inQuotes
	}
	return atEnd
}

// fields cuts a complete record; the texts share the record's memory unless a doubled mark must go.
func fields(out []string, text string, sep byte) []string {
	for {
		if text != "" && text[0] == '"' {
			end := 1
			doubled := false
			for end < len(text) {
				if text[end] == '"' {
					if end+1 < len(text) && text[end+1] == '"' {
						doubled = true
						end += 2
						continue
					}
					break
				}
				end++
			}
			f := text[1:min(end, len(text))]
			if doubled {
				f = strings.ReplaceAll(f, `""`, `"`)
			}
			out = append(out, f)
			text = strings.TrimLeft(text[min(end+1, len(text)):], " ")
			if text == "" {
				return out
			}
			text = text[1:] // the separator: scan has seen to that
			continue
		}
		i := strings.IndexByte(text, sep)
		if i < 0 {
			return append(out, text)
		}
		out = append(out, text[:i])
		text = text[i+1:]
	}
}
