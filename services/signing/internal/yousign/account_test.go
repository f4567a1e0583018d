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

func TestATrialRedirectsNobody(t *testing.T) {
	v := newVendor(t, func(c *sim.Config) { c.Trial = &sim.Trial{Emails: []string{"@example.org"}} })
	order := anOrder(signature.SES)
	order.Redirects.Success = "https://x.example/ok"
	_, err := newProvider(t, v.config(http.DefaultClient)).Send(t.Context(), order, false)
	wantRejected(t, err, signature.ReasonRedirectNotOffered)
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

// TestAReadOnlyKeyEndsNoRequest: its 403 does not say why, and an operator can mend it.
func TestAReadOnlyKeyEndsNoRequest(t *testing.T) {
	v := newVendor(t, nil)
	config := v.config(http.DefaultClient)
	config.APIKey = sim.DefaultReadOnlyKey
	_, err := newProvider(t, config).Send(t.Context(), anOrder(signature.SES), false)
	var unavailable *signature.UnavailableError
	if !errors.As(err, &unavailable) || unavailable.RetryAfter < 5*time.Minute {
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

// What only the vendor's calls tell of a signer must name the signer that was invited.
func TestSignersThatCannotBeReached(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	for verb, c := range map[string]struct {
		level signature.Level
		want  signature.SignerState
	}{
		"bounce":               {signature.SES, signature.SignerBounced},
		"fail_identification":  {signature.QES, signature.SignerIdentificationFailed},
		"block_identification": {signature.QES, signature.SignerIdentificationFailed},
	} {
		t.Run(verb, func(t *testing.T) {
			told := make(chan yousign.Event, 16)
			gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				raw, err := io.ReadAll(r.Body)
				event, decodeErr := yousign.Decode(raw)
				if err != nil || decodeErr != nil || !yousign.Verify(raw, r.Header.Get(yousign.SignatureHeader), []string{secret}) {
					t.Errorf("webhook %s: %v, %v, or not verified", raw, err, decodeErr)
				}
				if event.SignerState() != "" {
					told <- event
				}
			}))
			t.Cleanup(gateway.Close)
			v := newVendor(t, func(c *sim.Config) { c.Webhook = &sim.Webhook{Endpoint: gateway.URL, SecretKey: secret} })
			order := anOrder(c.level)
			envelope, err := newProvider(t, v.config(http.DefaultClient)).Send(t.Context(), order, false)
			if err != nil {
				t.Fatal(err)
			}
			request := signature.Request{State: signature.Preparing, Signers: order.Signers}
			request, _ = signature.Sent(request, envelope, time.Now())
			v.act(t, envelope.ID, verb, map[string]string{})
			select {
			case event := <-told:
				noted, events := signature.NoteSigner(request, signature.SignerFact{SignerID: event.SignerID, State: event.SignerState(), Time: event.Time}, event.Time)
				if noted.Signers[0].State != c.want || len(events) != 1 || event.EnvelopeID != envelope.ID {
					t.Errorf("%+v made the signer %s, events %v", event, noted.Signers[0].State, events)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("nobody was told")
			}
		})
	}
}

// TestAPausedRequestCannotBeWithdrawn: the refusal is told, so that nobody asks again and again.
func TestAPausedRequestCannotBeWithdrawn(t *testing.T) {
	v := newVendor(t, nil)
	provider := newProvider(t, v.config(http.DefaultClient))
	envelope, err := provider.Send(t.Context(), anOrder(signature.SES), false)
	if err != nil {
		t.Fatal(err)
	}
	v.act(t, envelope.ID, "pause", map[string]string{})
	var rejected *signature.RejectedError
	if err := provider.Withdraw(t.Context(), envelope.ID, "lost"); !errors.As(err, &rejected) {
		t.Errorf("Withdraw: %v, want a rejection", err)
	}
	v.act(t, envelope.ID, "resume", map[string]string{})
	if err := provider.Withdraw(t.Context(), envelope.ID, "lost"); err != nil {
		t.Errorf("Withdraw after the pause: %v", err)
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
