package yousign

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

const (
	root      = "/v3/signature_requests"
	one       = root + "/sr-1"
	aDraft    = `{"id":"sr-1","status":"draft","external_id":"deal-7-1","signers":[],"documents":[]}`
	anOngoing = `{"id":"sr-1","status":"ongoing","external_id":"deal-7-1","signers":[{"id":"s-1","status":"notified"}],"documents":[{"id":"d-1","nature":"signable_document"}]}`
	fullDraft = `{"id":"sr-1","status":"draft","external_id":"deal-7-1","signers":[{"id":"s-1","status":"initiated"}],"documents":[{"id":"d-1","nature":"signable_document"}]}`
	aSigner   = `{"id":"s-1","status":"initiated","signature_level":"advanced_electronic_signature","info":{"email":"max@example.org"}}`
)

func problemJSON(kind, detail string) string {
	return fmt.Sprintf(`{"type":%q,"detail":%q}`, kind, detail)
}

func TestEnvelopeStates(t *testing.T) {
	for status, want := range map[string]signature.EnvelopeState{
		"draft": signature.EnvelopeDraft, "ongoing": signature.EnvelopeOpen, "approval": signature.EnvelopeOpen,
		"paused": signature.EnvelopeOpen, "done": signature.EnvelopeSigned, "declined": signature.EnvelopeDeclined,
		"rejected": signature.EnvelopeDeclined, "expired": signature.EnvelopeExpired, "canceled": signature.EnvelopeWithdrawn,
		"deleted": signature.EnvelopeGone, "": signature.EnvelopeUnknown, "completed": signature.EnvelopeUnknown,
	} {
		if got := envelope(request{Status: status}).State; got != want {
			t.Errorf("%s is %s, want %s", status, got, want)
		}
	}
	broken := request{Status: "canceled", Signers: []signer{{Status: "error"}}}
	if got := envelope(broken).State; got != signature.EnvelopeFailed {
		t.Errorf("canceled by a signer's error is %s", got)
	}
	for status, want := range map[string]signature.SignerState{
		"initiated": signature.SignerPending, "notified": signature.SignerInvited, "verified": signature.SignerOpened,
		"processing": signature.SignerOpened, "consent_given": signature.SignerOpened, "signed": signature.SignerSigned,
		"declined": signature.SignerDeclined, "error": signature.SignerFailed, "aborted": "", "new": "",
	} {
		if got := signerState(status); got != want {
			t.Errorf("signer %s is %q, want %q", status, got, want)
		}
	}
}

