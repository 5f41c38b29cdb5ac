package tables_test

import (
	"fmt"
	"postlift/clv/tables"
	"strings"
	"testing"

	"postlift"
)

func TestReadRenewals(t *testing.T) {
	until := tables.RenewalOptions{Until: postlift.MustDate("2026-06-30")}
	later := until
	later.HistoryStart = postlift.MustDate("2025-01-01")
	for name, c := range map[string]struct {
		text string
		opt  tables.RenewalOptions
		want string // ended and renewed by opportunity, used and undecided rows
	}{
		"counts": {"opportunity,ended,renewed\n1,10,90\n3,5,45\n", tables.RenewalOptions{}, "[10 0 5] [90 0 45] 2 0"},
		"contracts": {"Beginn;Ende;Laufzeit;Gekündigt\n01.01.2023;01.01.2025;12;ja\n01.01.2024;;12;nein\n01.01.2026;;12;nein\n01.03.2023;28.02.2024;12;ja\n",
			until, "[1 1] [2 1] 3 1"},
		"the end of a running term is no decision":  {"start,end,term_months,ended\n2024-07-01,2026-07-01,12,no\n2024-06-30,2026-06-30,12,no\n", until, "[0] [2] 2 0"},
		"an end to come is not known to have come":  {"start,end,term_months,ended\n2024-01-01,2026-12-31,12,yes\n", until, "[0 0] [1 1] 1 0"},
		"an early end counts at the next decision":  {"start,end,term_months,ended\n2024-01-01,2025-07-01,12,yes\n", until, "[0 1] [1 0] 1 0"},
		"decisions from before the history are out": {"start,end,term_months,ended\n2022-03-01,2024-03-01,12,yes\n2022-03-01,,12,no\n", later, "[0 0 0 0] [0 0 1 1] 1 1"},
	} {
		table, counts, err := tables.ReadRenewals(strings.NewReader(c.text), c.opt)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fmt.Sprint(table.Ended, table.Renewed, counts.Used, counts.NoDecision); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestRenewalDecisions: contracts give each decision with its day.
func TestRenewalDecisions(t *testing.T) {
	var got []string
	opt := tables.RenewalOptions{Until: postlift.MustDate("2026-06-30"), Each: func(d tables.RenewalDecision) {
		got = append(got, fmt.Sprint(d.Row, d.On, d.TermMonths, d.Opportunity, d.Renewed))
	}}
	text := "start,end,term_months,ended\n2023-01-01,2024-07-01,12,yes\n2023-05-31,,24,no\n"
	if _, _, err := tables.ReadRenewals(strings.NewReader(text), opt); err != nil {
		t.Fatal(err)
	}
	if want := "[2 2024-01-01 12 1 true 2 2024-07-01 12 2 false 3 2025-05-31 24 1 true]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	if _, _, err := tables.ReadRenewals(strings.NewReader("opportunity,ended,renewed\n1,1,1\n"), opt); err == nil || !strings.Contains(err.Error(), "no dates") {
		t.Errorf("counts have no dates: %v", err)
	}
}

func TestUnusableRenewals(t *testing.T) {
	until := tables.RenewalOptions{Until: postlift.MustDate("2026-06-30")}
	for name, c := range map[string]struct {
		text string
		opt  tables.RenewalOptions
		says string
	}{
		"empty":         {"", until, "is empty"},
		"other columns": {"a,b,c\n1,2,3\n", until, "neither opportunity,ended,renewed"},
		"no date":       {"start,end,term_months,ended\n2024-01-01,,12,no\n", tables.RenewalOptions{}, "--until"},
		"fraction":      {"opportunity,ended,renewed\n1,1.5,2\n", until, "line 2, column 2 (ended)"},
		"opportunity 0": {"opportunity,ended,renewed\n0,1,2\n", until, "line 2: renewal opportunity 0"},
		"no end":        {"start,end,term_months,ended\n2024-01-01,,12,yes\n", until, "its end is missing"},
		"end first":     {"start,end,term_months,ended\n2024-01-01,2023-01-01,12,yes\n", until, "before it begins"},
		"maybe":         {"start,end,term_months,ended\n2024-01-01,2025-01-01,12,maybe\n", until, "must be yes or no"},
		"term 0":        {"start,end,term_months,ended\n2024-01-01,2025-01-01,0,no\n", until, "1 to 1200"},
		"all young":     {"start,end,term_months,ended\n2026-01-01,,12,no\n2027-01-01,,12,no\n", until, "1 contracts are too young, 1 begin after"},
		"bad date":      {"start,end,term_months,ended\nsoon,,12,no\n", until, `column 1 (start): "soon"`},
	} {
		if _, _, err := tables.ReadRenewals(strings.NewReader(c.text), c.opt); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), c.says) {
			t.Errorf("%s: %v, want an Invalid fault that says %q", name, err, c.says)
		}
	}
}

// FuzzReadRenewals: no text makes the reader panic, loop or lose a row.
func FuzzReadRenewals(f *testing.F) {
	f.Add("opportunity,ended,renewed\n1,10,90\n")
	f.Add("start;end;term_months;ended\n2024-01-01;2025-01-01;12;yes\n0001-01-01;;1;no\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, c, err := tables.ReadRenewals(strings.NewReader(text), tables.RenewalOptions{Until: postlift.MustDate("2026-06-30")})
		if err == nil && c.Rows != c.Used+c.NoDecision+c.Future+c.TooEarly {
			t.Fatalf("rows lost: %+v", c)
		}
	})
}
