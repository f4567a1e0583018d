package yousign

import (
	"errors"
	"fmt"
	"time"
)

// What signers and the outside world do. Each function is one verb of the control API; the mutex is held.

// errNotPossible is wrapped by every refusal of a verb.
var errNotPossible = errors.New("not possible")

func notPossible(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errNotPossible, fmt.Sprintf(format, args...))
}

// turn checks that it is the signer's turn.
func (r *request) turn(x *signer) error {
	if r.status != ongoing {
		return notPossible("the request is %s", r.status)
	}
	if x.status != notified {
		return notPossible("the signer is %s", x.status)
	}
	return nil
}

func (s *Simulator) open(r *request, x *signer) error {
	if err := r.turn(x); err != nil {
		return err
	}
	if !x.opened {
		x.opened = true
		s.emit("signer.link_opened", r, x)
	}
	return nil
}

// sign is everything from opening the link to the signature, with the identification the level asks for.
func (s *Simulator) sign(r *request, x *signer, now time.Time) error {
	if err := s.open(r, x); err != nil {
		return err
	}
	if x.blocked {
		return notPossible("the identification is blocked")
	}
	if x.Level != simple && !x.identified {
		x.identified = true
		s.emit("signer.identification_succeeded", r, x)
	}
	x.status, x.signedAt = signed, &now
	for _, other := range r.signers {
		if other.status != signed {
			s.emit("signer.done", r, x)
			s.notify(r, now)
			return nil
		}
	}
	if err := s.complete(r); err != nil {
		x.status, x.signedAt = notified, nil
		return err
	}
	s.emit("signer.done", r, x)
	r.status, r.completed = done, &now
	for _, y := range r.signers {
		if r.mails(y) {
			s.mail(r, y, MailDone)
		}
	}
	s.emit("signature_request.done", r, nil)
	return nil
}

// refuse is a signer declining. The vendor offers that only where the sender allowed it.
func (s *Simulator) refuse(r *request, x *signer, reason string) error {
	if !r.AllowDecline {
		return notPossible("the request does not allow signers to decline")
	}
	if err := s.open(r, x); err != nil {
		return err
	}
	now := s.clock.Now()
	x.status = declined
	r.decline = &decline{SignerID: x.id, Reason: reason, At: stamp(now), time: now}
	s.end(r, declined)
	s.emit("signer.declined", r, x)
	s.emit("signature_request.declined", r, nil)
	return nil
}

// misidentify fails an identification, for good when block is set.
func (s *Simulator) misidentify(r *request, x *signer, block bool) error {
	if x.Level == simple {
		return notPossible("a simple signature has no identification")
	}
	if err := s.open(r, x); err != nil {
		return err
	}
	if block {
		x.blocked = true
		s.emit("signer.identification_blocked", r, x)
		return nil
	}
	s.emit("signer.identification_failed", r, x)
	return nil
}

// bounce is a mail server refusing the invitation.
func (s *Simulator) bounce(r *request, x *signer) error {
	if err := r.turn(x); err != nil {
		return err
	}
	if !r.mails(x) {
		return notPossible("the signer gets no mail")
	}
	s.emit("signer.notification_delivery_failed", r, x)
	return nil
}

// crash is a technical error while signing: the vendor cancels the request.
func (s *Simulator) crash(r *request, x *signer) error {
	if err := r.turn(x); err != nil {
		return err
	}
	x.status = failed
	s.end(r, canceled)
	s.emit("signer.error", r, x)
	s.emit("signature_request.canceled", r, nil)
	return nil
}

func (s *Simulator) lapse(r *request) error {
	if r.status != ongoing && r.status != approval {
		return notPossible("the request is %s", r.status)
	}
	s.expire(r)
	return nil
}

func (s *Simulator) pause(r *request) error {
	if r.status != ongoing && r.status != approval {
		return notPossible("the request is %s", r.status)
	}
	r.before, r.status = r.status, paused
	s.emit("signature_request.paused", r, nil)
	return nil
}

func (s *Simulator) resume(r *request) error {
	if r.status != paused {
		return notPossible("the request is %s", r.status)
	}
	r.status = r.before
	s.emit("signature_request.resumed", r, nil)
	if now := s.clock.Now(); !r.expires.After(now) {
		s.expire(r)
		return nil
	}
	for _, x := range r.signers {
		if x.status == notified {
			s.planAutoSign(r, x, s.clock.Now())
		}
	}
	return nil
}

// planAutoSign lets a notified signer sign by itself while the auto mode is on.
func (s *Simulator) planAutoSign(r *request, x *signer, now time.Time) {
	if s.auto == nil {
		return
	}
	s.plan(now.Add(*s.auto), func(at time.Time) {
		if s.auto == nil || r.turn(x) != nil {
			return
		}
		if err := s.sign(r, x, at); err != nil && !errors.Is(err, errNotPossible) {
			_ = s.crash(r, x) // it is still the signer's turn
		}
	})
}
