package codes

// mode is how a QR segment packs its characters.
type mode uint8

const (
	numeric      mode = 1
	alphanumeric mode = 2
	bytewise     mode = 4
)

const alphabet45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// value45 is a character's place in the alphanumeric set plus one; 0 is outside.
var value45 = func() (t [256]byte) {
	for i := range len(alphabet45) {
		t[alphabet45[i]] = byte(i + 1)
	}
	return t
}()

// countBits is the width of a segment's length field (ISO/IEC 18004, table 3).
func countBits(m mode, version int) int {
	class := 0
	if version >= 27 {
		class = 2
	} else if version >= 10 {
		class = 1
	}
	switch m {
	case numeric:
		return [...]int{10, 12, 14}[class]
	case alphanumeric:
		return [...]int{9, 11, 13}[class]
	}
	return [...]int{8, 16, 16}[class]
}

// segmentBits is the size of n characters as one segment.
func segmentBits(m mode, n, version int) int {
	head := 4 + countBits(m, version)
	switch m {
	case numeric:
		return head + n/3*10 + [...]int{0, 4, 7}[n%3]
	case alphanumeric:
		return head + n/2*11 + n%2*6
	}
	return head + n*8
}

// tailMode is the tightest mode that packs all of s.
func tailMode(s string) mode {
	m := numeric
	for i := range len(s) {
		switch v := value45[s[i]]; {
		case v == 0:
			return bytewise
		case v > 10:
			m = alphanumeric
		}
	}
	return m
}

// splitQR finds after how many bytes a text goes over from bytes to a tighter mode, and the size in bits of
// the whole. A tracking address ends in a token of capitals and figures: packed apart, it is often a version
// smaller, which is larger modules on the same paper.
func splitQR(text string, version int) (head, bits int) {
	m := tailMode(text)
	if m != bytewise {
		return 0, segmentBits(m, len(text), version)
	}
	best, bits := len(text), segmentBits(bytewise, len(text), version)
	for tight := range 2 {
		at := tailStart(text, tight == 0)
		if at == len(text) {
			continue
		}
		n := segmentBits(bytewise, at, version) + segmentBits(tailMode(text[at:]), len(text)-at, version)
		if n < bits {
			best, bits = at, n
		}
	}
	return best, bits
}

// tailStart is where the run of figures (or of alphanumeric characters) begins that the text ends in.
func tailStart(text string, figures bool) int {
	at := len(text)
	for at > 0 && value45[text[at-1]] != 0 && (!figures || value45[text[at-1]] <= 10) {
		at--
	}
	return at
}

// bitWriter appends bit fields, the highest bit first.
type bitWriter struct {
	buf []byte
	acc uint64
	n   int // bits in acc that are not yet in buf
}

func (w *bitWriter) write(v, width int) {
	w.acc = w.acc<<width | uint64(v)
	for w.n += width; w.n >= 8; {
		w.n -= 8
		w.buf = append(w.buf, byte(w.acc>>w.n))
	}
}

// segment writes one segment of the mode.
func (w *bitWriter) segment(m mode, s string, version int) {
	w.write(int(m), 4)
	w.write(len(s), countBits(m, version))
	switch m {
	case numeric:
		w.figures(s)
	case alphanumeric:
		for ; len(s) >= 2; s = s[2:] {
			w.write((int(value45[s[0]])-1)*45+int(value45[s[1]])-1, 11)
		}
		if s != "" {
			w.write(int(value45[s[0]])-1, 6)
		}
	default:
		for i := range len(s) {
			w.write(int(s[i]), 8)
		}
	}
}

func (w *bitWriter) figures(s string) {
	for s != "" {
		n := min(3, len(s))
		v := 0
		for i := range n {
			v = v*10 + int(s[i]-'0')
		}
		w.write(v, 1+3*n)
		s = s[n:]
	}
}

// pad ends the data and fills the symbol's capacity.
func (w *bitWriter) pad(capacity int) {
	if len(w.buf)*8+w.n+4 <= capacity*8 {
		w.write(0, 4)
	}
	if w.n > 0 {
		w.write(0, 8-w.n)
	}
	for fill := 0xEC; len(w.buf) < capacity; fill ^= 0xEC ^ 0x11 {
		w.buf = append(w.buf, byte(fill))
	}
}
