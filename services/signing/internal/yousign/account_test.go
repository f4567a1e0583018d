package yousign_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/yousign"
	sim "github.com/countersign/countersign/services/sim/yousign"
)

func TestAPlanWithoutTheLevelRejectsForGoodAndLeavesNoDraft(t *testing.T) {
	v := newVendor(t, func(c *sim.Config) { c.LevelsOff = []string{"qualified_electronic_signature"} })
	order := anOrder(signature.QES)
	_, err := newProvider(t, v.config(http.DefaultClient)).Send(t.Context(), order, false)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) {
		t.Errorf("Send: %v, want a rejection", err)
	}
	v.leavesNoDraft(t)
}

func TestATrialInvitesOnlyItsOwnPeople(t *testing.T) {
	v := newVendor(t, func(c *sim.Config) { c.Trial = &sim.Trial{Emails: []string{"@own.example"}} })
	_, err := newProvider(t, v.config(http.DefaultClient)).Send(t.Context(), anOrder(signature.SES), false)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || !strings.Contains(rejected.Detail, "organization") {
		t.Errorf("Send: %v, want a rejection that says why", err)
	}
	v.leavesNoDraft(t)
}

func (v vendor) leavesNoDraft(t *testing.T) {
	t.Helper()
	var all []struct {
		Status string `json:"status"`
	}
	v.call(t, http.MethodGet, "/_sim/requests", nil, &all)
	for _, r := range all {
		if r.Status != "deleted" {
			t.Errorf("a request stays behind as %s", r.Status)
		}
	}
}

func TestAReadOnlyKeyIsAMisconfiguration(t *testing.T) {
	v := newVendor(t, nil)
	config := v.config(http.DefaultClient)
	config.APIKey = sim.DefaultReadOnlyKey
	_, err := newProvider(t, config).Send(t.Context(), anOrder(signature.SES), false)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || rejected.Reason != signature.ReasonProviderMisconfigured {
		t.Errorf("Send: %v", err)
	}
}

func TestAnAuditTrailMayLag(t *testing.T) {
	v := newVendor(t, func(c *sim.Config) { c.AuditTrailDelay = time.Hour })
	provider := newProvider(t, v.config(http.DefaultClient))
	envelope, err := provider.Send(t.Context(), anOrder(signature.SES), false)
	if err != nil {
		t.Fatal(err)
	}
	v.act(t, envelope.ID, "sign", map[string]string{})
	if file, err := provider.AuditTrail(t.Context(), envelope.ID); !errors.Is(err, signature.ErrNotReady) {
		t.Errorf("AuditTrail: %v, %v; want ErrNotReady", file, err)
	}
	v.call(t, http.MethodPost, "/_sim/clock/advance", map[string]string{"duration": "2h"}, nil)
	file, err := provider.AuditTrail(t.Context(), envelope.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

// What the vendor calls must pass Verify and Decode, in both forms of its envelope.
func TestWebhooks(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	for name, nested := range map[string]bool{"flat": false, "nested": true} {
		t.Run(name, func(t *testing.T) {
			events := make(chan yousign.Event, 16)
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				raw, err := io.ReadAll(r.Body)
				event, decodeErr := yousign.Decode(raw)
				if err != nil || decodeErr != nil || !yousign.Verify(raw, r.Header.Get(yousign.SignatureHeader), []string{"old", secret}) {
					t.Errorf("webhook %s: %v, %v, or not verified", raw, err, decodeErr)
				}
				events <- event
			}))
			t.Cleanup(gateway.Close)
			v := newVendor(t, func(c *sim.Config) {
				c.NestedWebhooks, c.Webhook = nested, &sim.Webhook{Endpoint: gateway.URL, SecretKey: secret}
			})
			order := anOrder(signature.SES)
			envelope, err := newProvider(t, v.config(http.DefaultClient)).Send(t.Context(), order, false)
			if err != nil {
				t.Fatal(err)
			}
			v.act(t, envelope.ID, "sign", map[string]string{})
			deadline := time.After(10 * time.Second)
			for {
				select {
				case event := <-events:
					if event.EnvelopeID != envelope.ID || event.Correlation != order.Correlation || event.Time.IsZero() || event.Sandbox {
						t.Errorf("event %+v", event)
					}
					if event.Name == "signature_request.done" {
						return
					}
				case <-deadline:
					t.Fatal("signature_request.done never came")
				}
			}
		})
	}
}

func anOrder(level signature.Level) signature.Order {
	return signature.Order{
		Correlation: "deal-7-1", Title: "Contract 7", Level: level, Legislation: signature.EIDAS, Language: "de",
		ExpireTime: time.Now().AddDate(0, 0, 14), FileName: "contract.pdf", Document: providertest.Document("client"),
		Fields:  []signature.Field{{Role: "client", FormField: "client", Page: 1, X: 60, Y: 500, Width: 180, Height: 60}},
		Signers: []signature.Signer{{Role: "client", FirstName: "Max", LastName: "Muster", Email: "max@example.org", Phone: "+41791234567"}},
	}
}
