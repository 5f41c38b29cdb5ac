package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/clv/fitting"
	"postlift/mailers"
	"postlift/responses"
	"postlift/responses/paper"
)

// TestNoDataIsMadeByLooking: a command on a folder without data says so and leaves nothing behind.
func TestNoDataIsMadeByLooking(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, args := range [][]string{
		{"campaign", "list"}, {"batch", "list"}, {"clv", "score"}, {"accounts", "show", "K1"}, {"rule", "count", "orders > 1"},
		{"report", "uplift", "x"}, {"serve"},
	} {
		code, out, errOut := call(t, append([]string{"--data", nowhere}, args...)...)
		if code != 2 || out != "" || !strings.Contains(errOut, "there is no data in "+nowhere+": run postlift init") {
			t.Errorf("%v: exit code %d, %q, %q", args, code, out, errOut)
		}
		if _, err := os.Stat(nowhere); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%v made %s", args, nowhere)
		}
	}
}

func TestInitApplyTellsWhatItApplied(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	if out := must(t, "--data", data, "init"); !strings.Contains(out, "Next steps:") || !strings.Contains(out, "written  ") {
		t.Errorf("init prints %q", out)
	}
	out := must(t, "--data", data, "init", "--apply")
	if !strings.HasPrefix(out, "applied  "+filepath.Join(data, settingsFile)+": EUR, Europe/Berlin") || strings.Count(out, "\n") != 1 {
		t.Errorf("init --apply prints %q", out)
	}
	if doc := document(t, "--data", data, "init", "--apply"); doc["written"] == nil || doc["exchange_rates"] != 0.0 {
		t.Errorf("init --apply --json: %v", doc)
	}
}

// TestSamplesFitToday plays the first steps on the samples of a fresh folder.
func TestSamplesFitToday(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	must(t, "--data", data, "init")
	samples := filepath.Join(data, "samples")
	for _, kind := range []string{"employees", "accounts", "sites", "contacts", "orders", "contracts", "costs", "suppressions", "responses"} {
		doc := document(t, "--data", data, "import", kind, filepath.Join(samples, kind+".csv"))
		if doc["rejected"] != 0.0 || doc["rows"] == 0.0 {
			t.Errorf("%s: %v rows, %v rejected", kind, doc["rows"], doc["rejected"])
		}
	}
	scored := must(t, "--data", data, "clv", "score")
	if !strings.Contains(scored, "look twice:\n") || strings.Count(scored, fitting.FlagFewAccounts+" (") != 1 {
		t.Errorf("clv score prints %q", scored)
	}
	campaign := filepath.Join(samples, "campaign.yaml")
	must(t, "--data", data, "campaign", "create", "-f", campaign)
	if f := document(t, "--data", data, "campaign", "preview", "Welcome back")["run"].(map[string]any)["funnel"].(map[string]any); f["assigned"].(float64) < 1 {
		t.Errorf("the sample campaign writes to nobody: %v", f)
	}
	preview := must(t, "--data", data, "campaign", "preview", "Welcome back")
	for _, part := range []string{"mail.tracking_base_url is http://localhost:8080", "exist in examples only"} {
		if !strings.Contains(preview, part) {
			t.Errorf("the preview does not warn of %q:\n%s", part, preview)
		}
	}
	raw, err := os.ReadFile(campaign)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "offer_until:") {
			lines[i] = "offer_until: " + postlift.DateOf(time.Now()).AddDays(-3).String()
		}
	}
	write(t, campaign, strings.Join(lines, "\n"))
	must(t, "--data", data, "campaign", "create", "-f", campaign)
	if code, _, errOut := call(t, "--data", data, "campaign", "preview", "Welcome back"); code != 2 || !strings.Contains(errOut, "offer_until") {
		t.Errorf("an offer that is over: exit code %d, %q", code, errOut)
	}
}

