package pdfread

import (
	"bytes"
	"errors"
	"fmt"

	"postlift"
)

// Limits bound what reading a file may cost. A file that would cost more is refused, or the object in question
// reads as null with a note.
type Limits struct {
	Bytes   int // of the file
	Objects int // highest object number
	Stream  int // decoded bytes of one stream
	Decoded int // decoded bytes of all streams together, each time they are decoded
	Work    int // bytes gone through by parsing and searching
	Pages   int
}

// maxObjects is the highest object number that the format allows.
const maxObjects = 8388607

// Defaults are the limits of Open: 200 MB files, 256 MB a stream.
var Defaults = Limits{Bytes: 200 << 20, Objects: 2_000_000, Stream: 256 << 20, Decoded: 4 << 30, Work: 4 << 30, Pages: 200_000}

// entry is where an object lies: at an offset of the file, or as the n-th object of an object stream.
type entry struct {
	offset   int // type 1; -1 marks a free object
	gen      int
	inStream int // type 2: the object stream's number; else 0
	index    int
}

// File is an opened PDF. It is not safe for concurrent use: objects are read when they are asked for.
type File struct {
	Version  string   // of the header, such as 1.6
	HeaderAt int      // bytes of junk before the header
	Comment  bool     // a comment of four high bytes follows the header, which marks the file as binary
	Trailer  Dict     // of the newest section
	Rebuilt  bool     // the cross-reference table was broken, and objects were found by scanning
	XRefs    bool     // a cross-reference stream or object streams are used (PDF 1.5)
	Notes    []string // what was broken and read all the same, at most 100

	data    []byte
	limits  Limits
	entries map[int]entry
	cache   map[int]Object
	loading map[int]bool
	packed  map[int]*pack
	pages   []*Page
	work    int
	decoded int
}

// Open reads the file's structure within the default limits. data must not change while the File is used.
// Errors are Faults of kind Invalid; a password-protected or otherwise encrypted file gives one for which
// Encrypted tells true.
func Open(data []byte) (*File, error) { return OpenWithin(data, Defaults) }

// OpenWithin is Open with other limits.
func OpenWithin(data []byte, limits Limits) (*File, error) {
	const op = "pdfread.Open"
	if len(data) > limits.Bytes {
		return nil, postlift.Faultf(postlift.Invalid, op, "the PDF has %d MB; at most %d MB are read: save it with smaller images", len(data)>>20, limits.Bytes>>20)
	}
	head := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-"))
	if head < 0 {
		return nil, postlift.Faultf(postlift.Invalid, op, "that is no PDF file: %%PDF- is missing at its beginning")
	}
	// a file decodes to some hundred times its size at most; a bomb of a few bytes gets its one large stream
	limits.Decoded = min(limits.Decoded, limits.Stream+1000*len(data))
	f := &File{HeaderAt: head, data: data[head:], limits: limits, cache: map[int]Object{}, loading: map[int]bool{}, packed: map[int]*pack{}}
	f.header()
	if err := f.structure(); err != nil {
		return nil, err
	}
	return f, nil
}

// Size is how many bytes the file has.
func (f *File) Size() int { return len(f.data) }

func (f *File) header() {
	line := f.data[5:min(len(f.data), 64)]
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		rest := bytes.TrimLeft(line[i:], "\r\n")
		f.Comment = len(rest) > 4 && rest[0] == '%' && rest[1] > 127 && rest[2] > 127 && rest[3] > 127 && rest[4] > 127
		line = line[:i]
	}
	f.Version = string(bytes.TrimSpace(line))
	if len(f.Version) > 8 {
		f.Version = f.Version[:8]
	}
}

// structure loads the cross-reference sections and rebuilds them where they lead nowhere.
func (f *File) structure() error {
	err := f.loadXRef()
	if _, locked := f.Trailer["Encrypt"]; locked {
		return lockedFault()
	}
	if err == nil && f.Root() != nil && f.Dict(f.Root()["Pages"]) != nil {
		return nil
	}
	f.rebuild()
	if _, locked := f.Trailer["Encrypt"]; locked {
		return lockedFault()
	}
	if f.Root() == nil {
		return postlift.Faultf(postlift.Invalid, "pdfread.Open", "the PDF is damaged: it has no catalog; save it again from the program that made it")
	}
	return nil
}

// Root is the catalog, or nil.
func (f *File) Root() Dict { return f.Dict(f.Trailer["Root"]) }

// Info is the document information dictionary, or nil.
func (f *File) Info() Dict { return f.Dict(f.Trailer["Info"]) }

// errEncrypted is the cause inside the fault about an encrypted file.
var errEncrypted = fmt.Errorf("encrypted")

func lockedFault() error {
	return &postlift.Fault{Kind: postlift.Invalid, Op: "pdfread.Open", Cause: errEncrypted,
		Text: "the PDF is encrypted (password or usage rights), which print files must not be: save it without security"}
}

