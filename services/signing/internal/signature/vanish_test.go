package signature_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func gone() signature.Envelope { return signature.Envelope{State: signature.EnvelopeGone} }

// TestAMissingEnvelopeIsGoneAtTheSecondLook, a minute after the first one at least; one that is back was never gone.
func TestAMissingEnvelopeIsGoneAtTheSecondLook(t *testing.T) {
	first, _ := signature.Observe(sent(), gone(), at(10))
	if first.State != signature.OutForSignature || !first.VanishTime.Equal(at(10)) {
		t.Fatalf("%s, first missed at %v", first.State, first.VanishTime)
	}
	if early, events := signature.Observe(first, gone(), at(11).Add(-time.Nanosecond)); len(events) != 0 || early.State != signature.OutForSignature {
		t.Errorf("too early: %s", early.State)
	}
	if unclear, _ := signature.Observe(first, signature.Envelope{State: signature.EnvelopeUnknown}, at(11)); !unclear.VanishTime.Equal(at(10)) {
		t.Error("a word that nobody knows brought it back")
	}
	back, _ := signature.Observe(first, envelope(signature.EnvelopeOpen), at(11))
	if again, events := signature.Observe(back, gone(), at(12)); len(events) != 0 || !again.VanishTime.Equal(at(12)) {
		t.Errorf("it was back, and is %s after %v", again.State, kinds(events))
	}
	got, events := signature.Observe(first, gone(), at(11))
	if got.State != signature.Canceled || got.StateReason != "ENVELOPE_VANISHED" || len(events) != 1 || events[0].StateReason != "ENVELOPE_VANISHED" {
		t.Errorf("%s (%s) with %v", got.State, got.StateReason, kinds(events))
	}
}

// TestWhatAVanishedEnvelopeEndsAs: whoever asked for its end has it, and past its end it ran out of time.
func TestWhatAVanishedEnvelopeEndsAs(t *testing.T) {
	for name, c := range map[string]struct {
		why    signature.Withdrawal
		end    time.Time // that the vendor told
		now    time.Time
		want   signature.State
		reason string
	}{
		"in time":                    {now: at(20), want: signature.Canceled, reason: "ENVELOPE_VANISHED"},
		"before the vendor's end":    {end: at(21), now: at(20), want: signature.Canceled, reason: "ENVELOPE_VANISHED"},
		"past the vendor's end":      {end: at(20), now: at(20), want: signature.Expired},
		"past our end":               {now: expiry(), want: signature.Expired},
		"withdrawn by the caller":    {why: signature.WithdrawnByCaller, now: at(20), want: signature.Canceled},
		"withdrawn by our deadline":  {why: signature.WithdrawnByExpiry, now: at(20), want: signature.Expired},
		"caller, past the end of it": {why: signature.WithdrawnByCaller, now: expiry(), want: signature.Canceled},
	} {
		open := envelope(signature.EnvelopeOpen)
		open.EndTime = c.end
		r, _ := signature.Observe(sent(), open, at(2))
		r = signature.AskWithdrawal(r, c.why, "why", at(3))
		r, _ = signature.Observe(r, gone(), at(5))
		r, _ = signature.Observe(r, gone(), c.now)
		if r.State != c.want || r.StateReason != c.reason || r.ExpiredAtProvider {
			t.Errorf("%s: %s (%s)", name, r.State, r.StateReason)
		}
	}
}
