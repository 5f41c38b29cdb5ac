package codes

import (
	"fmt"
	"strconv"
	"time"

	"postlift"
)

// FrankingKind is the layout of a mark of Deutsche Post ("maschinenlesbarer Freimachungsvermerk"): its code
// on the wire.
type FrankingKind uint8

// The layouts that are known here.
const (
	DVFreimachung     FrankingKind = 0x12 // franked by data processing, 28 or 42 bytes
	PremiumadressMark FrankingKind = 0x08 // franked, with the return service Premiumadress, 28 or 42 bytes
	PremiumadressTag  FrankingKind = 0x1C // Premiumadress Label: no franking, 15 bytes
)

// FrankingMark is what a mark says. Which fields a layout has, stands beside them; the others are zero.
type FrankingMark struct {
	Kind          FrankingKind
	PriceList     uint8         // version of the product and price list (PPL); not PremiumadressTag
	Customer      uint64        // customer number (EKP), ten figures
	ValueCents    int           // franking value; not PremiumadressTag
	Posted        postlift.Date // posting date, in this century
	Product       int           // product key of the price list
	Item          int           // number of the item, 24 bits; not PremiumadressTag
	Participation uint8         // Teilnahmenummer; DVFreimachung
	Settlement    int           // number of the settlement (Entgeltabrechnung); DVFreimachung
	Variant       uint8         // control byte of DVFreimachung (0: customer data follow) or variant of PremiumadressMark
	EDS           uint32        // Entgeltdatensatz; PremiumadressMark
	AddressID     int           // Premiumadress-ID; PremiumadressMark and PremiumadressTag
	CustomerData  []byte        // up to the layout's end, filled with zeros
	Long          bool          // of 42 bytes instead of 28
}

const (
	frankingMagic   = "DEA"
	shortFranking   = 28
	longFranking    = 42
	labelSize       = 15
	maxCustomer     = 9_999_999_999
	customerBytes   = 5
	century         = 2000
	frankierIDChars = 19 // without its check figure
)

// Bytes is the mark on the wire, big-endian. A field that its place does not hold is an Invalid fault.
func (m FrankingMark) Bytes() ([]byte, error) {
	w := frankingWriter{buf: append(make([]byte, 0, longFranking), frankingMagic...)}
	w.field("layout", uint64(m.Kind), 1)
	switch m.Kind {
	case DVFreimachung:
		m.common(&w)
		w.field("participation", uint64(m.Participation), 1)
		w.number("settlement", m.Settlement, 2)
		w.field("control byte", uint64(m.Variant), 1)
	case PremiumadressMark:
		m.common(&w)
		w.field("EDS", uint64(m.EDS), 4)
		w.field("variant", uint64(m.Variant), 1)
		w.number("Premiumadress id", m.AddressID, 2)
	case PremiumadressTag:
		w.customer(m.Customer)
		w.number("product key", m.Product, 2)
		w.date(m.Posted)
		w.number("Premiumadress id", m.AddressID, 2)
	default:
		return nil, frankingFault("layout %#02x is unknown", uint8(m.Kind))
	}
	w.fill(m)
	return w.buf, w.err
}

// common are the fields that both franking layouts begin with.
func (m FrankingMark) common(w *frankingWriter) {
	w.field("price list", uint64(m.PriceList), 1)
	w.customer(m.Customer)
	w.number("value in cents", m.ValueCents, 2)
	w.date(m.Posted)
	w.number("product key", m.Product, 2)
	w.number("item number", m.Item, 3)
}

// size is the mark's length in bytes.
func (m FrankingMark) size() int {
	switch {
	case m.Kind == PremiumadressTag:
		return labelSize
	case m.Long:
		return longFranking
	}
	return shortFranking
}

// Matrix is the mark as a square DataMatrix in one run of Base256.
func (m FrankingMark) Matrix() (Matrix, error) {
	raw, err := m.Bytes()
	if err != nil {
		return Matrix{}, err
	}
	return DataMatrixBase256(raw, Square)
}

// FrankierID is the mark's number in writing, in the groups that the post prints: participation, the first
// eight figures of the customer number, settlement and item in hexadecimal, and a check figure. Only
// DVFreimachung has one.
func (m FrankingMark) FrankierID() (string, error) {
	if m.Kind != DVFreimachung {
		return "", frankingFault("only DV-Freimachung has a Frankier-ID")
	}
	if _, err := m.Bytes(); err != nil {
		return "", err
	}
	s := fmt.Sprintf("%02X%07X%04X%06X", m.Participation, m.Customer/100, m.Settlement, m.Item)
	s += string("0123456789ABCDEF"[crc4(s)])
	return s[:2] + " " + s[2:6] + " " + s[6:10] + " " + s[10:12] + " " + s[12:16] + " " + s[16:], nil
}

// ParseFrankierID checks a Frankier-ID, with or without blanks, and tells participation, the first eight
// figures of the customer number, settlement and item.
func ParseFrankierID(id string) (m FrankingMark, err error) {
	digits := make([]byte, 0, frankierIDChars+1)
	for i := range len(id) {
		if id[i] != ' ' {
			digits = append(digits, id[i])
		}
	}
	if len(digits) != frankierIDChars+1 {
		return m, frankingFault("a Frankier-ID has %d figures, %s has %d", frankierIDChars+1, clip(id), len(digits))
	}
	var parts [5]uint64
	at := 0
	for i, width := range [...]int{2, 7, 4, 6, 1} {
		if parts[i], err = strconv.ParseUint(string(digits[at:at+width]), 16, 32); err != nil {
			return m, frankingFault("%s is not a Frankier-ID: its figures are 0 to 9 and A to F", clip(id))
		}
		at += width
	}
	if uint64(crc4(string(digits[:frankierIDChars]))) != parts[4] {
		return m, frankingFault("%s is not a Frankier-ID or was misread: its check figure does not agree", clip(id))
	}
	return FrankingMark{Kind: DVFreimachung, Participation: uint8(parts[0]), Customer: parts[1] * 100,
		Settlement: int(parts[2]), Item: int(parts[3])}, nil
}

