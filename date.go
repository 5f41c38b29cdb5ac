package postlift

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a civil date without time zone, counted in days since 1970-01-01, shifted by one so that the
// zero value means "no date". Dates compare with < and subtract with DaysSince.
type Date int32

const dateShift = 1 << 30

// NewDate makes a date from its civil parts; out-of-range parts are normalised as by time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the civil date that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400 + dateShift)
}

// ParseDate reads an ISO date (YYYY-MM-DD).
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, Faultf(Invalid, "ParseDate", "%q is not a date of the form YYYY-MM-DD", s)
	}
	return DateOf(t), nil
}

// MustDate is ParseDate for constants; it panics on a bad literal.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// IsZero tells whether there is no date.
func (d Date) IsZero() bool { return d == 0 }

// Time is midnight UTC of the date; the zero Date gives the zero Time.
func (d Date) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d-dateShift)*86400, 0).UTC()
}

// AddDays moves a date; no date stays no date.
func (d Date) AddDays(n int) Date {
	if d == 0 {
		return 0
	}
	return d + Date(n)
}

// AddMonths moves by calendar months and clamps to the month's last day (31 January + 1 = 28 or 29
// February).
func (d Date) AddMonths(n int) Date {
	if d == 0 {
		return 0
	}
	t := d.Time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return NewDate(first.Year(), first.Month(), min(t.Day(), last))
}

// DaysSince is the number of days from earlier to d.
func (d Date) DaysSince(earlier Date) int { return int(d - earlier) }

// String is the ISO form, or "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// Format writes the date for readers of lang: 02.01.2006 (de) or 2 January 2006 (en).
func (d Date) Format(lang string) string {
	if d == 0 {
		return ""
	}
	if len(lang) >= 2 && lang[:2] == "de" {
		return d.Time().Format("02.01.2006")
	}
	return d.Time().Format("2 January 2006")
}

// MarshalText gives the ISO form (empty for no date).
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; an empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDate(string(b))
	*d = v
	return err
}

// Value stores the ISO text, or NULL for no date (database/sql/driver.Valuer).
func (d Date) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads NULL, ISO text or a database date (database/sql.Scanner).
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
		return nil
	case time.Time:
		*d = DateOf(v)
		return nil
	case string:
		return d.UnmarshalText([]byte(v[:min(len(v), 10)]))
	case []byte:
		return d.UnmarshalText(v[:min(len(v), 10)])
	}
	return fmt.Errorf("postlift.Date: cannot scan %T", src)
}
