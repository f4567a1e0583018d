package signature

import "time"

// VanishPause is the least time between the two sightings that make a missing envelope a vanished one: a vendor that
// answers "not found" once may only have lost its index for a moment.
const VanishPause = time.Minute

// observeEnd keeps when the vendor will end the envelope, and forgets a first sighting of a missing one once it is seen.
func (r Request) observeEnd(e Envelope) Request {
	if !e.EndTime.IsZero() && !e.EndTime.Equal(r.EnvelopeEnd) {
		r.EnvelopeEnd = e.EndTime
	}
	if known(e.State) && e.State != EnvelopeGone {
		r.VanishTime = time.Time{}
	}
	return r
}

// known tells whether the word says anything about an envelope that was sent.
func known(state EnvelopeState) bool {
	switch state {
	case EnvelopeOpen, EnvelopeSigned, EnvelopeDeclined, EnvelopeExpired, EnvelopeWithdrawn, EnvelopeFailed, EnvelopeGone:
		return true
	}
	return false
}

// vanish ends a request whose envelope is missing for the second time, at least VanishPause after the first. Whoever
// asked for its end has it; past its end it ran out of time; else somebody removed it.
func (r Request) vanish(now time.Time) (Request, []Event) {
	if r.VanishTime.IsZero() {
		r.VanishTime, r.UpdateTime = now, now
		return r, nil
	}
	if !r.missing(now) {
		return r, nil
	}
	over := !now.Before(r.ExpireTime) || !r.EnvelopeEnd.IsZero() && !now.Before(r.EnvelopeEnd)
	switch {
	case r.Withdrawal == WithdrawnByCaller:
		return r.end(Canceled, EventCanceled, "", r.WithdrawReason, now)
	case r.Withdrawal == WithdrawnByExpiry || over:
		return r.end(Expired, EventExpired, "", "", now)
	}
	return r.end(Canceled, EventCanceled, ReasonEnvelopeVanished, "the envelope no longer exists at the provider", now)
}

// missing tells whether the first sighting of a missing envelope is old enough for a second one to count.
func (r Request) missing(now time.Time) bool {
	return !r.VanishTime.IsZero() && now.Sub(r.VanishTime) >= VanishPause
}

// endWithdrawn ends a request by who had its envelope withdrawn: the caller, our deadline, or somebody at the vendor's site.
func (r Request) endWithdrawn(now time.Time) (Request, []Event) {
	switch r.Withdrawal {
	case WithdrawnByExpiry:
		return r.end(Expired, EventExpired, "", "", now)
	case WithdrawnByCaller:
		return r.end(Canceled, EventCanceled, "", r.WithdrawReason, now)
	}
	return r.end(Canceled, EventCanceled, ReasonWithdrawnAtProvider, "the envelope was withdrawn at the provider itself", now)
}
