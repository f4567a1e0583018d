package skribble

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// remindEvery is the least simulated time between two reminders of one request.
const remindEvery = time.Hour

// withdrawRequest leaves the signatures as they are, as the vendor's sample shows.
func (s *Simulator) withdrawRequest(c *call) (answer, error) {
	message := ""
	if len(bytes.TrimSpace(c.body)) > 0 {
		in, err := decode[struct {
			Message string `json:"message"`
		}](s, c)
		if err != nil {
			return answer{}, err
		}
		message = in.Message
	}
	if utf8.RuneCountInString(message) > maxWithdraw {
		return answer{}, invalid("message is too long")
	}
	r, err := s.open(c)
	if err != nil {
		return answer{}, err
	}
	s.withdraw(r, c.user, message)
	return s.showRequest(r)
}

func (s *Simulator) withdraw(r *signatureRequest, user, message string) {
	r.Status = statusWithdrawn
	for _, g := range r.Signatures {
		if g.invited {
			s.mailSigner(r, g, mailWithdrawn, message)
		}
	}
	s.act(r, action{Name: "WITHDRAWN", actor: user, Message: message})
	s.fire(r, callbackError, "")
}

// deleteRequest withdraws an open request, which stays, and removes any other: its documents follow a little later. A
// caller who is not the owner only loses sight of it, and the request lives on.
func (s *Simulator) deleteRequest(c *call) (answer, error) {
	r, err := s.request(c)
	if err != nil {
		return answer{}, err
	}
	if r.Owner != c.user {
		isCaller := func(name string) bool { return name == c.user }
		r.ReadAccess = slices.DeleteFunc(r.ReadAccess, isCaller)
		r.WriteAccess = slices.DeleteFunc(r.WriteAccess, isCaller)
		return s.deleted(), nil
	}
	if r.Status != statusOpen {
		s.removeRequest(r)
		return s.deleted(), nil
	}
	s.withdraw(r, c.user, "")
	for _, g := range r.Signatures {
		if g.Status == statusOpen || g.Status == statusWaiting {
			g.Status = statusWithdrawn
		}
	}
	return s.deleted(), nil
}

func (s *Simulator) removeRequest(r *signatureRequest) {
	leaving := s.forget(r)
	for _, id := range leaving {
		s.documents[id].leaving = true
	}
	s.later(cascade, func() {
		for _, id := range leaving {
			s.removeDocument(id)
		}
	})
}

// forget drops a request and returns the documents that no other request uses.
func (s *Simulator) forget(r *signatureRequest) (orphans []string) {
	delete(s.requests, r.ID)
	s.order = slices.DeleteFunc(s.order, func(id string) bool { return id == r.ID })
	for _, id := range r.versions {
		if s.documents[id] != nil && !s.inUse(id) {
			orphans = append(orphans, id)
		}
	}
	return orphans
}

// inUse reports whether a request is about this document.
func (s *Simulator) inUse(id string) bool {
	for _, r := range s.requests {
		if slices.Contains(r.versions, id) {
			return true
		}
	}
	return false
}

// purge is what retention does: everything is gone at once and nobody is told.
func (s *Simulator) purge(r *signatureRequest) {
	for _, id := range s.forget(r) {
		s.removeDocument(id)
	}
}

// purgeUpload ends the retention of an uploaded document, with every request made of it.
func (s *Simulator) purgeUpload(id string) {
	for _, r := range s.requests {
		if r.versions[0] == id {
			s.purge(r)
		}
	}
	s.removeDocument(id)
}

func (s *Simulator) remindRequest(c *call) (answer, error) {
	r, err := s.open(c)
	if err != nil {
		return answer{}, err
	}
	now := s.clock.Now()
	if now.Sub(r.reminded) < remindEvery {
		return answer{}, problem{
			status: http.StatusTooManyRequests, kind: kindMessage, key: keyReminder,
			message: "A reminder was sent less than an hour ago",
		}
	}
	r.reminded = now
	for _, g := range r.Signatures {
		if g.Status == statusOpen {
			s.mailSigner(r, g, mailReminder, "")
		}
	}
	s.act(r, action{Name: "REMINDED", actor: c.user})
	return answer{status: http.StatusOK}, nil
}

// invite works out whose turn it is and mails those whose turn has come.
func (s *Simulator) invite(r *signatureRequest) {
	for _, g := range r.settle() {
		s.mailSigner(r, g, mailInvitation, r.Message)
		s.scheduleSigning(r, g)
	}
}

// scheduleSigning lets the signer sign later without anybody's help, in auto mode.
func (s *Simulator) scheduleSigning(r *signatureRequest, g *signature) {
	if s.signAfter == nil {
		return
	}
	s.later(*s.signAfter, func() {
		if s.signAfter != nil && s.requests[r.ID] == r && slices.Contains(r.Signatures, g) {
			// Whoever was declined, withdrawn or signed in the meantime has nothing left to do.
			_ = s.sign(r, g, "")
		}
	})
}

// expire ends a request whose date has passed. The vendor documents no callback for it.
func (s *Simulator) expire(r *signatureRequest) {
	if r.Status == statusOpen {
		r.Status = statusExpired
		s.act(r, action{Name: "EXPIRED", actor: s.business})
	}
}

func (s *Simulator) breakDown(r *signatureRequest) {
	r.Status = statusError
	for _, g := range r.Signatures {
		if g.Status == statusOpen {
			g.Status = statusError
		}
	}
	s.act(r, action{Name: "ERROR", actor: s.business})
	s.fire(r, callbackError, "")
}

// decline ends the whole request.
func (s *Simulator) decline(r *signatureRequest, g *signature, message string) error {
	if err := mustBeTurn(r, g); err != nil {
		return err
	}
	r.Status, g.Status, g.DeclineMessage = statusDeclined, statusDeclined, strings.TrimSpace(message)
	s.act(r, action{Name: "DECLINED", actor: g.Account, Message: message, SignatureID: g.SID})
	s.mailOwner(r, mailDeclined)
	s.fire(r, callbackError, "")
	return nil
}

// view records that the signer looked at the document.
func (s *Simulator) view(r *signatureRequest, g *signature) {
	now := s.now()
	g.LastViewedAt = &now
	s.act(r, action{Name: "VIEWED", actor: g.Account, SignatureID: g.SID})
}

func mustBeTurn(r *signatureRequest, g *signature) error {
	switch {
	case r.Status != statusOpen:
		return conflict("the request is " + r.Status)
	case g.Status != statusOpen:
		return conflict("the signature is " + g.Status)
	}
	return nil
}

func conflict(message string) problem {
	return refuse(http.StatusConflict, message)
}
