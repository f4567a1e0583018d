package api_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// record keeps what is logged.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// String is what was logged so far.
func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// check finds the person of the tests in what was logged.
func (r *record) check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range []string{"Ada", "Muster", "example.com", "Projekt"} {
		if strings.Contains(r.text.String(), word) {
			t.Errorf("the log names %q", word)
		}
	}
}

// refused checks an answer's code, reason, domain and metadata; metadata is given as key, value.
func refused(t *testing.T, err error, code codes.Code, reason string, metadata ...string) {
	t.Helper()
	if status.Code(err) != code {
		t.Errorf("code %v, want %v %s: %v", status.Code(err), code, reason, err)
		return
	}
	want := map[string]string{}
	for i := 0; i+1 < len(metadata); i += 2 {
		want[metadata[i]] = metadata[i+1]
	}
	for _, detail := range status.Convert(err).Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if !ok {
			continue
		}
		if info.GetReason() != reason || info.GetDomain() != "countersign.document.v1" {
			t.Errorf("reason %q of %q, want %q", info.GetReason(), info.GetDomain(), reason)
		}
		if len(want)+len(info.GetMetadata()) > 0 && !cmp.Equal(want, info.GetMetadata()) {
			t.Errorf("metadata: %s", cmp.Diff(want, info.GetMetadata()))
		}
		return
	}
	t.Errorf("no ErrorInfo in %v", err)
}

// noName is well-formed and names nothing.
const noName = "documents/00000000-0000-0000-0000-000000000000"

func recent(t *testing.T, at time.Time) {
	t.Helper()
	if age := time.Since(at); age < 0 || age > time.Minute {
		t.Errorf("made %v ago", age)
	}
}
