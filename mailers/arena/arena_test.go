package arena

import (
	"testing"

	"pgregory.net/rapid"
)

// Stretches never share an element until they are given back, and come zeroed whatever they held before.
func TestStretchesAreApart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s Slab[int]
		for range 3 {
			var taken [][]int
			for i, n := range rapid.SliceOfN(rapid.IntRange(0, 200), 0, 40).Draw(rt, "sizes") {
				part := s.Take(n)
				if len(part) != n || cap(part) != n {
					rt.Fatalf("asked for %d, got %d with room for %d", n, len(part), cap(part))
				}
				for k := range part {
					if part[k] != 0 {
						rt.Fatalf("element %d of stretch %d is %d before use", k, i, part[k])
					}
					part[k] = i + 1
				}
				taken = append(taken, part)
			}
			for i, part := range taken {
				for k := range part {
					if part[k] != i+1 {
						rt.Fatalf("element %d of stretch %d was overwritten with %d", k, i, part[k])
					}
				}
			}
			s.Reset()
		}
	})
}

// Memory that was enough once is enough again, so that pieces of one kind allocate nothing.
func TestNothingIsAllocatedAgain(t *testing.T) {
	var s Slab[int]
	fill := func() {
		for range 50 {
			s.Take(7)
			s.Room(5)
			s.One()
		}
		s.Reset()
	}
	for range 10 {
		fill()
	}
	if n := testing.AllocsPerRun(20, fill); n > 0 {
		t.Errorf("%g allocations in a slab that has grown", n)
	}
	s.Take(maxAll + 1)
	if s.Reset(); s.all != nil {
		t.Error("the memory of one huge piece was kept")
	}
}

func TestNilSlabGivesItsOwnMemory(t *testing.T) {
	var s *Slab[string]
	a, b := s.Take(2), s.Room(3)
	if len(a) != 2 || len(b) != 0 || cap(b) < 3 || *s.One() != "" {
		t.Errorf("got %d, %d and room for %d", len(a), len(b), cap(b))
	}
}
