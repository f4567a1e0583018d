package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestAYousignEventNotesWhatItAloneTells of a signer: once, and never of another request or a signer who is further along.
func TestAYousignEventNotesWhatItAloneTells(t *testing.T) {
	const bounced, failed = "signer.notification_delivery_failed", "signer.identification_failed"
	for name, c := range map[string]struct {
		event, envelope, signer string
		state                   signature.SignerState
		told                    string
	}{
		"bounced":                      {bounced, "env", "v1", signature.SignerBounced, "SIGNER_BOUNCED"},
		"identification failed":        {failed, "env", "v1", signature.SignerIdentificationFailed, "SIGNER_IDENTIFICATION_FAILED"},
		"identification blocked":       {"signer.identification_blocked", "env", "v1", signature.SignerIdentificationFailed, "SIGNER_IDENTIFICATION_FAILED"},
		"what the vendor's view tells": {"signer.done", "env", "v1", signature.SignerInvited, ""},
		"a stranger":                   {bounced, "env", "v2", signature.SignerInvited, ""},
		"nobody":                       {bounced, "env", "", signature.SignerInvited, ""},
		"another request":              {bounced, "env-9", "v1", signature.SignerInvited, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			request := sentBy("eu", "env")
			request.Signers[0].ProviderID, request.Signers[0].State = "v1", signature.SignerInvited
			r.have(request)
			body := fmt.Sprintf(`{"event_id":"e","event_name":%q,"data":{"signature_request":{"id":%q},"signer":{"id":%q}}}`, c.event, c.envelope, c.signer)
			for range 2 {
				if err := r.yousign(hookToken, sign(body, hookSecret)); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.yousign(hookToken, sign(strings.Replace(body, `"e"`, `"forged"`, 1), "guess")); err == nil {
				t.Error("a forged event was taken")
			}
			read, err := r.store.Request(t.Context(), request.ID)
			if err != nil || read.Signers[0].State != c.state || read.State != signature.OutForSignature {
				t.Errorf("the signer is %s, the request %s, %v", read.Signers[0].State, read.State, err)
			}
			events, err := r.store.Events(t.Context(), 0, request.ID, 10)
			if err != nil {
				t.Fatal(err)
			}
			told := ""
			for _, e := range events[1:] {
				told += string(e.Type)
			}
			if told != c.told || c.told != "" && (events[1].SignerRole != "client" || r.count("inbox") != 1 || r.count("river_job") != 1) {
				t.Errorf("told %q, %d messages, %d jobs", told, r.count("inbox"), r.count("river_job"))
			}
		})
	}
}

// TestAYousignEventWaitsForNobody: events and jobs that save the same request at the same time all come through.
func TestAYousignEventWaitsForNobody(t *testing.T) {
	r := newRig(t)
	request := sentBy("eu", "env")
	signer := request.Signers[0]
	request.Signers = nil
	for i := range 8 {
		signer.Role, signer.ProviderID, signer.State = fmt.Sprintf("r%d", i), fmt.Sprintf("v%d", i), signature.SignerInvited
		request.Signers = append(request.Signers, signer)
	}
	r.have(request)
	results := make(chan error)
	for i := range 8 {
		body := fmt.Sprintf(`{"event_id":"e%d","event_name":"signer.notification_delivery_failed",
			"data":{"signature_request":{"id":"env"},"signer":{"id":"v%d"}}}`, i, i)
		go func() { results <- r.yousign(hookToken, sign(body, hookSecret)) }()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	read, err := r.store.Request(t.Context(), request.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range read.Signers {
		if s.State != signature.SignerBounced {
			t.Errorf("signer %s is %s", s.Role, s.State)
		}
	}
}

// TestAStaleBounceIsPassedOver: the event's own time counts, and not when it comes.
func TestAStaleBounceIsPassedOver(t *testing.T) {
	r := newRig(t)
	request := sentBy("eu", "env")
	corrected := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	request.Signers[0].ProviderID, request.Signers[0].State, request.Signers[0].UpdateTime = "v1", signature.SignerInvited, corrected
	name := r.have(request)[0]
	for i, c := range []struct {
		time time.Time
		want signature.SignerState
	}{{corrected.Add(-time.Minute), signature.SignerInvited}, {corrected.Add(time.Minute), signature.SignerBounced}} {
		body := fmt.Sprintf(`{"event_id":"e%d","event_name":"signer.notification_delivery_failed","event_time":"%d",
			"data":{"signature_request":{"id":"env"},"signer":{"id":"v1"}}}`, i, c.time.Unix())
		if err := r.yousign(hookToken, sign(body, hookSecret)); err != nil || r.read(name).Signers[0].State != c.want {
			t.Errorf("of %v: the signer is %s, %v", c.time, r.read(name).Signers[0].State, err)
		}
	}
}
