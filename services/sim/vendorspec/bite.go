package vendorspec

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Bite shows that the contract notices: it records what play calls, and renames every property of every body that passed,
// one at a time. A renaming that goes unnoticed fails the test. It returns how many there were.
func (c *Contract) Bite(t testing.TB, next http.RoundTripper, play func(http.RoundTripper)) int {
	t.Helper()
	if !c.Here(t) {
		return 0
	}
	tape := &tape{base: c.base, next: next}
	play(tape)
	tried := map[string]bool{}
	for _, x := range tape.passed {
		operation, _ := c.compare(x)
		for _, renamed := range renamings(x) {
			name := operation + ", " + renamed.where
			if tried[name] {
				continue
			}
			tried[name] = true
			operation, findings := c.compare(renamed.exchange)
			if !slices.ContainsFunc(findings, func(f finding) bool { return c.excuse(operation, f) < 0 }) {
				t.Errorf("%s is renamed, and nobody notices", name)
			}
		}
	}
	return len(tried)
}

// tape records what passes below the base path.
type tape struct {
	base string
	next http.RoundTripper

	mu     sync.Mutex
	passed []exchange
}

// RoundTrip makes the call.
func (p *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	x, response, err := pass(p.base, r, p.next)
	if err == nil && strings.HasPrefix(r.URL.Path, p.base+"/") {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.passed = append(p.passed, x)
	}
	return response, err
}

// pass makes a call and returns all of it.
func pass(base string, r *http.Request, next http.RoundTripper) (exchange, *http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return exchange{}, nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	response, err := next.RoundTrip(r)
	if err != nil {
		return exchange{}, nil, err
	}
	received, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return exchange{}, nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	x := asked(base, r, sent)
	x.status, x.header, x.answer = response.StatusCode, response.Header, received
	return x, response, nil
}

type renaming struct {
	exchange
	where string
}

// renamings returns the exchange with each of its properties renamed in turn. An error's body is left alone: most have
// no schema.
func renamings(x exchange) []renaming {
	var all []renaming
	for where, body := range renamedBodies(x.media, x.body) {
		changed := x
		changed.body = body
		all = append(all, renaming{changed, request + " " + where})
	}
	if x.status < http.StatusBadRequest {
		for where, body := range renamedBodies(x.header.Get("Content-Type"), x.answer) {
			changed := x
			changed.answer = body
			all = append(all, renaming{changed, reply + " " + where})
		}
	}
	return all
}

func renamedBodies(media string, body []byte) map[string][]byte {
	bodies := map[string][]byte{}
	switch {
	case strings.HasPrefix(media, "multipart/"):
		for _, name := range regexp.MustCompile(` name="[^"]*`).FindAll(body, -1) {
			bodies[string(name)] = bytes.Replace(body, name, append(slices.Clone(name), "_renamed"...), 1)
		}
	case strings.HasPrefix(media, "application/json"):
		value, err := decode(body)
		if err != nil {
			return nil
		}
		eachName(value, "", func(where string) {
			if text, err := json.Marshal(value); err == nil {
				bodies[where] = text
			}
		})
	}
	return bodies
}

// eachName renames every property below the value in turn, calls found while it is renamed, and names it back.
func eachName(value any, at string, found func(at string)) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			eachName(item, at+"[]", found)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inner, renamed := v[name], name+"_renamed"
			delete(v, name)
			v[renamed] = inner
			found(below(at, name))
			delete(v, renamed)
			v[name] = inner
			eachName(inner, below(at, name), found)
		}
	}
}
