package responses

import (
	"context"
	"fmt"
	"math"
	"time"

	"postlift/campaigns/lift"
)

// LearnedState is the lift table for people: what letters add, what that rests on and what it changes.
type LearnedState struct {
	Version  int           `json:"version"` // 0: nothing was learned yet, and the table is what plans begin with
	MadeAt   time.Time     `json:"made_at,omitzero"`
	Rows     int64         `json:"rows"` // groups and tried-out accounts that it was learned from
	Lines    []lift.Line   `json:"table"`
	Lessons  []Lesson      `json:"campaigns"`
	Explored []ExploredRun `json:"explored"`
	Next     []Bilingual   `json:"next"` // what the next selection does differently
}

// Learned reads the lift table with everything that belongs to it.
func (s *Service) Learned(ctx context.Context) (LearnedState, error) {
	table, err := s.store.LiftTable(ctx)
	if err != nil {
		return LearnedState{}, err
	}
	state := LearnedState{Version: table.Version, MadeAt: table.MadeAt, Explored: []ExploredRun{}, Lessons: []Lesson{}}
	if table.Model == nil {
		prior, err := lift.Prior(lift.PriorLift, lift.PriorLiftSD)
		if err != nil {
			return state, err
		}
		table.Model = &prior
	}
	state.Rows, state.Lines = table.Model.Rows, table.Model.Table()
	state.Next = next(state.Lines, table.Version)
	lessons, err := s.store.Lessons(ctx)
	if err != nil {
		return state, err
	}
	state.Lessons = append(state.Lessons, lessons...)
	explored, err := s.store.Explored(ctx)
	state.Explored = append(state.Explored, explored...)
	return state, err
}

// little is a difference of lifts too small to move anybody by much: two points of a hundred.
const little = .02

// next words what the table changes against ranking by expected margin alone.
func next(lines []lift.Line, version int) []Bilingual {
	if version == 0 {
		return []Bilingual{{
			EN: fmt.Sprintf("Nothing was learned yet. Plans take %s for everybody, so that accounts are ranked by the margin expected of them.", percent(lift.PriorLift, "en")),
			DE: fmt.Sprintf("Noch ist nichts gelernt. Pläne rechnen für alle mit %s, also steht vorn, von wem am meisten Deckungsbeitrag erwartet wird.", percent(lift.PriorLift, "de")),
		}}
	}
	average := lines[0].Lift
	words := []Bilingual{{
		EN: fmt.Sprintf("A letter is taken to add %s of the movable margin instead of %s: a letter pays from an expected margin of %s times its cost.", percent(average, "en"), percent(lift.PriorLift, "en"), times(average, "en")),
		DE: fmt.Sprintf("Ein Brief gilt mit %s statt %s des beweglichen Deckungsbeitrags: Er lohnt ab einem erwarteten Deckungsbeitrag vom %sfachen seiner Kosten.", percent(average, "de"), percent(lift.PriorLift, "de"), times(average, "de")),
	}}
	if average <= 0 {
		words[0] = Bilingual{
			EN: fmt.Sprintf("On average a letter is taken to add nothing (%s). A selection by value mails only accounts whose own lift pays for the letter.", percent(average, "en")),
			DE: fmt.Sprintf("Im Mittel gilt ein Brief als wirkungslos (%s). Eine Auswahl nach Wert schreibt nur an, wessen eigene Wirkung den Brief bezahlt.", percent(average, "de")),
		}
	}
	for _, l := range lines[1:] {
		if l.Code == lift.FeatureSegment {
			words = append(words, ofSegment(l, average)...)
		} else {
			words = append(words, ofTrait(l)...)
		}
	}
	if len(words) == 1 {
		words = append(words, Bilingual{
			EN: "No segment and no trait differs enough from the average to change the order of accounts.",
			DE: "Kein Segment und kein Merkmal weicht so weit vom Mittel ab, dass sich die Reihenfolge ändert.",
		})
	}
	return words
}

func ofSegment(l lift.Line, average float64) []Bilingual {
	if math.Abs(l.Lift-average) < little {
		return nil
	}
	en, de := "moves up", "rückt vor"
	if l.Lift < average {
		en, de = "moves down", "rückt zurück"
	}
	return []Bilingual{{
		EN: fmt.Sprintf("Segment %s %s: %s against %s on average%s.", l.Segment, en, percent(l.Lift, "en"), percent(average, "en"), unsure(l.Low <= average && average <= l.High, "en")),
		DE: fmt.Sprintf("Segment %s %s: %s gegenüber %s im Mittel%s.", l.Segment, de, percent(l.Lift, "de"), percent(average, "de"), unsure(l.Low <= average && average <= l.High, "de")),
	}}
}

var traitWords = map[string][4]string{ // more and less, English and German
	lift.FeatureAffinity:  {"accounts that order after letters", "accounts that order without letters", "Kunden, die nach Briefen bestellen", "Kunden, die ohne Briefe bestellen"},
	lift.FeatureFrequency: {"frequent buyers", "rare buyers", "häufige Besteller", "seltene Besteller"},
	lift.FeatureAlive:     {"active accounts", "dormant accounts", "aktive Kunden", "ruhende Kunden"},
	lift.FeatureMonths:    {"accounts without a letter for long", "accounts with a recent letter", "lange nicht angeschriebene Kunden", "kürzlich angeschriebene Kunden"},
}

func ofTrait(l lift.Line) []Bilingual {
	if math.Abs(l.Lift) < little {
		return nil
	}
	words, at := traitWords[l.Code], 0
	if l.Lift < 0 {
		at = 1
	}
	return []Bilingual{{
		EN: fmt.Sprintf("Of accounts with the same expected margin, %s go first (a difference of up to %s)%s.", words[at], percent(math.Abs(l.Lift), "en"), unsure(l.Low <= 0 && l.High >= 0, "en")),
		DE: fmt.Sprintf("Bei gleichem erwarteten Deckungsbeitrag gehen %s vor (Unterschied bis zu %s)%s.", words[2+at], percent(math.Abs(l.Lift), "de"), unsure(l.Low <= 0 && l.High >= 0, "de")),
	}}
}

func unsure(is bool, lang string) string {
	if !is {
		return ""
	}
	return pick(lang == "de", " – not certain yet", " – noch nicht sicher")
}

func percent(v float64, lang string) string { return Percent(v, 1, lang) }

// times is how many times a letter's cost the margin has to be at a lift.
func times(share float64, lang string) string {
	text := fmt.Sprintf("%.1f", 1/share)
	if lang == "de" {
		return replaceDot(text)
	}
	return text
}
