package signature_test

import (
	"slices"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// at is a minute of the morning on which every request of these tests is made; requests expire 14 days later.
func at(minute int) time.Time { return time.Date(2026, 3, 2, 9, minute, 0, 0, time.UTC) }

func expiry() time.Time { return at(0).AddDate(0, 0, 14) }

// fact is something that happens to a request.
type fact func(r signature.Request, now time.Time) (signature.Request, []signature.Event)

// preparing is a request for two signers that was just accepted.
func preparing() signature.Request {
	r, _ := signature.Created(signature.Request{
		ID: "r1", Reference: "deal-7", Provider: "eu", Level: signature.AES, Legislation: signature.EIDAS,
		RequiredVerdict: signature.Proven, ExpireTime: expiry(),
		Signers: []signature.Signer{
			{Role: "client", Email: "client@example.org"},
			{Role: "seller", Email: "seller@example.org"},
		},
	}, at(0))
	return r
}

// maybeSent is the same request when its sending had an unknown outcome.
func maybeSent() signature.Request {
	r := preparing()
	r.Document, r.SendAttempted = "documents/d1", true
	return r
}

// sent is the same request when both signers were invited.
func sent() signature.Request {
	r := preparing()
	r.Document, r.SendAttempted = "documents/d1", true
	r, _ = signature.Sent(r, envelope(signature.EnvelopeOpen, signature.SignerInvited, signature.SignerInvited), at(1))
	return r
}

func signed() signature.Request {
	r, _ := signature.Observe(sent(), envelope(signature.EnvelopeSigned, signature.SignerSigned, signature.SignerSigned), at(2))
	return r
}

// kept is signed, and its document is in the archive.
func kept() signature.Request { return signature.Kept(signed(), "documents/s1", at(3)) }

func archived() signature.Request {
	r, _ := signature.Archived(kept(), "documents/a1", at(4))
	return r
}

// ended is a request in an end state.
func ended(state signature.State) signature.Request {
	r := archived()
	r.State = state
	return r
}

// envelope is the vendor's view of the request: the client's state, then the seller's. Whose state is left out is there
// and is in none that is known; without any state the vendor says nothing of signers.
func envelope(state signature.EnvelopeState, signers ...signature.SignerState) signature.Envelope {
	e := signature.Envelope{ID: "e1", State: state}
	if len(signers) == 1 {
		signers = append(signers, "")
	}
	for i, s := range signers {
		e.Signers = append(e.Signers, signature.EnvelopeSigner{
			ID: []string{"v1", "v2"}[i], Email: []string{"client@example.org", "seller@example.org"}[i], State: s,
		})
	}
	return e
}

func kinds(events []signature.Event) []signature.EventType {
	var list []signature.EventType
	for _, e := range events {
		list = append(list, e.Type)
	}
	return list
}

func clone(r signature.Request) signature.Request {
	r.Signers, r.Strangers, r.Early = slices.Clone(r.Signers), slices.Clone(r.Strangers), slices.Clone(r.Early)
	return r
}

// noted has a fact about a signer told at the time of it.
func noted(r signature.Request, id string, state signature.SignerState, now time.Time) (signature.Request, []signature.Event) {
	return signature.NoteSigner(r, signature.SignerFact{SignerID: id, State: state, Time: now}, now)
}
