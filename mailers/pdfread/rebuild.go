package pdfread

import (
	"bytes"
	"slices"
)

// rebuild finds objects by scanning for "n g obj", as a reader does with a damaged file: the last one of a
// number wins, then what object streams hold. It happens once.
func (f *File) rebuild() {
	if f.Rebuilt {
		return
	}
	f.Rebuilt = true
	f.note("the cross-reference table is broken: objects were found by scanning")
	f.entries, f.cache, f.packed = map[int]entry{}, map[int]Object{}, map[int]*pack{}
	f.scan()
	numbers := make([]int, 0, len(f.entries))
	for n := range f.entries {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	trailer := f.lastTrailer()
	var catalog Object
	for _, n := range numbers {
		if f.entries[n].inStream != 0 || !f.spend(0) {
			continue
		}
		d := f.Dict(Ref{Num: n})
		switch d["Type"] {
		case Name("ObjStm"):
			f.adopt(n)
		case Name("XRef"):
			if trailer == nil && d["Root"] != nil {
				trailer = d
			}
		case Name("Catalog"):
			catalog = Ref{Num: n}
		}
	}
	if trailer == nil {
		trailer = Dict{}
	}
	f.Trailer = trailer
	if f.Root() == nil {
		f.Trailer = copyDict(trailer)
		f.Trailer["Root"] = f.findCatalog(catalog)
	}
}

func copyDict(d Dict) Dict {
	out := Dict{}
	for k, v := range d {
		out[k] = v
	}
	return out
}

// findCatalog looks among packed objects where no object of the file itself is a catalog.
func (f *File) findCatalog(found Object) Object {
	if found != nil {
		return found
	}
	best := 0
	for n, e := range f.entries {
		if e.inStream != 0 && n > best && f.Dict(Ref{Num: n})["Type"] == Name("Catalog") {
			best = n
		}
	}
	if best == 0 {
		return nil
	}
	return Ref{Num: best}
}

// adopt enters the objects of an object stream that are nowhere else.
func (f *File) adopt(num int) {
	p, err := f.pack(num)
	if err != nil {
		return
	}
	for i, n := range p.numbers {
		if n <= f.limits.Objects {
			f.enter(n, entry{offset: -1, inStream: num, index: i})
		}
	}
}

// scan enters every "n g obj" of the file.
func (f *File) scan() {
	word := []byte("obj")
	for at := 0; ; {
		i := bytes.Index(f.data[at:], word)
		if i < 0 || !f.spend(i) {
			return
		}
		at += i
		if start, num, ok := f.before(at); ok && num <= f.limits.Objects {
			f.entries[num] = entry{offset: start}
		}
		at += len(word)
	}
}

// before reads "n g " backwards from the word obj.
func (f *File) before(at int) (start, num int, ok bool) {
	p := at
	blank := func() { // white space backwards
		for p > 0 && at-p < 40 && isSpace(f.data[p-1]) {
			p--
		}
	}
	digits := func() bool {
		from := p
		for p > 0 && from-p < 10 && isDigit(f.data[p-1]) {
			p--
		}
		return p < from
	}
	blank()
	if !digits() {
		return 0, 0, false
	}
	if p == 0 || !isSpace(f.data[p-1]) {
		return 0, 0, false
	}
	blank()
	end := p
	if !digits() {
		return 0, 0, false
	}
	n := parseInt(f.data[p:end])
	return p, int(min(n, maxObjects+1)), true
}

// lastTrailer finds the last classic trailer that names a catalog.
func (f *File) lastTrailer() Dict {
	data := f.data
	for range 64 {
		i := bytes.LastIndex(data, []byte("trailer"))
		if i < 0 {
			return nil
		}
		l := &lexer{data: f.data, pos: i + len("trailer")}
		if o, err := l.object(0); err == nil {
			if d, ok := o.(Dict); ok && d["Root"] != nil {
				return d
			}
		}
		data = data[:i]
	}
	return nil
}
