package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
)

// TestSegmentsOnTheCommandLine walks from an empty folder to a segment whose entries and exits are told.
func TestSegmentsOnTheCommandLine(t *testing.T) {
	data := t.TempDir()
	ok := func(args ...string) string {
		t.Helper()
		code, out, errOut := call(t, append([]string{"--data", data}, args...)...)
		if code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, code, errOut)
		}
		return out
	}
	fails := func(want int, part string, args ...string) {
		t.Helper()
		if code, out, errOut := call(t, append([]string{"--data", data}, args...)...); code != want || !strings.Contains(errOut, part) {
			t.Errorf("%v: exit code %d, want %d and %q\n%s%s", args, code, want, part, out, errOut)
		}
	}
	load := func(rows string) {
		t.Helper()
		file := filepath.Join(data, "accounts.csv")
		if err := os.WriteFile(file, []byte("external_id,name,country\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		ok("import", "accounts", file)
	}
	ok("init")
	load("A,Alpha GmbH,DE\nB,Beta Ltd,GB\nC,Gamma GmbH,DE\n")
	if out := ok("segment", "list"); !strings.Contains(out, "segment create") {
		t.Errorf("an empty list says nothing of what to do:\n%s", out)
	}
	ok("segment", "create", "germans", `country == "DE"`)
	ok("segment", "create", "mailing", "--rule", "germans")
	fails(3, "kept already", "segment", "create", "germans")
	fails(2, "did you mean", "segment", "create", "typo", `contry == "DE"`)
	fails(2, "germans → mailing", "rule", "save", "germans", `in_segment("mailing")`)
	if out := ok("segment", "build", "--all"); strings.Count(out, "build 1 ") != 2 || !strings.Contains(out, "2 accounts (+2 −0)") {
		t.Errorf("first builds:\n%s", out)
	}
	if out := ok("segment", "build", "--all"); strings.Count(out, "nothing has changed") != 2 {
		t.Errorf("builds of unchanged data:\n%s", out)
	}
	load("B,Beta Ltd,DE\nC,Gamma GmbH,AT\n")
	if out := ok("segment", "list"); strings.Count(out, "accounts have changed") != 2 || !strings.Contains(out, "used by: mailing") {
		t.Errorf("list after an import:\n%s", out)
	}
	ok("segment", "build", "germans", "mailing")
	if out := ok("segment", "diff", "mailing"); !strings.Contains(out, "1 entered, 1 left") || !strings.Contains(out, "+ B ") || !strings.Contains(out, "− C ") {
		t.Errorf("diff:\n%s", out)
	}
	var shown struct {
		Name    string
		Members []struct {
			External string `json:"external_id"`
		}
	}
	if err := json.Unmarshal([]byte(ok("segment", "show", "mailing", "--limit", "1", "--json")), &shown); err != nil || shown.Name != "mailing" || len(shown.Members) != 1 {
		t.Errorf("show answers %+v, %v", shown, err)
	}
	fails(2, "name the segments", "segment", "build")
	fails(2, "did you mean germans", "segment", "build", "german")
	fails(2, "builds are 1 to 2", "segment", "diff", "germans", "--to", "7")
	if out := ok("segment", "drop", "germans"); !strings.Contains(out, `"mailing" refers to it`) {
		t.Errorf("drop:\n%s", out)
	}
	ok("segment", "build", "--all", "--full")
}

// TestStaleSegmentsTellTheirAge: a build of an earlier day says of which, and how long ago that was.
func TestStaleSegmentsTellTheirAge(t *testing.T) {
	objectors := int64(3)
	state := campaigns.SegmentState{Segment: campaigns.Segment{Name: "quiet", UID: "seg_1", Last: &campaigns.SegmentBuild{No: 1, AsOf: postlift.MustDate("2026-11-15"), Size: 9}},
		Rule: campaigns.RuleVersion{Text: "days_since_last_order > 90"}, Stale: []string{campaigns.StaleData, campaigns.StaleDay}, BehindDays: 7, Objectors: &objectors}
	var b bytes.Buffer
	printSegment(&b, &state)
	for _, want := range []string{"accounts have changed; its rule asks for the day, and the latest build is as of 2026-11-15, 7 days ago\n", "at 3 of the accounts nobody may be sent advertising"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	b.Reset()
	printMembers(&b, &state, []campaigns.SegmentMember{{ExternalID: "K1", Name: "Alpha GmbH"}, {ExternalID: "K2", Name: "Beta GmbH", Objected: true}})
	if lines := strings.Split(b.String(), "\n"); strings.HasSuffix(lines[0], "objection") || !strings.HasSuffix(lines[1], "  objection") {
		t.Errorf("%q", lines)
	}
}
