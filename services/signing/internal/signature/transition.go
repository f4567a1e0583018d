package signature

import (
	"math"
	"slices"
	"time"
	"unicode/utf8"
)

// Created starts a request.
func Created(r Request, now time.Time) (Request, []Event) {
	r.State, r.CreateTime, r.UpdateTime = Preparing, now, now
	r.Signers = slices.Clone(r.Signers)
	for i := range r.Signers {
		r.Signers[i].State = SignerPending
	}
	return r, []Event{r.event(EventCreated, now)}
}

// Refuse ends a request that cannot be sent. Only a request that never went out can be refused.
func Refuse(r Request, refusal Refusal, now time.Time) (Request, []Event) {
	if r.State != Preparing {
		return r, nil
	}
	return r.end(Refused, EventRefused, string(refusal.Reason), refusal.Detail, now)
}

// Sent marks that the signers were invited: those of the first group. The others are when the vendor says so.
func Sent(r Request, e Envelope, now time.Time) (Request, []Event) {
	if r.State != Preparing {
		return r, nil
	}
	r.State, r.Envelope, r.UpdateTime = OutForSignature, e.ID, now
	r.Signers = slices.Clone(r.Signers)
	first := firstGroup(r.Signers)
	for i := range r.Signers {
		if r.Signers[i].Order == first {
			r.Signers[i].State, r.Signers[i].InviteTime = SignerInvited, now
		}
	}
	events := []Event{r.event(EventSent, now)}
	r, more := Observe(r, e, now)
	return r, append(events, more...)
}

func firstGroup(signers []Signer) int {
	first := math.MaxInt
	for _, s := range signers {
		first = min(first, s.Order)
	}
	return first
}

// AskWithdrawal notes why a request shall be withdrawn. The first reason stands.
func AskWithdrawal(r Request, why Withdrawal, reason string, now time.Time) Request {
	if r.State.Ended() || r.State == Signed || r.Withdrawal != NotWithdrawn {
		return r
	}
	r.Withdrawal, r.WithdrawReason, r.UpdateTime = why, reason, now
	return r
}

// EndUnfound ends a request whose sending was attempted and left no envelope, because it was withdrawn or ran out of time
// meanwhile.
func EndUnfound(r Request, now time.Time) (Request, []Event) {
	unsent := r
	unsent.SendAttempted = false
	if ended, events := EndUnsent(unsent, now); len(events) > 0 {
		ended.SendAttempted = r.SendAttempted
		return ended, events
	}
	return r, nil
}

// EndUnsent ends a request that never reached the vendor, because it was withdrawn or ran out of time.
func EndUnsent(r Request, now time.Time) (Request, []Event) {
	switch {
	case r.State != Preparing || r.SendAttempted:
		return r, nil
	case r.Withdrawal == WithdrawnByCaller:
		return r.end(Canceled, EventCanceled, "", r.WithdrawReason, now)
	case r.Withdrawal == NotWithdrawn && now.Before(r.ExpireTime):
		return r, nil
	}
	return r.end(Expired, EventExpired, "", "", now)
}

// Observe takes the vendor's view of a request that is out for signature. A word that is not known decides nothing.
func Observe(r Request, e Envelope, now time.Time) (Request, []Event) {
	if r.State != OutForSignature {
		return r, nil
	}
	r, updates := r.observeUpdates(e, now)
	r, events := r.observeSigners(e, now)
	r, early := r.applyEarly(now)
	r, changed := r.observeChanges(e, now)
	r, ended := r.observeEnd(e).observeState(e, now)
	r, dropped := r.dropAsks(now)
	return r, slices.Concat(updates, events, early, changed, ended, dropped)
}

func (r Request) observeState(e Envelope, now time.Time) (Request, []Event) {
	switch e.State {
	case EnvelopeSigned:
		r.State, r.UpdateTime = Signed, now
		return r, []Event{r.event(EventSigned, orNow(e.CompleteTime, now))}
	case EnvelopeDeclined:
		return r.end(Declined, EventDeclined, "", bounded(e.DeclineReason), now)
	case EnvelopeExpired:
		r.ExpiredAtProvider = true
		return r.end(Expired, EventExpired, "", "", now)
	case EnvelopeWithdrawn:
		return r.endWithdrawn(now)
	case EnvelopeGone:
		return r.vanish(now)
	case EnvelopeFailed:
		return r.end(Canceled, EventCanceled, "PROVIDER_FAILED", "the provider ended the envelope after a failure of its own", now)
	}
	return r, nil
}

// mostDetail is how many characters of somebody else's words are kept.
const mostDetail = 2000

// bounded cuts somebody else's words to what can be kept, answered and shown.
func bounded(words string) string {
	if utf8.RuneCountInString(words) <= mostDetail {
		return words
	}
	return string([]rune(words)[:mostDetail]) + "…"
}

func (r Request) end(state State, kind EventType, reason, detail string, now time.Time) (Request, []Event) {
	r.State, r.StateReason, r.StateDetail, r.UpdateTime, r.Refusing = state, reason, detail, now, ""
	r, dropped := r.dropAsks(now)
	return r, append([]Event{r.event(kind, now)}, dropped...) // the end first: what is dropped follows from it
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}
