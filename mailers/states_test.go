package mailers

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// machine gives a table as names, for properties that hold for every one.
func machine[S ~string](moves map[S][]S) map[string][]string {
	m := map[string][]string{}
	for from, to := range moves {
		m[string(from)] = []string{}
		for _, t := range to {
			m[string(from)] = append(m[string(from)], string(t))
		}
	}
	return m
}

var machines = map[string]map[string][]string{
	"piece": machine(pieceMoves), "batch": machine(batchMoves), "run": machine(runMoves), "print file": machine(fileMoves),
}

func TestEveryStateIsReachableAndKnown(t *testing.T) {
	starts := map[string]string{"piece": "planned", "batch": "planned", "run": "planned", "print file": "queued"}
	for noun, m := range machines {
		reached := map[string]bool{starts[noun]: true}
		for queue := []string{starts[noun]}; len(queue) > 0; queue = queue[1:] {
			for _, to := range m[queue[0]] {
				if _, known := m[to]; !known {
					t.Errorf("%s: %s leads to %s, which is no state", noun, queue[0], to)
				}
				if !reached[to] {
					reached[to] = true
					queue = append(queue, to)
				}
			}
		}
		for state := range m {
			if !reached[state] {
				t.Errorf("%s: nothing leads to %s", noun, state)
			}
		}
	}
}

// Whatever happens to a piece: once it is out of our hands it is never rendered again, and what is
// withdrawn or failed stays so.
func TestPieceWalks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, out := PiecePlanned, false
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			next := pieceMoves[state]
			if len(next) == 0 {
				if !slices.Contains([]PieceState{PieceReturned, PieceWithdrawn, PieceFailed}, state) {
					t.Fatalf("%s is a dead end", state)
				}
				return
			}
			to := rapid.SampledFrom(next).Draw(t, "to")
			if !slices.Contains(PiecesBefore(to), string(state)) {
				t.Fatalf("PiecesBefore(%s) lacks %s", to, state)
			}
			out = out || to == PieceReleased
			if out && slices.Contains(Printable(), string(to)) || out && to == PieceFailed {
				t.Fatalf("a released piece became %s", to)
			}
			state = to
		}
	})
}

// A batch is released only after it was sealed, and posted only after it was released.
func TestBatchWalks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, seen := BatchPlanned, map[BatchState]bool{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if len(batchMoves[state]) == 0 {
				return
			}
			state = rapid.SampledFrom(batchMoves[state]).Draw(t, "to")
			if state == BatchReleased && !seen[BatchSealed] || state == BatchPosted && !seen[BatchReleased] || seen[BatchReleased] && state == BatchRendering {
				t.Fatalf("%s after %v", state, seen)
			}
			seen[state] = true
		}
	})
}

// The drawing in the documentation may leave out, but never show what the code refuses.
func TestDocumentedMovesExist(t *testing.T) {
	raw, err := os.ReadFile("../docs/states.md")
	if err != nil {
		t.Skipf("no drawing to compare with: %v", err)
	}
	arrow := regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+)`)
	for noun, m := range machines {
		_, section, found := strings.Cut(strings.ToLower(string(raw)), "\n## "+noun)
		if !found {
			t.Errorf("docs/states.md draws no %s", noun)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		for _, a := range arrow.FindAllStringSubmatch(section, -1) {
			if !slices.Contains(m[a[1]], a[2]) {
				t.Errorf("docs/states.md draws %s: %s --> %s, which the code refuses", noun, a[1], a[2])
			}
		}
	}
}
