package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// vendor drives a simulated signing vendor as signers and the vendor's own staff would.
type vendor struct {
	name, url string
	tap       *tap
}

// envelope is a request at a vendor: the fields of both vendors, of which each fills its own.
type envelope struct {
	ID string `json:"id"`
	// Skribble's.
	Title   string `json:"title"`
	Overall string `json:"status_overall"`
	Success string `json:"callback_success_url"`
	// Yousign's.
	Name   string `json:"name"`
	Status string `json:"status"`
}

func (e envelope) state() string { return strings.ToLower(e.Overall + e.Status) }

// callbackToken is the secret segment of Skribble's callbacks.
func (e envelope) callbackToken() string {
	_, path, _ := strings.Cut(e.Success, "/webhooks/skribble/success/")
	token, _, _ := strings.Cut(path, "/")
	return token
}

// live tells whether somebody can sign, or has signed: neither a draft nor withdrawn.
func (e envelope) live() bool {
	switch e.state() {
	case "withdrawn", "draft", "canceled", "deleted":
		return false
	}
	return true
}

// envelopes are all that were made for a title, the oldest first.
func (v vendor) envelopes(t testing.TB, title string) []envelope {
	t.Helper()
	var all, found []envelope
	must(t, http.MethodGet, v.url+"/_sim/requests", nil, &all)
	for _, e := range all {
		if strings.HasPrefix(e.Title+e.Name, title) {
			found = append(found, e)
		}
	}
	return found
}

// only is the one live envelope for a title. A second one fails the test.
func (v vendor) only(t testing.TB, title string) (envelope, error) {
	t.Helper()
	var live []envelope
	for _, e := range v.envelopes(t, title) {
		if e.live() {
			live = append(live, e)
		}
	}
	if len(live) > 1 {
		t.Fatalf("%s has %d live envelopes for %q", v.name, len(live), title)
	}
	if len(live) == 0 {
		return envelope{}, errors.New("nothing is live at " + v.name)
	}
	return live[0], nil
}

// do makes something happen to an envelope: sign, decline, open, expire and more.
func (v vendor) do(t testing.TB, e envelope, verb string, body map[string]any) {
	t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	must(t, http.MethodPost, v.url+"/_sim/requests/"+e.ID+"/"+verb, body, nil)
}

// arm gives the next calls that match a fault.
func (v vendor) arm(t testing.TB, fault map[string]any) {
	t.Helper()
	must(t, http.MethodPost, v.url+"/_sim/faults", fault, nil)
}

// misdeliver gives the next callbacks a fault.
func (v vendor) misdeliver(t testing.TB, fault string, count int) {
	t.Helper()
	must(t, http.MethodPost, v.url+"/_sim/deliveries/faults", map[string]any{"fault": fault, "count": count}, nil)
}

// auto has signers sign by themselves after a time such as "100ms".
func (v vendor) auto(t testing.TB, after string) {
	t.Helper()
	must(t, http.MethodPost, v.url+"/_sim/auto", map[string]any{"sign_after": after}, nil)
}

// reads is how often the product has asked the vendor how an envelope stands.
func (v vendor) reads(e envelope) int {
	return v.tap.count(func(c exchange) bool {
		return c.method == http.MethodGet && strings.HasSuffix(c.path, "/"+e.ID) && c.status == http.StatusOK
	})
}

// creations is how often the product asked for an envelope, with whatever answer.
func (v vendor) creations() int {
	return v.tap.count(func(c exchange) bool { return c.method == http.MethodPost && c.path == v.creationPath() })
}

// creationPath is where envelopes are made.
func (v vendor) creationPath() string {
	if v.name == "skribble" {
		return "/v2/signature-requests"
	}
	return "/v3/signature_requests"
}

// signedPDF reads the signed document at the vendor, as any client of its API would.
func (v vendor) signedPDF(t testing.TB, e envelope) []byte {
	t.Helper()
	header, path := http.Header{"Authorization": {"Bearer " + yousignKey}}, "/v3/signature_requests/"+e.ID+"/documents/download"
	if v.name == "skribble" {
		var request struct {
			Document string `json:"document_id"`
		}
		must(t, http.MethodGet, v.url+"/_sim/requests/"+e.ID, nil, &request)
		header, path = http.Header{"Authorization": {"Bearer " + v.login(t)}}, "/v2/documents/"+request.Document+"/content"
	}
	got, err := send(http.MethodGet, v.url+path, header, nil)
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("read the signed document at %s: status %d, %v", v.name, got.status, err)
	}
	return got.body
}

func (v vendor) login(t testing.TB) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"username": skribbleUser, "api-key": skribbleKey})
	if err != nil {
		t.Fatal(err)
	}
	got, err := send(http.MethodPost, v.url+"/v2/access/login", http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil || got.status != http.StatusOK {
		t.Fatalf("log in at %s: status %d, %v", v.name, got.status, err)
	}
	return strings.TrimSpace(string(got.body))
}

// String names the envelope without its personal data.
func (e envelope) String() string { return fmt.Sprintf("%s (%s)", e.ID, e.state()) }
