package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/accounts"
)

// TestImportOrderOfFilesDoesNotMatter: documents that arrive one file at a time, in any order and with
// repetitions, leave what one file with all of them leaves; and each order is credited exactly the sum
// of the documents that refer to it.
func TestImportOrderOfFilesDoesNotMatter(t *testing.T) {
	s := openTest(t, t.TempDir()+"/test.db")
	round := 0
	load := func(t *rapid.T, kind, source, text string) accounts.Report {
		im := &accounts.Importer{Store: s, Clock: postlift.FixedClock(testNow), Secret: testSecret, Settings: accounts.DefaultSettings()}
		r, err := im.Import(context.Background(), accounts.Request{Kind: kind, File: "x.csv", Source: source, Reader: strings.NewReader(text), Actor: postlift.System})
		if err != nil || r.Rejected > 0 {
			t.Fatalf("%s: %v %v", kind, err, r.Reasons)
		}
		return r
	}
	const head = "external_id,account_id,date,type,refers_to,net,margin\n"
	rapid.Check(t, func(t *rapid.T) {
		round++
		rows, credits := drawDocuments(t)
		whole, pieces := fmt.Sprintf("whole%d", round), fmt.Sprintf("pieces%d", round)
		for _, source := range []string{whole, pieces} {
			load(t, "accounts", source, "external_id,name\nK1,Muster GmbH\n")
		}
		load(t, "orders", whole, head+strings.Join(rows, ""))
		if again := load(t, "orders", whole, head+strings.Join(rows, "")); again.Unchanged != int64(len(rows)) {
			t.Fatalf("a second import: %+v", again)
		}
		for _, i := range rapid.Permutation(indices(len(rows))).Draw(t, "order of files") {
			if rapid.Bool().Draw(t, "first with another amount") {
				load(t, "orders", pieces, head+fmt.Sprintf("D%d,K1,2026-01-02,,,1.00,\n", i))
			}
			load(t, "orders", pieces, head+rows[i])
		}
		a, b := orderStates(t, s, whole), orderStates(t, s, pieces)
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Fatalf("at once\n%s\nin pieces\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
		for id, sum := range credits {
			if got := orderStates(t, s, whole)[id]; !strings.Contains(got, fmt.Sprintf(" credited %d", sum)) {
				t.Fatalf("%s, want %d", got, sum)
			}
		}
	})
}

// drawDocuments makes orders D0…, and credit notes after them, and what each order is credited.
func drawDocuments(t *rapid.T) (rows []string, credits map[int]int64) {
	orders := rapid.IntRange(1, 4).Draw(t, "orders")
	notes := rapid.IntRange(0, 5).Draw(t, "notes")
	credits = map[int]int64{}
	for i := range orders {
		rows = append(rows, fmt.Sprintf("D%d,K1,2026-01-02,order,,%d.00,%d.00\n", i, 100*(i+1), 30*(i+1)))
		credits[i] = 0
	}
	for i := range notes {
		to := rapid.IntRange(0, orders).Draw(t, "refers to") // the last one is not known
		cents := rapid.Int64Range(1, 20000).Draw(t, "cents")
		margin := ""
		if rapid.Bool().Draw(t, "margin known") {
			margin = fmt.Sprintf("-%d.%02d", cents/300, cents/3%100)
		}
		ref := fmt.Sprintf("D%d", to)
		if to == orders {
			ref = "unknown"
		} else {
			credits[to] -= cents
		}
		rows = append(rows, fmt.Sprintf("D%d,K1,2026-02-02,credit_note,%s,%d.%02d,%s\n", orders+i, ref, cents/100, cents%100, margin))
	}
	return rows, credits
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func orderStates(t *rapid.T, s *Store, source string) []string {
	rows, err := s.queryRead(context.Background(), `SELECT external_id, doc_type, refers_to, net_minor, COALESCE(margin_minor, -1), credited_minor, credited_margin_minor
FROM orders WHERE source = ? ORDER BY external_id`, source)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var ext, doc, ref string
		var net, margin, credited, creditedMargin int64
		if err := rows.Scan(&ext, &doc, &ref, &net, &margin, &credited, &creditedMargin); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s %s %d %d credited %d/%d", ext, doc, ref, net, margin, credited, creditedMargin))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
