package vendorhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
)

// Request is one call.
type Request struct {
	Method string
	// Path below the base URL, with a leading slash; see Path.
	Path  string
	Query url.Values
	// Bearer is the secret for the Authorization header; none is sent when empty.
	Bearer string
	// Accept header; application/json when empty.
	Accept string
	// Body to send, and its ContentType.
	Body        []byte
	ContentType string
	// Effect is true when a repeated call would have a second effect: a failure after the request was written is then
	// an unknown outcome.
	Effect bool
	// OwnLimit is true where the vendor limits this call by itself: a 429 is then a *StatusError, and holds up no other
	// call of the account.
	OwnLimit bool
}

// Answer is what the vendor said, with a status from 200 to 299.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Path joins segments to a path; each is escaped, so that an id from outside stays one segment.
func Path(segments ...string) string {
	var path strings.Builder
	for _, segment := range segments {
		path.WriteByte('/')
		path.WriteString(url.PathEscape(segment))
	}
	return path.String()
}

// IsID tells whether a vendor's id can stand in a path: all of them use letters, digits, dashes and underscores.
func IsID(id string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`).MatchString(id)
}

// Do makes the call. A failure is a *signature.UnavailableError when the call had no effect and may be repeated, a
// *signature.UnknownOutcomeError when a call with an effect may have had it, or a *StatusError when the vendor
// understood and said no.
func (c *Client) Do(ctx context.Context, request Request) (Answer, error) {
	if err := c.admit(ctx); err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	response, err := c.send(ctx, request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	body, err := readAll(response.Body, c.config.MaxAnswer)
	if refusal := c.refusal(request, response, body); refusal != nil {
		return Answer{}, refusal
	}
	if err != nil {
		return Answer{}, failure(request.Effect, err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

// JSON makes the call with in as its JSON body, unless nil, and decodes the answer into out, unless nil. It fails as Do
// does; an answer that cannot be decoded tells nothing of the effect, so it counts as a lost one.
func (c *Client) JSON(ctx context.Context, request Request, in, out any) error {
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		request.Body, request.ContentType = body, "application/json"
	}
	answer, err := c.Do(ctx, request)
	if err != nil || out == nil {
		return err
	}
	if err := decode(answer.Body, out); err != nil {
		return failure(request.Effect, err)
	}
	return nil
}

// decode is a tolerant reader: a field of an unexpected type stays empty and costs nothing else, because vendors change
// types without a new version. An answer of another shape altogether is an error.
func decode(body []byte, out any) error {
	err := json.Unmarshal(body, out)
	var mismatch *json.UnmarshalTypeError
	if err == nil || errors.As(err, &mismatch) && mismatch.Field != "" {
		return nil
	}
	return errors.New("the answer is not the JSON that was expected")
}

// send writes the request, which was admitted, and returns the answer's head.
func (c *Client) send(ctx context.Context, request Request) (*http.Response, error) {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	var header http.Header
	defer func() { c.answered(header) }()
	outgoing, err := c.outgoing(ctx, request)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(outgoing)
	if err != nil {
		return nil, failure(request.Effect && connected.Load(), withoutURL(err))
	}
	header = response.Header
	return response, nil
}

func (c *Client) outgoing(ctx context.Context, request Request) (*http.Request, error) {
	target := c.base + request.Path
	if len(request.Query) > 0 {
		target += "?" + request.Query.Encode()
	}
	outgoing, err := http.NewRequestWithContext(ctx, request.Method, target, bytes.NewReader(request.Body))
	if err != nil {
		return nil, errors.New("the request cannot be built")
	}
	outgoing.Header.Set("Accept", "application/json")
	if request.Accept != "" {
		outgoing.Header.Set("Accept", request.Accept)
	}
	if request.ContentType != "" {
		outgoing.Header.Set("Content-Type", request.ContentType)
	}
	if request.Bearer != "" {
		outgoing.Header.Set("Authorization", "Bearer "+request.Bearer)
	}
	return outgoing, nil
}

// withoutURL drops the address from a transport error: its query is nobody's business in a log.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// readAll reads an answer of at most limit bytes.
func readAll(body io.Reader, limit int64) ([]byte, error) {
	read, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(read)) > limit {
		return nil, errTooLarge
	}
	return read, nil
}
