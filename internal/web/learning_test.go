package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/lift"
	"postlift/responses"
	"postlift/responses/learning"
)

// learningShelf answers with a table that one campaign has taught.
type learningShelf struct {
	broken bool
	empty  bool
}

func (l learningShelf) Learned(context.Context) (responses.LearnedState, error) {
	if l.broken {
		return responses.LearnedState{}, errors.New("the database is gone")
	}
	m, err := lift.Prior(lift.PriorLift, lift.PriorLiftSD)
	if err != nil || l.empty {
		return responses.LearnedState{Lines: m.Table(), Next: []responses.Bilingual{{EN: "Nothing was learned yet.", DE: "Noch ist nichts gelernt."}}}, err
	}
	if m, err = m.WithSegments("Handel & <Gewerbe>", "Labor"); err != nil {
		return responses.LearnedState{}, err
	}
	eur := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: "EUR"} }
	return responses.LearnedState{Version: 3, MadeAt: now, Rows: 1234, Lines: m.Table(), Next: []responses.Bilingual{{EN: "Segment Labor moves up.", DE: "Segment Labor rückt vor."}},
		Lessons: []responses.Lesson{{RunUID: "run_1", CampaignUID: "cmp_1", Campaign: "Frühling", Outcome: responses.Learned, Diagnostics: learning.Diagnostics{Rows: 1234,
			Calibration: []learning.Calibration{{Factor: .93, With: 1.28}, {Role: campaigns.RoleThompson, Factor: 1, With: 1.1}}}},
			{RunUID: "run_1", CampaignUID: "cmp_1", Campaign: "Herbst", Outcome: responses.BrokenRatio}},
		Explored: []responses.ExploredRun{{RunUID: "run_1", CampaignUID: "cmp_1", Campaign: "Frühling", InHomeOn: postlift.MustDate("2026-03-03"), Coin: 40, Lots: 7, Mailed: 27, Cost: eur(2_700), Forgone: eur(-300)}}}, nil
}

// TestLearningPage: the lift table as pictures and words, what it rests on, and what was spent on learning.
func TestLearningPage(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	for lang, want := range map[string][]string{
		"en": {"Version 3", "1,234", "Segment Labor moves up.", "Handel &amp; &lt;Gewerbe&gt;", "<svg", "90% interval", "Selected: 93% without a letter, 128% with one", "Tried by a coin", "the arms do not have the sizes", "€27"},
		"de": {"Fassung 3", "1.234", "Segment Labor rückt vor.", "90-%-Intervall", "Ausgewählt: 93", "Durch Münzwurf erprobt", "ausgelosten Größen"},
	} {
		body := get(h, "GET", "/learning?lang="+lang).Body.String()
		checkPage(t, body, lang)
		for _, w := range want {
			if !strings.Contains(strings.ReplaceAll(body, "\u00a0", " "), w) {
				t.Errorf("%s: no %q", lang, w)
			}
		}
	}
	staffOf := func(l Learning) http.Handler {
		t.Helper()
		h, err := Staff(StaffOptions{Health: f, Settings: f, Clock: postlift.FixedClock(now), Log: slog.New(slog.DiscardHandler), Learning: LearningOptions{Learning: l}})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if w := get(staffOf(learningShelf{empty: true}), "GET", "/learning"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "postlift measure") || !strings.Contains(w.Body.String(), "Nothing was learned yet") {
		t.Errorf("before anything is learned: %d %s", w.Code, w.Body)
	}
	if w := get(staffOf(nil), "GET", "/learning"); w.Code != http.StatusOK {
		t.Errorf("without a service: %d", w.Code)
	}
	if w := get(staffOf(learningShelf{broken: true}), "GET", "/learning"); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "gone") {
		t.Errorf("a broken database: %d", w.Code)
	}
}
