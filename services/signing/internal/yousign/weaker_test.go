package yousign

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestAWeakerSignerIsNeverInvited: whatever Yousign, or somebody in its app, made of a draft's signer.
func TestAWeakerSignerIsNeverInvited(t *testing.T) {
	for made, want := range map[string]signature.RefusalReason{
		`"signature_level":"electronic_signature"`:                                                   signature.ReasonLevelNotOffered,
		`"signature_level":"advanced_electronic_signature","signature_authentication_mode":"no_otp"`: signature.ReasonAuthenticationNotOffered,
		`"signature_level":"qualified_electronic_signature","signature_authentication_mode":null`:    signature.ReasonLevelNotOffered,
		`"signature_authentication_mode":"otp_email"`:                                                signature.ReasonAuthenticationNotOffered,
	} {
		for _, resume := range []bool{false, true} {
			weak := `{"id":"s-1","info":{"email":"max@example.org"},` + made + `}`
			answers := map[string]http.HandlerFunc{
				"POST " + root: say(201, aDraft), "POST " + one + "/documents": say(201, `{"id":"d-1","nature":"signable_document"}`),
				"POST " + one + "/signers": say(201, weak), "DELETE " + one: say(204, ""),
			}
			if resume {
				answers["GET "+root], answers["GET "+one] = say(200, `{"meta":{},"data":[`+fullDraft+`]}`), say(200, fullDraft)
				answers["GET "+one+"/signers"] = say(200, "["+weak+"]")
			}
			vendor := script(t, answers)
			_, err := vendor.provider().Send(t.Context(), anOrder(), resume)
			var rejected *signature.RejectedError
			if !errors.As(err, &rejected) || rejected.Reason != want || !slices.Contains(vendor.calls, "DELETE "+one) {
				t.Errorf("%s, resumed %t: %v after %v", made, resume, err, vendor.calls)
			}
		}
	}
}

// TestARejectedDraftThatStaysIsLookedUpAgain: nothing of a rejected order stays, and it may have been activated meanwhile.
func TestARejectedDraftThatStaysIsLookedUpAgain(t *testing.T) {
	for status, want := range map[int]string{204: "rejected", 404: "rejected", 400: "unknown", 500: "unknown", 503: "unknown"} {
		_, err := script(t, map[string]http.HandlerFunc{
			"POST " + root: say(201, aDraft), "POST " + one + "/documents": say(400, problemJSON("document.locked", "no")),
			"DELETE " + one: say(status, problemJSON("resource.not_found", "x")),
		}).provider().Send(t.Context(), anOrder(), false)
		var unknown *signature.UnknownOutcomeError
		var rejected *signature.RejectedError
		if got := map[bool]string{true: "unknown"}[errors.As(err, &unknown)] +
			map[bool]string{true: "rejected"}[errors.As(err, &rejected)]; got != want {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}
