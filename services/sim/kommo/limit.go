package kommo

import (
	"net"
	"sync"
	"time"
)

// limiterWindow is the second that the rate limit counts in.
const limiterWindow = time.Second

// admission is what the limiter says of a request.
type admission int

const (
	admitted admission = iota
	refused
	blocked
)

// limiter counts requests per client IP in real time.
type limiter struct {
	rate, blockAfter int
	blockFor         time.Duration

	mu      sync.Mutex
	clients map[string]*client
}

type client struct {
	requests, refusals []time.Time
	blockedUntil       time.Time
}

func newLimiter(cfg Config) *limiter {
	return &limiter{
		rate: cfg.RateLimit, blockAfter: cfg.BlockAfter, blockFor: cfg.BlockFor, clients: map[string]*client{},
	}
}

// admit counts a request from remote (host:port) and decides on it. A refused request does not use up the limit.
func (l *limiter) admit(remote string) admission {
	if l.rate <= 0 {
		return admitted
	}
	ip, _, err := net.SplitHostPort(remote)
	if err != nil {
		ip = remote
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.clients[ip]
	if c == nil {
		c = &client{}
		l.clients[ip] = c
	}
	now := time.Now()
	if now.Before(c.blockedUntil) {
		return blocked
	}
	c.requests = since(c.requests, now.Add(-limiterWindow))
	if len(c.requests) < l.rate {
		c.requests = append(c.requests, now)
		return admitted
	}
	if l.blockAfter > 0 {
		c.refusals = append(since(c.refusals, now.Add(-time.Minute)), now)
		if len(c.refusals) >= l.blockAfter {
			c.blockedUntil, c.refusals = now.Add(l.blockFor), nil
		}
	}
	return refused
}

// since drops the times up to the given one from an ascending list.
func since(times []time.Time, from time.Time) []time.Time {
	for len(times) > 0 && !times[0].After(from) {
		times = times[1:]
	}
	return times
}
