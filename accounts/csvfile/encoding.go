package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"postlift"
)

// The encodings. Plain ASCII stays undecided until the first other byte: that decides between UTF-8 and
// Windows-1252 for the rest of the file.
const (
	encUTF8  = "utf-8"
	enc16LE  = "utf-16le"
	enc16BE  = "utf-16be"
	enc1252  = "windows-1252"
	encASCII = "ascii"
)

// decode finds the encoding; UTF-16 is turned into UTF-8 on the way, the others line by line.
func decode(r io.Reader) (*bufio.Reader, string, error) {
	buf := bufio.NewReaderSize(r, sampleBytes)
	head, err := buf.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, "", unreadable(err)
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, "", postlift.Faultf(postlift.Invalid, "csvfile.Open", "the file is empty: a header line and rows are needed")
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, "", postlift.Faultf(postlift.Invalid, "csvfile.Open", "this is a spreadsheet or a zip archive, not a CSV file: save the sheet as CSV")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = buf.Discard(3)
		return buf, encUTF8, err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), looks16(head, 1):
		return fromUTF16(buf, unicode.LittleEndian), enc16LE, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")), looks16(head, 0):
		return fromUTF16(buf, unicode.BigEndian), enc16BE, nil
	}
	return buf, guess8(head), nil
}

func fromUTF16(buf *bufio.Reader, order unicode.Endianness) *bufio.Reader {
	dec := unicode.UTF16(order, unicode.UseBOM).NewDecoder()
	return bufio.NewReaderSize(transform.NewReader(buf, dec), sampleBytes)
}

// looks16 recognises UTF-16 without a mark: of Latin text nearly every other byte is zero, at the odd
// places (little endian, at = 1) or the even ones.
func looks16(head []byte, at int) bool {
	head = head[:min(len(head), 4096)]
	if len(head) < 8 {
		return false
	}
	zeros, others := 0, 0
	for i, b := range head {
		if b != 0 {
			continue
		}
		if i%2 == at {
			zeros++
		} else {
			others++
		}
	}
	return zeros*10 > len(head)*4 && others*20 < len(head)
}

// guess8 weighs valid multi-byte sequences against impossible bytes: a UTF-8 file with a few broken rows
// stays UTF-8 and loses those rows.
func guess8(head []byte) string {
	multi, bad := 0, 0
	for i := 0; i < len(head); {
		if head[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			if !utf8.FullRune(head[i:]) {
				i = len(head) // cut by the sample's end
				continue
			}
			bad++
		default:
			multi++
		}
		i += n
	}
	switch {
	case multi == 0 && bad == 0:
		return encASCII
	case multi > bad:
		return encUTF8
	}
	return enc1252
}

// text decodes one line's bytes, or names the rule that they break.
func (s *splitter) text(b []byte) (text, rule string) {
	ascii, nul := true, false
	for _, c := range b {
		ascii = ascii && c < utf8.RuneSelf
		nul = nul || c == 0
	}
	if nul {
		return string(bytes.ToValidUTF8(b, []byte("?"))), ruleNUL
	}
	if ascii {
		return string(b), ""
	}
	if s.encoding == encASCII {
		s.encoding = enc1252
		if utf8.Valid(b) {
			s.encoding = encUTF8
		}
	}
	if s.encoding != enc1252 {
		if !utf8.Valid(b) {
			return string(bytes.ToValidUTF8(b, []byte("\uFFFD"))), ruleEncoding
		}
		return string(b), ""
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return string(bytes.ToValidUTF8(out, []byte("?"))), ruleEncoding
	}
	return string(out), ""
}
