package skribble

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// A request as recorded from a demo account, with what later versions add.
const recorded = `{"id":"8b974da6-1b4f-a285-7be5-0e966beec7e3","title":"T","document_id":"6a41","legislation":"ZERTES",
 "quality":"DEMO","custom":"deal-7-1","status_overall":"%s","business":"biz-e989","page":0,
 "expiration_date":"2024-08-26",
 "signatures":[
  {"sid":"s-1","account_email":"aea9800320694d9ebcbcdce8e6acffd3","status_code":"SIGNED","language":"German",
   "signer_identity_data":{"first_name":"Max","last_name":"Muster","email_address":"m@example.com"},
   "signed_at":"2024-08-21T15:29:26.838Z","signed_quality":"%s","signed_legislation":"%s"},
  {"sid":"s-2","account_email":"holder@example.com","status_code":"%s","decline_message":"no","last_viewed_at":"2024-08-21T15:00:00Z"}],
 "created_at":"2024-08-21T14:29:26.838Z","updated_at":"2024-08-21T16:00:00.000Z"}`

func TestEnvelopeOfARecordedRequest(t *testing.T) {
	cases := []struct {
		status, second string
		state          signature.EnvelopeState
		signer         signature.SignerState
	}{
		{"OPEN", "OPEN", signature.EnvelopeOpen, signature.SignerOpened},
		{"OPEN", "WAITING", signature.EnvelopeOpen, signature.SignerPending},
		{"SIGNED", "SIGNED", signature.EnvelopeSigned, signature.SignerSigned},
		{"DECLINED", "DECLINED", signature.EnvelopeDeclined, signature.SignerDeclined},
		{"WITHDRAWN", "OPEN", signature.EnvelopeWithdrawn, signature.SignerOpened},
		{"WITHDRAWN", "WITHDRAWN", signature.EnvelopeWithdrawn, ""},
		{"EXPIRED", "OPEN", signature.EnvelopeExpired, signature.SignerOpened},
		{"ERROR", "ERROR", signature.EnvelopeFailed, signature.SignerFailed},
		{"UNDEFINED", "UNDEFINED", signature.EnvelopeUnknown, ""},
		{"SIGNING", "X", signature.EnvelopeUnknown, ""},
		{"", "", signature.EnvelopeUnknown, ""},
	}
	provider := (&scripted{}).provider(t)
	at := time.Date(2024, 8, 21, 15, 29, 26, 838e6, time.UTC)
	for _, c := range cases {
		want := signature.Envelope{
			ID: "8b974da6-1b4f-a285-7be5-0e966beec7e3", Correlation: "deal-7-1", State: c.state,
			EndTime: time.Date(2024, 8, 26, 0, 0, 0, 0, time.UTC),
			Signers: []signature.EnvelopeSigner{
				{
					ID: "s-1", Email: "m@example.com", FirstName: "Max", LastName: "Muster", State: signature.SignerSigned,
					SignTime: at, SignedLevel: signature.AES, SignedLegislation: signature.EIDAS,
				},
				{ID: "s-2", Email: "holder@example.com", State: c.signer},
			},
		}
		if c.state == signature.EnvelopeSigned {
			want.CompleteTime = at
		}
		if c.state == signature.EnvelopeDeclined {
			want.DeclineReason = "no"
		}
		got := provider.envelope(parse(t, fmt.Sprintf(recorded, c.status, "AES_MINIMAL", "EIDAS", c.second)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s/%s (-want +got):\n%s", c.status, c.second, diff)
		}
	}
}

func parse(t *testing.T, body string) request {
	t.Helper()
	var r request
	var odd *json.UnmarshalTypeError
	if err := json.Unmarshal([]byte(body), &r); err != nil && !errors.As(err, &odd) {
		t.Fatal(err)
	}
	return r
}

func TestADemoSignatureIsWorthNothing(t *testing.T) {
	live := (&scripted{}).provider(t)
	sandbox := (&scripted{}).provider(t)
	sandbox.config.Sandbox = true
	for _, c := range []struct {
		provider *Provider
		quality  string
		want     signature.Level
		atLeast  bool
	}{
		{live, "QES", signature.QES, true},
		{live, "DEMO", "DEMO", false},
		{live, "PART11", "PART11", false},
		{live, "sandbox", "OTHER", false},
		{live, "", "", false},
		{sandbox, "DEMO", signature.SandboxLevel, false},
	} {
		if got := c.provider.signedLevel(c.quality); got != c.want || got.AtLeast(signature.SES) != c.atLeast {
			t.Errorf("%s is %q", c.quality, got)
		}
	}
	r := parse(t, fmt.Sprintf(recorded, "SIGNED", "SES", "UNDEFINED", "SIGNED"))
	if law := live.envelope(r).Signers[0].SignedLegislation; law != "" {
		t.Errorf("UNDEFINED is the legislation %q", law)
	}
}

// A 404 that Skribble did not give must not end every request of a business whose base URL has a typing error.
func TestGoneIsOnlyWhatSkribbleCallsGone(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }}
	var unavailable *signature.UnavailableError
	if got, err := vendor.provider(t).Read(t.Context(), "sr-1"); !errors.As(err, &unavailable) {
		t.Errorf("a proxy's 404: %+v, %v", got, err)
	}
	answers := 0
	vendor = &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		if answers++; answers == 1 {
			refuseWith(w, http.StatusNotFound, "entity-not-found", "", "SignatureRequest not found")
			return
		}
		fmt.Fprint(w, `{"id":"sr-1","status_overall":"OPEN"}`)
	}}
	if got, err := vendor.provider(t).Read(t.Context(), "sr-1"); err != nil || got.State != signature.EnvelopeOpen {
		t.Errorf("a 404 that is taken back: %+v, %v", got, err)
	}
}

