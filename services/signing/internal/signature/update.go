package signature

import (
	"slices"
	"strings"
	"time"
)

// SignerDetails are what of a signer can be changed.
type SignerDetails struct{ FirstName, LastName, Email, Phone, Language string }

// SignerChange is what a signer shall become: it was asked for, and has not come through at the vendor.
type SignerChange struct {
	SignerDetails
	// AskTime is when it was asked for, DueTime the earliest time to try it.
	AskTime, DueTime time.Time
}

func (s Signer) details() SignerDetails {
	return SignerDetails{s.FirstName, s.LastName, s.Email, s.Phone, s.Language}
}

func (s Signer) with(d SignerDetails) Signer {
	s.FirstName, s.LastName, s.Email, s.Phone, s.Language = d.FirstName, d.LastName, d.Email, d.Phone, d.Language
	return s
}

// AskUpdate changes a signer: at once as long as the vendor knows nothing of the request, else what is wanted is noted
// beside what is until it came through. edit changes the details last asked for, so that of several changes none is lost.
// What changes nothing has no effect. It fails with a *Denial.
func AskUpdate(r Request, role string, edit func(*SignerDetails), caps Capabilities, now time.Time) (Request, []Event, error) {
	i, denial := r.SignerOf(role)
	if denial == nil {
		denial = r.denyUpdate(i, caps, now)
	}
	if denial != nil {
		return r, nil, denial
	}
	s := r.Signers[i]
	wanted := s.details()
	if s.Update != nil {
		wanted = s.Update.SignerDetails
	}
	before := wanted
	if edit(&wanted); wanted == before {
		return r, nil, nil
	}
	r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
	if r.unknownToVendor() {
		r.Signers[i] = s.with(wanted)
		return r, []Event{r.signerEvent(EventSignerUpdated, role, "", now)}, nil
	}
	r.Signers[i].Update = &SignerChange{wanted, now, now}
	return r, nil, nil
}

// unknownToVendor tells whether nothing can be at the vendor yet.
func (r Request) unknownToVendor() bool {
	return r.State == Preparing && !r.SendAttempted && r.Envelope == ""
}

func (r Request) denyUpdate(place int, caps Capabilities, now time.Time) *Denial {
	signed := slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.State == SignerSigned })
	switch {
	case r.State != Preparing && r.State != OutForSignature || r.unwanted(now):
		return DenyState(r, Preparing, OutForSignature)
	case r.Signers[place].closed():
		return DenySigner(r.Signers[place])
	case r.unknownToVendor(), caps.SignerUpdates == UpdatesUntilSigned,
		caps.SignerUpdates == UpdatesUntilFirstSignature && !signed:
		return nil
	case caps.SignerUpdates == UpdatesUntilFirstSignature:
		return r.denyOffer("the provider changes no signer once somebody has signed")
	}
	return r.denyOffer("the provider changes no signer after the invitation")
}

// Intended is the order as it shall be once the change of a role came through.
func Intended(r Request, role string) Order {
	order := r.Order()
	if i, denial := r.SignerOf(role); denial == nil && r.Signers[i].Update != nil {
		order.Signers = slices.Clone(order.Signers)
		order.Signers[i] = order.Signers[i].with(r.Signers[i].Update.SignerDetails)
	}
	return order
}

// Wanted is the order as it shall be once every change came through.
func Wanted(r Request) Order {
	order := r.Order()
	order.Signers = slices.Clone(order.Signers)
	for i, s := range order.Signers {
		if s.Update != nil {
			order.Signers[i] = s.with(s.Update.SignerDetails)
		}
	}
	return order
}

// UpdateDue names the signer whose change is to be brought to the vendor now.
func UpdateDue(r Request, now time.Time) (role string, due bool) {
	for _, s := range r.Signers {
		if s.Update != nil && !now.Before(s.Update.DueTime) {
			return s.Role, true
		}
	}
	return "", false
}

// UpdateAsked is when the change of a role was asked for; zero where there is none.
func UpdateAsked(r Request, role string) time.Time {
	if i, denial := r.SignerOf(role); denial == nil && r.Signers[i].Update != nil {
		return r.Signers[i].Update.AskTime
	}
	return time.Time{}
}

// Updated tells that the change of a role came through, with the envelope as it is afterwards: signers may have got other
// ids. A signer who can be reached or identified again, or got another address, is as freshly invited.
func Updated(r Request, role string, e Envelope, now time.Time) (Request, []Event) {
	i, denial := r.SignerOf(role)
	if denial != nil || r.Signers[i].Update == nil || r.State != OutForSignature {
		return r, nil
	}
	r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
	s := r.Signers[i]
	moved := !strings.EqualFold(s.Email, s.Update.Email)
	s = s.updated()
	s.UpdateTime = now
	if s.open() && (moved || s.State == SignerBounced || s.State == SignerIdentificationFailed) {
		s.State = SignerInvited
	}
	if s.open() && moved {
		s.InviteTime, s.RemindTime, s.AutoReminders = now, time.Time{}, 0
		s.RemindersPlanned = s.RemindersPlanned && r.Signers[i].AutoReminders < r.Reminders.Most
	}
	r.Signers[i] = s
	if len(e.Signers) > 0 {
		r.forgetIDs(e)
	}
	events := []Event{r.signerEvent(EventSignerUpdated, role, "", now)}
	r, more := Observe(r, e, now)
	return r, append(events, more...)
}

// updated is the signer as the change that came through made it.
func (s Signer) updated() Signer {
	s, s.Update = s.with(s.Update.SignerDetails), nil
	s.SeenEmail, s.SeenFirstName, s.SeenLastName = "", "", ""
	return s
}

// forgetIDs drops the ids that the vendor does not know any more. A view that leaves an id out knows none for certain.
func (r Request) forgetIDs(e Envelope) {
	if slices.ContainsFunc(e.Signers, func(seen EnvelopeSigner) bool { return seen.ID == "" }) {
		return
	}
	for i, s := range r.Signers {
		if !slices.ContainsFunc(e.Signers, func(seen EnvelopeSigner) bool { return seen.ID == s.ProviderID }) {
			r.Signers[i].ProviderID = ""
		}
	}
}

// UpdateRefused tells that the vendor refused the change of a role: the signer is as before.
func UpdateRefused(r Request, role string, reason RefusalReason, now time.Time) (Request, []Event) {
	if UpdateAsked(r, role).IsZero() {
		return r, nil
	}
	return r.changeUpdate(role, nil, now), []Event{r.signerEvent(EventSignerUpdateRefused, role, string(reason), now)}
}

// PostponeUpdate notes that the change of a role is to be tried again at a time.
func PostponeUpdate(r Request, role string, due, now time.Time) Request {
	i, denial := r.SignerOf(role)
	if denial != nil || r.Signers[i].Update == nil {
		return r
	}
	later := *r.Signers[i].Update
	later.DueTime = due
	return r.changeUpdate(role, &later, now)
}

func (r Request) changeUpdate(role string, change *SignerChange, now time.Time) Request {
	if i, denial := r.SignerOf(role); denial == nil {
		r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
		r.Signers[i].Update = change
	}
	return r
}
