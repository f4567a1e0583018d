package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"
)

const (
	patience = time.Minute           // how long something may take that must happen
	interval = 25 * time.Millisecond // between two looks
)

func randomPort() string { return strconv.Itoa(20_000 + rand.N(12_000)) }

// eventually looks again and again until look returns nil.
func eventually(t testing.TB, what string, look func() error) {
	t.Helper()
	within(t, patience, what, look)
}

// within is eventually for what may take longer than usual.
func within(t testing.TB, patience time.Duration, what string, look func() error) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		err := look()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("%s: not within %v: %v", what, patience, err)
		case <-ticker.C:
		}
	}
}

// answer is what an HTTP server said.
type answer struct {
	status int
	body   []byte
}

// send makes one HTTP call on a connection of its own: none is left behind, and a killed server leaves no dead one.
func send(method, url string, header http.Header, body []byte) (answer, error) {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if header != nil {
		request.Header = header
	}
	client := http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 32<<20))
	return answer{response.StatusCode, content}, err
}

// statusError is an answer that tells of a failure.
type statusError struct {
	call   string
	status int
	body   []byte
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s: status %d: %s", e.call, e.status, bytes.TrimSpace(e.body))
}

// statusOf is the status of a failed call; 0 when there was no answer.
func statusOf(err error) int {
	var refused *statusError
	if errors.As(err, &refused) {
		return refused.status
	}
	return 0
}

// call sends in as JSON and decodes the answer into out; either may be nil.
func call(method, url string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	got, err := send(method, url, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return err
	}
	if got.status >= http.StatusBadRequest {
		return &statusError{call: method + " " + url, status: got.status, body: got.body}
	}
	if out == nil || len(got.body) == 0 {
		return nil
	}
	return json.Unmarshal(got.body, out)
}

// must makes a call that cannot fail.
func must(t testing.TB, method, url string, in, out any) {
	t.Helper()
	if err := call(method, url, in, out); err != nil {
		t.Fatal(err)
	}
}