func TestRejections(t *testing.T) {
	cases := []struct {
		status    int
		kind, key string
		want      signature.RefusalReason
	}{
		{400, "problem-with-message", "", signature.ReasonProviderRejected},
		{400, "problem-with-message", "file.pdf.general_error", signature.ReasonDocumentRejected},
		{400, "problem-with-message", "file.malware.detected", signature.ReasonDocumentRejected},
		{406, "problem-with-message", "", signature.ReasonDocumentRejected},
		{413, "problem-with-message", "", signature.ReasonDocumentTooLarge},
		{403, "feature-not-enabled", "", signature.ReasonProviderMisconfigured},
		{404, "entity-not-found", "", signature.ReasonProviderRejected},
		{422, "constraint-violation", "", signature.ReasonProviderRejected},
	}
	for _, c := range cases {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
			refuseWith(w, c.status, c.kind, c.key, "Max Muster (MAX@example.org, 41791234567) is not welcome")
		}}
		_, err := vendor.provider(t).Send(t.Context(), anOrder(), false)
		var rejected *signature.RejectedError
		if !errors.As(err, &rejected) || rejected.Reason != c.want {
			t.Errorf("%d %s %s: %v, want %s", c.status, c.kind, c.key, err, c.want)
			continue
		}
		for _, private := range []string{"Max", "Muster", "example.org", "4179"} {
			if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(private)) {
				t.Errorf("the error tells %q: %v", private, err)
			}
		}
		if !strings.Contains(rejected.Detail, "is not welcome") {
			t.Errorf("the error lost what Skribble said: %v", err)
		}
	}
}

// Skribble answers 200 to a request whose signers it did not understand.
func TestARequestThatIsNotAsOrderedIsWithdrawn(t *testing.T) {
	for _, body := range []string{
		`{"id":"sr-1","status_overall":"OPEN","quality":"AES","signatures":[]}`,
		`{"id":"sr-1","status_overall":"OPEN","quality":"SES","signatures":[{"sid":"s"}]}`,
		`{"id":"sr-1","status_overall":"OPEN","quality":"DEMO","signatures":[{"sid":"s"}]}`,
	} {
		vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }}
		_, err := vendor.provider(t).Send(t.Context(), anOrder(), false)
		var rejected *signature.RejectedError
		if !errors.As(err, &rejected) || vendor.calls[len(vendor.calls)-1] != "POST /v2/signature-requests/sr-1/withdraw" {
			t.Errorf("%s: %v after %v", body, err, vendor.calls)
		}
	}
}