// crc4 is the check figure: the CRC of x^4+x+1 from 0 over the characters.
func crc4(s string) byte {
	r := byte(0)
	for i := range len(s) {
		for bit := 7; bit >= 0; bit-- {
			top := r>>3&1 ^ s[i]>>bit&1
			r = r << 1 & 0xF
			if top != 0 {
				r ^= 0b0011
			}
		}
	}
	return r
}

// frankingWriter appends fields and keeps the first that did not fit.
type frankingWriter struct {
	buf []byte
	err error
}

func (w *frankingWriter) field(name string, v uint64, size int) {
	if v >= 1<<(8*size) && w.err == nil {
		w.err = frankingFault("%s %d does not fit the mark: it takes 0 to %d", name, v, uint64(1)<<(8*size)-1)
	}
	for i := size - 1; i >= 0; i-- {
		w.buf = append(w.buf, byte(v>>(8*i)))
	}
}

func (w *frankingWriter) number(name string, v, size int) {
	if v < 0 && w.err == nil {
		w.err = frankingFault("%s %d is negative", name, v)
	}
	w.field(name, uint64(max(0, v)), size)
}

func (w *frankingWriter) customer(n uint64) {
	if n > maxCustomer && w.err == nil {
		w.err = frankingFault("the customer number %d has more than ten figures", n)
	}
	w.field("customer number", n, customerBytes)
}

// date writes the day of the year and the year in one number: 22413 is the 224th day of 2013.
func (w *frankingWriter) date(d postlift.Date) {
	t := d.Time()
	if (d.IsZero() || t.Year() < century || t.Year() >= century+100) && w.err == nil {
		w.err = frankingFault("the posting date %s is not in this century", d)
	}
	w.number("posting date", t.YearDay()*100+t.Year()%100, 2)
}

// fill writes the customer's data up to the mark's end.
func (w *frankingWriter) fill(m FrankingMark) {
	size := m.size()
	if room := size - len(w.buf); len(m.CustomerData) > room && w.err == nil {
		w.err = frankingFault("%d bytes of customer data do not fit the mark: it holds %d", len(m.CustomerData), room)
		return
	}
	w.buf = append(w.buf, m.CustomerData...)
	for len(w.buf) < size {
		w.buf = append(w.buf, 0)
	}
}

// ParseFranking reads a mark. What is none is an Invalid fault.
func ParseFranking(raw []byte) (FrankingMark, error) {
	if len(raw) < len(frankingMagic)+1 || string(raw[:len(frankingMagic)]) != frankingMagic {
		return FrankingMark{}, frankingFault("the code is not a mark of Deutsche Post: it does not begin with %s", frankingMagic)
	}
	m := FrankingMark{Kind: FrankingKind(raw[3]), Long: len(raw) == longFranking}
	if m.Kind != DVFreimachung && m.Kind != PremiumadressMark && m.Kind != PremiumadressTag {
		return FrankingMark{}, frankingFault("layout %#02x is unknown", raw[3])
	}
	if m.Kind == PremiumadressTag {
		m.Long = false
	}
	if len(raw) != m.size() {
		return FrankingMark{}, frankingFault("a mark of layout %#02x has %d bytes, got %d", raw[3], m.size(), len(raw))
	}
	r := frankingReader{buf: raw[len(frankingMagic)+1:]}
	m.read(&r)
	return m, r.err
}

func (m *FrankingMark) read(r *frankingReader) {
	if m.Kind == PremiumadressTag {
		m.Customer, m.Product, m.Posted, m.AddressID = r.customer(), int(r.field(2)), r.date(), int(r.field(2))
		return
	}
	m.PriceList, m.Customer, m.ValueCents = uint8(r.field(1)), r.customer(), int(r.field(2))
	m.Posted, m.Product, m.Item = r.date(), int(r.field(2)), int(r.field(3))
	if m.Kind == DVFreimachung {
		m.Participation, m.Settlement, m.Variant = uint8(r.field(1)), int(r.field(2)), uint8(r.field(1))
	} else {
		m.EDS, m.Variant, m.AddressID = uint32(r.field(4)), uint8(r.field(1)), int(r.field(2))
	}
	m.CustomerData = append([]byte(nil), r.buf...)
}

// frankingReader takes fields off the front and keeps the first fault.
type frankingReader struct {
	buf []byte
	err error
}

func (r *frankingReader) field(size int) (v uint64) {
	for _, b := range r.buf[:size] {
		v = v<<8 | uint64(b)
	}
	r.buf = r.buf[size:]
	return v
}

func (r *frankingReader) customer() uint64 {
	n := r.field(customerBytes)
	if n > maxCustomer && r.err == nil {
		r.err = frankingFault("the customer number %d has more than ten figures", n)
	}
	return n
}

func (r *frankingReader) date() postlift.Date {
	n := int(r.field(2))
	year, day := century+n%100, n/100
	d := postlift.NewDate(year, time.January, 1).AddDays(day - 1)
	if (day < 1 || d.Time().Year() != year) && r.err == nil {
		r.err = frankingFault("the posting date %05d is not a day of a year", n)
	}
	return d
}

func frankingFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "codes.Franking", format, args...)
}
