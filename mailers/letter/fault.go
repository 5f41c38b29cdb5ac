package letter

import (
	"strings"

	"postlift"
)

// pieceFault stops one piece, with a reason for whoever corrects its data.
func pieceFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "letter.Compose", format, args...)
}

// designFault refuses a design that cannot be composed.
func designFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "letter.Compile", format, args...)
}

// inSection names the section of the text that a fault is about.
func inSection(name string, err error) error {
	if postlift.KindOf(err) != postlift.Invalid || strings.Contains(postlift.UserText(err), "@"+name) {
		return err
	}
	return postlift.Faultf(postlift.Invalid, "letter.Compose", "in @%s: %s", name, postlift.UserText(err))
}

// clip shortens a text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// pagesOf writes a number of pages with its word.
func pagesOf(n int) string {
	if n == 1 {
		return "1 page"
	}
	return itoa(n) + " pages"
}
