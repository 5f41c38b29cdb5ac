// Package arena keeps memory that is used again and again for things of one life: a plan is composed, drawn and
// forgotten thousands of times a second, and as garbage its parts would cost as much time as the composing. It
// imports nothing.
package arena

// Slab hands out stretches of memory that are all given back at once. The nil Slab hands out memory of its own, so
// that code is the same for what lasts and for what does not. It is used by one goroutine.
type Slab[T any] struct {
	all  []T
	free []T
}

const (
	least  = 64      // elements of the first block
	maxAll = 1 << 16 // elements of a block that outlives a Reset: what one huge piece took is not kept for all
)

// Take gives n zero elements, without room for more: what is appended to them moves to memory of its own.
func (s *Slab[T]) Take(n int) []T {
	if s == nil {
		return make([]T, n)
	}
	out := s.Room(n)[:n]
	clear(out)
	return out
}

// Room gives an empty slice with room for n elements.
func (s *Slab[T]) Room(n int) []T {
	if s == nil {
		return make([]T, 0, n)
	}
	if len(s.free) < n {
		s.all = make([]T, max(n, 2*len(s.all), least))
		s.free = s.all
	}
	out := s.free[0:0:n]
	s.free = s.free[n:]
	return out
}

// One gives a zero element.
func (s *Slab[T]) One() *T {
	if s == nil {
		return new(T)
	}
	return &s.Take(1)[0]
}

// Reset takes everything back: whatever was handed out must not be looked at any more.
func (s *Slab[T]) Reset() {
	if len(s.all) > maxAll {
		s.all = nil
	}
	s.free = s.all
}
