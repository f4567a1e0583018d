package yousign

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// linkLife is how long a signature link works.
const linkLife = 48 * time.Hour

// trialPeople is how many signers, approvers or followers a request of a trial account has at most.
const (
	maxSigners  = 100
	trialPeople = 5
)

// most is how many people of a kind a request may have.
func (s *Simulator) most(paying int) int {
	if s.cfg.Trial != nil {
		return trialPeople
	}
	return paying
}

// signerBody is a signer as its sender writes it.
type signerBody struct {
	signerSettings
	seat
	Fields []map[string]any `json:"fields"`
}

func (s *Simulator) listSigners(c *call) (answer, error) {
	out := []map[string]any{}
	for _, x := range c.req.signers {
		out = append(out, s.signerView(c.req, x))
	}
	return ok(out)
}

func (s *Simulator) addSigner(c *call) (answer, error) {
	var in signerBody
	if err := c.decode(s.shapes.signer, &in); err != nil {
		return answer{}, err
	}
	if c.req.status != draft {
		return answer{}, wrongStatus(c.req.status)
	}
	x, err := s.join(c.req, &in)
	if err != nil {
		return answer{}, err
	}
	return created(s.signerView(c.req, x))
}

// join adds a signer with its fields to a draft.
func (s *Simulator) join(r *request, in *signerBody) (*signer, error) {
	limit := s.most(maxSigners)
	if len(r.signers) >= limit {
		return nil, invalidParam("signers", fmt.Sprintf("This collection should contain %d elements or less.", limit))
	}
	if err := s.suits(&in.signerSettings); err != nil {
		return nil, err
	}
	if level := r.level(); level != "" && level != in.Level {
		return nil, invalidParam("signature_level", "All signers must have the same signature level.")
	}
	at, stage, err := r.seatFor(in.seat)
	if err != nil {
		return nil, err
	}
	x := &signer{signerSettings: in.signerSettings, id: newID(), status: initiated, stage: stage}
	for i, all := range in.Fields {
		id, _ := all["document_id"].(string)
		err := error(invalidParam(fmt.Sprintf("fields[%d].document_id", i), "This value is not valid."))
		if d := r.document(id); d != nil {
			_, err = r.place(d, x.id, all)
		}
		if err != nil {
			r.withdraw(x)
			return nil, err
		}
	}
	if in.InsertAfter != nil {
		r.makeRoom(stage)
	}
	r.signers = slices.Insert(r.signers, at, x)
	return x, nil
}

// withdraw takes back the fields of a signer.
func (r *request) withdraw(x *signer) {
	for _, d := range r.documents {
		d.fields = slices.DeleteFunc(d.fields, func(f *field) bool { return f.signerID == x.id })
	}
}

// suits applies the matrix of levels and authentication.
func (s *Simulator) suits(in *signerSettings) error {
	mode := ""
	if in.Authentication != nil {
		mode = *in.Authentication
	}
	switch {
	case slices.Contains(s.cfg.LevelsOff, in.Level):
		return refused("configuration.not_enabled", "The signature level is not enabled for your organization.")
	case in.Level == advanced && mode != otpSMS:
		return invalidParam("signature_authentication_mode", `Value must be in ["otp_sms"].`)
	case in.Level == qualified && mode != "":
		return invalidParam("signature_authentication_mode", "This value should be null.")
	case mode == otpSMS && in.Info.PhoneNumber == nil:
		return invalidParam("info.phone_number", "This value should not be blank.")
	case mode == otpSMS && strings.HasPrefix(*in.Info.PhoneNumber, "+86"):
		return invalidParam("info.phone_number", "This value is not a valid phone number.")
	case in.PreVerification && in.Level != advanced:
		return invalidParam("pre_identity_verification_required", "This value is not valid.")
	case s.cfg.Trial != nil && in.RedirectURLs != redirects{}:
		return invalidParam("redirect_urls", "cannot be defined when the subscription is in trial")
	}
	return nil
}

// signer returns the signer named in the path.
func (c *call) signer() (*signer, error) {
	if x := c.req.signer(c.PathValue("signer")); x != nil {
		return x, nil
	}
	return nil, notFound()
}

// readSigner shows a signer, with a fresh link when the old one has died.
func (s *Simulator) readSigner(c *call) (answer, error) {
	x, err := c.signer()
	if err != nil {
		return answer{}, err
	}
	if x.token != "" && x.linkUntil.Before(c.now) && c.req.status == ongoing {
		x.renewLink(c.now)
	}
	return ok(s.signerView(c.req, x))
}

func (x *signer) renewLink(now time.Time) { x.token, x.linkUntil = newID(), now.Add(linkLife) }

// patchSigner changes everything in a draft and, afterwards, the person's data until the signature.
func (s *Simulator) patchSigner(c *call) (answer, error) {
	x, err := c.signer()
	if err != nil {
		return answer{}, err
	}
	in, err := cloned(x.signerSettings)
	if err != nil {
		return answer{}, err
	}
	if err := c.decode(s.shapes.signerPatch, &in); err != nil {
		return answer{}, err
	}
	r := c.req
	open := x.status == initiated || x.status == notified
	if r.status != draft && (r.status != approval && r.status != ongoing || !open) {
		return answer{}, wrongStatus(r.status)
	}
	if r.status != draft && (in.Level != x.Level || in.Level != simple && deref(in.Authentication) != deref(x.Authentication)) {
		return answer{}, wrongStatus(r.status)
	}
	if err := s.suits(&in); err != nil {
		return answer{}, err
	}
	if in.Level != x.Level && len(r.signers) > 1 {
		return answer{}, invalidParam("signature_level", "All signers must have the same signature level.")
	}
	moved := in.Info.Email != x.Info.Email
	renamed := in.Info.FirstName != x.Info.FirstName || in.Info.LastName != x.Info.LastName
	x.signerSettings = in
	if renamed {
		x.blocked = false
	}
	if moved && x.status == notified {
		x.renewLink(c.now)
		s.mail(r, x, MailInvitation)
		s.emit("signer.notified", r, x)
	}
	return ok(s.signerView(r, x))
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (s *Simulator) deleteSigner(c *call) (answer, error) {
	x, err := c.signer()
	if err != nil {
		return answer{}, err
	}
	if c.req.status != draft {
		return answer{}, wrongStatus(c.req.status)
	}
	c.req.withdraw(x)
	c.req.signers = slices.DeleteFunc(c.req.signers, func(y *signer) bool { return y == x })
	return noContent()
}
