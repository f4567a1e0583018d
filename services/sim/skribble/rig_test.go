package skribble

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
)

const (
	liveUser = "api_production_sim"
	demoUser = "api_demo_sim"
	holder   = "holder@example.com" // has an account
)

// rig is a simulator on a port, on a clock that only moves when told, beside a receiver of callbacks.
type rig struct {
	t        *testing.T
	sim      *Simulator
	server   *httptest.Server
	token    string
	receiver *receiver
}

func newRig(t *testing.T, adapt ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, receiver: newReceiver(t)}
	r.server = httptest.NewServer(contract.Handler(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.sim.ServeHTTP(w, req)
	})))
	cfg := Config{
		BaseURL: r.server.URL, Clock: clock.New(0),
		Accounts: []Account{{Email: holder, FirstName: "Hanna", LastName: "Halter"}},
	}
	for _, f := range adapt {
		f(&cfg)
	}
	sim, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.sim = sim
	t.Cleanup(func() {
		r.server.Close()
		sim.Close()
		cfg.Clock.Close()
	})
	r.token = r.login(liveUser)
	return r
}

func settings(s Settings) func(*Config) {
	return func(c *Config) { c.Settings = s }
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (p reply) object(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(p.body, &v); err != nil {
		t.Fatalf("status %d, not an object: %q", p.status, p.body)
	}
	return v
}

func (p reply) list(t *testing.T) []map[string]any {
	t.Helper()
	var v []map[string]any
	if err := json.Unmarshal(p.body, &v); err != nil {
		t.Fatalf("status %d, not a list: %q", p.status, p.body)
	}
	return v
}

// send makes a call with the rig's token; body may be nil, a string or something to encode as JSON.
func (r *rig) send(method, path string, body any, header ...string) reply {
	r.t.Helper()
	var text string
	switch b := body.(type) {
	case nil:
	case string:
		text = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			r.t.Fatal(err)
		}
		text = string(raw)
	}
	req, err := http.NewRequest(method, r.server.URL+path, strings.NewReader(text))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, raw}
}

// ok is send for a call that must succeed.
func (r *rig) ok(method, path string, body any) reply {
	r.t.Helper()
	p := r.send(method, path, body)
	if p.status < 200 || p.status > 299 {
		r.t.Fatalf("%s %s: %d %s", method, path, p.status, p.body)
	}
	return p
}

func (r *rig) login(user string) string {
	r.t.Helper()
	p := r.ok("POST", "/v2/access/login", map[string]string{"username": user, "api-key": "sim-key"})
	return string(p.body)
}

func (r *rig) upload(pdf []byte) string {
	r.t.Helper()
	return r.ok("POST", "/v2/documents", map[string]any{
		"title": "Contract", "content": base64.StdEncoding.EncodeToString(pdf), "content_type": "application/pdf",
	}).object(r.t)["id"].(string)
}

// fields are members of a JSON object.
type fields map[string]any

func guest(email string) fields {
	return fields{"signer_identity_data": fields{
		"email_address": email, "first_name": "Gerda", "last_name": "Gast", "mobile_number": "41791234567",
	}}
}

// create makes a request about a plain document, with callbacks to the receiver; extra overrides.
func (r *rig) create(extra fields, signers ...fields) map[string]any {
	r.t.Helper()
	in := fields{
		"title": "Contract", "quality": "AES", "legislation": "EIDAS", "signatures": signers,
		"callback_success_url": r.receiver.URL + "/success/SKRIBBLE_SIGNATURE_REQUEST_ID/SKRIBBLE_DOCUMENT_ID",
		"callback_update_url":  r.receiver.URL + "/update/SKRIBBLE_SIGNATURE_REQUEST_ID/SKRIBBLE_SIGNATURE_ID",
		"callback_error_url":   r.receiver.URL + "/error/SKRIBBLE_SIGNATURE_REQUEST_ID",
	}
	maps.Copy(in, extra)
	if in["content"] == nil && in["document_id"] == nil {
		in["document_id"] = r.upload(plainPDF())
	}
	return r.ok("POST", "/v2/signature-requests", in).object(r.t)
}

func (r *rig) get(id any) map[string]any {
	r.t.Helper()
	return r.ok("GET", fmt.Sprintf("/v2/signature-requests/%s", id), nil).object(r.t)
}

// do runs a control verb on a request.
func (r *rig) do(verb string, request map[string]any, body any) map[string]any {
	r.t.Helper()
	return r.ok("POST", fmt.Sprintf("/_sim/requests/%s/%s", request["id"], verb), body).object(r.t)
}

func (r *rig) content(documentID any) []byte {
	r.t.Helper()
	return r.ok("GET", fmt.Sprintf("/v2/documents/%s/content", documentID), nil).body
}

// advance passes simulated time and waits for everything that falls due.
func (r *rig) advance(d time.Duration) {
	r.t.Helper()
	r.ok("POST", "/_sim/clock/advance", fields{"duration": d.String()})
}

// paths are where the API shows a request and its document.
func paths(request map[string]any) []string {
	return []string{
		fmt.Sprintf("/v2/signature-requests/%s", request["id"]), fmt.Sprintf("/v2/documents/%s", request["document_id"]),
	}
}

// signers returns the entries of a request's signatures.
func signers(request map[string]any) []map[string]any {
	list := []map[string]any{}
	for _, g := range request["signatures"].([]any) {
		list = append(list, g.(map[string]any))
	}
	return list
}
