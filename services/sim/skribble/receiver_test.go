package skribble

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// receiver is a client's callback endpoint that answers as told and remembers.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	calls  []string // "METHOD path?query body"
	status int
	header map[string]string
}

func newReceiver(t *testing.T) *receiver {
	v := &receiver{status: http.StatusNoContent}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		defer v.mu.Unlock()
		v.calls = append(v.calls, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		for k, value := range v.header {
			w.Header().Set(k, value)
		}
		w.WriteHeader(v.status)
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *receiver) answer(status int, header map[string]string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.status, v.header = status, header
}

// taken returns the calls so far and forgets them.
func (v *receiver) taken() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	calls := v.calls
	v.calls = nil
	return calls
}
