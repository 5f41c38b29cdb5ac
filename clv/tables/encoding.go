package tables

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"postlift"
)

// decoded gives the bytes of a text table without a byte order mark, UTF-16 turned into UTF-8. Text in an 8-bit
// encoding is left as it is: windows1252 decodes the lines that need it.
func decoded(r io.Reader) (io.Reader, string, error) {
	buf := bufio.NewReaderSize(r, 64<<10)
	head, err := buf.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", &postlift.Fault{Kind: postlift.Unavailable, Op: "clv.tables", Text: "the file cannot be read", Cause: err}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, "", postlift.Faultf(postlift.Invalid, "clv.tables", "this is a spreadsheet or a zip archive, not a text table: save the sheet as CSV")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = buf.Discard(3)
		return buf, "utf-8", err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), zerosAt(head, 1):
		return &utf16Reader{src: buf}, "utf-16le", nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")), zerosAt(head, 0):
		return &utf16Reader{src: buf, big: true}, "utf-16be", nil
	}
	return buf, "utf-8", nil
}

// zerosAt recognises UTF-16 without a mark: of Latin text nearly every other byte is zero.
func zerosAt(head []byte, odd int) bool {
	here, elsewhere := 0, 0
	for i, b := range head {
		switch {
		case b != 0:
		case i%2 == odd:
			here++
		default:
			elsewhere++
		}
	}
	return len(head) >= 8 && here*10 > len(head)*4 && elsewhere*20 < len(head)
}

// utf16Reader turns UTF-16 into UTF-8 and drops a byte order mark.
type utf16Reader struct {
	src  *bufio.Reader
	big  bool
	high rune // first half of a surrogate pair, 0 for none
	out  []byte
	err  error
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) fill() {
	var raw [4096]byte
	n, err := io.ReadFull(u.src, raw[:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	u.err = err
	out := make([]byte, 0, 2*n)
	for i := 0; i+1 < n; i += 2 {
		r := rune(raw[i]) | rune(raw[i+1])<<8
		if u.big {
			r = rune(raw[i])<<8 | rune(raw[i+1])
		}
		out = u.append(out, r)
	}
	u.out = out
}

func (u *utf16Reader) append(out []byte, r rune) []byte {
	const byteOrderMark = 0xfeff
	high := u.high
	u.high = 0
	switch {
	case high != 0 && utf16.IsSurrogate(r):
		return utf8.AppendRune(out, utf16.DecodeRune(high, r))
	case utf16.IsSurrogate(r):
		u.high = r
		return out
	case r == byteOrderMark:
		return out
	}
	return utf8.AppendRune(out, r)
}

// upper1252 are the characters that Windows-1252 has at 0x80 to 0x9f, where Latin 1 has controls.
var upper1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// windows1252 decodes a line that is no UTF-8.
func windows1252(b []byte) string {
	out := make([]byte, 0, len(b)+len(b)/4)
	for _, c := range b {
		r := rune(c)
		if c >= 0x80 && c < 0xa0 {
			r = upper1252[c-0x80]
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}
