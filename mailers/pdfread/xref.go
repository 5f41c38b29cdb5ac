package pdfread

import (
	"bytes"
	"errors"
	"fmt"
)

// loadXRef reads the chain of cross-reference sections, newest first: the first entry of an object wins.
func (f *File) loadXRef() error {
	f.entries = map[int]entry{}
	tail := max(0, len(f.data)-2048)
	i := bytes.LastIndex(f.data[tail:], []byte("startxref"))
	if i < 0 {
		return fmt.Errorf("startxref is missing")
	}
	l := &lexer{data: f.data, pos: tail + i + len("startxref"), content: true}
	at, err := l.object(0)
	if err != nil {
		return err
	}
	seen := map[int]bool{}
	for next := at; next != nil; {
		offset, ok := next.(int64)
		if !ok || offset < 0 || offset >= int64(len(f.data)) || seen[int(offset)] {
			return fmt.Errorf("a cross-reference section at %v cannot be", next)
		}
		seen[int(offset)] = true
		if next, err = f.section(int(offset)); err != nil {
			return err
		}
	}
	return nil
}

// section reads the table or stream at an offset and gives the place of the one before.
func (f *File) section(offset int) (prev Object, err error) {
	l := &lexer{data: f.data, pos: offset, content: true}
	first, err := l.object(0)
	if err != nil {
		return nil, err
	}
	if first != Keyword("xref") {
		return f.xrefStream(offset)
	}
	if err := f.table(l); err != nil {
		return nil, err
	}
	l.content = false
	o, err := l.object(0)
	d, ok := o.(Dict)
	if err != nil || !ok {
		return nil, fmt.Errorf("the trailer is broken")
	}
	if f.Trailer == nil {
		f.Trailer = d
	}
	if hybrid, ok := d["XRefStm"].(int64); ok {
		if _, err := f.xrefStream(int(hybrid)); err != nil {
			return nil, err
		}
	}
	return d["Prev"], nil
}

// table reads the subsections after the word xref up to the word trailer.
func (f *File) table(l *lexer) error {
	for {
		o, err := l.object(0)
		if err != nil {
			return err
		}
		if o == Keyword("trailer") {
			return nil
		}
		n, err := l.object(0)
		start, ok1 := o.(int64)
		count, ok2 := n.(int64)
		if err != nil || !ok1 || !ok2 || start < 0 || count < 0 || start > maxObjects || count > maxObjects || start+count > int64(f.limits.Objects) {
			return fmt.Errorf("a subsection of the cross-reference table is broken")
		}
		for i := range int(count) {
			off, err1 := l.object(0)
			gen, err2 := l.object(0)
			kind, err3 := l.object(0)
			offset, ok1 := off.(int64)
			g, ok2 := gen.(int64)
			if err1 != nil || err2 != nil || err3 != nil || !ok1 || !ok2 || !f.spend(20) {
				return fmt.Errorf("an entry of the cross-reference table is broken")
			}
			e := entry{offset: int(min(offset, int64(len(f.data)))), gen: int(g)}
			if kind == Keyword("f") {
				e.offset = -1
			}
			f.enter(int(start)+i, e)
		}
	}
}

func (f *File) enter(num int, e entry) {
	if _, known := f.entries[num]; !known {
		f.entries[num] = e
	}
}

// xrefStream reads a cross-reference stream (ISO 32000-1, 7.5.8).
func (f *File) xrefStream(offset int) (prev Object, err error) {
	o, _, _, err := f.indirect(offset)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, fmt.Errorf("no cross-reference section at %d", offset)
	}
	f.XRefs = true
	if f.Trailer == nil {
		f.Trailer = s.Dict
	}
	data, _, err := f.Decode(s)
	if err != nil {
		return nil, err
	}
	w := f.Numbers(s.Dict["W"])
	if len(w) < 3 {
		return nil, fmt.Errorf("a cross-reference stream has no widths")
	}
	width := [3]int{}
	for i := range width {
		if width[i] = int(w[i]); width[i] < 0 || width[i] > 8 {
			return nil, fmt.Errorf("a cross-reference stream has impossible widths")
		}
	}
	index := f.Numbers(s.Dict["Index"])
	if index == nil {
		index = []float64{0, f.Number(s.Dict["Size"], 0)}
	}
	return s.Dict["Prev"], f.rows(data, width, index)
}

