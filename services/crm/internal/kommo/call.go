package kommo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer bounds an answer, whose rest is cut off: a full page of 250 leads is about 2 MB.
const maxAnswer = 8 << 20

// call is one HTTP call.
type call struct {
	// name is the client's method, for errors.
	name   string
	method string
	// path below /api/v4, and its query.
	path  string
	query url.Values
	// to replaces path and query for the file host.
	to *url.URL
	// in is sent as JSON; raw as it is.
	in  any
	raw []byte
	// rawType is raw's content type.
	rawType string
	// out takes a JSON answer; nil ignores it.
	out any
}

// do makes the call. A 204 where out wants something is NotFound, because that is how Kommo says "none".
func (c *Client) do(ctx context.Context, call call) error {
	request, err := c.request(ctx, call)
	if err != nil {
		return err
	}
	if err := c.admit(ctx, call.name); err != nil {
		return err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return unreachable(ctx, call, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return unreachable(ctx, call, err)
	}
	return c.accept(call, answer, body)
}

// accept reads the answer.
func (c *Client) accept(call call, answer *http.Response, body []byte) error {
	ok := answer.StatusCode >= 200 && answer.StatusCode < 300
	switch {
	case !ok:
		e := failure(call.name, answer.StatusCode, answer.Header, body)
		e.Uncertain = call.writes() && e.Kind == Unavailable
		if e.Kind == RateLimited {
			c.rest(e.RetryAfter)
		}
		return e
	case call.out == nil:
		return nil
	case answer.StatusCode == http.StatusNoContent:
		return failure(call.name, http.StatusNoContent, answer.Header, nil)
	}
	if err := json.Unmarshal(body, call.out); err != nil {
		e := failure(call.name, answer.StatusCode, answer.Header, nil)
		e.Uncertain, e.problem = call.writes(), "the answer cannot be read"
		return e
	}
	return nil
}

func (c *Client) request(ctx context.Context, call call) (*http.Request, error) {
	target := call.to
	if target == nil {
		target = c.base.JoinPath("api/v4", call.path)
		target.RawQuery = call.query.Encode()
	}
	body, contentType := call.raw, call.rawType
	if call.in != nil {
		encoded, err := json.Marshal(call.in)
		if err != nil {
			return nil, &Error{Kind: Invalid, Call: call.name, problem: "the call cannot be encoded"}
		}
		body, contentType = encoded, "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, call.method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Kind: Invalid, Call: call.name, problem: "the address cannot be built"}
	}
	token, err := c.token(ctx)
	switch {
	case err != nil:
		return nil, &Error{Kind: Unavailable, Call: call.name, problem: "the token could not be had", cause: ctx.Err()}
	case token == "":
		return nil, &Error{Kind: Unauthorized, Call: call.name, problem: "no token"}
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/hal+json, application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request, nil
}

// admit waits for the rate limit. After a 429 it lets nothing out at all: Kommo answers further calls with a block of the
// whole address.
func (c *Client) admit(ctx context.Context, name string) error {
	if left := c.paused(); left > 0 {
		return &Error{Kind: RateLimited, Call: name, RetryAfter: left}
	}
	if err := c.limiter.Wait(ctx); err != nil {
		return &Error{Kind: Unavailable, Call: name, problem: "no time left within the rate limit", cause: ctx.Err()}
	}
	if left := c.paused(); left > 0 {
		return &Error{Kind: RateLimited, Call: name, RetryAfter: left}
	}
	return nil
}

func (c *Client) paused() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Until(c.pausedUntil)
}

func (c *Client) rest(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := time.Now().Add(d); until.After(c.pausedUntil) {
		c.pausedUntil = until
	}
}

// unreachable drops the transport's text: it holds the address, and with it what was asked for.
func unreachable(ctx context.Context, call call, err error) error {
	e := &Error{Kind: Unavailable, Call: call.name, Uncertain: call.writes(), cause: ctx.Err(), problem: "no answer"}
	var network *net.OpError
	if errors.As(err, &network) && network.Op == "dial" {
		e.Uncertain, e.problem = false, "no connection"
	}
	return e
}

func (c call) writes() bool { return c.method != http.MethodGet }
