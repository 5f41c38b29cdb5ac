package pdfread

import (
	"slices"
	"strconv"
)

// Dict resolves o and gives it as dictionary; a stream gives its dictionary, anything else nil.
func (f *File) Dict(o Object) Dict {
	switch v := f.Resolve(o).(type) {
	case Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}

// Array resolves o and gives it as array, or nil.
func (f *File) Array(o Object) Array {
	a, _ := f.Resolve(o).(Array)
	return a
}

// Stream resolves o and gives it as stream, or nil.
func (f *File) Stream(o Object) *Stream {
	s, _ := f.Resolve(o).(*Stream)
	return s
}

// Name resolves o and gives it as name, or "".
func (f *File) Name(o Object) Name {
	n, _ := f.Resolve(o).(Name)
	return n
}

// Number resolves o and gives it as a number, or the default.
func (f *File) Number(o Object, otherwise float64) float64 {
	if v, ok := Number(f.Resolve(o)); ok {
		return v
	}
	return otherwise
}

// Numbers resolves an array of numbers; nil when it is no array or any element is no number.
func (f *File) Numbers(o Object) []float64 {
	a := f.Array(o)
	if a == nil || len(a) > 1<<16 {
		return nil
	}
	out := make([]float64, 0, len(a))
	for _, e := range a {
		v, ok := Number(f.Resolve(e))
		if !ok {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// Label names an object for people: "object 12", or "" when it is not an indirect one.
func Label(o Object) string {
	if r, ok := o.(Ref); ok {
		return "object " + strconv.Itoa(r.Num)
	}
	return ""
}

// Refs gives all objects that the cross-reference knows, in the order of their numbers.
func (f *File) Refs() []Ref {
	out := make([]Ref, 0, len(f.entries))
	for n, e := range f.entries {
		if e.offset >= 0 || e.inStream != 0 {
			out = append(out, Ref{n, e.gen})
		}
	}
	slices.SortFunc(out, func(a, b Ref) int { return a.Num - b.Num })
	return out
}
