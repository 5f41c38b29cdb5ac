package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"postlift/campaigns"
)

// printEveryReason tells of the stopped accounts how many each reason holds for, where that is more than the funnel's
// lines say: an account counts there under the first alone.
func printEveryReason(w io.Writer, f campaigns.Funnel) {
	every := f.EveryReason()
	if slices.Equal(every, f.ByReason) {
		return
	}
	parts := make([]string, len(every))
	for i, r := range every {
		parts[i] = fmt.Sprintf("%s %d", reasonText(r.Reason), r.Accounts)
	}
	fmt.Fprintf(w, "          (of the stopped, by every reason that holds for the account or one of its contacts: %s)\n", strings.Join(parts, ", "))
}
