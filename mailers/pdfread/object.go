package pdfread

import "fmt"

// Object is a PDF object: nil (null), bool, int64, float64, String, Name, Array, Dict, *Stream or Ref.
type Object any

// Name is a name without its slash, escapes resolved.
type Name string

// String is a string's bytes, escapes or hex resolved.
type String []byte

// Array is an array's elements; references in it are not resolved.
type Array []Object

// Dict is a dictionary. References in it are not resolved; whoever writes it out must order its keys.
type Dict map[Name]Object

// Ref points to an indirect object.
type Ref struct{ Num, Gen int }

// String is the reference as it stands in a file.
func (r Ref) String() string { return fmt.Sprintf("%d %d R", r.Num, r.Gen) }

// Stream is a dictionary with its raw bytes, still encoded. Raw belongs to the file's data: do not write to it.
type Stream struct {
	Dict Dict
	Raw  []byte
}

// Keyword is a bare word: an operator of a content stream. It never occurs inside a file's objects.
type Keyword string

// Number gives an integer or real as float64; ok tells whether o is one.
func Number(o Object) (v float64, ok bool) {
	switch n := o.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
