package vendorhttp

import "sync"

// mostKept is how many a memo holds.
const mostKept = 1024

// Memo keeps what a reading told by the way and the next call needs, by the vendor's id. It is bounded: what is not in it is
// asked for again. The zero value is empty.
type Memo[T any] struct {
	mu   sync.Mutex
	kept map[string]T
}

// Keep notes what is known of an id.
func (m *Memo[T]) Keep(id string, known T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || len(m.kept) >= mostKept {
		m.kept = map[string]T{}
	}
	m.kept[id] = known
}

// Kept returns what is known of an id.
func (m *Memo[T]) Kept(id string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.kept[id]
	return known, ok
}
