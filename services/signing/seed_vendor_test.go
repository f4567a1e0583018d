package signing_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/sim/courier"
	"github.com/countersign/countersign/services/sim/pki"
	"github.com/countersign/countersign/services/sim/skribble"
	"github.com/countersign/countersign/services/sim/yousign"
)

// The accounts of a seed by the names of the configuration.
const (
	atSkribble = "ch"
	atYousign  = "eu"
)

const (
	seedObserver = "observer@example.org"
	seedUser     = "api_production_sim"
	seedKey      = "sim-key"
)

// envelope is a request as a vendor keeps it.
type envelope struct {
	ID, Correlation, Status string
	Signers                 []struct{ ID string }
}

// fate is what a vendor's word means.
func (e envelope) fate() string {
	switch strings.ToLower(e.Status) {
	case "draft":
		return "draft"
	case "ongoing", "open", "approval":
		return "open"
	case "done", "signed":
		return "signed"
	case "declined":
		return "declined"
	case "expired":
		return "expired"
	case "canceled", "withdrawn":
		return "withdrawn"
	case "error":
		return "failed"
	}
	return e.Status
}

func (e envelope) live() bool { return e.fate() == "open" || e.fate() == "draft" }

// simulator is a vendor without a network: calls are answered in the caller's goroutine.
type simulator struct {
	t       *testing.T
	account string
	handler http.Handler
	close   func()
	taken   int // of its callbacks
}

// muted has every callback recorded and none sent: the seed is the network.
const muted = `{"fault":"drop","count":1000000}`

func newSkribble(t *testing.T, authority *pki.Authority) *simulator {
	sim, err := skribble.New(skribble.Config{
		Users: map[string]string{seedUser: seedKey}, Authority: authority,
		Accounts: []skribble.Account{{Email: seedObserver, FirstName: "Olga", LastName: "Observer"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &simulator{t: t, account: atSkribble, handler: sim, close: sim.Close}
	s.call(http.MethodPost, "/_sim/deliveries/faults", muted, nil)
	return s
}

func newYousign(t *testing.T, authority *pki.Authority) *simulator {
	sim, err := yousign.New(yousign.Config{
		BaseURL: "https://yousign.test", APIKey: seedKey, Unlimited: true, Authority: authority,
		Webhook: &yousign.Webhook{Endpoint: "https://sign.example.com/webhooks/yousign/" + webhookToken, SecretKey: oldSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &simulator{t: t, account: atYousign, handler: sim, close: sim.Close}
	s.call(http.MethodPost, "/_sim/deliveries/faults", muted, nil)
	return s
}

// RoundTrip answers a call. Whoever traces it is told that it arrived: from then on it may have its effect.
func (s *simulator) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, r)
	answer := recorder.Result()
	answer.Request = r
	return answer, nil
}

// call makes a call as the vendor's own people do, and tells whether the vendor did as it was told.
func (s *simulator) call(method, path, body string, out any) bool {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+seedKey)
	if s.account == atSkribble && strings.HasPrefix(path, "/v2/signature") {
		r.Header.Set("Authorization", "Bearer "+s.token())
	}
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, r)
	if recorder.Code > 299 {
		return false
	}
	if out != nil {
		if err := json.NewDecoder(bytes.NewReader(recorder.Body.Bytes())).Decode(out); err != nil {
			s.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return true
}

func (s *simulator) token() string {
	r := httptest.NewRequest(http.MethodPost, "/v2/access/login", strings.NewReader(`{"username":"`+seedUser+`","api-key":"`+seedKey+`"}`))
	r.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, r)
	return recorder.Body.String()
}

// act has somebody do something to an envelope; not all of it is possible at all times.
func (s *simulator) act(id, verb string) bool {
	return s.call(http.MethodPost, "/_sim/requests/"+id+"/"+verb, "{}", nil)
}

// withdraw ends an envelope on the vendor's site.
func (s *simulator) withdraw(id string) bool {
	if s.account == atSkribble {
		return s.call(http.MethodPost, "/v2/signature-requests/"+id+"/withdraw", `{"message":"no"}`, nil)
	}
	return s.call(http.MethodPost, "/v3/signature_requests/"+id+"/cancel", `{"reason":"other"}`, nil)
}

// remove makes an envelope vanish.
func (s *simulator) remove(id string) bool {
	if s.account == atSkribble {
		return s.act(id, "purge")
	}
	s.act(id, "expire")
	return s.call(http.MethodDelete, "/v3/signature_requests/"+id+"?permanent_delete=true", "", nil)
}

// envelopes are all that the vendor has, oldest first.
func (s *simulator) envelopes() []envelope {
	var all []struct {
		ID         string
		Custom     string
		ExternalID string `json:"external_id"`
		Status     string
		Overall    string `json:"status_overall"`
		Signers    []struct{ ID string }
	}
	s.call(http.MethodGet, "/_sim/requests", "", &all)
	var list []envelope
	for _, r := range all {
		list = append(list, envelope{
			ID: r.ID, Correlation: r.Custom + r.ExternalID, Status: r.Status + r.Overall, Signers: r.Signers,
		})
	}
	return list
}

// callbacks are those that were to be sent since they were asked for last.
func (s *simulator) callbacks() []courier.Delivery {
	var all []courier.Delivery
	s.call(http.MethodGet, "/_sim/deliveries", "", &all)
	fresh := all[min(s.taken, len(all)):]
	s.taken = len(all)
	return fresh
}

// template makes a template of Yousign's own for these roles.
func (s *simulator) template(roles []string) string {
	type object = map[string]any
	var signers []object
	for i, role := range roles {
		box := object{"type": "signature", "page": 1, "x": 70, "y": 200 + 100*i}
		signers = append(signers, object{"label": role, "fields": []object{box}})
	}
	body, err := json.Marshal(object{"name": "Offer", "signers": signers, "read_only_text_fields": []string{}})
	if err != nil {
		s.t.Fatal(err)
	}
	var made struct{ ID string }
	if !s.call(http.MethodPost, "/_sim/templates", string(body), &made) {
		s.t.Fatal("no template was made")
	}
	return made.ID
}
