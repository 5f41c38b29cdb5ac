package codes

import (
	"strconv"
	"strings"

	"postlift"
)

// Match is what a sheet says about itself to the vendor's camera, so that no letter gets another's second
// page: batch and piece are ids of which the end is printed.
type Match struct {
	Batch  string // id of the batch
	Seq    int    // the piece's number in its batch, from 1
	Piece  string // id of the piece
	Sheet  int    // from 1
	Sheets int    // of the piece
}

// The layout of a match code's payload: ends of the ids, numbers of fixed width, two check characters. Sheets
// are pairs of figures, which a DataMatrix packs into one codeword.
const (
	idEnd       = 6
	seqWidth    = 6
	longSeq     = 8 // from the millionth piece of a batch on
	sheetWidth  = 2
	checkWidth  = 2
	payloadSize = 2*idEnd + seqWidth + 2*sheetWidth + checkWidth
	maxSheets   = 99
	maxSeq      = 99_999_999

	// The match code's symbol: a rectangle holds 22 codewords, the longest payload of letters takes 20.
	matchW, matchH = 36, 12
)

// Text is the code as a person reads it: end of the batch's id, number of the piece, sheet of sheets, as in
// "9QXPTB-000123 1/2".
func (m Match) Text() string {
	b := append(make([]byte, 0, 32), strings.ToUpper(m.Batch[max(0, len(m.Batch)-idEnd):])...)
	b = append(appendPadded(append(b, '-'), m.Seq, seqWidth), ' ')
	b = append(strconv.AppendInt(b, int64(m.Sheet), 10), '/')
	return string(strconv.AppendInt(b, int64(m.Sheets), 10))
}

// Check refuses what a match code cannot say: fewer than one and more than 99 sheets, a sheet beyond them, a
// number beyond eight figures, an id whose end is not letters and figures.
func (m Match) Check() error {
	switch {
	case m.Sheets < 1 || m.Sheets > maxSheets:
		return matchFault("a piece has 1 to %d sheets, got %d", maxSheets, m.Sheets)
	case m.Sheet < 1 || m.Sheet > m.Sheets:
		return matchFault("sheet %d of %d is not a sheet of the piece", m.Sheet, m.Sheets)
	case m.Seq < 1 || m.Seq > maxSeq:
		return matchFault("the number of a piece in its batch is 1 to %d, got %d", maxSeq, m.Seq)
	case !plainID(end(m.Batch)):
		return matchFault("the batch's id %q does not end in letters and figures", m.Batch)
	case !plainID(end(m.Piece)):
		return matchFault("the piece's id %q does not end in letters and figures", m.Piece)
	}
	return nil
}

// Payload is the code as the camera reads it: 24 capitals and figures (26 from the millionth piece of a batch
// on), the last two check characters after ISO/IEC 7064, MOD 1271-36. It can be read again where Check finds
// nothing.
func (m Match) Payload() string { return string(m.payload(nil)) }

func (m Match) payload(b []byte) []byte {
	width := seqWidth
	if m.Seq >= 1_000_000 {
		width = longSeq
	}
	b = append(append(b, end(m.Batch)...), end(m.Piece)...)
	b = appendPadded(b, m.Seq, width)
	b = appendPadded(appendPadded(b, m.Sheet, sheetWidth), m.Sheets, sheetWidth)
	return append(b, checkCharacters(b)...)
}

// appendPadded writes a number with zeros before it up to a width.
func appendPadded(b []byte, n, width int) []byte {
	for least := 10; width > 1; width-- {
		if n < least {
			b = append(b, '0')
		}
		least *= 10
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// Matrix is the payload as a DataMatrix of 36 x 12 modules whatever it says, so that it takes the same place
// on every sheet.
func (m Match) Matrix() (Matrix, error) { return m.MatrixIn(nil) }

// MatrixIn is Matrix with the boxes in mem, until it is reset.
func (m Match) MatrixIn(mem *Memory) (Matrix, error) {
	if err := m.Check(); err != nil {
		return Matrix{}, err
	}
	return DataMatrixSizeIn(mem, m.payload(make([]byte, 0, payloadSize+longSeq-seqWidth)), matchW, matchH)
}

// ParseMatch reads a payload; batch and piece are the six last characters of their ids, upper case. A payload
// that was misread or is none is an Invalid fault.
func ParseMatch(payload string) (Match, error) {
	extra := len(payload) - payloadSize
	if extra != 0 && extra != longSeq-seqWidth {
		return Match{}, matchFault("a match code has %d or %d characters, %s has %d", payloadSize, payloadSize+longSeq-seqWidth, clip(payload), len(payload))
	}
	body := payload[:len(payload)-checkWidth]
	if !plainID(payload) || checkCharacters(body) != payload[len(body):] {
		return Match{}, matchFault("%s is not a match code or was misread: its check characters do not agree", clip(payload))
	}
	var numbers [3]int
	rest := body[2*idEnd:]
	for i, width := range [...]int{seqWidth + extra, sheetWidth, sheetWidth} {
		n, err := strconv.ParseUint(rest[:width], 10, 32)
		if err != nil {
			return Match{}, matchFault("%s is not a match code: %q is not a number", clip(payload), rest[:width])
		}
		numbers[i], rest = int(n), rest[width:]
	}
	m := Match{Batch: body[:idEnd], Piece: body[idEnd : 2*idEnd], Seq: numbers[0], Sheet: numbers[1], Sheets: numbers[2]}
	if err := m.Check(); err != nil {
		return Match{}, err
	}
	if m.Payload() != payload {
		return Match{}, matchFault("%s is not a match code: numbers below a million have %d figures", clip(payload), seqWidth)
	}
	return m, nil
}

// end is the part of an id that a match code carries: its last six characters, without the prefix of a
// short one, filled up with zeros.
func end(id string) string {
	id = strings.ToUpper(id[strings.LastIndexByte(id, '_')+1:])
	if len(id) >= idEnd {
		return id[len(id)-idEnd:]
	}
	return strings.Repeat("0", idEnd-len(id)) + id
}

const alphabet36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// plainID tells whether an id is of figures and capitals only.
func plainID(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// checkCharacters are the two of ISO/IEC 7064, MOD 1271-36: they find every single misread character, every
// swap of neighbours and nearly all else.
func checkCharacters[T string | []byte](s T) string {
	const modulus, radix = 1271, 36
	p := 0
	for i := range len(s) {
		p = (p + max(0, strings.IndexByte(alphabet36, s[i]))) * radix % modulus
	}
	check := (modulus + 1 - p*radix%modulus) % modulus
	return string([]byte{alphabet36[check/radix], alphabet36[check%radix]})
}

// clip quotes the front of a text that came from outside.
func clip(s string) string {
	if len(s) > 40 {
		return strconv.Quote(s[:40]) + "…"
	}
	return strconv.Quote(s)
}

func matchFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "codes.Match", format, args...)
}