// note remembers something broken that was passed over.
func (f *File) note(format string, args ...any) {
	if len(f.Notes) < 100 {
		f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
	}
}

// spend counts work; false means that the file has cost what it may.
func (f *File) spend(n int) bool {
	f.work += n
	return f.work <= f.limits.Work
}

// maxChain bounds references to references.
const maxChain = 32

// Resolve follows references until something else comes. A missing object, a chain in a circle and a broken
// object are null, as the format demands.
func (f *File) Resolve(o Object) Object {
	for range maxChain {
		r, ok := o.(Ref)
		if !ok {
			return o
		}
		o = f.load(r.Num)
	}
	return nil
}

func (f *File) load(num int) Object {
	if o, ok := f.cache[num]; ok {
		return o
	}
	e, ok := f.entries[num]
	if !ok || e.offset < 0 && e.inStream == 0 || f.loading[num] {
		return nil
	}
	f.loading[num] = true
	defer delete(f.loading, num)
	o, err := f.read(num, e)
	if err != nil && !f.Rebuilt && e.inStream == 0 {
		f.note("object %d is not where the cross-reference table says", num)
		f.rebuild()
		if e, ok = f.entries[num]; ok {
			o, err = f.read(num, e)
		}
	}
	if err != nil {
		f.note("object %d cannot be read: %v", num, err)
		o = nil
	}
	f.cache[num] = o
	return o
}

func (f *File) read(num int, e entry) (Object, error) {
	if e.inStream != 0 {
		return f.unpack(num, e)
	}
	o, got, _, err := f.indirect(e.offset)
	if err == nil && got != num {
		return nil, fmt.Errorf("object %d stands there", got)
	}
	return o, err
}

// indirect reads "num gen obj …" at an offset; end is where the object's value ends.
func (f *File) indirect(offset int) (o Object, num, end int, err error) {
	if offset < 0 || offset >= len(f.data) {
		return nil, 0, 0, fmt.Errorf("its offset %d lies outside of the file", offset)
	}
	l := &lexer{data: f.data, pos: offset, content: true} // no reference may begin here
	n, err1 := l.object(0)
	_, err2 := l.object(0)
	k, err3 := l.object(0)
	number, isInt := n.(int64)
	if err1 != nil || err2 != nil || err3 != nil || k != Keyword("obj") || !isInt {
		return nil, 0, 0, fmt.Errorf("no object begins at offset %d", offset)
	}
	l.content = false
	if o, err = l.object(0); err != nil {
		if e := l.pos; !f.spend(e - offset) {
			return nil, 0, 0, errWork
		}
		return nil, int(number), 0, err
	}
	if !f.spend(l.pos - offset) {
		return nil, 0, 0, errWork
	}
	if d, ok := o.(Dict); ok {
		if raw, at, ok := f.stream(l, d); ok {
			return &Stream{Dict: d, Raw: raw}, int(number), at, nil
		}
	}
	if _, bad := o.(Keyword); bad { // "1 0 obj endobj"
		o = nil
	}
	return o, int(number), l.pos, nil
}

var errWork = fmt.Errorf("the file is too costly to read")

// stream takes the bytes after a dictionary when the word stream follows.
func (f *File) stream(l *lexer, d Dict) (raw []byte, end int, ok bool) {
	l.space()
	if !bytes.HasPrefix(l.data[l.pos:], []byte("stream")) {
		return nil, 0, false
	}
	p := l.pos + len("stream")
	if p < len(l.data) && l.data[p] == '\r' {
		p++
	}
	if p < len(l.data) && l.data[p] == '\n' {
		p++
	}
	p = min(p, len(l.data))
	if n, ok := f.Resolve(d["Length"]).(int64); ok && n >= 0 && n <= int64(len(l.data)-p) {
		q := p + int(n)
		after := lexer{data: l.data, pos: q}
		for after.pos < len(l.data) && isSpace(l.data[after.pos]) && after.pos-q < 4 {
			after.pos++
		}
		if bytes.HasPrefix(l.data[after.pos:], []byte("endstream")) {
			return l.data[p:q], q, true
		}
	}
	return f.searched(l.data, p)
}

// searched finds a stream's end by the word endstream, where its length is wrong.
func (f *File) searched(data []byte, p int) ([]byte, int, bool) {
	i := bytes.Index(data[p:], []byte("endstream"))
	if i < 0 {
		if i = bytes.Index(data[p:], []byte("endobj")); i < 0 {
			i = len(data) - p
		}
	}
	f.work += i
	f.note("the stream at byte %d has a wrong length", p)
	q := p + i
	if q > p && data[q-1] == '\n' {
		q--
	}
	if q > p && data[q-1] == '\r' {
		q--
	}
	return data[p:q], p + i, true
}

// Encrypted tells whether err of Open says that the file is encrypted.
func Encrypted(err error) bool { return errors.Is(err, errEncrypted) }
