package yousign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// The golden webhook: a body, the key it was signed with and the signature.
const (
	goldenKey  = "0123456789abcdef0123456789abcdef"
	goldenBody = `{"event_id":"3f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001","event_name":"signature_request.done","event_time":"1760000000","subscription_id":"11111111-2222-4333-8444-555555555555","subscription_description":"kommo-bridge","sandbox":true,"data":{"signature_request":{"id":"0ef334d2-7f36-4643-8a2a-4283b4a3e4a4","status":"done","external_id":"kommo-12345"}}}`
	goldenSum  = "601e1851d20e7b30f1233c80402669d204c07e40fa3ad52e6cda7eafe48052aa"
)

func TestVerify(t *testing.T) {
	body := []byte(goldenBody)
	emptyKeySum := hmac.New(sha256.New, nil)
	emptyKeySum.Write(body)
	cases := []struct {
		name    string
		body    []byte
		header  string
		secrets []string
		want    bool
	}{
		{"golden", body, "sha256=" + goldenSum, []string{goldenKey}, true},
		{"second of two live secrets", body, "sha256=" + goldenSum, []string{"old", goldenKey}, true},
		{"first of two live secrets", body, "sha256=" + goldenSum, []string{goldenKey, "new"}, true},
		{"upper-case digits", body, "sha256=" + strings.ToUpper(goldenSum), []string{goldenKey}, true},
		{"another secret", body, "sha256=" + goldenSum, []string{"other"}, false},
		{"no prefix", body, goldenSum, []string{goldenKey}, false},
		{"another algorithm", body, "sha1=" + goldenSum, []string{goldenKey}, false},
		{"no secrets", body, "sha256=" + goldenSum, nil, false},
		{"an empty secret", body, "sha256=" + hex.EncodeToString(emptyKeySum.Sum(nil)), []string{""}, false},
		{"a changed body", append([]byte(goldenBody), ' '), "sha256=" + goldenSum, []string{goldenKey}, false},
		{"half a signature", body, "sha256=" + goldenSum[:32], []string{goldenKey}, false},
		{"no signature", body, "sha256=", []string{goldenKey}, false},
		{"no header", body, "", []string{goldenKey}, false},
		{"no hex", body, "sha256=" + strings.Repeat("z", 64), []string{goldenKey}, false},
	}
	for _, c := range cases {
		if got := Verify(c.body, c.header, c.secrets); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestDecode(t *testing.T) {
	golden := Event{
		ID: "3f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001", Name: "signature_request.done", Time: time.Unix(1760000000, 0).UTC(),
		Sandbox: true, EnvelopeID: "0ef334d2-7f36-4643-8a2a-4283b4a3e4a4", Correlation: "kommo-12345",
	}
	cases := []struct {
		name, body string
		want       Event
	}{
		{"flat", goldenBody, golden},
		{"nested", `{"metadata":{"event_id":"3f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001","event_name":"signature_request.done","event_time":1760000000,"sandbox":true},
			"data":{"signature_request":{"id":"0ef334d2-7f36-4643-8a2a-4283b4a3e4a4","external_id":"kommo-12345"}}}`, golden},
		{"a signer's event", `{"event_id":"e","event_name":"signer.done","data":{"signer":{"id":"s","signature_request_id":"r"}}}`,
			Event{ID: "e", Name: "signer.done", EnvelopeID: "r", SignerID: "s"}},
		{"a signer without a usable id", `{"event_id":"e","event_name":"signer.done","data":{"signer":{"id":"../s"},"signature_request":{"id":"r"}}}`,
			Event{ID: "e", Name: "signer.done", EnvelopeID: "r"}},
		{"an invented name", `{"event_id":"e","event_name":"request.completed","data":{"signature_request":{"id":"r","external_id":null}}}`,
			Event{ID: "e", Name: "signature_request.done", EnvelopeID: "r"}},
		{"another invented name", `{"event_id":"e","event_name":"signature_request.completed","data":{}}`, Event{ID: "e", Name: "signature_request.done"}},
		{"a signer's invented name", `{"event_id":"e","event_name":"signer.completed","data":{}}`, Event{ID: "e", Name: "signer.done"}},
		{"a short name", `{"event_id":"e","event_name":"request.declined","data":{}}`, Event{ID: "e", Name: "signature_request.declined"}},
		{"odd values", `{"event_id":"e","event_name":"contact.created","event_time":{},"sandbox":"yes","data":{"signature_request":{"id":7,"external_id":[]},"signer":3}}`,
			Event{ID: "e", Name: "contact.created"}},
		{"an id that is a path", `{"event_id":"e","event_name":"signer.done","data":{"signature_request":{"id":"../x"}}}`, Event{ID: "e", Name: "signer.done"}},
		{"a time in words", `{"event_id":"e","event_name":"x","event_time":"2025-10-09T08:53:20Z","data":{}}`,
			Event{ID: "e", Name: "x", Time: time.Unix(1760000000, 0).UTC()}},
	}
	for _, c := range cases {
		got, err := Decode([]byte(c.body))
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
	for _, body := range []string{
		"", "null", "[]", "7", "{", `{"event_name":"x","data":{}}`, `{"event_id":"e","data":{}}`, `{"event_id":"e","event_name":"x"}`,
		`{"event_id":"e","event_name":"x","data":"y"}`, `{"event_id":7,"event_name":"x","data":{}}`,
		`{"event_id":"` + strings.Repeat("e", 300) + `","event_name":"x","data":{}}`, `{"metadata":[],"data":{}}`,
	} {
		if got, err := Decode([]byte(body)); err == nil {
			t.Errorf("%.60s was decoded as %+v", body, got)
		}
	}
}

// eventNames are those of API v3, August 2026, and two that came later.
const eventNames = `document_analysis.done signer.notified signer.declined signer.done signer.link_opened
	signer.identification_failed signer.identification_succeeded signer.identification_blocked signer.identification_expired
	signer.identity_saved signer.sender_contacted signer.error signer.notification_delivery_failed
	signature_request.activated signature_request.declined signature_request.canceled signature_request.done
	signature_request.expired signature_request.reminder_executed signature_request.automatic_reminder_executed
	signature_request.approved signature_request.deleted signature_request.permanently_deleted
	signature_request.reactivated signature_request.rejected signature_request.paused signature_request.resumed
	contact.created approver.notified approver.approved approver.rejected approver.notification_delivery_failed
	electronic_seal.done electronic_seal.error user.completed verification.identity_video.done
	verification.bank_account.done verification.bank_account_connection.done verification.bank_account_lookup.done
	verification.identity_document.done verification.company.done verification.watchlist.done
	verification.proof_of_address.done workflow_action_group.started workflow_action_group.blocked
	workflow_action_group.done workflow_session.started workflow_session.blocked workflow_session.done
	applicant.notified applicant.processed applicant.session_blocked
	monitoring.natural_person.updated tomorrow.invented`

// TestEveryEventDecodesInBothShapes under its own name; what is not known is a hint as good as any.
func TestEveryEventDecodesInBothShapes(t *testing.T) {
	names := strings.Fields(eventNames)
	for _, name := range names {
		head := fmt.Sprintf(`"event_id":"e","event_name":%q,"event_time":"1760000000","sandbox":true`, name)
		data := `"data":{"signature_request":{"id":"r","external_id":"c"},"signer":{"id":"s"}}`
		want := Event{ID: "e", Name: name, Time: time.Unix(1760000000, 0).UTC(), Sandbox: true, EnvelopeID: "r", Correlation: "c", SignerID: "s"}
		for shape, body := range map[string]string{"flat": "{" + head + "," + data + "}", "nested": `{"metadata":{` + head + `},` + data + "}"} {
			got, err := Decode([]byte(body))
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s, %s: %v %s", name, shape, err, diff)
			}
		}
	}
	for _, read := range readEvents() {
		if !slices.Contains(names, read) {
			t.Errorf("%s is subscribed to and not the vendor's", read)
		}
	}
	for state, events := range map[bool][]string{true: readEvents(), false: {"tomorrow.invented"}} {
		if told := slices.ContainsFunc(events, func(name string) bool { return Event{Name: name}.SignerState() != "" }); told != state {
			t.Errorf("%v tell of a signer: %v", events, told)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(goldenBody), "sha256="+goldenSum, goldenKey)
	f.Add([]byte(""), "sha256=", "")
	f.Add([]byte("x"), goldenSum, "k")
	f.Fuzz(func(t *testing.T, body []byte, header, secret string) {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		right := secret != "" && strings.EqualFold(header, "sha256="+hex.EncodeToString(mac.Sum(nil))) && strings.HasPrefix(header, "sha256=")
		if got := Verify(body, header, []string{"", secret}); got != right {
			t.Errorf("Verify(%q, %q, %q) = %v", body, header, secret, got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(goldenBody))
	f.Add([]byte(`{"metadata":{"event_id":"e","event_name":"x","event_time":1,"sandbox":true},"data":{"signer":{"signature_request_id":"r"}}}`))
	f.Add([]byte(`{"event_id":"e","event_name":"x","data":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := Decode(body)
		if err != nil {
			return
		}
		if event.ID == "" || event.Name == "" || event.EnvelopeID != "" && !vendorhttp.IsID(event.EnvelopeID) ||
			event.SignerID != "" && !vendorhttp.IsID(event.SignerID) || len(event.Correlation) > maxEventWord {
			t.Errorf("%q was decoded as %+v", body, event)
		}
	})
}

func TestARefusedSubscriptionTellsNoSecret(t *testing.T) {
	private := Subscription{Endpoint: "https://a.example/webhooks/yousign/sesame-token", SecretKey: "open-the-door"}
	for _, status := range []int{400, 403, 500} {
		err := subscriptionError(&vendorhttp.StatusError{
			Status: status, Body: []byte(problemJSON("parameters_not_valid", "sesame-token, OPEN-the-door and the rest are odd")),
		}, private)
		if err == nil || !strings.Contains(err.Error(), "the rest are odd") || strings.Contains(err.Error(), "sesame") ||
			strings.Contains(strings.ToLower(err.Error()), "open-the-door") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// FuzzSubscriptions: whatever list the vendor answers with, a plan never claims somebody else's subscription.
func FuzzSubscriptions(f *testing.F) {
	want := WantedSubscription("eu", "https://sign.example.com/webhooks/yousign/token", goldenKey, false)
	f.Add([]byte(`[{"id":"a","endpoint":"https://sign.example.com/webhooks/yousign/token","enabled":false}]`), 200)
	f.Add([]byte(`[{"id":"a","endpoint":"https://sign.example.com/webhooks/yousign/x","description":"countersign eu"},{"id":7}]`), 200)
	f.Add([]byte(`[{"id":"a","description":"countersign eu","endpoint":"x"},{"endpoint":{}}]`), 200)
	f.Add([]byte(`{"type":"about:blank","detail":"https://sign.example.com/webhooks/yousign/token"}`), 403)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		answer := say(200+(status&0x7fff)%400, string(body))
		vendor := script(t, map[string]http.HandlerFunc{"GET /v3/webhooks": answer, "POST /v3/webhooks": answer})
		all, err := vendor.provider().Subscriptions(t.Context())
		plan := PlanSubscription(want, all)
		claimed := slices.IndexFunc(all, func(have Subscription) bool {
			return have.ID == plan.ID && address(have.Endpoint) == address(want.Endpoint)
		})
		if err != nil && all != nil || plan.ID != "" && claimed < 0 {
			t.Errorf("%q made us claim %q of %+v, %v", body, plan.ID, all, err)
		}
		err = vendor.provider().Subscribe(t.Context(), SubscriptionPlan{}, want)
		if err != nil && (strings.Contains(err.Error(), goldenKey) || strings.Contains(err.Error(), "yousign/token")) {
			t.Errorf("a secret is told: %v", err)
		}
	})
}

// TestEventsThatTellOfInvitations tell whose, and when; an event about nobody tells nothing.
func TestEventsThatTellOfInvitations(t *testing.T) {
	at := time.Unix(1_790_000_000, 0).UTC()
	for _, c := range []struct {
		event Event
		want  signature.Hint
	}{
		{Event{Name: "signature_request.activated", Time: at}, signature.Hint{State: signature.SignerInvited, Time: at}},
		{Event{Name: "signer.notified", SignerID: "s1", Time: at}, signature.Hint{SignerID: "s1", State: signature.SignerInvited, Time: at}},
		{Event{Name: "signer.notified", Time: at}, signature.Hint{}},
		{Event{Name: "signer.done", SignerID: "s1", Time: at}, signature.Hint{}},
	} {
		if got := c.event.Hint(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.event.Name, got, c.want)
		}
	}
}
