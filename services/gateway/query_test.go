package gateway

import (
	"net/http"
	"strings"
	"testing"
)

// TestAStrangeParameterIsRefused on every route of the contracts, and reaches no role. Vendors may add to their webhooks
// what they like.
func TestAStrangeParameterIsRefused(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, r := range contractRoutes(t) {
		path := strings.Replace(example(r.path), "skribble/x", "skribble/update", 1)
		got := send(t, r.method, h.url+path+"?strange=1", "")
		if strings.HasPrefix(r.path, "/webhooks/") {
			if got.code == http.StatusBadRequest {
				t.Errorf("%s: a vendor's parameter is refused: %s", r.rpc, got.body)
			}
			continue
		}
		if p := got.problem(t); p.Reason != "INVALID_REQUEST" || p.Metadata["field"] != "strange" || len(p.Details) != 2 {
			t.Errorf("%s: %d %s", r.rpc, got.code, got.body)
		}
		if strings.Contains(h.theirs.String(), "/"+string(r.rpc.Name())+" ") {
			t.Errorf("%s was reached", r.rpc)
		}
	}
}

// TestAQueryNamesItsFields as the contract or as JSON does, and nobody else's data is repeated.
func TestAQueryNamesItsFields(t *testing.T) {
	h := open(t, DefaultConfig())
	for query, want := range map[string]string{
		"label=a%3Db":                 `label: is no parameter of this call's query; did you mean "labels"?`,
		"labels=a%3Db&Reference=x":    `Reference: is no parameter of this call's query; did you mean "reference"?`,
		"pageSizes=3":                 `pageSizes: is no parameter of this call's query; did you mean "pageSize"?`,
		"state.x=1":                   `state.x: is no parameter of this call's query; did you mean "state"?`,
		"ada%40example.org=1":         "the query holds what is no parameter of this call",
		strings.Repeat("a", 65) + "=": "the query holds what is no parameter of this call",
	} {
		got := send(t, http.MethodGet, h.url+"/v1/signatureRequests?"+query, "").problem(t)
		if got.Code != http.StatusBadRequest || got.Reason != "INVALID_REQUEST" || got.Message != want {
			t.Errorf("%s: %d %s %q", query, got.Code, got.Reason, got.Message)
		}
	}
	if calls := h.drain(); len(calls) > 0 {
		t.Errorf("%d calls reached a backend", len(calls))
	}
	for _, query := range []string{"labels=a%3Db", "pageSize=3", "page_size=3", "createdAfter=2026-03-02T09:00:00Z", ""} {
		if got := send(t, http.MethodGet, h.url+"/v1/signatureRequests?"+query, ""); got.code != http.StatusOK {
			t.Errorf("%s: %d %s", query, got.code, got.body)
		}
	}
	for _, path := range []string{"/v1/events:watch?afte=3", "/v1/signatureRequests/x?name=y", "/v1/signatureRequests/x:cancel?reason=y"} {
		method := http.MethodGet
		if strings.Contains(path, ":cancel") {
			method = http.MethodPost
		}
		if got := send(t, method, h.url+path, "").problem(t); got.Reason != "INVALID_REQUEST" || got.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, got.Code, got.Message)
		}
	}
}
