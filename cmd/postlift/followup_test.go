package main

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/responses"
)

// TestFollowUpsAndEntriesOnTheCommandLine plays a small demo, whose owners have called
// most accounts, then goes on with its lists.
func TestFollowUpsAndEntriesOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	player, _ := testApp(t, dir)
	d := &demo{app: player, dir: dir, start: time.Now(),
		demoConfig: demoConfig{Seed: 5, Accounts: 200, AsOf: postlift.MustDate(defaultAsOf), BaseURL: "http://localhost:8080"}}
	if err := d.play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := player.close(); err != nil {
		t.Fatal(err)
	}
	ask := func(into any, args ...string) {
		t.Helper()
		code, out, errOut := call(t, append([]string{"--data", dir, "--json"}, args...)...)
		if code != 0 {
			t.Fatalf("%v: %d %s", args, code, errOut)
		}
		if err := json.Unmarshal([]byte(out), into); err != nil {
			t.Fatalf("%v: %v in %s", args, err, out)
		}
	}
	var list responses.FollowUpList
	ask(&list, "followup", "list", "--due", "2026-03-11")
	if len(list.Items) == 0 || list.Items[0].State != responses.CallDue {
		t.Fatalf("%d letters to be followed up", len(list.Items))
	}
	letter := list.Items[0]
	for _, f := range list.Items {
		if f.Name != "" && f.Calls == 0 {
			letter = f
		}
	}
	code, out, _ := call(t, "--data", dir, "followup", "list", "--due", "2026-03-11", "--csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if code != 0 || err != nil || len(rows) != len(list.Items)+1 || strings.Join(rows[0], ",") != strings.Join(followUpColumns, ",") {
		t.Errorf("as CSV: %d, %v, %d rows", code, err, len(rows))
	}
	var owners []responses.OwnerSummary
	ask(&owners, "followup", "owners", "--due", "2026-03-11")
	n := 0
	for _, o := range owners {
		n += o.Counts[responses.CallDue]
	}
	if n != len(list.Items) {
		t.Errorf("the owners have %d letters, the list %d", n, len(list.Items))
	}
	var done map[string]string
	for range 2 {
		ask(&done, "followup", "result", letter.PieceUID, "--result", "meeting", "--by", "Ada Muster", "--on", "2026-03-11", "--id", "r1")
		ask(&done, "response", "record", "--code", letter.Code, "--kind", "call", "--by", "Kim Muster", "--on", "2026-03-12", "--id", "e1")
		ask(&done, "response", "record", "--account", letter.Number, "--kind", "mail", "--by", "Kim Muster", "--on", "2026-03-12", "--id", "e2")
	}
	var matches []responses.EntryMatch
	ask(&matches, "response", "find", letter.Account)
	if len(matches) == 0 || matches[0].Account != letter.Account {
		t.Errorf("%q finds %+v", letter.Account, matches)
	}
	ask(&list, "followup", "list", "--owner", letter.UID, "--due", "2026-03-12", "--all")
	for _, f := range list.Items {
		if f.PieceUID == letter.PieceUID && (len(f.Answers) < 3 || f.Last == nil || f.Last.Result != responses.Meeting || f.Calls != 1) {
			t.Errorf("after it was followed up: %+v", f)
		}
	}
	for _, bad := range [][]string{
		{"response", "record", "--kind", "call", "--by", "Kim"}, {"response", "record", "--code", "AAAA-AAAA-AAA", "--kind", "call", "--by", "Kim"},
		{"response", "record", "--code", letter.Code, "--kind", "visit", "--by", "Kim"}, {"response", "erase", "rsp_x", "--by", "Kim"}, {"followup", "list", "--owner", "Nobody"},
		{"followup", "result", "pc_x", "--result", "no", "--by", "Ada"}, {"followup", "link", "Nobody"},
	} {
		if code, _, errOut := call(t, append([]string{"--data", dir}, bad...)...); code != 2 || errOut == "" {
			t.Errorf("%v: %d %s", bad, code, errOut)
		}
	}
	checkSalesListener(t, dir, letter.UID)
}

// checkSalesListener serves the lists of sales on an address of their own, until the link is renewed.
func checkSalesListener(t *testing.T, dir, owner string) {
	t.Helper()
	link := func(more ...string) (found responses.SalesLink) {
		t.Helper()
		code, out, errOut := call(t, append([]string{"--data", dir, "--json", "followup", "link", owner}, more...)...)
		if code != 0 {
			t.Fatal(errOut)
		}
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err)
		}
		return found
	}
	first := link()
	a, _ := testApp(t, dir)
	_, staff := serving(t, a)
	if page := fetch(t, staff+first.Path+"?on=2026-03-12"); page.code != http.StatusOK || !strings.Contains(page.body, first.Name) {
		t.Errorf("the owner's page on the staff listener: %d", page.code)
	}
	if page := fetch(t, staff+"/entry?q=K-1"); page.code != http.StatusOK {
		t.Errorf("the quick entry: %d", page.code)
	}
	link("--renew")
	if page := fetch(t, staff+first.Path); page.code != http.StatusNotFound {
		t.Errorf("the link from before it was renewed: %d", page.code)
	}
}

func TestSalesListenerIsConfigured(t *testing.T) {
	if _, err := loadConfig(t.TempDir(), []string{"POSTLIFT_SALES_ADDR=8082"}); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "POSTLIFT_SALES_ADDR") {
		t.Errorf("an address without a host: %v", err)
	}
	c, err := loadConfig(t.TempDir(), nil)
	if err != nil || c.SalesAddr != "" {
		t.Errorf("it is on without being asked for: %q, %v", c.SalesAddr, err)
	}
	a := &app{cfg: c}
	if h, err := a.salesHandler(t.Context()); h != nil || err != nil {
		t.Errorf("without an address: %v, %v", h, err)
	}
}
