package signature_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// story is what really happened to an envelope at the vendor: views in their order, the last of which ended it.
type story struct {
	views []signature.Envelope
	want  signature.State
	why   string
}

func stories() map[string]story {
	const invited, opened, did = signature.SignerInvited, signature.SignerOpened, signature.SignerSigned
	open := func(a, b signature.SignerState) signature.Envelope { return envelope(signature.EnvelopeOpen, a, b) }
	changed := func(state signature.EnvelopeState) signature.Envelope {
		return view(state, func(e *signature.Envelope) { e.Signers[1].Email = "eve@example.org" })
	}
	stranger := func(state signature.EnvelopeState) signature.Envelope {
		return view(state, func(e *signature.Envelope) {
			e.Signers = append(e.Signers, signature.EnvelopeSigner{ID: "v3", State: did})
		})
	}
	return map[string]story{
		"signed":            {[]signature.Envelope{open(invited, invited), open(opened, invited), open(did, opened), envelope(signature.EnvelopeSigned, did, did)}, signature.Completed, ""},
		"declined":          {[]signature.Envelope{open(invited, invited), open(did, opened), envelope(signature.EnvelopeDeclined, did, signature.SignerDeclined)}, signature.Declined, ""},
		"expired":           {[]signature.Envelope{open(invited, invited), envelope(signature.EnvelopeExpired, opened, invited)}, signature.Expired, ""},
		"withdrawn":         {[]signature.Envelope{open(opened, invited), envelope(signature.EnvelopeWithdrawn, opened, invited)}, signature.Canceled, "WITHDRAWN_AT_PROVIDER"},
		"vanished":          {[]signature.Envelope{open(opened, invited), gone()}, signature.Canceled, "ENVELOPE_VANISHED"},
		"changed":           {[]signature.Envelope{open(invited, invited), changed(signature.EnvelopeOpen), changed(signature.EnvelopeSigned)}, signature.ProofFailed, "SIGNERS_DIFFER"},
		"joined":            {[]signature.Envelope{open(invited, invited), stranger(signature.EnvelopeSigned)}, signature.ProofFailed, "SIGNERS_DIFFER"},
		"changed, and back": {[]signature.Envelope{open(invited, invited), changed(signature.EnvelopeOpen), open(did, invited), envelope(signature.EnvelopeSigned, did, did)}, signature.Completed, ""},
	}
}

// TestTheEndIsTheVendorsTruth: whatever was lost, repeated, late or in another order on the way, the same truths lead to the
// same end, nothing moves back, and no fact is told twice.
func TestTheEndIsTheVendorsTruth(t *testing.T) {
	for name, s := range stories() {
		for seed := range uint64(400) {
			random := rand.New(rand.NewPCG(seed, 11))
			if got := s.hear(t, random); got.State != s.want || got.StateReason != s.why {
				t.Fatalf("%s, seed %d: %s (%s), want %s (%s)", name, seed, got.State, got.StateReason, s.want, s.why)
			}
		}
	}
}

// hear plays a story as it may be heard: views at random, with what callbacks tell between them, and the truth at last.
func (s story) hear(t *testing.T, random *rand.Rand) signature.Request {
	t.Helper()
	r, now := maybeSent(), at(1)
	told := map[signature.Event]int{{Type: signature.EventCreated}: 1}
	happen := func(next fact) {
		now = now.Add(time.Duration(1+random.IntN(600)) * time.Second)
		before := clone(r)
		after, events := next(r, now)
		holdMoves(t, before, after, events)
		holdEvents(t, after, events, told)
		r = after
	}
	truths, last := s.views[:len(s.views)-1], s.views[len(s.views)-1]
	heard := random.IntN(10)
	sentAt := random.IntN(heard + 1)
	for i := range heard + 1 {
		seen := truths[random.IntN(len(truths))]
		switch {
		case i == sentAt:
			happen(func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
				return signature.Sent(r, seen, now)
			})
		case random.IntN(3) == 0:
			id := []string{"v1", "v2", "v3"}[random.IntN(3)]
			happen(func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
				return noted(r, id, signature.SignerBounced, now)
			})
		default:
			happen(func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
				return signature.Observe(r, seen, now)
			})
		}
	}
	for range 3 { // the vendor stays as it is
		now = now.Add(signature.VanishPause)
		happen(func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
			return signature.Observe(r, last, now)
		})
	}
	happen(func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
		return signature.Kept(r, "documents/s1", now), nil
	})
	happen(func(r signature.Request, now time.Time) (signature.Request, []signature.Event) {
		return signature.Archived(r, "", now)
	})
	happen(judge(signature.Proven))
	holdEnd(t, r, now)
	return r
}