func TestADoneRequestTellsItsSigners(t *testing.T) {
	vendor := script(t, map[string]http.HandlerFunc{
		"GET " + one: say(200, `{"id":"sr-1","status":"done","external_id":"deal-7-1","completed_at":"2031-01-01T10:00:00+00:00",
			"bulk":7,"sender":null,"signers":[{"id":"s-1","status":"signed"}],"documents":[]}`),
		"GET " + one + "/signers": say(200, `[{"id":"s-1","status":"notified","signed_at":"2031-01-01T09:59:00Z",
			"signature_level":"qualified_electronic_signature","fields":[{"page":"1"}],"info":{"email":"max@example.org"}}]`),
	})
	got, err := vendor.provider().Read(t.Context(), "sr-1")
	want := signature.Envelope{
		ID: "sr-1", Correlation: "deal-7-1", State: signature.EnvelopeSigned,
		CompleteTime: time.Date(2031, 1, 1, 10, 0, 0, 0, time.UTC),
		Signers: []signature.EnvelopeSigner{{
			ID: "s-1", Email: "max@example.org", State: signature.SignerSigned, SignTime: time.Date(2031, 1, 1, 9, 59, 0, 0, time.UTC),
			SignedLevel: signature.QES, SignedLegislation: signature.EIDAS,
		}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// A 404 that Yousign did not give must not end every request of a business whose base URL has a typing error.
func TestGoneIsOnlyWhatYousignCallsGone(t *testing.T) {
	for body, gone := range map[string]bool{
		problemJSON("resource.not_found", "x"): true, problemJSON("about:blank", "x"): false, "404 page not found": false, "": false, "[]": false,
	} {
		got, err := script(t, map[string]http.HandlerFunc{"GET " + one: say(404, body)}).provider().Read(t.Context(), "sr-1")
		var unavailable *signature.UnavailableError
		if (got.State == signature.EnvelopeGone) != gone || !gone && !errors.As(err, &unavailable) {
			t.Errorf("%q: %+v, %v", body, got, err)
		}
	}
}

func TestRejections(t *testing.T) {
	cases := []struct {
		status int
		body   string
		want   signature.RefusalReason
		says   string
	}{
		{400, `{"type":"parameters_not_valid","detail":"You have some invalid params in your payload.",
			"invalid_params":[{"name":"info.locale","reason":"Value must be in [\"fr\"]. Max MUSTER, max@example.org, +41791234567"}]}`,
			signature.ReasonProviderRejected, `info.locale: Value must be in ["fr"]`},
		{400, problemJSON("document.analyze_error", "x"), signature.ReasonDocumentRejected, "document.analyze_error"},
		{400, problemJSON("configuration.not_enabled", "x"), signature.ReasonProviderMisconfigured, "configuration.not_enabled"},
		{400, problemJSON("date.out_of_range", "x"), signature.ReasonExpiryInvalid, "date.out_of_range"},
		{403, problemJSON("feature.not_in_plan", "no QES"), signature.ReasonProviderMisconfigured, "no QES"},
		{405, `{"message":"x"}`, signature.ReasonProviderRejected, "405"},
		{413, `<html>`, signature.ReasonDocumentTooLarge, "413"},
		{415, `{}`, signature.ReasonDocumentRejected, "415"},
	}
	for _, c := range cases {
		vendor := script(t, map[string]http.HandlerFunc{
			"POST " + root: say(201, aDraft), "POST " + one + "/documents": say(c.status, c.body), "DELETE " + one: say(204, ""),
		})
		_, err := vendor.provider().Send(t.Context(), anOrder(), false)
		var rejected *signature.RejectedError
		if !errors.As(err, &rejected) || rejected.Reason != c.want || !strings.Contains(rejected.Detail, c.says) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
			continue
		}
		for _, private := range []string{"max", "muster", "example.org", "4179"} {
			if strings.Contains(strings.ToLower(err.Error()), private) {
				t.Errorf("the error tells %q: %v", private, err)
			}
		}
		if vendor.calls[len(vendor.calls)-1] != "DELETE "+one {
			t.Errorf("a draft that leads nowhere stays: %v", vendor.calls)
		}
	}
}

func TestAuditTrail(t *testing.T) {
	cases := []struct {
		level, kind string
		want        error
	}{
		{"qualified_electronic_signature", "", signature.ErrNoAuditTrail},
		{"advanced_electronic_signature", "audit_trail.not_ready_for_download", signature.ErrNotReady},
		{"electronic_signature", "document.unable_to_download_signature_request_not_in_done", signature.ErrNotReady},
	}
	for _, c := range cases {
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + one + "/signers":               say(200, fmt.Sprintf(`[{"id":"s-1","signature_level":%q}]`, c.level)),
			"GET " + one + "/audit_trails/download": say(400, problemJSON(c.kind, "x")),
		})
		if file, err := vendor.provider().AuditTrail(t.Context(), "sr-1"); !errors.Is(err, c.want) || file != nil {
			t.Errorf("%s: %v, want %v", c.level, err, c.want)
		}
	}
}

