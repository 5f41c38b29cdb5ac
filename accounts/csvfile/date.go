package csvfile

import (
	"errors"
	"strings"
	"time"

	"postlift"
)

// dateOrder collects what tells day/month from month/day where dates are written with slashes.
type dateOrder struct{ dayFirst, monthFirst int }

func (o *dateOrder) add(raw string) {
	a, rest, ok := strings.Cut(strings.TrimSpace(raw), "/")
	if !ok || len(a) > 2 {
		return
	}
	b, _, _ := strings.Cut(rest, "/")
	x, okX := smallInt(a)
	y, okY := smallInt(b)
	switch {
	case !okX || !okY:
	case x > 12 && y <= 12:
		o.dayFirst++
	case y > 12 && x <= 12:
		o.monthFirst++
	}
}

var (
	errDate      = errors.New("not a date")
	errAmbiguous = errors.New("day and month cannot be told apart")
)

// smallInt reads up to four digits.
func smallInt(s string) (int, bool) {
	if s == "" || len(s) > 4 {
		return 0, false
	}
	v := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, true
}

// civil reads the date part: 2026-05-01, 20260501, 2026/05/01, 01.05.2026, 1.5.26, 01/05/2026 where the
// column shows which comes first.
func civil(s string, order dateOrder) (postlift.Date, error) {
	if len(s) == 8 {
		if _, ok := smallInt(s[:4]); ok {
			if _, ok := smallInt(s[4:]); ok {
				return checked(s[:4], s[4:6], s[6:])
			}
		}
	}
	for _, sep := range []string{"-", ".", "/"} {
		parts := strings.Split(s, sep)
		if len(parts) != 3 {
			continue
		}
		if len(parts[0]) == 4 {
			return checked(parts[0], parts[1], parts[2])
		}
		switch {
		case sep == ".":
			return checked(parts[2], parts[1], parts[0])
		case sep == "/" && order.dayFirst > 0 && order.monthFirst == 0:
			return checked(parts[2], parts[1], parts[0])
		case sep == "/" && order.monthFirst > 0 && order.dayFirst == 0:
			return checked(parts[2], parts[0], parts[1])
		case sep == "/":
			return 0, errAmbiguous
		}
	}
	return 0, errDate
}

func checked(year, month, day string) (postlift.Date, error) {
	y, okY := smallInt(year)
	m, okM := smallInt(month)
	d, okD := smallInt(day)
	if !okY || !okM || !okD || len(month) > 2 || len(day) > 2 {
		return 0, errDate
	}
	switch len(year) {
	case 2:
		y += 2000
		if y > 2069 {
			y -= 100
		}
	case 4:
	default:
		return 0, errDate
	}
	if y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, errDate
	}
	return postlift.NewDate(y, time.Month(m), d), nil
}

func daysIn(y, m int) int { return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() }

var clockLayouts = []string{"15:04:05Z07:00", "15:04:05.999999999Z07:00", "15:04:05Z0700", "15:04:05 Z0700", "15:04:05 Z07:00", "15:04:05 MST", "15:04Z07:00", "15:04:05", "15:04:05.999999999", "15:04", "3:04 PM", "3:04:05 PM"}

// ParseDate reads one date as columns of dates have it: 2026-05-31, 31.05.2026, 31.5.26, 20260531. With slashes it must
// begin with the year: one value doesn't tell the order of day and month. The error is an Invalid fault.
func ParseDate(s string) (postlift.Date, error) {
	s = strings.TrimSpace(s)
	d, err := civil(s, dateOrder{})
	if err != nil {
		return 0, postlift.Faultf(postlift.Invalid, "csvfile.ParseDate", "%q is not a date such as 2026-05-31 or 31.05.2026", s)
	}
	return d, nil
}

// instant reads a date with an optional time. hasTime tells whether there was one; zoned, whether it
// named its zone.
func instant(raw string, order dateOrder, loc *time.Location) (t time.Time, hasTime bool, err error) {
	s := strings.TrimSpace(raw)
	datePart, clock := s, ""
	if i := strings.IndexAny(s, "T "); i > 0 {
		datePart, clock = s[:i], strings.TrimSpace(s[i+1:])
	}
	d, err := civil(strings.TrimSuffix(datePart, ","), order)
	if err != nil {
		return time.Time{}, false, err
	}
	midnight := d.Time()
	if clock == "" {
		return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, 0, 0, loc), false, nil
	}
	for _, layout := range clockLayouts {
		c, err := time.ParseInLocation(layout, clock, loc)
		if err != nil {
			continue
		}
		zone := loc
		if strings.ContainsAny(layout, "ZM") && !strings.Contains(layout, "PM") {
			zone = c.Location()
		}
		return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), zone).In(loc), true, nil
	}
	return time.Time{}, false, errDate
}

// ParseMonth reads 2026-01, 2026-01-31, 01.2026, 01/2026 or 31.01.2026 as the first day of the month.
func ParseMonth(s string) (postlift.Date, error) {
	first := func(d postlift.Date, err error) (postlift.Date, error) {
		if err != nil {
			return 0, err
		}
		t := d.Time()
		return postlift.NewDate(t.Year(), t.Month(), 1), nil
	}
	for _, sep := range []string{"-", ".", "/"} {
		a, b, ok := strings.Cut(s, sep)
		switch {
		case !ok || strings.Contains(b, sep):
		case len(a) == 4:
			return first(checked(a, b, "1"))
		case len(b) == 4:
			return first(checked(b, a, "1"))
		}
	}
	return first(civil(s, dateOrder{}))
}
