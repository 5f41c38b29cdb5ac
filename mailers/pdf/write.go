package pdf

import "strconv"

// The finisher's ways of writing. The first error stays in it and ends the file.

func (x *finisher) raw(s string) {
	x.size += int64(len(s))
	if x.err == nil {
		_, x.err = x.out.WriteString(s)
	}
}

func (x *finisher) bytes(p []byte) {
	x.size += int64(len(p))
	if x.err == nil {
		_, x.err = x.out.Write(p)
	}
}

// put writes what was put together in buf.
func (x *finisher) put() {
	x.bytes(x.buf)
	x.buf = x.buf[:0]
}

// flush hands on all that was written, so that the hash is of it.
func (x *finisher) flush() {
	if err := x.out.Flush(); x.err == nil {
		x.err = err
	}
}

// begin starts an object.
func (x *finisher) begin(num int) {
	x.at[num] = x.size
	x.int(num)
	x.raw(" 0 obj\n")
}

func (x *finisher) int(n int) {
	x.buf = strconv.AppendInt(x.buf, int64(n), 10)
	x.put()
}

func (x *finisher) ref(num int) {
	x.buf = append(strconv.AppendInt(x.buf, int64(num), 10), " 0 R"...)
	x.put()
}

// stream writes the rest of an object that is a stream; entries are those of its dictionary but for the length.
func (x *finisher) stream(entries string, body []byte) {
	x.raw("<<" + entries + "/Length ")
	x.int(len(body))
	x.raw(">>\nstream\n")
	x.bytes(body)
	x.raw("\nendstream\nendobj\n")
}

// rect is a box in thousandths of a point as an array.
func rect(l, b, r, t int) string {
	s := []byte{'['}
	for _, v := range [...]int{l, b, r, t} {
		s = appendMilli(s, v)
	}
	s[len(s)-1] = ']'
	return string(s)
}
