// Package courier delivers a simulated vendor's webhooks: attempts with a time limit, the vendor's retry ladder on the
// simulated clock, a record of all that happened, and faults on demand.
//
// Simulated time paces the retries; the wait for one answer is real time, because the receiver lives in it.
package courier

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
)

// Message is one webhook call, as it goes out at each attempt (always POST).
type Message struct {
	ID     string      `json:"id"`    // the vendor's delivery or event id; not sent by itself
	Event  string      `json:"event"` // the vendor's event name, for the record
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"` // base64 in JSON
}

// Policy is a vendor's way to deliver. A nil function means what its comment says.
type Policy struct {
	// Timeout is the real time granted to an attempt, counted from 1. Nil: 10 s.
	Timeout func(attempt int) time.Duration
	// Accept says whether an answer's status counts as delivered. Nil: 200 to 299.
	Accept func(status int) bool
	// Retry says whether another attempt follows the one that failed, and after how much simulated time. Status 0 is
	// no answer. Nil: never.
	Retry func(attempt, status int, h http.Header) (delay time.Duration, again bool)
	// Header returns what this attempt carries beside the message's own header. Nil: nothing.
	Header func(m Message, attempt int) http.Header
	// Attempted is told the outcome of every attempt, from the attempt's goroutine. Nil: nobody is.
	Attempted func(m Message, a Attempt, accepted bool)
}

// The states of a delivery.
const (
	Pending   = "pending"
	Delivered = "delivered"
	GivenUp   = "given_up"
	Dropped   = "dropped" // by the fault of that name: never sent
)

// Attempt is one call. Status 0 with Error set is a call without an answer.
type Attempt struct {
	Time     time.Time     `json:"time"` // simulated
	Status   int           `json:"status"`
	Error    string        `json:"error,omitempty"` // never names the URL, which may hold a secret
	Duration time.Duration `json:"duration_ns"`     // real
}

// Delivery is the record of one message. A duplicated message has two.
type Delivery struct {
	Message
	State    string    `json:"state"`
	Attempts []Attempt `json:"attempts"`
}

// remembered bounds the record; beyond it the oldest finished deliveries are forgotten.
const remembered = 10_000

// Courier sends messages. Its methods may be called from any goroutine.
type Courier struct {
	clock  *clock.Clock
	policy Policy
	client *http.Client
	ctx    context.Context
	cancel context.CancelFunc

	mu         sync.Mutex
	closed     bool
	attempts   sync.WaitGroup
	armed      []armed
	held       []*Delivery // by the fault reorder, until the next message has gone
	deliveries []*Delivery
}

// New returns a courier that follows p on c's time.
func New(c *clock.Clock, p Policy) *Courier {
	ctx, cancel := context.WithCancel(context.Background())
	return &Courier{
		clock:  c,
		policy: p.withDefaults(),
		client: &http.Client{
			// A transport of its own: no proxy from the environment, and Close can drop its connections.
			Transport: &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
		ctx:    ctx,
		cancel: cancel,
	}
}

func (p Policy) withDefaults() Policy {
	if p.Timeout == nil {
		p.Timeout = func(int) time.Duration { return 10 * time.Second }
	}
	if p.Accept == nil {
		p.Accept = func(status int) bool { return status >= 200 && status <= 299 }
	}
	if p.Retry == nil {
		p.Retry = func(int, int, http.Header) (time.Duration, bool) { return 0, false }
	}
	if p.Header == nil {
		p.Header = func(Message, int) http.Header { return nil }
	}
	if p.Attempted == nil {
		p.Attempted = func(Message, Attempt, bool) {}
	}
	return p
}

// Send takes a message for delivery and returns at once. After Close it does nothing.
func (c *Courier) Send(m Message) {
	m.Header, m.Body = m.Header.Clone(), slices.Clone(m.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	switch c.takeFault() {
	case Drop:
		c.record(m).State = Dropped
	case Duplicate:
		c.schedule(0, c.record(m))
		c.schedule(0, c.record(m))
	case Delay:
		c.schedule(delayed, c.record(m))
	case Reorder:
		c.held = append(c.held, c.record(m))
		c.clock.AfterFunc(delayed, func() { c.deliver(c.takeHeld()...) })
	default:
		// The held ones follow, youngest first, once this one's first attempt is over.
		held := c.held
		c.held = nil
		slices.Reverse(held)
		c.schedule(0, append([]*Delivery{c.record(m)}, held...)...)
	}
}

// Deliveries is a copy of the record in the order of Send, up to the last 10,000.
func (c *Courier) Deliveries() []Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Delivery, 0, len(c.deliveries))
	for _, d := range c.deliveries {
		one := *d
		one.Attempts = append([]Attempt{}, d.Attempts...)
		list = append(list, one)
	}
	return list
}

// Close breaks off running attempts and waits for their end; nothing is sent afterwards.
func (c *Courier) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.attempts.Wait()
	c.client.CloseIdleConnections()
}

// record adds m to the record; the caller holds the lock.
func (c *Courier) record(m Message) *Delivery {
	if len(c.deliveries) >= remembered {
		old := slices.IndexFunc(c.deliveries, func(d *Delivery) bool { return d.State != Pending })
		if old >= 0 {
			c.deliveries = slices.Delete(c.deliveries, old, old+1)
		}
	}
	d := &Delivery{Message: m, State: Pending}
	c.deliveries = append(c.deliveries, d)
	return d
}

// schedule attempts the deliveries one after the other, after d of simulated time.
func (c *Courier) schedule(d time.Duration, list ...*Delivery) {
	c.clock.AfterFunc(d, func() { c.deliver(list...) })
}
