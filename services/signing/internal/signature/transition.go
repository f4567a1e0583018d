package signature

import (
	"math"
	"slices"
	"strings"
	"time"
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
			r.Signers[i].State = SignerInvited
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

// EndUnsent ends a request that never reached the vendor, because it was withdrawn or ran out of time.
func EndUnsent(r Request, now time.Time) (Request, []Event) {
	switch {
	case r.State != Preparing || r.SendAttempted:
		return r, nil
	case r.Withdrawal == WithdrawnByCaller:
		return r.end(Canceled, EventCanceled, "", r.WithdrawReason, now)
	case now.Before(r.ExpireTime):
		return r, nil
	}
	return r.end(Expired, EventExpired, "", "", now)
}

// Observe takes the vendor's view of a request that is out for signature. A word that is not known decides nothing.
func Observe(r Request, e Envelope, now time.Time) (Request, []Event) {
	if r.State != OutForSignature {
		return r, nil
	}
	r, events := r.observeSigners(e, now)
	r, ended := r.observeState(e, now)
	return r, append(events, ended...)
}

func (r Request) observeState(e Envelope, now time.Time) (Request, []Event) {
	switch e.State {
	case EnvelopeSigned:
		r.State, r.UpdateTime = Signed, now
		return r, []Event{r.event(EventSigned, orNow(e.CompleteTime, now))}
	case EnvelopeDeclined:
		return r.end(Declined, EventDeclined, "", e.DeclineReason, now)
	case EnvelopeExpired:
		return r.end(Expired, EventExpired, "", "", now)
	case EnvelopeWithdrawn:
		if r.Withdrawal == WithdrawnByExpiry {
			return r.end(Expired, EventExpired, "", "", now)
		}
		return r.end(Canceled, EventCanceled, "", r.WithdrawReason, now)
	case EnvelopeGone:
		return r.end(Canceled, EventCanceled, "PROVIDER_FAILED", "the envelope no longer exists at the provider", now)
	case EnvelopeFailed:
		return r.end(Canceled, EventCanceled, "PROVIDER_FAILED", "the provider ended the envelope after a failure of its own", now)
	}
	return r, nil
}

func (r Request) observeSigners(e Envelope, now time.Time) (Request, []Event) {
	var events []Event
	signers := slices.Clone(r.Signers)
	taken := map[string]bool{}
	for _, s := range signers {
		taken[s.ProviderID] = s.ProviderID != ""
	}
	for i := range signers {
		seen, ok := match(signers[i], i, e.Signers, taken)
		if !ok {
			continue
		}
		s := &signers[i]
		s.ProviderID, taken[seen.ID] = seen.ID, seen.ID != ""
		if seen.SignedLevel != "" {
			s.SignedLevel, s.SignedLegislation = seen.SignedLevel, seen.SignedLegislation
		}
		if seen.State.rank() <= s.State.rank() {
			continue
		}
		s.State, s.SignTime = seen.State, seen.SignTime
		if kind, ok := signerEvents()[seen.State]; ok {
			event := r.event(kind, orNow(seen.SignTime, now))
			event.SignerRole = s.Role
			events = append(events, event)
		}
	}
	if !slices.Equal(signers, r.Signers) {
		r.Signers, r.UpdateTime = signers, now
	}
	return r, events
}

// match finds a signer in the vendor's view: by the vendor's id once it is known, else by e-mail, else by place. One
// address may stand for several signers, so place goes first where it agrees, and whoever is taken already is left out.
func match(s Signer, place int, seen []EnvelopeSigner, taken map[string]bool) (EnvelopeSigner, bool) {
	if s.ProviderID != "" {
		for _, candidate := range seen {
			if candidate.ID == s.ProviderID {
				return candidate, true
			}
		}
		return EnvelopeSigner{}, false
	}
	if place < len(seen) && !taken[seen[place].ID] && (seen[place].Email == "" || strings.EqualFold(seen[place].Email, s.Email)) {
		return seen[place], true
	}
	for _, candidate := range seen {
		if !taken[candidate.ID] && strings.EqualFold(candidate.Email, s.Email) {
			return candidate, true
		}
	}
	return EnvelopeSigner{}, false
}

func signerEvents() map[SignerState]EventType {
	return map[SignerState]EventType{
		SignerOpened:               EventSignerOpened,
		SignerSigned:               EventSignerSigned,
		SignerDeclined:             EventSignerDeclined,
		SignerBounced:              EventSignerBounced,
		SignerIdentificationFailed: EventIdentificationFailed,
	}
}

// rank orders signer states: a late fact never moves a signer back.
func (s SignerState) rank() int {
	switch s {
	case SignerInvited:
		return 1
	case SignerBounced:
		return 2
	case SignerOpened:
		return 3
	case SignerIdentificationFailed:
		return 4
	case SignerSigned, SignerDeclined, SignerFailed:
		return 5
	}
	return 0
}

// Archived notes what came into the archive. It happens once: what is archived is never replaced.
func Archived(r Request, signedDocument, auditTrail string, now time.Time) (Request, []Event) {
	if r.State != Signed || r.SignedDocument != "" || signedDocument == "" {
		return r, nil
	}
	r.SignedDocument, r.AuditTrail, r.NoAuditTrail, r.UpdateTime = signedDocument, auditTrail, auditTrail == "", now
	return r, []Event{r.event(EventArchived, now)}
}

// Judge ends a request whose signed document was proven: completed when the proof is what was required and no signature
// has a lower level than asked for, failed otherwise. A person decides about a failed one.
func Judge(r Request, verdict Verdict, proven Level, now time.Time) (Request, []Event) {
	if r.State != Signed || r.SignedDocument == "" {
		return r, nil
	}
	r.Verdict, r.ProvenLevel = verdict, proven
	for _, s := range r.Signers {
		if s.SignedLevel != "" && !s.SignedLevel.AtLeast(r.Level) {
			return r.end(ProofFailed, EventProofFailed, "LEVEL_LOWERED",
				"the provider reports a signature of level "+string(s.SignedLevel)+", asked was "+string(r.Level), now)
		}
		if r.Level == QES && s.SignedLegislation != "" && s.SignedLegislation != r.Legislation {
			return r.end(ProofFailed, EventProofFailed, "LEVEL_LOWERED",
				"the provider reports a qualified signature under "+string(s.SignedLegislation)+", asked was "+string(r.Legislation), now)
		}
	}
	if !verdict.Satisfies(r.RequiredVerdict) {
		return r.end(ProofFailed, EventProofFailed, "PROOF_INSUFFICIENT",
			"the proof's verdict is "+string(verdict)+", required is "+string(r.RequiredVerdict), now)
	}
	return r.end(Completed, EventCompleted, "", "", now)
}

func (r Request) end(state State, kind EventType, reason, detail string, now time.Time) (Request, []Event) {
	r.State, r.StateReason, r.StateDetail, r.UpdateTime = state, reason, detail, now
	return r, []Event{r.event(kind, now)}
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}
