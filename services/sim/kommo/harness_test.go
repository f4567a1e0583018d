package kommo_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/kommo"
)

const base = "http://acme.kommo.test"

// account is a simulator with a client that holds its token.
type account struct {
	*kommo.Simulator
	t     testing.TB
	clock *clock.Clock
	token string
}

// open makes a simulator on a standing clock.
func open(t testing.TB, adjust ...func(*kommo.Config)) *account {
	t.Helper()
	clk := clock.New(0)
	cfg := kommo.Config{BaseURL: base, Clock: clk}
	for _, f := range adjust {
		f(&cfg)
	}
	sim, err := kommo.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close(); clk.Close() })
	return &account{Simulator: sim, t: t, clock: clk, token: "kommo-demo-token"}
}

// call makes a request with a body of JSON text or of raw bytes.
func (a *account) call(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+a.token)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// want makes a request that must be answered with the status, and returns its JSON.
func (a *account) want(status int, method, path, body string) tree {
	a.t.Helper()
	w := a.call(method, path, body)
	if w.Code != status {
		a.t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if w.Body.Len() == 0 {
		return tree{}
	}
	var v any
	decoder := json.NewDecoder(w.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return tree{v}
}

// tree is decoded JSON.
type tree struct{ any }

// at follows a path like "_embedded.leads.0.id"; what is not there is "<missing>".
func (t tree) at(path string) tree {
	v := t.any
	for key := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			next, there := x[key]
			if !there {
				return tree{"<missing>"}
			}
			v = next
		case []any:
			n, err := strconv.Atoi(key)
			if err != nil || n >= len(x) {
				return tree{"<missing>"}
			}
			v = x[n]
		default:
			return tree{"<missing>"}
		}
	}
	return tree{v}
}

func (t tree) text(path string) string { return fmt.Sprint(t.at(path).any) }

func (t tree) len(path string) int {
	list, _ := t.at(path).any.([]any)
	return len(list)
}

// expect compares paths with texts.
func (t tree) expect(tb testing.TB, want map[string]string) {
	tb.Helper()
	for path, text := range want {
		if got := t.text(path); got != text {
			tb.Errorf("%s is %q, want %q", path, got, text)
		}
	}
}

// deal creates a contact and a lead with it, and returns the lead's and the contact's id.
func (a *account) deal() (lead, contact string) {
	a.t.Helper()
	contact = a.want(200, "POST", "/_sim/contacts",
		`{"first_name":"Ana","last_name":"Roth","email":"ana@example.ch"}`).text("id")
	lead = a.want(200, "POST", "/_sim/leads",
		`{"name":"Office chairs","price":1200,"stage":"New","contact_ids":[`+contact+`]}`).text("id")
	return lead, contact
}

// inbox receives webhooks.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	calls  []hook
}

type hook struct {
	header http.Header
	raw    string
}

func newInbox(t testing.TB) *inbox {
	box := &inbox{status: http.StatusNoContent}
	box.Server = httptest.NewServer(http.HandlerFunc(box.take))
	t.Cleanup(box.Close)
	return box
}

func (b *inbox) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, hook{header: r.Header, raw: string(body)})
	w.WriteHeader(b.status)
}

func (b *inbox) answer(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = status
}

// empty returns what has come and forgets it.
func (b *inbox) empty() []hook {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls := b.calls
	b.calls = nil
	return calls
}

// subscribed is a Config adjustment: the inbox gets these events.
func (b *inbox) subscribed(settings ...string) func(*kommo.Config) {
	return func(cfg *kommo.Config) {
		cfg.Seed.Subscriptions = []kommo.Subscription{{Destination: b.URL + "/hook", Settings: settings}}
	}
}

// lines decodes a form body into key=value lines in the order of the wire.
func (h hook) lines() []string {
	var list []string
	for pair := range strings.SplitSeq(h.raw, "&") {
		line, _ := url.QueryUnescape(pair)
		list = append(list, line)
	}
	return list
}

// settle lets the webhooks on their way arrive, without time passing.
func (a *account) settle() { a.clock.Advance(0) }

func (a *account) unix() string { return strconv.FormatInt(a.clock.Now().Unix(), 10) }

func (a *account) pass(d time.Duration) { a.clock.Advance(d) }
