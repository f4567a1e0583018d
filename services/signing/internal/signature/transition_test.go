package signature_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// move is what a fact does to a request.
type move struct {
	to     signature.State
	reason string
	events []signature.EventType
}

func one(to signature.State, kind signature.EventType, reason string) move {
	return move{to, reason, []signature.EventType{kind}}
}

// TestEveryTransition holds every state against every fact: what is not in the table changes nothing at all.
func TestEveryTransition(t *testing.T) {
	moves := map[string]map[string]move{
		"preparing": {
			"refuse":       one(signature.Refused, signature.EventRefused, "TITLE_INVALID"),
			"sent":         one(signature.OutForSignature, signature.EventSent, ""),
			"ask":          {to: signature.Preparing},
			"end late":     one(signature.Expired, signature.EventExpired, ""),
			"unfound late": one(signature.Expired, signature.EventExpired, ""),
		},
		"maybe sent": {
			"bounced":      {to: signature.Preparing},
			"refuse":       one(signature.Refused, signature.EventRefused, "TITLE_INVALID"),
			"sent":         one(signature.OutForSignature, signature.EventSent, ""),
			"ask":          {to: signature.Preparing},
			"unfound late": one(signature.Expired, signature.EventExpired, ""),
		},
		"out": {
			"ask":           {to: signature.OutForSignature},
			"bounced":       one(signature.OutForSignature, signature.EventSignerBounced, ""),
			"see signed":    one(signature.Signed, signature.EventSigned, ""),
			"see declined":  one(signature.Declined, signature.EventDeclined, ""),
			"see expired":   one(signature.Expired, signature.EventExpired, ""),
			"see withdrawn": one(signature.Canceled, signature.EventCanceled, "WITHDRAWN_AT_PROVIDER"),
			"see gone":      {to: signature.OutForSignature},
			"see failed":    one(signature.Canceled, signature.EventCanceled, "PROVIDER_FAILED"),
		},
		"signed": {
			"kept": {to: signature.Signed},
			"fail": one(signature.ProofFailed, signature.EventProofFailed, "PROVIDER_FAILED"),
		},
		"kept": {
			"archived":      one(signature.Signed, signature.EventArchived, ""),
			"no trail":      one(signature.Signed, signature.EventArchived, ""),
			"judge proven":  one(signature.Completed, signature.EventCompleted, ""),
			"judge failed":  one(signature.ProofFailed, signature.EventProofFailed, "PROOF_INSUFFICIENT"),
			"judge nothing": one(signature.ProofFailed, signature.EventProofFailed, "PROOF_INSUFFICIENT"),
			"fail":          one(signature.ProofFailed, signature.EventProofFailed, "PROVIDER_FAILED"),
		},
		"archived": {
			"fail":          one(signature.ProofFailed, signature.EventProofFailed, "PROVIDER_FAILED"),
			"judge proven":  one(signature.Completed, signature.EventCompleted, ""),
			"judge failed":  one(signature.ProofFailed, signature.EventProofFailed, "PROOF_INSUFFICIENT"),
			"judge nothing": one(signature.ProofFailed, signature.EventProofFailed, "PROOF_INSUFFICIENT"),
		},
	}
	for start, state := range ends() {
		moves[start] = map[string]move{"erased": one(state, signature.EventErased, "")}
		if state != signature.Completed && state != signature.ProofFailed {
			moves[start]["reissued"] = one(state, signature.EventReissued, "")
		}
	}
	for start, r := range starts() {
		for name, happens := range facts() {
			before := clone(r)
			got, events := happens(r, at(9))
			want, moved := moves[start][name]
			if diff := cmp.Diff(before, r); diff != "" {
				t.Errorf("%s, %s: the argument was changed:\n%s", start, name, diff)
			}
			if !moved {
				if diff := cmp.Diff(before, got); diff != "" || len(events) != 0 {
					t.Errorf("%s, %s: events %v and changes:\n%s", start, name, kinds(events), diff)
				}
				continue
			}
			if diff := cmp.Diff(want.events, kinds(events)); got.State != want.to || got.StateReason != want.reason || diff != "" {
				t.Errorf("%s, %s: %s (%s) with %v", start, name, got.State, got.StateReason, kinds(events))
			}
			if got.UpdateTime.Equal(before.UpdateTime) {
				t.Errorf("%s, %s: nothing was noted", start, name)
			}
		}
	}
}

