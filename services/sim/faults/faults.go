// Package faults makes a simulated vendor misbehave on demand: it wraps the vendor's handler and, for as many requests
// as were asked for, refuses, breaks, loses or slows the answer. What the vendor's own error bodies look like is the
// simulator's to say.
package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"
)

// The faults by name.
const (
	RateLimit   = "rate_limit"   // refused with the vendor's rate limit answer, nothing done
	ErrorBefore = "error_before" // the vendor's server error, nothing done
	ErrorAfter  = "error_after"  // the vendor's server error although the request took effect
	DropAfter   = "drop_after"   // the request took effect, the connection closes without an answer
	Slow        = "slow"         // the request is handled after Delay
	SlowAfter   = "slow_after"   // the request took effect, the answer comes after Delay
)

// Fault is one misbehaviour, for the next Count requests that match.
type Fault struct {
	Name       string        // one of the constants
	Method     string        // HTTP method; empty matches any
	Path       string        // path.Match pattern for the whole path; empty matches any
	Count      int           // how many requests it hits; 0 means 1
	Delay      time.Duration // real time that Slow waits before the handler runs, and SlowAfter before the answer
	RetryAfter time.Duration // what the rate limit answer tells the client to wait
}

// UnmarshalJSON reads {"name","method","path","count","delay","retry_after"}, durations in Go's notation ("1.5s").
func (f *Fault) UnmarshalJSON(data []byte) error {
	var wire struct {
		Name       string `json:"name"`
		Method     string `json:"method"`
		Path       string `json:"path"`
		Count      int    `json:"count"`
		Delay      string `json:"delay"`
		RetryAfter string `json:"retry_after"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return fmt.Errorf("fault: %w", err)
	}
	read := Fault{Name: wire.Name, Method: wire.Method, Path: wire.Path, Count: wire.Count}
	for _, d := range []struct {
		text string
		into *time.Duration
	}{{wire.Delay, &read.Delay}, {wire.RetryAfter, &read.RetryAfter}} {
		if d.text == "" {
			continue
		}
		parsed, err := time.ParseDuration(d.text)
		if err != nil {
			return fmt.Errorf("fault: %w", err)
		}
		*d.into = parsed
	}
	*f = read
	return nil
}

func (f Fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	if f.Path == "" {
		return true
	}
	ok, err := path.Match(f.Path, r.URL.Path)
	return ok && err == nil
}

// Set holds the armed faults. Its methods may be called from any goroutine.
type Set struct {
	mu    sync.Mutex
	armed []Fault
}

// New returns a set without faults.
func New() *Set {
	return &Set{}
}

// Arm adds a fault behind those already armed; a request takes the first that matches. It refuses an unknown name, a
// bad pattern and negative numbers.
func (s *Set) Arm(f Fault) error {
	known := []string{RateLimit, ErrorBefore, ErrorAfter, DropAfter, Slow, SlowAfter}
	if !slices.Contains(known, f.Name) {
		return fmt.Errorf("unknown fault %q, want one of %v", f.Name, known)
	}
	if _, err := path.Match(f.Path, ""); err != nil {
		return fmt.Errorf("fault path %q: %w", f.Path, err)
	}
	if f.Count < 0 || f.Delay < 0 || f.RetryAfter < 0 {
		return fmt.Errorf("fault %s: negative count or duration", f.Name)
	}
	f.Count = max(f.Count, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = append(s.armed, f)
	return nil
}

// Clear disarms every fault.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = nil
}

// take uses up one hit of the first fault that matches.
func (s *Set) take(r *http.Request) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.armed, func(f Fault) bool { return f.matches(r) })
	if i < 0 {
		return Fault{}, false
	}
	f := s.armed[i]
	s.armed[i].Count--
	if s.armed[i].Count == 0 {
		s.armed = slices.Delete(s.armed, i, i+1)
	}
	return f, true
}
