package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// recorder stands before the vendors and, while it is on, keeps what the product has them do.
type recorder struct {
	mu    sync.Mutex
	on    bool
	calls []recorded
}

// recorded is a call with its answer.
type recorded struct {
	method, path string
	header       http.Header
	body, answer []byte
}

// around is a wrapper. Only calls with an effect are kept, without the login, which serves many requests.
func (r *recorder) around(_ string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		r.mu.Lock()
		wanted := r.on && in.Method == http.MethodPost && !strings.HasPrefix(in.URL.Path, "/_sim/") &&
			!strings.HasSuffix(in.URL.Path, "/login")
		r.mu.Unlock()
		if !wanted {
			next.ServeHTTP(w, in)
			return
		}
		kept := recorded{method: in.Method, path: in.URL.RequestURI(), header: in.Header.Clone()}
		kept.body, _ = io.ReadAll(in.Body) // a broken body fails at the vendor
		in.Body = io.NopCloser(bytes.NewReader(kept.body))
		answered := httptest.NewRecorder()
		next.ServeHTTP(answered, in)
		kept.answer = answered.Body.Bytes()
		r.mu.Lock()
		r.calls = append(r.calls, kept)
		r.mu.Unlock()
		for name, values := range answered.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answered.Code)
		_, _ = w.Write(kept.answer)
	})
}

// record returns the calls that are made while something is done.
func (r *recorder) record(do func()) []recorded {
	r.mu.Lock()
	r.on, r.calls = true, nil
	r.mu.Unlock()
	do()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.calls
}

// replay makes the calls again, one after another, for another request: the vendor's ids are those of its new answers.
func replay(client *http.Client, base, request string, calls []recorded) error {
	renamed := []string{request, uuid.NewString()}
	for _, c := range calls {
		names := strings.NewReplacer(renamed...)
		call, err := http.NewRequest(c.method, base+names.Replace(c.path), strings.NewReader(names.Replace(string(c.body))))
		if err != nil {
			return err
		}
		call.Header = c.header.Clone()
		answer, err := client.Do(call)
		if err != nil {
			return err
		}
		content, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("%s %s: status %d, %w: %s", c.method, c.path, answer.StatusCode, err, content)
		}
		if before, now := idIn(c.answer), idIn(content); before != "" {
			renamed = append(renamed, before, now)
		}
	}
	return nil
}

// idIn is the id of what was made.
func idIn(answer []byte) string {
	var made struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(answer, &made) // an activation names the request again, and nothing else is without an id
	return made.ID
}
