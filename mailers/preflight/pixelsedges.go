package preflight

import (
	"fmt"
	"slices"
)

// side is one side of the trim: the walk along it, and the steps from the trim's last pixel outwards.
type side struct {
	en, de           string
	along            int // pixels
	bleed            int
	x, y             int // of the first pixel inside
	ax, ay           int // a step along
	ox, oy           int // a step outwards
	perAlong, perOut float64
}

func (m *meter) sides() [4]side {
	t, b := m.trim, m.bleed
	return [4]side{
		{"top", "oben", t.x1 - t.x0, t.y0 - b.y0, t.x0, t.y0, 1, 0, 0, -1, m.sx, m.sy},
		{"bottom", "unten", t.x1 - t.x0, b.y1 - t.y1, t.x0, t.y1 - 1, 1, 0, 0, 1, m.sx, m.sy},
		{"left", "links", t.y1 - t.y0, t.x0 - b.x0, t.x0, t.y0, 0, 1, -1, 0, m.sy, m.sx},
		{"right", "rechts", t.y1 - t.y0, b.x1 - t.x1, t.x1 - 1, t.y0, 0, 1, 1, 0, m.sy, m.sx},
	}
}

// edges tests that what touches the trim goes on to the edge of the bleed.
func (m *meter) edges() {
	for _, s := range m.sides() {
		deep := max(1, int(edgeDepth*s.perOut))
		reach := make([]int, s.along) // outermost pixel with ink, from 1; 0: at the trim only, -1: not there
		for i := range reach {
			reach[i] = m.reach(&s, i, deep)
		}
		least := int(edgeRun * s.perAlong)
		for i := 0; i < len(reach); {
			from := i
			for i < len(reach) && (reach[i] >= 0) == (reach[from] >= 0) {
				i++
			}
			if reach[from] >= 0 && i-from >= least {
				m.edge(&s, reach, from, i, deep, least)
			}
		}
	}
}

// reach is how far ink goes outwards at a place of the side where it touches the trim.
func (m *meter) reach(s *side, i, deep int) int {
	x, y := s.x+i*s.ax, s.y+i*s.ay
	touches := false
	for d := range deep {
		px, py := x-d*s.ox, y-d*s.oy
		if px < m.trim.x0 || px >= m.trim.x1 || py < m.trim.y0 || py >= m.trim.y1 {
			break
		}
		touches = touches || m.inked(px, py)
	}
	if !touches {
		return -1
	}
	for d := s.bleed; d > 0; d-- {
		if m.inked(x+d*s.ox, y+d*s.oy) {
			return d
		}
	}
	return 0
}

// edge tests a stretch of a side that ink touches. Slanted lines leave the sheet elsewhere than they touch its
// trim: what goes out within the width of the bleed counts.
func (m *meter) edge(s *side, reach []int, from, to, deep, least int) {
	lacking, worst, first, last := 0, 0, -1, 0
	for i := from; i < to; i++ {
		out := slices.Max(reach[max(0, i-s.bleed):min(len(reach), i+s.bleed+1)])
		if s.bleed > 0 && out >= s.bleed-deep {
			continue
		}
		if first < 0 {
			first = i
		}
		lacking, worst, last = lacking+1, max(worst, s.bleed-out), i
	}
	if lacking < least {
		return
	}
	r := pixelRect{}
	r.add(s.x+first*s.ax, s.y+first*s.ay)
	r.add(s.x+last*s.ax+s.bleed*s.ox, s.y+last*s.ay+s.bleed*s.oy)
	mm, whole := float64(worst)/s.perOut, float64(s.bleed)/s.perOut
	long := float64(lacking) / s.perAlong
	severity := Error
	w := words{fmt.Sprintf("%s: ink touches the trim on %.0f mm and lacks %.1f mm of the bleed of %.1f mm: a white edge would show; extend it", s.en, long, mm, whole),
		fmt.Sprintf("%s: Farbe berührt den Endformatrand auf %.0f mm, und %s mm des Anschnitts von %s mm fehlen: Ein weißer Rand würde blitzen; verlängern", s.de, long, germanFigure(fmt.Sprintf("%.1f", mm)), germanFigure(fmt.Sprintf("%.1f", whole)))}
	switch {
	case s.bleed == 0:
		w = words{fmt.Sprintf("%s: ink touches the trim on %.0f mm, and the page has no bleed: a white edge would show; export with bleed", s.en, long),
			fmt.Sprintf("%s: Farbe berührt den Endformatrand auf %.0f mm, und die Seite hat keinen Anschnitt: Ein weißer Rand würde blitzen; mit Anschnitt exportieren", s.de, long)}
	case 2*worst < s.bleed: // a picture may be light there
		severity = Warning
	}
	m.hit(ruleBleed, s.en, severity, mm+long/1000, m.box(r), w)
}
