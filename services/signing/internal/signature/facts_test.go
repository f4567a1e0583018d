package signature_test

import (
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// starts are requests in every state there is.
func starts() map[string]signature.Request {
	list := map[string]signature.Request{
		"preparing": preparing(), "out": sent(), "signed": signed(), "kept": kept(), "archived": archived(),
		"maybe sent": maybeSent(),
	}
	for name, state := range ends() {
		list[name] = ended(state)
	}
	return list
}

// ends are the end states.
func ends() map[string]signature.State {
	return map[string]signature.State{
		"completed": signature.Completed, "declined": signature.Declined, "expired": signature.Expired,
		"canceled": signature.Canceled, "refused": signature.Refused, "proof failed": signature.ProofFailed,
	}
}

func see(state signature.EnvelopeState) fact {
	return func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
		return signature.Observe(r, signature.Envelope{ID: "e1", State: state}, now)
	}
}

func judge(verdict signature.Verdict) fact {
	return func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
		return signature.Judge(r, verdict, signature.AES, now)
	}
}

// facts are everything that can happen to a request.
func facts() map[string]fact {
	return map[string]fact{
		"refuse": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Refuse(r, signature.Refusal{Reason: signature.ReasonTitleInvalid, Detail: "too long"}, now)
		},
		"sent": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Sent(r, envelope(signature.EnvelopeOpen), now)
		},
		"ask": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.AskWithdrawal(r, signature.WithdrawnByCaller, "deal lost", now), nil
		},
		"unfound in time": signature.EndUnfound,
		"unfound late": func(r signature.Request, _ time.Time) (signature.Request, []signature.Event) {
			return signature.EndUnfound(r, expiry())
		},
		"bounced": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return noted(r, "v1", signature.SignerBounced, now)
		},
		"reissued": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Reissued(r, "r2", now)
		},
		"erased": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Erased(signature.AskErasure(r, now), now)
		},
		"end in time": signature.EndUnsent,
		"end late": func(r signature.Request, _ time.Time) (signature.Request, []signature.Event) {
			return signature.EndUnsent(r, expiry())
		},
		"see open": see(signature.EnvelopeOpen), "see draft": see(signature.EnvelopeDraft),
		"see unknown": see(signature.EnvelopeUnknown), "see purple": see("purple"), "see nothing": see(""),
		"see signed": see(signature.EnvelopeSigned), "see declined": see(signature.EnvelopeDeclined),
		"see expired": see(signature.EnvelopeExpired), "see withdrawn": see(signature.EnvelopeWithdrawn),
		"see gone": see(signature.EnvelopeGone), "see failed": see(signature.EnvelopeFailed),
		"kept": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Kept(r, "documents/s2", now), nil
		},
		"kept nothing": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Kept(r, "", now), nil
		},
		"archived": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Archived(r, "documents/a2", now)
		},
		"no trail": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Archived(r, "", now)
		},
		"fail": func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.FailProof(r, "PROVIDER_FAILED", "gone", now)
		},
		"judge proven": judge(signature.Proven), "judge failed": judge(signature.Failed), "judge nothing": judge(""),
	}
}
