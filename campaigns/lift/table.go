package lift

import (
	"fmt"
	"strings"
)

// Line is one line of the table for people.
type Line struct {
	Code    string  `json:"code"`
	Segment string  `json:"segment,omitzero"`
	Lift    float64 `json:"lift"` // share of the baseline margin; of the average and of segments the whole lift, else the change from lowest to highest
	Low     float64 `json:"low"`  // 90 per cent interval
	High    float64 `json:"high"`
	Learned float64 `json:"learned"` // 0: the prior as stated, 1: the data alone
	EN      string  `json:"en"`
	DE      string  `json:"de"`
}

// z90 is the normal quantile of a 90 per cent interval.
const z90 = 1.6448536269514722

// Table explains the model: the average lift, each segment's lift with all other traits in the middle, and
// how much the lift changes over the range of each trait.
func (m *Model) Table() []Line {
	lines := make([]Line, 0, len(m.Features))
	for j, f := range m.Features {
		z := make([]float64, len(m.Features))
		switch f.Code {
		case FeatureAverage:
			z = m.average()
		case FeatureSegment:
			z[0] = 1
			for l, other := range m.Features {
				if other.Code == FeatureSegment {
					z[l] = other.value(&Traits{Segment: f.Segment})
				}
			}
		case FeatureMonths:
			z[j] = NeverMailed / 12
		default:
			z[j] = 1
		}
		mean, sd := m.Expected(1, z)
		_, own := m.Theta(j)
		l := Line{Code: f.Code, Segment: f.Segment, Lift: mean, Low: mean - z90*sd, High: mean + z90*sd,
			Learned: max(0, 1-own*own/(f.PriorSD*f.PriorSD))}
		if f.Code == FeatureAverage {
			l.Learned = max(0, 1-sd*sd/(f.PriorSD*f.PriorSD))
		}
		l.words()
		lines = append(lines, l)
	}
	return lines
}

var lineWords = map[string][2]string{
	FeatureAverage:   {"A letter adds %s to the margin of its window", "Ein Brief bringt %s zur Marge seines Zeitraums"},
	FeatureAffinity:  {"Accounts that order after letters: %s against those that never do", "Kunden, die nach Briefen bestellen: %s gegenüber jenen, die es nie tun"},
	FeatureFrequency: {"Accounts that order most often: %s against those that order least", "Kunden, die am häufigsten bestellen: %s gegenüber den seltensten"},
	FeatureAlive:     {"Accounts certainly active: %s against those certainly lost", "Sicher aktive Kunden: %s gegenüber sicher verlorenen"},
	FeatureMonths:    {"Two years without a letter (or never one): %s against a letter just sent", "Zwei Jahre ohne Brief (oder nie einer): %s gegenüber eben angeschriebenen"},
	FeatureSegment:   {"Segment %[2]s: a letter adds %[1]s", "Segment %[2]s: ein Brief bringt %[1]s"},
}

func (l *Line) words() {
	form := lineWords[l.Code]
	en := fmt.Sprintf("%+.1f %% (%+.1f to %+.1f)", 100*l.Lift, 100*l.Low, 100*l.High)
	de := strings.ReplaceAll(fmt.Sprintf("%+.1f %% (%+.1f bis %+.1f)", 100*l.Lift, 100*l.Low, 100*l.High), ".", ",")
	if l.Code == FeatureSegment {
		l.EN, l.DE = fmt.Sprintf(form[0], en, l.Segment), fmt.Sprintf(form[1], de, l.Segment)
		return
	}
	l.EN, l.DE = fmt.Sprintf(form[0], en), fmt.Sprintf(form[1], de)
}
