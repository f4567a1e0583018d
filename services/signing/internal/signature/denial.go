package signature

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DenialReason names why a verb is not done to a request. The names are those of the contract's ErrorReason.
type DenialReason string

// The denial reasons.
const (
	DeniedByState       DenialReason = "STATE_DOES_NOT_ALLOW"
	DeniedBySignerState DenialReason = "SIGNER_STATE_DOES_NOT_ALLOW"
	DeniedNoSigner      DenialReason = "SIGNER_NOT_FOUND"
	DeniedNobody        DenialReason = "NOBODY_TO_REMIND"
	DeniedTooSoon       DenialReason = "REMINDER_TOO_SOON"
	DeniedNotOffered    DenialReason = "NOT_OFFERED"
)

// Denial says why a verb is not done to a request; nothing has changed then. Detail is safe to show to a person, Metadata
// is what the contract says of the reason, in its words.
type Denial struct {
	Reason   DenialReason
	Detail   string
	Metadata map[string]string
}

func (d *Denial) Error() string { return fmt.Sprintf("denied: %s: %s", d.Reason, d.Detail) }

// DenyState says that the request's state does not allow a verb, and which states would. One that is in such a state and
// is denied all the same is about to end.
func DenyState(r Request, allowed ...State) *Denial {
	detail := fmt.Sprintf("the request is %s: this needs %s", r.State, strings.ReplaceAll(list(allowed), ", ", " or "))
	if slices.Contains(allowed, r.State) {
		detail = fmt.Sprintf("the request is %s and about to end: it is being withdrawn, or its time is over", r.State)
	}
	return &Denial{DeniedByState, detail, map[string]string{"state": string(r.State)}}
}

// DenyUnsent says that a verb needs a request that was sent.
func DenyUnsent(r Request) *Denial {
	denial := DenyState(r)
	denial.Detail = fmt.Sprintf("the request is %s and was not sent: this needs %s or what follows it", r.State, OutForSignature)
	return denial
}

// DenySigner says that the signer's state does not allow a verb.
func DenySigner(s Signer) *Denial {
	return &Denial{
		DeniedBySignerState, "the signer is " + string(s.State),
		map[string]string{"signer_role": s.Role, "signer_state": strings.ToUpper(string(s.State))},
	}
}

func (r Request) denyOffer(detail string) *Denial {
	return &Denial{DeniedNotOffered, detail, map[string]string{"provider": r.Provider}}
}

// SignerOf returns the place of the signer with this role; the Denial is SIGNER_NOT_FOUND.
func (r Request) SignerOf(role string) (int, *Denial) {
	i := slices.IndexFunc(r.Signers, func(s Signer) bool { return s.Role == role })
	if i < 0 {
		return i, &Denial{DeniedNoSigner, "the request has no such signer", map[string]string{"field": "signer_role"}}
	}
	return i, nil
}

// OnTurn returns the signer of a role when the signer can sign now. It fails with a *Denial: also for a request that is being
// withdrawn, because nobody is to be led to a document that shall not be signed any more.
func OnTurn(r Request, role string, now time.Time) (Signer, error) {
	if !r.signable(now) {
		return Signer{}, DenyState(r, OutForSignature)
	}
	place, denial := r.SignerOf(role)
	if denial != nil {
		return Signer{}, denial
	}
	if s := r.Signers[place]; s.State != SignerInvited && s.State != SignerOpened {
		return s, DenySigner(s)
	}
	return r.Signers[place], nil
}

// unwanted tells whether the request shall end, because it is being withdrawn or its time is over.
func (r Request) unwanted(now time.Time) bool {
	return r.Withdrawal != NotWithdrawn || !now.Before(r.ExpireTime)
}

// signable tells whether the request is out, and shall be.
func (r Request) signable(now time.Time) bool { return r.State == OutForSignature && !r.unwanted(now) }

// open tells whether the signer was invited and can still sign.
func (s Signer) open() bool { return s.State.rank() > 0 && !s.closed() }

// closed tells whether the signer has signed or never will.
func (s Signer) closed() bool { return s.State.rank() == SignerSigned.rank() }

// dropAsks drops what was asked for a signer and comes too late now, and tells of it. A reminder that was tried may have
// gone out, and counts as sent.
func (r Request) dropAsks(now time.Time) (Request, []Event) {
	var events []Event
	signers := slices.Clone(r.Signers)
	for i := range signers {
		s := &signers[i]
		reason := DeniedByState
		if r.State == Preparing || r.State == OutForSignature {
			if reason = DeniedBySignerState; !s.closed() {
				continue
			}
		}
		if s.Update != nil {
			s.Update = nil
			events = append(events, r.signerEvent(EventSignerUpdateRefused, s.Role, string(reason), now))
		}
		switch {
		case s.Reminder.Tried:
			events = append(events, r.reminded(s, now))
		case !s.Reminder.AskTime.IsZero():
			s.Reminder = Reminder{}
			events = append(events, r.signerEvent(EventReminderRefused, s.Role, string(reason), now))
		}
	}
	if len(events) > 0 {
		r.Signers, r.UpdateTime = signers, now
	}
	return r, events
}

// signerEvent makes an event about one signer; reason is empty where the event needs none.
func (r Request) signerEvent(kind EventType, role, reason string, at time.Time) Event {
	event := r.event(kind, at)
	event.SignerRole = role
	if reason != "" {
		event.StateReason = reason
	}
	return event
}
