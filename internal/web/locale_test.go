package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"postlift/campaigns"
	"postlift/campaigns/budget"
	"postlift/campaigns/planner"
	"postlift/campaigns/rules"
	"postlift/mailers"
	"postlift/responses"
)

var verb = regexp.MustCompile(`%[a-z]`)

// percents are per cent signs as texts with and without values write them.
var percents = regexp.MustCompile(`%+`)

func TestLocalesAreComplete(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for key, en := range all["en"] {
		de, ok := all["de"][key]
		if !ok {
			t.Errorf("%s has no German text", key)
			continue
		}
		if !slices.Equal(verb.FindAllString(en, -1), verb.FindAllString(de, -1)) {
			t.Errorf("%s fills other values in German: %q, %q", key, en, de)
		}
		for lang, text := range map[string]string{"en": en, "de": de} {
			filled := verb.MatchString(text)
			for _, sign := range percents.FindAllString(verb.ReplaceAllString(text, ""), -1) {
				if len(sign)%2 == 1 == filled { // a text without values is shown as it is, another one is a format
					t.Errorf("%s (%s) doubles a per cent sign that stands for itself, or does not where it must: %q", key, lang, text)
				}
			}
		}
		if strings.TrimSpace(en) == "" || strings.TrimSpace(de) == "" {
			t.Errorf("%s is blank", key)
		}
	}
	for key := range all["de"] {
		if _, ok := all["en"][key]; !ok {
			t.Errorf("%s has no English text", key)
		}
	}
}

// TestEveryTextIsThere looks up what templates name and what data may bring.
func TestEveryTextIsThere(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	files, err := htmlFiles.ReadDir("html")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\.T "([^"]+)"`)
	for _, f := range files {
		raw, err := htmlFiles.ReadFile("html/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(raw), -1) {
			keys = append(keys, m[1])
		}
	}
	for _, r := range slices.Concat(campaigns.Reasons(), campaigns.CapReasons()) {
		keys = append(keys, "reason."+string(r))
	}
	for _, state := range []mailers.PieceState{mailers.PiecePlanned, mailers.PieceRendered, mailers.PieceSealed, mailers.PieceReleased,
		mailers.PiecePosted, mailers.PieceReturned, mailers.PieceWithdrawn, mailers.PieceFailed, mailers.PieceSpoiled} {
		keys = append(keys, "state."+string(state))
	}
	for _, state := range []mailers.BatchState{mailers.BatchPlanned, mailers.BatchRendering, mailers.BatchSealed, mailers.BatchProofed, mailers.BatchReleased,
		mailers.BatchDelivered, mailers.BatchAcknowledged, mailers.BatchPrinting, mailers.BatchPosted, mailers.BatchClosed, mailers.BatchCancelled} {
		keys = append(keys, "state."+string(state))
	}
	for _, state := range []mailers.FileState{mailers.FileQueued, mailers.FileRendering, mailers.FileRendered, mailers.FileFailed} {
		keys = append(keys, "state."+string(state))
	}
	keys = append(keys, "quote."+budget.PartSetup, "quote."+budget.PartProduction, "quote."+budget.PartMinOrder, "quote."+budget.PartPostage,
		"quote."+budget.PartTopUp, "quote.terms."+string(budget.TermsNationwide), "quote.terms."+string(budget.TermsRegion), "quote.terms."+string(budget.TermsEasy), "role."+campaigns.RoleKey, "role."+campaigns.RoleThompson, "role."+campaigns.RoleExplore, "campaign.design."+campaigns.DesignStrata,
		"campaign.design."+campaigns.DesignPairs, "campaign.design."+campaigns.DesignWaves, "campaign.design."+campaigns.DesignNone)
	for _, state := range []string{"preparing", "measuring"} { // of a run, beside those above
		keys = append(keys, "state."+state)
	}
	for _, state := range []string{"draft", "previewed", "approved", "scheduled", "running", "paused", "finished", "cancelled"} {
		keys = append(keys, "state."+state)
	}
	for _, compare := range draftCompares {
		keys = append(keys, "compare."+compare)
	}
	for _, group := range fieldGroups(rules.Builtin()) {
		keys = append(keys, "build.level."+group.Key)
	}
	for _, end := range []string{endsNothing, endsNumber} {
		keys = append(keys, "campaign.next.none."+end)
	}
	for _, why := range []string{planner.ShortHistory, planner.TooSmall, planner.NoMargin} {
		keys = append(keys, "prospect.impossible."+why)
	}
	for _, kind := range []rules.ChangeKind{rules.Added, rules.Removed, rules.Changed, rules.Regrouped} {
		keys = append(keys, "change."+string(kind))
	}
	for _, op := range []string{rules.OpAll, rules.OpAny, rules.OpNone, rules.OpNot, rules.OpInSegment} {
		keys = append(keys, "rule."+op)
	}
	for _, outcome := range []string{"not_matched", campaigns.Gated, campaigns.OverCap, campaigns.HeldOut, campaigns.Assigned} {
		keys = append(keys, "outcome."+outcome)
	}
	for _, verdict := range []string{"works", "no_proof", "hurts", "withheld"} {
		keys = append(keys, "verdict."+verdict)
	}
	for _, flag := range []string{responses.Interim, responses.Indicative, responses.Imbalanced} {
		keys = append(keys, "reading."+flag)
	}
	for _, e := range (&view{}).Entries() {
		keys = append(keys, "nav."+e.Name)
	}
	for noun := range firstCommands {
		keys = append(keys, noun+".title", noun+".empty")
	}
	for _, s := range (standing{}).loop() {
		keys = append(keys, "loop."+s.Name, s.Label)
	}
	for _, key := range keys {
		if _, ok := all["en"][key]; !ok {
			t.Errorf("there is no text %q", key)
		}
	}
}