func TestAReasonThatYousignWouldRefuseIsLeftOut(t *testing.T) {
	for reason, want := range map[string]string{
		"The deal was lost.": `{"reason":"other","custom_note":"The deal was lost."}`,
		"see https://x":      `{"reason":"other"}`,
		"":                   `{"reason":"other"}`,
		"ask a@example.org":  `{"reason":"other"}`,
	} {
		vendor := script(t, map[string]http.HandlerFunc{"POST " + one + "/cancel": say(201, "{}")})
		if err := vendor.provider().Withdraw(t.Context(), "sr-1", reason); err != nil || vendor.bodies["POST "+one+"/cancel"] != want {
			t.Errorf("%q: %v, sent %s", reason, err, vendor.bodies["POST "+one+"/cancel"])
		}
	}
}

// verbs calls what comes after the invitation, each anew, since an answer may ask for a pause; nothing of it may take a hostile answer for another request's.
func verbs(t *testing.T, vendor *scripted) {
	order := sentOrder()
	order.Observers = []signature.Observer{{Email: "o@example.org"}}
	if link, err := vendor.provider().SigningLink(t.Context(), order, "s-1"); err == nil && !strings.HasPrefix(link.URL, "https://") {
		t.Errorf("a link to %q", link.URL)
	}
	if got, err := vendor.provider().UpdateSigner(t.Context(), order, "client"); err == nil && got.ID != "sr-1" {
		t.Errorf("updated %+v", got)
	}
	if got, err := vendor.provider().Reactivate(t.Context(), "sr-1", time.Now().AddDate(0, 0, 7)); err == nil && got.ID != "sr-1" {
		t.Errorf("opened %+v", got)
	}
	if file, err := vendor.provider().SentDocument(t.Context(), "sr-1"); err == nil {
		_ = file.Close()
	}
	_ = vendor.provider().Remind(t.Context(), "sr-1", []string{"s-1"})
	_ = vendor.provider().Erase(t.Context(), "sr-1")
	_ = vendor.provider().observers(t.Context(), order, request{ID: "sr-1"}, true)
	order.Template = aUUID
	_ = vendor.provider().templateFault(t.Context(), order, &vendorhttp.StatusError{Method: http.MethodPost, Status: 400, Body: []byte(problemJSON("a", "b"))})
	_, _ = vendor.provider().templateSigners(t.Context(), order, request{ID: "sr-1"})
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(anOngoing), 200)
	f.Add([]byte(problemJSON("resource.not_found", "x")), 404)
	f.Add([]byte(`{"type":"parameters_not_valid","invalid_params":[{"name":"a","reason":"b"}]}`), 400)
	f.Add([]byte(`{"id":"s-1","status":"notified","signature_link":"https://x.example/y","recipient_stage_index":1}`), 200)
	f.Add([]byte(`[{"id":"s-1","status":"notified","recipient_stage_index":"x"}]`), 200)
	f.Add([]byte(`{"id":"sr-1","status":"expired","expiration_date":7}`), 200)
	f.Add([]byte(`{"signers":{"a":1},"id":7,"data":"x"}`), 200)
	f.Add([]byte{0xff, 0x00}, 403)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		answer := say(200+(status&0x7fff)%400, string(body))
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + one: answer, "GET " + one + "/signers": answer, "POST " + root: answer, "GET " + root: answer,
			"GET /v3/templates": answer, "POST " + one + "/reactivate": answer, "DELETE " + one: answer, "GET " + one + "/followers": answer,
			"GET " + one + "/documents/d-1/download": answer, "POST " + one + "/followers": answer,
			theSigner: answer, "PATCH " + one + "/signers/s-1": answer, theReminder: answer,
		})
		if got, err := vendor.provider().Read(t.Context(), "sr-1"); err == nil && got.ID != "sr-1" {
			t.Errorf("%q was read as %+v", body, got)
		}
		verbs(t, vendor)
		_, _ = vendor.provider().list(t.Context(), "deal-7-1")
		_ = translate(vendor.provider().get(t.Context(), "/signature_requests/sr-1", nil, nil), string(body))
	})
}
