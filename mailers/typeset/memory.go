package typeset

import "postlift/mailers/arena"

// Memory is where set lines lie that are looked at once. Reset takes all of it back; a nil Memory keeps nothing, and
// what is set in it lasts. It is used by one goroutine.
type Memory struct {
	shifts arena.Slab[int16]
	runs   arena.Slab[Run]
	lines  arena.Slab[Line]
}

// Reset takes back what was set: its lines, runs and shifts must not be looked at any more. Texts last.
func (m *Memory) Reset() {
	m.shifts.Reset()
	m.runs.Reset()
	m.lines.Reset()
}

func (m *Memory) shift(room int) []int16 {
	if m == nil {
		return make([]int16, 0, room)
	}
	return m.shifts.Room(room)
}

func (m *Memory) run(n int) []Run {
	if m == nil {
		return make([]Run, n)
	}
	return m.runs.Take(n)
}

func (m *Memory) line(n int) []Line {
	if m == nil {
		return make([]Line, n)
	}
	return m.lines.Take(n)
}
