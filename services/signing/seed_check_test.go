package signing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// violation is a promise that was broken: a duplicate, an orphan, something lost, or a regression.
type violation struct{ kind, what string }

func (s *seed) violate(kind, format string, args ...any) {
	s.violations = append(s.violations, violation{kind, fmt.Sprintf(format, args...)})
}

// check holds what the service says, once nothing is left to be done now, against what the vendors have.
func (s *seed) check() {
	s.t.Helper()
	requests := s.requests()
	holders := map[string]*signingv1.SignatureRequest{} // the newest attempt has the envelope
	for _, r := range requests {
		if r.GetProviderReference() != "" {
			holders[envelopeKey(r.GetProvider(), r.GetProviderReference())] = r
		}
		s.checkWaits(r)
	}
	there := map[string]bool{}
	for _, v := range s.simulators() {
		live := map[string]int{}
		for _, e := range v.envelopes() {
			key := envelopeKey(v.account, e.ID)
			there[key] = true
			s.checkEnvelope(key, e, holders[key])
			if e.live() {
				live[e.Correlation]++
			}
			if live[e.Correlation] > 1 {
				s.violate("duplicates", "%d live envelopes of %s", live[e.Correlation], e.Correlation)
			}
		}
	}
	for key, r := range holders {
		if !there[key] && !ended(r.GetState()) {
			s.violate("lost", "%s is %s, its envelope is gone", r.GetName(), r.GetState())
		}
	}
	s.checkLog(requests)
}

func envelopeKey(account, id string) string {
	return strings.TrimPrefix(account, "providers/") + "/" + id
}

// checkEnvelope holds one envelope against the request that has it, or against nobody.
func (s *seed) checkEnvelope(key string, e envelope, r *signingv1.SignatureRequest) {
	switch {
	case r == nil && e.live():
		s.violate("orphans", "the envelope %s of %s is %s and nobody's", key, e.Correlation, e.Status)
	case r == nil && e.fate() == "signed":
		s.violate("lost", "the envelope %s of %s was signed and is nobody's", key, e.Correlation)
	case r == nil:
	case e.fate() == "open" && ended(r.GetState()):
		s.violate("orphans", "the envelope %s is open, its request %s", key, r.GetState())
	case !slices.Contains(states(e.fate(), r), r.GetState()):
		s.violate("lost", "the envelope %s is %s, its request %s (%s)", key, e.fate(), r.GetState(), r.GetStateReason())
	}
}

// states are those that a request may be in whose envelope has this fate.
func states(fate string, r *signingv1.SignatureRequest) []signingv1.SignatureRequest_State {
	switch fate {
	case "open":
		return []signingv1.SignatureRequest_State{signingv1.SignatureRequest_STATE_OUT_FOR_SIGNATURE}
	case "signed":
		return []signingv1.SignatureRequest_State{
			signingv1.SignatureRequest_STATE_COMPLETED, signingv1.SignatureRequest_STATE_PROOF_FAILED,
		}
	case "declined":
		return []signingv1.SignatureRequest_State{signingv1.SignatureRequest_STATE_DECLINED}
	case "withdrawn":
		return []signingv1.SignatureRequest_State{signingv1.SignatureRequest_STATE_CANCELED, signingv1.SignatureRequest_STATE_EXPIRED}
	case "failed":
		return []signingv1.SignatureRequest_State{signingv1.SignatureRequest_STATE_CANCELED}
	case "expired":
		if r.GetPreviousAttempt() != "" { // canceled before it was opened again
			return []signingv1.SignatureRequest_State{signingv1.SignatureRequest_STATE_EXPIRED, signingv1.SignatureRequest_STATE_CANCELED}
		}
		return []signingv1.SignatureRequest_State{signingv1.SignatureRequest_STATE_EXPIRED}
	}
	return nil
}

func ended(state signingv1.SignatureRequest_State) bool {
	return state >= signingv1.SignatureRequest_STATE_COMPLETED
}

