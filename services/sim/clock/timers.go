package clock

import "time"

// timer is one function waiting for its time; index is its place in the heap, negative once it left.
type timer struct {
	when  time.Time
	order uint64
	run   func()
	index int
}

// timers is a heap by time; equal times keep the order in which they were set.
type timers []*timer

func (t timers) Len() int { return len(t) }

func (t timers) Less(i, j int) bool {
	if !t[i].when.Equal(t[j].when) {
		return t[i].when.Before(t[j].when)
	}
	return t[i].order < t[j].order
}

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].index, t[j].index = i, j
}

// Push adds a *timer.
func (t *timers) Push(x any) {
	added := x.(*timer)
	added.index = len(*t)
	*t = append(*t, added)
}

// Pop removes the last *timer.
func (t *timers) Pop() any {
	last := len(*t) - 1
	removed := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	removed.index = -1
	return removed
}