func TestDaysToComeAreRefused(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	must(t, "--data", data, "init")
	later := postlift.DateOf(time.Now()).AddDays(3).String()
	for _, args := range [][]string{{"clv", "score"}, {"rule", "count", "orders >= 0"}, {"report", "uplift", "x"}} {
		code, _, errOut := call(t, append([]string{"--data", data}, append(args, "--as-of", later)...)...)
		if code != 2 || !strings.Contains(errOut, "--as-of "+later+" is after today") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
	write(t, filepath.Join(data, demoFile), "{}")
	if code, _, errOut := call(t, "--data", data, "rule", "count", "orders >= 0", "--as-of", later); code != 0 {
		t.Errorf("in a demo's folder: exit code %d, %q", code, errOut)
	}
}

// TestEveryFlagHasOneSentence: a flag is named once, whichever models raise it, and explained.
func TestEveryFlagHasOneSentence(t *testing.T) {
	all := []string{fitting.FlagBoundary, fitting.FlagNotIdentified, fitting.FlagPriorUsed, fitting.FlagFewAccounts, fitting.FlagNotConverged,
		fitting.FlagCorrelated, fitting.FlagInfiniteMean, fitting.FlagGeometric, fitting.FlagPooled}
	var w bytes.Buffer
	printFlags(&w, []modelFlags{{"orders", all}, {"spend", all}, {"spend", all}})
	lines := strings.Split(strings.TrimSpace(w.String()), "\n")
	if len(lines) != 1+len(all) {
		t.Fatalf("%d lines for %d flags:\n%s", len(lines), len(all), w.String())
	}
	for i, flag := range all {
		if sentences[flag][0] == "" || lines[i+1] != "  "+flag+" (orders, spend): "+sentences[flag][0] {
			t.Errorf("%s: %q", flag, lines[i+1])
		}
	}
}

func TestVersion(t *testing.T) {
	if out := must(t, "--version"); !strings.HasPrefix(out, "postlift version ") || strings.Count(out, "\n") != 1 {
		t.Errorf("%q", out)
	}
	info := &debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: "v1.2.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: "true"}}}
	if got := versionOf(info); got != "v1.2.0, revision 0123456789ab with changes, go1.26" {
		t.Errorf("%q", got)
	}
	if got := versionOf(&debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: "(devel)"}}); got != "devel, go1.26" {
		t.Errorf("%q", got)
	}
}

// TestUpliftTextSpeaksGerman: labels, numbers and dates of the German report are German.
func TestUpliftTextSpeaksGerman(t *testing.T) {
	eur := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: "EUR"} }
	u := responses.Uplift{Campaign: "Frühling", Currency: "EUR", Verdict: responses.NoProof, Flags: []string{responses.Indicative},
		Net: &responses.MoneyInterval{Value: eur(1234500), Low: eur(-100), High: eur(2500000)}, Estimator: "cuped",
		Orders: &responses.Interval{Value: 12.34, Low: -.5, High: 25}, ROI: &responses.Interval{Value: 1.5, Low: -.1, High: 3},
		InHomeOn: postlift.MustDate("2026-03-07"), Arms: []responses.Arm{{Name: responses.ArmHoldout, Accounts: 1200, MeanAccount: eur(100)}}}
	u.Attributed.ByCode.Margin, u.Attributed.ByCustomer.Margin, u.Cost.Actual, u.Cost.Planned = eur(1), eur(2), eur(3), eur(4)
	for lang, want := range map[string][]string{
		"en": {"Frühling: No proof yet (indicative: the interval promises more than it keeps)  [no_proof, indicative]\n", "€12,345", "12.3  [−0.5, 25.0]", "held out", "1,200 accounts", "in home 2026-03-07"},
		"de": {"Frühling: Noch kein Beweis (Richtwert: Das Intervall verspricht mehr, als es hält)  [no_proof, indicative]\n", "12.345\u00a0€", "12,3  [−0,5; 25,0]", "zurückgehalten", "1.200 Kunden", "beim Empfänger 07.03.2026"},
	} {
		var w bytes.Buffer
		printUplift(&w, u, paper.Registered{}, lang, "")
		for _, part := range want {
			if !strings.Contains(w.String(), part) {
				t.Errorf("%s: %q is missing in\n%s", lang, part, w.String())
			}
		}
	}
	for name, text := range upliftWords {
		if text.EN == "" || text.DE == "" {
			t.Errorf("%s lacks a language", name)
		}
	}
}

// TestDemoCountsLettersThatFailedApart: what could not be printed is no letter.
func TestDemoCountsLettersThatFailedApart(t *testing.T) {
	d := &demo{dir: "postlift-demo"}
	got := d.letters(mailers.Summary{Live: mailers.Counts{mailers.PiecePosted: 380, mailers.PieceReturned: 6, mailers.PieceFailed: 6}, Seeds: mailers.Counts{mailers.PiecePosted: 2}})
	if want := `386 letters and 2 control letters, 6 could not be printed (reasons: postlift --data postlift-demo batch show "Welcome back")`; got != want {
		t.Errorf("%q", got)
	}
}