// checkWaits looks that a request that has not ended has something to happen next.
func (s *seed) checkWaits(r *signingv1.SignatureRequest) {
	if ended(r.GetState()) {
		return
	}
	jobs := 0
	row := s.db.QueryRowContext(context.Background(), `SELECT count(*) FROM river_job
		WHERE state NOT IN ('completed', 'cancelled', 'discarded') AND CAST(args AS TEXT) LIKE ?`,
		"%"+strings.TrimPrefix(r.GetName(), "signatureRequests/")+"%")
	if err := row.Scan(&jobs); err != nil {
		s.t.Fatal(err)
	}
	if jobs == 0 || r.GetNextAction() == "" {
		s.violate("lost", "%s is %s and waits for nothing: %d jobs, %q", r.GetName(), r.GetState(), jobs, r.GetNextAction())
	}
}

// checkLog looks that positions have no gap, that no state moves back and that what happens once is told once.
func (s *seed) checkLog(requests []*signingv1.SignatureRequest) {
	last, told := map[string]signingv1.SignatureRequest_State{}, map[string]bool{}
	for i, e := range s.events() {
		if e.GetPosition() != int64(i+1) {
			s.violate("lost", "event %d is at position %d", i+1, e.GetPosition())
		}
		before, state := last[e.GetSignatureRequest()], e.GetState()
		if state < before || ended(before) && state != before {
			s.violate("regressions", "%s went from %s to %s with %s", e.GetSignatureRequest(), before, state, e.GetType())
		}
		last[e.GetSignatureRequest()] = state
		key := fmt.Sprint(e.GetSignatureRequest(), e.GetType(), e.GetSignerRole())
		if told[key] && once(e.GetType()) {
			s.violate("duplicates", "%s of %s is told twice", e.GetType(), e.GetSignatureRequest())
		}
		told[key] = true
		if e.GetType() == signingv1.Event_TYPE_SIGNER_UPDATED { // another person, with a story of their own
			delete(told, fmt.Sprint(e.GetSignatureRequest(), signingv1.Event_TYPE_SIGNER_OPENED, e.GetSignerRole()))
		}
	}
	for _, r := range requests {
		if last[r.GetName()] != r.GetState() {
			s.violate("lost", "%s is %s, its log ends with %s", r.GetName(), r.GetState(), last[r.GetName()])
		}
	}
}

// once tells whether something happens to a request, or to one of its signers, no more than once.
func once(kind signingv1.Event_Type) bool {
	switch kind {
	case signingv1.Event_TYPE_SIGNER_INVITED, signingv1.Event_TYPE_SIGNER_REMINDED, signingv1.Event_TYPE_SIGNER_REMINDER_REFUSED,
		signingv1.Event_TYPE_SIGNER_UPDATED, signingv1.Event_TYPE_SIGNER_UPDATE_REFUSED, signingv1.Event_TYPE_SIGNER_CHANGED_AT_PROVIDER,
		signingv1.Event_TYPE_SIGNER_BOUNCED, signingv1.Event_TYPE_SIGNER_IDENTIFICATION_FAILED, signingv1.Event_TYPE_REROUTED:
		return false
	}
	return true
}

// checkOver looks that everything has ended, now that all time has run out.
func (s *seed) checkOver() {
	for _, r := range s.requests() {
		if !ended(r.GetState()) {
			s.violate("lost", "%s is still %s: %s", r.GetName(), r.GetState(), r.GetNextAction())
		}
	}
}

// end is what a seed came to, without what differs from run to run.
func (s *seed) outcome() string {
	var b strings.Builder
	names := map[string]string{}
	for _, r := range s.requests() {
		names[r.GetName()] = fmt.Sprint("attempt ", r.GetAttempt())
		fmt.Fprintf(&b, "attempt %d: %s %s at %s\n", r.GetAttempt(), r.GetState(), r.GetStateReason(), r.GetProvider())
	}
	for _, e := range s.events() {
		fmt.Fprintf(&b, "%s: %s %s %s\n", names[e.GetSignatureRequest()], e.GetType(), e.GetState(), e.GetSignerRole())
	}
	for _, v := range s.simulators() {
		for _, e := range v.envelopes() {
			fmt.Fprintf(&b, "%s: %s\n", v.account, e.fate())
		}
	}
	return b.String()
}
