package yousign

import (
	"math"
	"slices"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

// activate sends a draft out.
func (s *Simulator) activate(c *call) (answer, error) {
	r := c.req
	if r.status != draft {
		return answer{}, wrongStatus(r.status)
	}
	if !r.expires.After(c.now) {
		return answer{}, refused("date.out_of_range", "The expiration date is in the past.")
	}
	if err := s.ready(r); err != nil {
		return answer{}, err
	}
	r.plant()
	if err := r.covered(); err != nil {
		return answer{}, err
	}
	now := c.now
	r.activated = &now
	r.status = ongoing
	if len(r.approvers) > 0 {
		r.status = approval
	}
	s.planExpiry(r)
	s.emit("signature_request.activated", r, nil)
	if r.status == approval {
		s.askApprovers(r)
	} else {
		s.start(r, now)
	}
	return created(s.activatedView(r))
}

// notReady names what an activation misses. The vendor's own type for it is not known.
func notReady(detail string) error {
	return refused("signature_request.cannot_be_activated", detail)
}

// ready checks what a request needs before it can go out.
func (s *Simulator) ready(r *request) error {
	if !slices.ContainsFunc(r.documents, func(d *document) bool { return d.nature == signable }) {
		return notReady("The Signature Request needs at least one signable Document.")
	}
	if len(r.signers) == 0 {
		return notReady("The Signature Request needs at least one Signer.")
	}
	if r.level() == qualified && !r.oneByOne() {
		return notReady("Signers with a qualified electronic signature must be ordered.")
	}
	if s.cfg.Trial != nil && slices.ContainsFunc(r.signers, func(x *signer) bool { return !s.cfg.Trial.member(x.Info.Email) }) {
		return notReady("During the trial, the recipients must belong to your organization.")
	}
	return nil
}

// plant turns the smart anchors into fields. An anchor for a signer who is not there is skipped without a word.
func (r *request) plant() {
	for _, d := range r.documents {
		if !d.anchors || d.nature != signable {
			continue
		}
		for _, a := range d.scan.Anchors {
			if a.Type != "signature" || a.Signer < 1 || a.Signer > len(r.signers) {
				continue
			}
			all := map[string]any{"type": a.Type, "page": float64(a.Box.Page), "x": math.Round(a.Box.X), "y": math.Round(a.Box.Y)}
			if a.Box.Width > 0 && a.Box.Height > 0 {
				all["width"], all["height"] = a.Box.Width, a.Box.Height
			}
			_, _ = r.place(d, r.signers[a.Signer-1].id, all) // a full document takes no more
		}
		d.anchors = false
	}
}

// covered checks that every signable document has a signature field, and for a qualified signature exactly one
// for each signer on a document.
func (r *request) covered() error {
	for _, d := range r.documents {
		if d.nature != signable {
			continue
		}
		per := map[string]int{}
		for _, f := range d.fields {
			if f.kind == "signature" {
				per[f.signerID]++
			}
		}
		if len(per) == 0 {
			return notReady("Every signable Document needs at least one signature Field.")
		}
		for _, n := range per {
			if n > 1 && r.level() == qualified {
				return notReady("A qualified electronic signature allows one signature Field per Signer and Document.")
			}
		}
	}
	return nil
}

// cancel withdraws a request for good.
func (s *Simulator) cancel(c *call) (answer, error) {
	var in struct {
		Reason string `json:"reason"`
	}
	shape := schema.Open(
		schema.Must("reason", schema.Enum("contractualization_aborted", "errors_in_document", "other")),
		schema.Null("custom_note", schema.Safe(0, 500)))
	if err := c.decode(shape, &in); err != nil {
		return answer{}, err
	}
	r := c.req
	if r.status != ongoing && r.status != approval {
		return answer{}, wrongStatus(r.status)
	}
	s.end(r, canceled)
	for _, x := range r.signers {
		if r.mails(x) && x.token != "" {
			s.mail(r, x, MailCanceled)
		}
	}
	s.emit("signature_request.canceled", r, nil)
	return created(s.view(r))
}

// end closes a request before its completion: who has not signed cannot any more.
func (s *Simulator) end(r *request, status string) {
	r.status = status
	for _, x := range r.signers {
		if x.status == initiated || x.status == notified {
			x.status = aborted
		}
	}
}

// reactivate gives an expired request a new due date.
func (s *Simulator) reactivate(c *call) (answer, error) {
	var in struct {
		Date string `json:"expiration_date"`
	}
	if err := c.decode(schema.Open(schema.Must("expiration_date", schema.Date())), &in); err != nil {
		return answer{}, err
	}
	r := c.req
	if r.status != expired {
		return answer{}, wrongStatus(r.status)
	}
	if err := r.expireOn(in.Date, c.now); err != nil {
		return answer{}, err
	}
	r.status = ongoing
	if len(r.approvers) > 0 && r.approvedAt == nil {
		r.status = approval
	}
	for _, x := range r.signers {
		if x.status == notified {
			x.renewLink(c.now)
			if r.mails(x) {
				s.mail(r, x, MailInvitation)
			}
			s.planAutoSign(r, x, c.now)
		}
	}
	s.planExpiry(r)
	s.emit("signature_request.reactivated", r, nil)
	return created(s.view(r))
}
