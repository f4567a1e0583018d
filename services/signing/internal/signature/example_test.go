package signature_test

import (
	"fmt"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// A state only moves forward: a fact that comes late, twice or out of order changes nothing.
func ExampleObserve() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := signature.Request{ID: "r1", State: signature.OutForSignature}
	for _, word := range []signature.EnvelopeState{
		signature.EnvelopeOpen, "a word nobody knows", signature.EnvelopeSigned, signature.EnvelopeSigned, signature.EnvelopeOpen,
	} {
		var events []signature.Event
		r, events = signature.Observe(r, signature.Envelope{State: word}, now)
		fmt.Println(r.State, len(events))
	}
	// Output:
	// OUT_FOR_SIGNATURE 0
	// OUT_FOR_SIGNATURE 0
	// SIGNED 1
	// SIGNED 0
	// SIGNED 0
}

// No level is lowered in silence: a signature of a lower level fails the request, however good the file's proof is.
func ExampleJudge() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := signature.Request{
		State: signature.Signed, SignedDocument: "documents/signed", Level: signature.QES, RequiredVerdict: signature.Proven,
		Signers: []signature.Signer{{Role: "client", SignedLevel: signature.AES}},
	}
	r, _ = signature.Judge(r, signature.Proven, signature.AES, now)
	fmt.Println(r.State, r.StateReason)
	fmt.Println(r.StateDetail)
	// Output:
	// PROOF_FAILED LEVEL_LOWERED
	// the provider reports a signature of level AES, asked was QES
}

// Whether signing or withdrawing came first is the vendor's to say.
func ExampleAskWithdrawal() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := signature.Request{State: signature.OutForSignature, ExpireTime: now.Add(time.Hour)}
	r = signature.AskWithdrawal(r, signature.WithdrawnByCaller, "the deal was lost", now)
	fmt.Println(r.State, signature.Next(r, now))

	won, _ := signature.Observe(r, signature.Envelope{State: signature.EnvelopeSigned}, now)
	lost, _ := signature.Observe(r, signature.Envelope{State: signature.EnvelopeWithdrawn}, now)
	fmt.Println(won.State, "or", lost.State)
	// Output:
	// OUT_FOR_SIGNATURE withdraw
	// SIGNED or CANCELED
}

// Once the vendor may have been asked to send, a request that was withdrawn meanwhile is looked for, and not sent.
func ExampleNext() {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := signature.Request{
		State: signature.Preparing, Document: "documents/contract", Withdrawal: signature.WithdrawnByCaller,
		ExpireTime: now.Add(time.Hour),
	}
	fmt.Println(signature.Next(r, now))
	r.SendAttempted = true
	fmt.Println(signature.Next(r, now))
	// Output:
	// end
	// find
}

// An SMS code on a simple signature is still a simple signature.
func ExampleLevel_AtLeast() {
	signer := signature.Signer{Authentication: signature.AuthenticationSMS, SignedLevel: signature.SES}
	fmt.Println(signer.SignedLevel.AtLeast(signature.AES))
	// Output: false
}
