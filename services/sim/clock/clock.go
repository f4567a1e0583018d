// Package clock is the time the vendor simulators live in: it runs at a chosen multiple of real time and can be pushed
// forward, so that a retry ladder of an hour and a half is watched in seconds or passed in one call.
//
// The standard library's testing/synctest does the same for one process under test. The simulators also run as a
// process of their own beside the product, where nobody can fake the machine's time; hence this package.
package clock

import (
	"container/heap"
	"sync"
	"time"
)

// Clock is simulated time with timers. Its methods may be called from any goroutine.
type Clock struct {
	scale float64

	// advance serialises the calls of Advance.
	advance sync.Mutex

	mu      sync.Mutex
	idle    *sync.Cond // running fell to 0
	base    time.Time  // simulated time at the real time anchor
	anchor  time.Time
	frozen  bool // Advance is at work: time moves by its steps only
	closed  bool
	running int // functions started and not yet returned
	timers  timers
	order   uint64
	alarm   *time.Timer // real timer for the earliest of timers
}

// New returns a clock that starts at the real now and runs scale times as fast: 60 makes a minute of every real second.
// A scale of 0 or less stands still and is moved by Advance only.
func New(scale float64) *Clock {
	now := time.Now().Round(0)
	c := &Clock{scale: max(scale, 0), base: now, anchor: time.Now()}
	c.idle = sync.NewCond(&c.mu)
	return c
}

// Now is the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.frozen || c.scale == 0 {
		return c.base
	}
	return c.base.Add(time.Duration(float64(time.Since(c.anchor)) * c.scale))
}

// AfterFunc runs f in a goroutine of its own once d of simulated time has passed, at once when d is 0 or less. The
// returned stop keeps f from running and reports whether it came in time. On a closed clock f never runs.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return func() bool { return false }
	}
	c.order++
	t := &timer{when: c.now().Add(max(d, 0)), order: c.order, run: f}
	heap.Push(&c.timers, t)
	c.setAlarm()
	return func() bool { return c.stop(t) }
}

// Advance jumps d forward and runs what falls due, one function after the other in the order of their times. It waits
// for each, and first for those already running, so that a function which sets the next timer of a chain sets it from
// the time at which it ran itself. Meanwhile the clock stands still between the jumps, however long a function takes.
// A function run by the clock must not wait for Advance.
func (c *Clock) Advance(d time.Duration) {
	c.advance.Lock()
	defer c.advance.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.frozen = c.now(), true
	target := c.base.Add(max(d, 0))
	for c.settle(); !c.closed && c.due(target); c.settle() {
		t := c.pop()
		if t.when.After(c.base) {
			c.base = t.when
		}
		c.start(t)
	}
	c.base, c.anchor, c.frozen = target, time.Now(), false
	c.setAlarm()
}

// Close drops every timer; nothing starts afterwards. It does not wait for functions already running.
func (c *Clock) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.timers = nil
	c.setAlarm()
}

func (c *Clock) stop(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.index < 0 || c.closed {
		return false
	}
	heap.Remove(&c.timers, t.index)
	c.setAlarm()
	return true
}

// settle waits until no function is running.
func (c *Clock) settle() {
	for c.running > 0 {
		c.idle.Wait()
	}
}

func (c *Clock) due(at time.Time) bool {
	return len(c.timers) > 0 && !c.timers[0].when.After(at)
}

// ring runs what real time made due.
func (c *Clock) ring() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen {
		return
	}
	for c.due(c.now()) {
		c.start(c.pop())
	}
	c.setAlarm()
}

func (c *Clock) pop() *timer {
	return heap.Pop(&c.timers).(*timer)
}

func (c *Clock) start(t *timer) {
	c.running++
	go func() {
		defer c.done()
		t.run()
	}()
}

func (c *Clock) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	if c.running == 0 {
		c.idle.Broadcast()
	}
}

// setAlarm makes real time ring for the earliest timer.
func (c *Clock) setAlarm() {
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	if c.frozen || len(c.timers) == 0 {
		return
	}
	wait := c.timers[0].when.Sub(c.now())
	if wait > 0 {
		if c.scale == 0 {
			return
		}
		// One nanosecond more than the quotient: rounding down would ring too early, find nothing due and ring again.
		wait = time.Duration(float64(wait)/c.scale) + 1
	}
	c.alarm = time.AfterFunc(wait, c.ring)
}
