package signature_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestTheNormalVerdictAsksNoSealToBeMore: lower levels may carry the provider's seal alone.
func TestTheNormalVerdictAsksNoSealToBeMore(t *testing.T) {
	for level, want := range map[signature.Level]signature.Verdict{
		signature.SES: signature.AttestedByProvider, signature.AES: signature.AttestedByProvider, signature.QES: signature.Proven,
	} {
		if got := signature.NormalVerdict(level); got != want {
			t.Errorf("%s: %s, want %s", level, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	const (
		proven, attested      = signature.Proven, signature.AttestedByProvider
		indeterminate, failed = signature.Indeterminate, signature.Failed
	)
	says := func(level signature.Level, legislation signature.Legislation) signature.Signer {
		return signature.Signer{State: signature.SignerSigned, SignedLevel: level, SignedLegislation: legislation}
	}
	open := signature.Signer{State: signature.SignerOpened}
	for _, c := range []struct {
		name     string
		asked    signature.Level
		required signature.Verdict
		verdict  signature.Verdict
		signers  []signature.Signer
		shown    signature.Level // what the file proves; the level asked for when empty
		reason   string
	}{
		{"proven", signature.AES, proven, proven, nil, "", ""},
		{"proven, attested would do", signature.AES, attested, proven, nil, "", ""},
		{"attested where it does", signature.SES, attested, attested, nil, "", ""},
		{"attested where it does not", signature.SES, proven, attested, nil, "", "PROOF_INSUFFICIENT"},
		{"indeterminate", signature.SES, attested, indeterminate, nil, "", "PROOF_INSUFFICIENT"},
		{"failed", signature.SES, attested, failed, nil, "", "PROOF_INSUFFICIENT"},
		{"no verdict", signature.SES, attested, "", nil, "", "PROOF_INSUFFICIENT"},
		{"a required verdict that was never set", signature.SES, "", attested, nil, "", "PROOF_INSUFFICIENT"},
		{"required: failed", signature.SES, failed, failed, nil, "", "PROOF_INSUFFICIENT"},
		{"required: indeterminate", signature.SES, indeterminate, indeterminate, nil, "", "PROOF_INSUFFICIENT"},
		{"the level asked for", signature.QES, proven, proven, []signature.Signer{says(signature.QES, signature.EIDAS)}, "", ""},
		{"more than asked for", signature.SES, proven, proven, []signature.Signer{says(signature.QES, "")}, "", ""},
		{"one signature lowered", signature.QES, proven, proven, []signature.Signer{says(signature.QES, signature.EIDAS), says(signature.AES, signature.EIDAS)}, "", "LEVEL_LOWERED"},
		{"a level nobody knows", signature.SES, proven, proven, []signature.Signer{says("EES", "")}, "", "LEVEL_LOWERED"},
		{"qualified under the other law", signature.QES, proven, proven, []signature.Signer{says(signature.QES, signature.ZERTES)}, "", "LEVEL_LOWERED"},
		{"the other law does not matter below QES", signature.AES, proven, proven, []signature.Signer{says(signature.AES, signature.ZERTES)}, "", ""},
		{"lowered and not proven", signature.QES, proven, failed, []signature.Signer{says(signature.SES, "")}, "", "LEVEL_LOWERED"},
		{"the file proves less", signature.QES, proven, proven, nil, signature.AES, "PROOF_INSUFFICIENT"},
		{"the file proves less, attested would do", signature.QES, attested, proven, nil, signature.SES, "PROOF_INSUFFICIENT"},
		{"the file proves a level nobody knows", signature.SES, proven, proven, nil, "EES", "PROOF_INSUFFICIENT"},
		{"the file proves more", signature.SES, proven, proven, nil, signature.QES, ""},
		{"attested without a word on the level", signature.QES, attested, attested, []signature.Signer{says("", "")}, "", "PROOF_INSUFFICIENT"},
		{"one of two without a word", signature.AES, attested, attested, []signature.Signer{says(signature.AES, ""), says("", "")}, "", "PROOF_INSUFFICIENT"},
		{"proven without a word", signature.QES, attested, proven, []signature.Signer{says("", "")}, "", ""},
		{"attested, simple, without a word", signature.SES, attested, attested, []signature.Signer{says("", "")}, "", ""},
		{"attested, and one has not signed", signature.SES, attested, attested, []signature.Signer{says("", ""), open}, "", "PROOF_INSUFFICIENT"},
		{"attested in a sandbox", signature.AES, attested, attested, []signature.Signer{says(signature.SandboxLevel, "")}, "", ""},
		{"attested, whatever the file proves", signature.QES, attested, attested, nil, signature.SES, ""},
	} {
		if c.shown == "" {
			c.shown = c.asked
		}
		r := archived()
		r.Level, r.RequiredVerdict, r.Signers = c.asked, c.required, c.signers
		got, events := signature.Judge(r, c.verdict, c.shown, at(5))
		want, kind := signature.Completed, signature.EventCompleted
		if c.reason != "" {
			want, kind = signature.ProofFailed, signature.EventProofFailed
		}
		if got.State != want || got.StateReason != c.reason || (got.StateDetail == "") != (c.reason == "") {
			t.Errorf("%s: %s (%s: %s)", c.name, got.State, got.StateReason, got.StateDetail)
		}
		told := len(events) == 1 && events[0].Type == kind && events[0].Verdict == c.verdict &&
			events[0].ProvenLevel == c.shown && events[0].StateReason == c.reason
		if !told || got.Verdict != c.verdict {
			t.Errorf("%s: events %+v", c.name, events)
		}
	}
}

func TestLevelsAreOrdered(t *testing.T) {
	order := []signature.Level{signature.SES, signature.AES, signature.QES}
	for i, a := range order {
		for j, b := range order {
			if got := a.AtLeast(b); got != (i >= j) {
				t.Errorf("%s at least %s: %v", a, b, got)
			}
		}
		for _, odd := range []signature.Level{"", "EES", "ses"} {
			if a.AtLeast(odd) || odd.AtLeast(a) || odd.AtLeast(odd) {
				t.Errorf("%q is worth something beside %s", odd, a)
			}
		}
	}
}

// TestAVendorsWordIsNoLevelOfOurs, whatever it says.
func TestAVendorsWordIsNoLevelOfOurs(t *testing.T) {
	for word, want := range map[string]signature.Level{
		"": "", "PART11": "PART11", "SANDBOX": "OTHER", "QES": "OTHER", "<b>": "OTHER", strings.Repeat("a", 65): "OTHER",
	} {
		if got := signature.UnknownLevel(word); got != want {
			t.Errorf("%.20q is %q", word, got)
		}
	}
}

// TestFailuresSayWhatHappenedAndKeepTheirCause: adapters and jobs find them with errors.As.
func TestFailuresSayWhatHappenedAndKeepTheirCause(t *testing.T) {
	cause := fmt.Errorf("connection reset")
	for _, c := range []struct {
		err  error
		want string
	}{
		{&signature.Refusal{Reason: signature.ReasonTitleInvalid, Detail: "too long"}, "refused: TITLE_INVALID: too long"},
		{&signature.RejectedError{Reason: signature.ReasonDocumentRejected, Detail: "encrypted"}, "the provider rejected the request: DOCUMENT_REJECTED: encrypted"},
		{&signature.UnavailableError{Cause: cause}, "the provider is unavailable: connection reset"},
		{&signature.UnknownOutcomeError{Cause: cause}, "the outcome of the provider call is unknown: connection reset"},
	} {
		if c.err.Error() != c.want {
			t.Errorf("%T: %v", c.err, c.err)
		}
		if wraps, ok := c.err.(interface{ Unwrap() error }); ok && !errors.Is(wraps.Unwrap(), cause) {
			t.Errorf("%T lost its cause", c.err)
		}
	}
}
