package courier_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/courier"
)

// receiver answers with the statuses in turn (the last one forever) and tells what arrived.
type receiver struct {
	*httptest.Server
	arrived chan string

	mu       sync.Mutex
	statuses []int
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	r := &receiver{arrived: make(chan string, 100), statuses: statuses}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	status := r.statuses[0]
	if len(r.statuses) > 1 {
		r.statuses = r.statuses[1:]
	}
	r.mu.Unlock()
	r.arrived <- string(body)
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(status)
}

// start makes a courier on a standing clock.
func start(t *testing.T, p courier.Policy) (*courier.Courier, *clock.Clock) {
	clk := clock.New(0)
	c := courier.New(clk, p)
	t.Cleanup(func() { c.Close(); clk.Close() })
	return c, clk
}

// ladder retries after 1, 2, 3, ... minutes, four attempts in all.
func ladder() courier.Policy {
	return courier.Policy{Retry: func(attempt, _ int, _ http.Header) (time.Duration, bool) {
		return time.Duration(attempt) * time.Minute, attempt < 4
	}}
}

func message(r *receiver, body string) courier.Message {
	return courier.Message{
		ID: body, Event: "test", URL: r.URL + "/hook/secret", Body: []byte(body),
		Header: http.Header{"Content-Type": {"text/plain"}},
	}
}

// outcome advances the clock and lists each delivery's state and attempts.
func outcome(c *courier.Courier, clk *clock.Clock, advance time.Duration) []string {
	clk.Advance(advance)
	var list []string
	for _, d := range c.Deliveries() {
		text := d.ID + " " + d.State
		for _, a := range d.Attempts {
			text += " " + http.StatusText(a.Status)
		}
		list = append(list, text)
	}
	return list
}

func TestDelivers(t *testing.T) {
	r := newReceiver(t, http.StatusNoContent)
	c, clk := start(t, ladder())
	c.Send(message(r, "a"))
	if diff := cmp.Diff([]string{"a delivered No Content"}, outcome(c, clk, 0)); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
	if got := <-r.arrived; got != "a" {
		t.Errorf("arrived %q", got)
	}
}

func TestRetriesOnTheClock(t *testing.T) {
	r := newReceiver(t, http.StatusInternalServerError, http.StatusBadGateway, http.StatusOK)
	c, clk := start(t, ladder())
	begin := clk.Now()
	c.Send(message(r, "a"))
	want := []string{"a pending Internal Server Error"}
	if diff := cmp.Diff(want, outcome(c, clk, 59*time.Second)); diff != "" {
		t.Errorf("before the first retry (-want +got):\n%s", diff)
	}
	want = []string{"a delivered Internal Server Error Bad Gateway OK"}
	if diff := cmp.Diff(want, outcome(c, clk, time.Hour)); diff != "" {
		t.Errorf("in the end (-want +got):\n%s", diff)
	}
	var at []time.Duration
	for _, a := range c.Deliveries()[0].Attempts {
		at = append(at, a.Time.Sub(begin))
	}
	if diff := cmp.Diff([]time.Duration{0, time.Minute, 3 * time.Minute}, at); diff != "" {
		t.Errorf("attempt times (-want +got):\n%s", diff)
	}
}

