package signature

import "time"

// Erasable tells whether the envelope of an ended request may be erased at the vendor: there is one, and where it was
// signed everything that proves it is in the archive. What could not be archived stays at the vendor, as does what was
// signed after the end: nobody has decided about it.
func Erasable(r Request) bool {
	switch {
	case !r.State.Ended() || r.Envelope == "" || !r.EraseTime.IsZero() || r.LateSignature:
		return false
	case r.State == Completed || r.State == ProofFailed:
		return r.SignedDocument != "" && (r.AuditTrail != "" || r.NoAuditTrail)
	}
	return true
}

// AskErasure notes that the vendor is about to be asked to erase. Nothing opens the envelope again from then on.
func AskErasure(r Request, now time.Time) Request {
	if Erasable(r) && !r.EraseAsked {
		r.EraseAsked, r.UpdateTime = true, now
	}
	return r
}

// Erased notes that the vendor has erased the envelope. It happens once.
func Erased(r Request, now time.Time) (Request, []Event) {
	if !Erasable(r) || !r.EraseAsked {
		return r, nil
	}
	r.EraseTime, r.UpdateTime, r.Refusing = now, now, ""
	return r, []Event{r.event(EventErased, now)}
}
