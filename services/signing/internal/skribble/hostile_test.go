package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// hostile answers to whatever is asked: too much, of the wrong type, without ids, about something else.
func hostile() map[string]string {
	many := func(entry string) string { return "[" + strings.Repeat(entry+",", 100_000) + entry + "]" }
	return map[string]string{
		"nothing": "", "null": "null", "a word": `"OPEN"`, "a number": "7", "no JSON": "<html>", "an empty object": "{}",
		"no id":               `{"status_overall":"SIGNED","document_id":"d-1","signatures":[]}`,
		"another id":          `{"id":"sr-2","status_overall":"SIGNED","document_id":"d-1","signatures":[]}`,
		"a path for an id":    `{"id":"../sr-1","status_overall":"SIGNED"}`,
		"a number for an id":  `{"id":7,"status_overall":"SIGNED"}`,
		"endless signers":     `{"id":"sr-1","status_overall":"OPEN","signatures":` + many("{}") + `}`,
		"endless observers":   `{"id":"sr-1","status_overall":"OPEN","cc_email_addresses":` + many(`""`) + `}`,
		"endless attachments": `{"id":"sr-1","status_overall":"OPEN","attachments":` + many("{}") + `}`,
		"signers of a kind":   `{"id":"sr-1","status_overall":"OPEN","signatures":"none"}`,
		"signers in depth":    `{"id":"sr-1","status_overall":"OPEN","signatures":` + strings.Repeat("[", 20_000),
		"endless requests":    many(`{"id":"sr-1"}`),
	}
}

// Every method ends with one of the port's failures, and believes nothing.
func TestHostileAnswers(t *testing.T) {
	order := stagedOrder()
	order.Envelope, order.Signers[0].ProviderID = "sr-1", "s-1"
	for name, body := range hostile() {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }}
		provider := vendor.provider(t)
		calls := map[string]func() error{
			"Send":   func() error { _, err := provider.Send(t.Context(), order, false); return err },
			"Read":   func() error { _, err := provider.Read(t.Context(), "sr-1"); return err },
			"Update": func() error { _, err := provider.UpdateSigner(t.Context(), order, "client"); return err },
			"Link":   func() error { _, err := provider.SigningLink(t.Context(), order, "s-1"); return err },
			"Erase":  func() error { return provider.Erase(t.Context(), "sr-1") },
			"File":   func() error { return closed(provider.SignedDocument(t.Context(), "sr-1")) },
		}
		for method, call := range calls {
			if err := call(); !isPortFailure(err) {
				t.Errorf("%s, answered with %s: %v", method, name, err)
			}
		}
	}
}

func isPortFailure(err error) bool {
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	var rejected *signature.RejectedError
	return errors.As(err, &unavailable) || errors.As(err, &unknown) || errors.As(err, &rejected)
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(recorded, "SIGNED", "QES", "EIDAS", "SIGNED")), 200)
	f.Add([]byte(`{"type":"https://api.skribble.com/problem/entity-not-found","status":404,"message":"x"}`), 404)
	f.Add([]byte(`please ensure username and api-key are correct`), 400)
	f.Add([]byte(`{"signatures":{"a":1},"id":7}`), 200)
	f.Add([]byte(`[{"type":"UPDATE","url":"https://x/y?z","messages":["a",1],"attempts":1e9}]`), 200)
	f.Add([]byte(invitedRow), 200)
	f.Add([]byte(`{"id":"sr-1","status_overall":"OPEN","signatures":[`+annaRow+`,`+maxRow+`]}`), 200)
	f.Add([]byte{0xff, 0x00}, 403)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		// In a bubble no pause that an answer asks for takes time.
		synctest.Test(t, func(t *testing.T) { believe(t, body, 200+(status&0x7fff)%400) })
	})
}

// believe calls every method of a Skribble that answers everything with this body.
func believe(t *testing.T, body []byte, status int) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}}
	provider := vendor.provider(t)
	if envelope, err := provider.Read(t.Context(), "sr-1"); err == nil && envelope.ID != "sr-1" {
		t.Errorf("%q was read as %+v", body, envelope)
	}
	for _, order := range []signature.Order{anOrder(), stagedOrder()} {
		if envelope, err := provider.Send(t.Context(), order, false); err == nil && !vendorhttp.IsID(envelope.ID) {
			t.Errorf("%q was sent as %+v", body, envelope)
		}
	}
	order := twoSigners(func(s *signature.Signer) { s.FirstName = "Moritz" })
	if envelope, err := provider.UpdateSigner(t.Context(), order, "client"); err == nil && len(envelope.Signers) != 2 {
		t.Errorf("%q was taken for the update %+v", body, envelope)
	}
	if deliveries, err := provider.Deliveries(t.Context(), "sr-1"); err == nil && len(deliveries) > maxListed {
		t.Errorf("%d deliveries", len(deliveries))
	}
	if link, err := provider.SigningLink(t.Context(), order, "s-1"); err == nil && !strings.Contains(link.URL, "skribble.example/") {
		t.Errorf("%q leads to %s", body, link.URL)
	}
}
