package faults_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/faults"
)

// vendor counts the requests that took effect and answers each 201.
type vendor struct {
	effects atomic.Int64
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.ReadAll(r.Body)
	v.effects.Add(1)
	w.WriteHeader(http.StatusCreated)
}

func answers() faults.Answers {
	return faults.Answers{
		RateLimited: func(w http.ResponseWriter, f faults.Fault) {
			w.Header().Set("Retry-After", f.RetryAfter.String())
			w.WriteHeader(http.StatusTooManyRequests)
		},
		ServerError: func(w http.ResponseWriter, _ faults.Fault) { w.WriteHeader(http.StatusInternalServerError) },
	}
}

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		fault   faults.Fault
		status  int // 0 = no answer
		effects int64
	}{
		{faults.Fault{Name: faults.RateLimit, RetryAfter: time.Minute}, http.StatusTooManyRequests, 0},
		{faults.Fault{Name: faults.ErrorBefore}, http.StatusInternalServerError, 0},
		{faults.Fault{Name: faults.ErrorAfter}, http.StatusInternalServerError, 1},
		{faults.Fault{Name: faults.DropAfter}, 0, 1},
		{faults.Fault{Name: faults.Slow}, http.StatusCreated, 1},
		{faults.Fault{Name: faults.SlowAfter}, http.StatusCreated, 1},
	} {
		t.Run(tc.fault.Name, func(t *testing.T) {
			set, v := faults.New(), &vendor{}
			server := httptest.NewServer(set.Wrap(v, answers()))
			defer server.Close()
			if err := set.Arm(tc.fault); err != nil {
				t.Fatal(err)
			}
			if got := post(t, server); got != tc.status {
				t.Errorf("status %d, want %d", got, tc.status)
			}
			if got := v.effects.Load(); got != tc.effects {
				t.Errorf("%d effects, want %d", got, tc.effects)
			}
			if got := post(t, server); got != http.StatusCreated {
				t.Errorf("the request after the fault got %d, want 201", got)
			}
		})
	}
}

func post(t *testing.T, server *httptest.Server) int {
	t.Helper()
	resp, err := server.Client().Post(server.URL+"/things", "text/plain", strings.NewReader("body"))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestMatchAndCount(t *testing.T) {
	set, v := faults.New(), &vendor{}
	handler := set.Wrap(v, answers())
	status := func(method, path string) int {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code
	}
	if err := set.Arm(faults.Fault{Name: faults.RateLimit, Method: "PATCH", Path: "/leads/*", Count: 2}); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, call := range [][2]string{
		{"GET", "/leads/1"}, {"PATCH", "/leads"}, {"PATCH", "/leads/1/notes"},
		{"PATCH", "/leads/1"}, {"PATCH", "/leads/2"}, {"PATCH", "/leads/3"},
	} {
		got = append(got, status(call[0], call[1]))
	}
	if diff := cmp.Diff([]int{201, 201, 201, 429, 429, 201}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestClear(t *testing.T) {
	set, v := faults.New(), &vendor{}
	if err := set.Arm(faults.Fault{Name: faults.ErrorBefore, Count: 9}); err != nil {
		t.Fatal(err)
	}
	set.Clear()
	w := httptest.NewRecorder()
	set.Wrap(v, answers()).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusCreated {
		t.Errorf("status %d after Clear, want 201", w.Code)
	}
}

func TestSlowWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, v := faults.New(), &vendor{}
		if err := set.Arm(faults.Fault{Name: faults.Slow, Delay: 3 * time.Second}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		set.Wrap(v, answers()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		if got := time.Since(start); got != 3*time.Second {
			t.Errorf("answered after %v, want 3s", got)
		}
	})
}

// Whoever stops waiting for a slow answer has had the effect all the same; whoever waits gets the answer.
func TestSlowAfterTakesEffectFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, v := faults.New(), &vendor{}
		handler := set.Wrap(v, answers())
		for _, patience := range []time.Duration{time.Second, time.Minute} {
			if err := set.Arm(faults.Fault{Name: faults.SlowAfter, Delay: 3 * time.Second}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
			cancel()
			if answered := w.Code == http.StatusCreated; answered != (patience > 3*time.Second) {
				t.Errorf("with a patience of %s: %d", patience, w.Code)
			}
		}
		if got := v.effects.Load(); got != 2 {
			t.Errorf("%d effects, want 2", got)
		}
	})
}

func TestArmRefuses(t *testing.T) {
	for _, f := range []faults.Fault{
		{Name: "explode"}, {}, {Name: faults.Slow, Path: "/leads/["},
		{Name: faults.Slow, Count: -1}, {Name: faults.Slow, Delay: -1}, {Name: faults.RateLimit, RetryAfter: -1},
	} {
		if err := faults.New().Arm(f); err == nil {
			t.Errorf("armed %+v", f)
		}
	}
}

func TestFaultFromJSON(t *testing.T) {
	const text = `{"name":"rate_limit","method":"GET","path":"/x","count":3,"delay":"1.5s","retry_after":"5m"}`
	var got faults.Fault
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := faults.Fault{
		Name: "rate_limit", Method: "GET", Path: "/x", Count: 3,
		Delay: 1500 * time.Millisecond, RetryAfter: 5 * time.Minute,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
	for _, bad := range []string{`{"delay":"soon"}`, `{"retry_after":"5"}`, `{"count":"1"}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("read %s", bad)
		}
	}
}

func FuzzFault(f *testing.F) {
	f.Add([]byte(`{"name":"slow","path":"/a/*","count":1,"delay":"1s"}`))
	f.Add([]byte(`{"name":"slow","path":"[","count":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var fault faults.Fault
		if json.Unmarshal(data, &fault) != nil {
			return
		}
		fault.Delay = 0
		set := faults.New()
		if set.Arm(fault) != nil {
			return
		}
		w := httptest.NewRecorder()
		set.Wrap(&vendor{}, answers()).ServeHTTP(w, httptest.NewRequest("GET", "/a/b", nil))
	})
}