func (f *File) rows(data []byte, width [3]int, index []float64) error {
	size := width[0] + width[1] + width[2]
	if size == 0 {
		return fmt.Errorf("a cross-reference stream has rows of no bytes")
	}
	for i := 0; i+1 < len(index); i += 2 {
		for n := range int(min(max(index[i+1], 0), float64(f.limits.Objects))) {
			num := int(index[i]) + n
			if len(data) < size || num < 0 || num > f.limits.Objects {
				return nil
			}
			if !f.spend(size) {
				return errWork
			}
			a, b, c := field(data, width[0], 1), field(data[width[0]:], width[1], 0), field(data[width[0]+width[1]:], width[2], 0)
			data = data[size:]
			switch a {
			case 0:
				f.enter(num, entry{offset: -1})
			case 1:
				f.enter(num, entry{offset: min(b, len(f.data)), gen: c})
			case 2:
				f.enter(num, entry{offset: -1, inStream: b, index: c})
			}
		}
	}
	return nil
}

// field reads a big-endian number of n bytes; one of no bytes has the default.
func field(data []byte, n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	v := uint64(0)
	for _, c := range data[:n] {
		v = v<<8 | uint64(c)
	}
	return int(v & (1<<40 - 1))
}

// pack is a decoded object stream: where its objects begin.
type pack struct {
	data    []byte
	numbers []int
	offsets []int
}

// unpack reads an object out of an object stream (ISO 32000-1, 7.5.7).
func (f *File) unpack(num int, e entry) (Object, error) {
	p, err := f.pack(e.inStream)
	if err != nil {
		return nil, err
	}
	i := e.index
	if i >= len(p.numbers) || p.numbers[i] != num {
		for i = range p.numbers {
			if p.numbers[i] == num {
				break
			}
		}
	}
	if i >= len(p.numbers) || p.numbers[i] != num || p.offsets[i] > len(p.data) {
		return nil, fmt.Errorf("object stream %d does not hold it", e.inStream)
	}
	l := &lexer{data: p.data, pos: p.offsets[i]}
	o, err := l.object(0)
	if !f.spend(l.pos - p.offsets[i]) {
		return nil, errWork
	}
	if _, bad := o.(Keyword); bad {
		return nil, errSyntax
	}
	return o, err
}

func (f *File) pack(num int) (*pack, error) {
	if p, ok := f.packed[num]; ok {
		if p == nil {
			return nil, fmt.Errorf("object stream %d is broken", num)
		}
		return p, nil
	}
	f.packed[num] = nil
	if f.entries[num].inStream != 0 {
		return nil, fmt.Errorf("object stream %d lies in an object stream", num)
	}
	s := f.Stream(Ref{Num: num})
	if s == nil {
		return nil, fmt.Errorf("object stream %d is missing", num)
	}
	data, _, err := f.Decode(s)
	if err != nil {
		return nil, err
	}
	f.XRefs = true
	p := &pack{}
	first := int(f.Number(s.Dict["First"], -1))
	if first < 0 || first > len(data) {
		return nil, fmt.Errorf("object stream %d is broken", num)
	}
	p.data = data[first:]
	l := &lexer{data: data[:first], content: true}
	for range int(min(max(f.Number(s.Dict["N"], 0), 0), float64(first))) {
		n, err1 := l.object(0)
		off, err2 := l.object(0)
		number, ok1 := n.(int64)
		offset, ok2 := off.(int64)
		if whole := errors.Join(err1, err2) == nil && ok1 && ok2; !whole || offset < 0 || number < 0 || number > maxObjects {
			break
		}
		p.numbers, p.offsets = append(p.numbers, int(number)), append(p.offsets, int(min(offset, int64(len(p.data)))))
	}
	f.packed[num] = p
	return p, nil
}