func TestGivesUp(t *testing.T) {
	r := newReceiver(t, http.StatusTeapot)
	c, clk := start(t, ladder())
	c.Send(message(r, "a"))
	outcome(c, clk, time.Hour)
	d := c.Deliveries()[0]
	if d.State != courier.GivenUp || len(d.Attempts) != 4 {
		t.Errorf("%s after %d attempts, want given_up after 4", d.State, len(d.Attempts))
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	r := newReceiver(t, http.StatusTemporaryRedirect, http.StatusOK)
	c, clk := start(t, courier.Policy{})
	c.Send(message(r, "a"))
	if diff := cmp.Diff([]string{"a given_up Temporary Redirect"}, outcome(c, clk, 0)); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

func TestNoAnswer(t *testing.T) {
	hang := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer slow.Close()
	defer close(hang)
	var retried []int
	var mu sync.Mutex
	c, clk := start(t, courier.Policy{
		Timeout: func(int) time.Duration { return 20 * time.Millisecond },
		Retry: func(_, status int, h http.Header) (time.Duration, bool) {
			mu.Lock()
			defer mu.Unlock()
			retried = append(retried, status)
			return 0, false
		},
	})
	c.Send(courier.Message{ID: "slow", URL: slow.URL + "/hook/secret"})
	c.Send(courier.Message{ID: "nowhere", URL: "http://127.0.0.1:1/hook/secret"})
	c.Send(courier.Message{ID: "nonsense", URL: "::not a url/secret"})
	clk.Advance(0)
	for _, d := range c.Deliveries() {
		if len(d.Attempts) != 1 || d.Attempts[0].Status != 0 || d.Attempts[0].Error == "" {
			t.Errorf("%s: %+v, want one attempt with status 0 and an error", d.ID, d.Attempts)
			continue
		}
		if strings.Contains(d.Attempts[0].Error, "secret") {
			t.Errorf("%s: error names the URL: %s", d.ID, d.Attempts[0].Error)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff([]int{0, 0, 0}, retried); diff != "" {
		t.Errorf("statuses given to Retry (-want +got):\n%s", diff)
	}
}

func TestPolicyHeaderAndAttempted(t *testing.T) {
	got := make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header }))
	defer server.Close()
	told := make(chan bool, 1)
	c, _ := start(t, courier.Policy{
		Header: func(m courier.Message, attempt int) http.Header {
			return http.Header{"X-Attempt": {m.ID + string(rune('0'+attempt))}}
		},
		Attempted: func(_ courier.Message, _ courier.Attempt, accepted bool) { told <- accepted },
	})
	c.Send(courier.Message{ID: "m", URL: server.URL, Header: http.Header{"User-Agent": {"vendor/1"}}})
	h := <-got
	if h.Get("X-Attempt") != "m1" || h.Get("User-Agent") != "vendor/1" {
		t.Errorf("header %v", h)
	}
	if !<-told {
		t.Error("an answer 200 was told as refused")
	}
}

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		fault string
		now   []string // what arrives without the clock moving
		later []string // what a minute adds
	}{
		{courier.Drop, []string{"b"}, nil},
		{courier.Duplicate, []string{"a", "a", "b"}, nil},
		{courier.Reorder, []string{"b", "a"}, nil},
		{courier.Delay, []string{"b"}, []string{"a"}},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			r := newReceiver(t, http.StatusOK)
			c, clk := start(t, courier.Policy{})
			if err := c.Arm(tc.fault, 1); err != nil {
				t.Fatal(err)
			}
			c.Send(message(r, "a"))
			clk.Advance(0)
			c.Send(message(r, "b"))
			clk.Advance(0)
			if diff := cmp.Diff(tc.now, r.drain()); diff != "" {
				t.Errorf("at once (-want +got):\n%s", diff)
			}
			clk.Advance(time.Minute)
			if diff := cmp.Diff(tc.later, r.drain()); diff != "" {
				t.Errorf("a minute later (-want +got):\n%s", diff)
			}
		})
	}
}

// drain takes what has arrived.
func (r *receiver) drain() []string {
	var list []string
	for {
		select {
		case body := <-r.arrived:
			list = append(list, body)
		default:
			return list
		}
	}
}

func TestHeldMessageGoesAlone(t *testing.T) {
	r := newReceiver(t, http.StatusOK)
	c, clk := start(t, courier.Policy{})
	if err := c.Arm(courier.Reorder, 1); err != nil {
		t.Fatal(err)
	}
	c.Send(message(r, "a"))
	if diff := cmp.Diff([]string{"a pending"}, outcome(c, clk, 0)); diff != "" {
		t.Errorf("while held (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a delivered OK"}, outcome(c, clk, time.Minute)); diff != "" {
		t.Errorf("after a minute (-want +got):\n%s", diff)
	}
}

func TestArm(t *testing.T) {
	r := newReceiver(t, http.StatusOK)
	c, clk := start(t, courier.Policy{})
	if c.Arm("burn", 1) == nil || c.Arm(courier.Drop, -1) == nil {
		t.Error("armed nonsense")
	}
	if err := c.Arm(courier.Drop, 2); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b", "c"} {
		c.Send(message(r, id))
	}
	want := []string{"a dropped", "b dropped", "c delivered OK"}
	if diff := cmp.Diff(want, outcome(c, clk, 0)); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

func TestCloseEndsARunningAttempt(t *testing.T) {
	entered, hang := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-hang
	}))
	defer slow.Close()
	defer close(hang)
	clk := clock.New(0)
	defer clk.Close()
	c := courier.New(clk, courier.Policy{Timeout: func(int) time.Duration { return time.Hour }})
	c.Send(courier.Message{ID: "a", URL: slow.URL})
	<-entered
	c.Close()
	c.Send(courier.Message{ID: "b", URL: slow.URL})
	if got := len(c.Deliveries()); got != 1 {
		t.Errorf("%d deliveries, want 1: nothing is taken after Close", got)
	}
}