func TestCreatedStartsARequestAndLeavesItsArgumentAlone(t *testing.T) {
	given := signature.Request{ID: "r1", Reference: "deal-7", Signers: []signature.Signer{{Role: "client"}}}
	r, events := signature.Created(given, at(0))
	want := []signature.Event{{Request: "r1", Reference: "deal-7", Type: signature.EventCreated, State: signature.Preparing, Time: at(0)}}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if r.State != signature.Preparing || !r.CreateTime.Equal(at(0)) || r.Signers[0].State != signature.SignerPending {
		t.Errorf("created: %+v", r)
	}
	if given.Signers[0].State != "" {
		t.Error("the caller's signers were changed")
	}
}

func TestARequestThatMayBeOutIsEndedOnlyWhenItWasNotFound(t *testing.T) {
	r := signature.AskWithdrawal(maybeSent(), signature.WithdrawnByCaller, "deal lost", at(1))
	if got, events := signature.EndUnsent(r, at(2)); got.State != signature.Preparing || len(events) != 0 {
		t.Fatalf("%s with %v", got.State, kinds(events))
	}
	if got, _ := signature.EndUnfound(r, at(2)); got.State != signature.Canceled || got.StateDetail != "deal lost" {
		t.Fatalf("%s %q", got.State, got.StateDetail)
	}
}

func TestTheFirstReasonToWithdrawStands(t *testing.T) {
	r := signature.AskWithdrawal(sent(), signature.WithdrawnByCaller, "deal lost", at(2))
	r = signature.AskWithdrawal(r, signature.WithdrawnByExpiry, "", at(3))
	if r.Withdrawal != signature.WithdrawnByCaller || r.WithdrawReason != "deal lost" || !r.UpdateTime.Equal(at(2)) {
		t.Fatalf("%q %q at %v", r.Withdrawal, r.WithdrawReason, r.UpdateTime)
	}
}

// TestWhoWithdrewDecidesHowItEnds: the vendor's word is the same for a caller's wish and for our deadline.
func TestWhoWithdrewDecidesHowItEnds(t *testing.T) {
	for _, c := range []struct {
		why    signature.Withdrawal
		seen   signature.EnvelopeState
		want   signature.State
		detail string
	}{
		{signature.NotWithdrawn, signature.EnvelopeWithdrawn, signature.Canceled, "the envelope was withdrawn at the provider itself"},
		{signature.WithdrawnByCaller, signature.EnvelopeWithdrawn, signature.Canceled, "deal lost"},
		{signature.WithdrawnByExpiry, signature.EnvelopeWithdrawn, signature.Expired, ""},
		{signature.WithdrawnByCaller, signature.EnvelopeSigned, signature.Signed, ""},
		{signature.WithdrawnByExpiry, signature.EnvelopeSigned, signature.Signed, ""},
		{signature.WithdrawnByCaller, signature.EnvelopeExpired, signature.Expired, ""},
		{signature.WithdrawnByCaller, signature.EnvelopeOpen, signature.OutForSignature, ""},
	} {
		r := sent()
		if c.why != signature.NotWithdrawn {
			r = signature.AskWithdrawal(r, c.why, "deal lost", at(2))
		}
		got, _ := signature.Observe(r, signature.Envelope{State: c.seen}, at(3))
		if got.State != c.want || got.StateDetail != c.detail {
			t.Errorf("%q, then %s: %s %q", c.why, c.seen, got.State, got.StateDetail)
		}
	}
	unsent := signature.AskWithdrawal(preparing(), signature.WithdrawnByCaller, "deal lost", at(2))
	if got, _ := signature.EndUnsent(unsent, at(3)); got.State != signature.Canceled || got.StateDetail != "deal lost" {
		t.Errorf("unsent: %s %q", got.State, got.StateDetail)
	}
}

func TestAnEnvelopeThatIsSignedWhenItIsFoundAgain(t *testing.T) {
	e := envelope(signature.EnvelopeSigned, signature.SignerSigned, signature.SignerSigned)
	e.CompleteTime = at(4)
	r, events := signature.Sent(preparing(), e, at(5))
	want := []signature.EventType{
		signature.EventSent, signature.EventSignerSigned, signature.EventSignerSigned, signature.EventSigned,
	}
	if diff := cmp.Diff(want, kinds(events)); diff != "" || r.State != signature.Signed || r.Envelope != "e1" {
		t.Fatalf("%s %q (-want +got):\n%s", r.State, r.Envelope, diff)
	}
	if last := events[3]; !last.Time.Equal(at(4)) || events[0].State != signature.OutForSignature || last.State != signature.Signed {
		t.Errorf("events = %+v", events)
	}
}

func TestAnArchiveWithoutAnAuditTrailIsNoted(t *testing.T) {
	r, _ := signature.Archived(kept(), "", at(4))
	if !r.NoAuditTrail || !r.ArchiveTime.Equal(at(3)) || r.SignedDocument != "documents/s1" || signature.Next(r, at(3)) != signature.StepProve {
		t.Fatalf("%+v", r)
	}
}
