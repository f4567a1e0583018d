// Package window counts calls in fixed windows that start at the clock's minute and hour, the way Yousign
// documents its limits. The caller brings the time, so that a simulated clock decides when a window ends.
package window

import (
	"sync"
	"time"
)

// Limits says how many calls one key may make. A limit of zero or less refuses everything.
type Limits struct {
	// Minute is the number of calls in one clock minute.
	Minute int
	// Hour is the number of calls in one clock hour.
	Hour int
}

// State is what one call found.
type State struct {
	// OK is false when a window is used up; such a call is not counted.
	OK bool
	// Limits are the limits in force.
	Limits Limits
	// RemainingMinute and RemainingHour are the calls left after this one.
	RemainingMinute, RemainingHour int
	// Reset is the time until the next minute window, at least a second.
	Reset time.Duration
	// Retry is the time until a call can succeed again, zero when OK.
	Retry time.Duration
}

// Limiter counts per key. It is safe for concurrent use.
type Limiter struct {
	limits Limits

	mu   sync.Mutex
	keys map[string]*count
}

type count struct {
	minute, hour         time.Time
	inMinute, inThisHour int
}

// New returns a limiter without any calls counted.
func New(l Limits) *Limiter { return &Limiter{limits: l, keys: map[string]*count{}} }

// Take counts one call of a key at now. Callers must bound the number of different keys.
func (l *Limiter) Take(key string, now time.Time) State {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.keys[key]
	if c == nil {
		c = &count{}
		l.keys[key] = c
	}
	if m := now.Truncate(time.Minute); !m.Equal(c.minute) {
		c.minute, c.inMinute = m, 0
	}
	if h := now.Truncate(time.Hour); !h.Equal(c.hour) {
		c.hour, c.inThisHour = h, 0
	}
	s := State{Limits: l.limits, OK: true, Reset: c.minute.Add(time.Minute).Sub(now)}
	switch {
	case c.inThisHour >= l.limits.Hour:
		s.OK, s.Retry = false, c.hour.Add(time.Hour).Sub(now)
	case c.inMinute >= l.limits.Minute:
		s.OK, s.Retry = false, s.Reset
	default:
		c.inMinute++
		c.inThisHour++
	}
	s.RemainingMinute = max(0, l.limits.Minute-c.inMinute)
	s.RemainingHour = max(0, l.limits.Hour-c.inThisHour)
	return s
}
