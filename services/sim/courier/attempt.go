package courier

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// answerLimit is how much of an answer's body is read, in bytes, so that its connection can be used again.
const answerLimit = 64 << 10

// deliver makes one attempt for each delivery, one after the other.
func (c *Courier) deliver(list ...*Delivery) {
	for _, d := range list {
		if !c.begin() {
			return
		}
		c.attempt(d)
		c.attempts.Done()
	}
}

// begin counts an attempt in unless the courier is closed.
func (c *Courier) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.attempts.Add(1)
	return true
}

func (c *Courier) attempt(d *Delivery) {
	c.mu.Lock()
	m, number := d.Message, len(d.Attempts)+1
	c.mu.Unlock()

	a := Attempt{Time: c.clock.Now()}
	began := time.Now()
	status, header, err := c.post(m, number)
	a.Status, a.Duration = status, time.Since(began)
	if err != nil {
		a.Error = reason(err)
	}
	accepted := status != 0 && c.policy.Accept(status)
	c.policy.Attempted(m, a, accepted)
	if accepted {
		c.finish(d, a, Delivered)
		return
	}
	delay, again := c.policy.Retry(number, status, header)
	if !again {
		c.finish(d, a, GivenUp)
		return
	}
	c.finish(d, a, Pending)
	c.schedule(delay, d)
}

func (c *Courier) finish(d *Delivery, a Attempt, state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.Attempts = append(d.Attempts, a)
	d.State = state
}

// post makes one call; status 0 means there was no answer.
func (c *Courier) post(m Message, attempt int) (status int, header http.Header, err error) {
	ctx, cancel := context.WithTimeout(c.ctx, c.policy.Timeout(attempt))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return 0, nil, err
	}
	for _, h := range []http.Header{m.Header, c.policy.Header(m, attempt)} {
		for name, values := range h {
			req.Header[name] = values
		}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	// A body that breaks off does not unsay the status.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, answerLimit))
	return resp.StatusCode, resp.Header, nil
}

// reason is the error without the URL that net/http puts around it.
func reason(err error) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return err.Error()
}
