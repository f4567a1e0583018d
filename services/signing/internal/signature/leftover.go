package signature

import (
	"reflect"
	"time"
)

// Same tells whether nothing about a request changed.
func Same(a, b Request) bool { return reflect.DeepEqual(a, b) }

// SignedLate notes that an envelope of an ended request was signed at the vendor after the end: nothing moves, and a person
// decides. It happens once.
func SignedLate(r Request, now time.Time) (Request, []Event) {
	if !r.State.Ended() || r.LateSignature {
		return r, nil
	}
	r.LateSignature, r.UpdateTime = true, now
	return r, []Event{r.event(EventLateSignature, now)}
}

// StepRefused notes that the vendor refuses a step for good, or with an empty one that it does no longer.
func StepRefused(r Request, step Step, now time.Time) Request {
	if r.Refusing != step {
		r.Refusing, r.UpdateTime = step, now
	}
	return r
}

// NextAction says in words what happens to the request next, or what is left for a person; empty when nothing is.
func NextAction(r Request, now time.Time) string {
	switch {
	case r.LateSignature:
		return "an envelope was signed at the provider after the end: a person must decide"
	case r.Refusing == StepWithdraw:
		return "the provider refuses to withdraw an envelope: a person must, at the provider"
	case r.Refusing == StepErase:
		return "the provider refuses to erase the envelope: a person must, at the provider"
	}
	return Next(r, now).Describe()
}
