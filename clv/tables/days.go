package tables

import (
	"slices"
	"strings"
	"time"

	"postlift"
)

// anyLayouts are tried where the caller names none.
var anyLayouts = []string{time.DateOnly, "2.1.2006", "20060102", "2006/01/02", "2.1.06"}

// parseDay parses a cell and keeps to the layout that fitted first. A time of day behind the date is passed over.
func parseDay(s string, layouts *[]string) (postlift.Date, bool) {
	if day, ok := dayIn(s, layouts); ok {
		return day, true
	}
	at := strings.IndexAny(s, "T ")
	if at < 6 || strings.IndexByte(s[at:], ':') < 0 {
		return 0, false
	}
	return dayIn(s[:at], layouts)
}

func dayIn(s string, layouts *[]string) (postlift.Date, bool) {
	for i, l := range *layouts {
		if t, err := time.Parse(l, s); err == nil {
			if len(*layouts) > 1 {
				*layouts = (*layouts)[i : i+1]
			}
			return postlift.DateOf(t), true
		}
	}
	return 0, false
}

// datesLike says in words what a date must look like.
func datesLike(layouts []string) string {
	example := time.Date(2026, time.May, 31, 0, 0, 0, 0, time.UTC)
	var forms []string
	for _, l := range layouts {
		forms = append(forms, example.Format(l))
	}
	text := " such as " + strings.Join(forms, ", ")
	if slices.ContainsFunc(layouts, func(l string) bool { return !slices.Contains(anyLayouts, l) }) {
		return text + ", the form that --date-format gives"
	}
	if len(layouts) == 1 {
		return text + ", the form in which the log writes its first date"
	}
	return text + "; --date-format gives another form"
}
