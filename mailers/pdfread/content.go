package pdfread

import (
	"bytes"
	"errors"
)

// maxOperands is how many operands may stand before an operator; the format names 33 as a DeviceN's limit,
// sloppy writers exceed it.
const maxOperands = 1024

// Op is one operator of a content stream with its operands. For an inline image Op is "BI" and Args are its
// Dict (keys and values as written, abbreviated or not) and a String of its data.
type Op struct {
	Op         string
	Args       []Object // valid until the next call of Next
	Start, End int      // the bytes of the content that it takes, operands included
}

// Scanner goes through the operators of a content stream.
type Scanner struct {
	lex   lexer
	args  []Object
	Stray int // tokens that were no PDF syntax and were passed over
}

// NewScanner starts at the content's begin.
func NewScanner(content []byte) *Scanner {
	return &Scanner{lex: lexer{data: content, content: true}}
}

// Next gives the next operator; ok is false at the end. Broken tokens are passed over and counted in Stray.
func (s *Scanner) Next() (op Op, ok bool) {
	s.args = s.args[:0]
	s.lex.space()
	start := s.lex.pos
	for {
		o, err := s.lex.object(0)
		switch {
		case errors.Is(err, errEnd):
			if len(s.args) > 0 {
				s.Stray++
			}
			return Op{}, false
		case err != nil:
			s.Stray++
			continue
		}
		k, isOp := o.(Keyword)
		switch {
		case !isOp && len(s.args) < maxOperands:
			s.args = append(s.args, o)
		case !isOp:
			s.Stray++
		case k == "BI":
			s.args = s.args[:0]
			if !s.inline() {
				s.Stray++
				continue
			}
			return Op{"BI", s.args, start, s.lex.pos}, true
		default:
			return Op{string(k), s.args, start, s.lex.pos}, true
		}
	}
}

// inline reads an inline image after BI: pairs up to ID, then data up to EI.
func (s *Scanner) inline() bool {
	d := Dict{}
	for {
		key, err := s.lex.object(0)
		if err != nil {
			return false
		}
		if key == Keyword("ID") {
			break
		}
		name, ok := key.(Name)
		if !ok {
			return false
		}
		if d[name], err = s.lex.object(1); err != nil {
			return false
		}
	}
	s.lex.pos++ // the single white space after ID
	from := min(s.lex.pos, len(s.lex.data))
	data := s.lex.data[from:]
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("EI"))
		if i < 0 {
			s.lex.pos = len(s.lex.data)
			return false
		}
		at += i
		after := at + 2
		if at > 0 && isSpace(data[at-1]) && (after == len(data) || isSpace(data[after])) && plausible(data[after:]) {
			s.lex.pos = from + after
			s.args = append(s.args, d, String(data[:at-1]))
			return true
		}
		at = after
	}
}

// plausible tells whether what follows EI looks like content and not like more image data: image bytes may
// hold EI between white space by chance.
func plausible(after []byte) bool {
	for _, c := range after[:min(len(after), 12)] {
		if c > 126 || c < 32 && !isSpace(c) {
			return false
		}
	}
	return true
}

// Operators calls f with each operator of a content stream and its operands, which are valid during the call;
// it stops at f's first error. An inline image is the operator "BI" with a Dict and a String of data.
func Operators(content []byte, f func(op string, args []Object) error) error {
	for s := NewScanner(content); ; {
		op, ok := s.Next()
		if !ok {
			return nil
		}
		if err := f(op.Op, op.Args); err != nil {
			return err
		}
	}
}
