package signature

import (
	"slices"
	"time"
)

// Signer is one person who is asked to sign.
type Signer struct {
	// Role the document's signature field is for; unique within a request, 1 to 64 characters of [a-z0-9_].
	Role      string
	FirstName string
	LastName  string
	Email     string
	// Phone in E.164 with the leading plus; empty when unknown.
	Phone string
	// Language of the signer's mails and pages, ISO 639-1.
	Language       string
	Authentication Authentication
	// Order groups signers: 0 when all are asked at once, else lower groups sign first.
	Order int
	// OwnCompany is true for a signer of the company that sends: such a one may use an account that the vendor knows.
	OwnCompany bool

	// ProviderID is the vendor's id of the signer; empty until sent.
	ProviderID string
	State      SignerState
	SignTime   time.Time
	// SignedLevel and SignedLegislation are what the vendor says this signature became; empty where it does not say.
	SignedLevel       Level
	SignedLegislation Legislation
	// SeenEmail, SeenFirstName and SeenLastName are what the vendor has where it differs from what was ordered; empty where
	// it does not. Removed is true while the vendor lists others and not this one.
	SeenEmail, SeenFirstName, SeenLastName string
	Removed                                bool

	// InviteTime is when the signer was invited; zero until then.
	InviteTime time.Time
	// RemindTime is when the signer was reminded last, Reminder the one that was asked for and has not gone out.
	RemindTime time.Time
	Reminder   Reminder
	// AutoReminders counts those that nobody asked for; RemindersPlanned tells that a job sees to them.
	AutoReminders    int
	RemindersPlanned bool
	// Update is what the signer shall become; nil when no change is under way. It is never changed in place.
	Update *SignerChange
	// UpdateTime is when the last change came through; zero where none did. What was told of the signer before is over.
	UpdateTime time.Time
}

// SignerState is how far one signer has come.
type SignerState string

// The signer states.
const (
	SignerPending              SignerState = "pending"
	SignerInvited              SignerState = "invited"
	SignerOpened               SignerState = "opened"
	SignerSigned               SignerState = "signed"
	SignerDeclined             SignerState = "declined"
	SignerBounced              SignerState = "bounced"
	SignerIdentificationFailed SignerState = "identification_failed"
	SignerFailed               SignerState = "failed"
)

func (r Request) observeSigners(e Envelope, now time.Time) (Request, []Event) {
	var events []Event
	signers := slices.Clone(r.Signers)
	for i, at := range matched(signers, e.Signers) {
		if at < 0 {
			continue
		}
		s, seen := &signers[i], e.Signers[at]
		s.ProviderID = seen.ID
		if seen.SignedLevel != "" {
			s.SignedLevel, s.SignedLegislation = seen.SignedLevel, seen.SignedLegislation
		}
		if s.InviteTime.IsZero() && seen.State.rank() > 0 {
			s.InviteTime = now
		}
		if seen.State.rank() <= s.State.rank() {
			continue
		}
		s.State, s.SignTime = seen.State, seen.SignTime
		if kind, ok := signerEvents()[seen.State]; ok {
			events = append(events, r.signerEvent(kind, s.Role, "", orNow(seen.SignTime, now)))
		}
	}
	if !slices.Equal(signers, r.Signers) {
		r.Signers, r.UpdateTime = signers, now
	}
	return r, events
}

// NoteSigner takes a fact about one signer that the vendor tells in its calls alone, and not when it is read: that the
// invitation bounced, or that the identification failed. A fact that comes before the signers' ids are known, or before
// the request is known to be out, is kept until then. It never moves a signer back.
func NoteSigner(r Request, fact SignerFact, now time.Time) (Request, []Event) {
	told := fact.State == SignerBounced || fact.State == SignerIdentificationFailed
	if fact.SignerID == "" || !told {
		return r, nil
	}
	if fact.Time.IsZero() || fact.Time.After(now) {
		fact.Time = now
	}
	i := slices.IndexFunc(r.Signers, func(s Signer) bool { return s.ProviderID == fact.SignerID })
	if i < 0 || r.State == Preparing {
		return r.keepEarly(fact, now), nil
	}
	if r.State != OutForSignature {
		return r, nil
	}
	return r.noteSigner(i, fact, now)
}

// noteSigner passes over what was told of the signer before a change came through: it is about another address, or another
// name. Vendors tell whole seconds.
func (r Request) noteSigner(i int, fact SignerFact, now time.Time) (Request, []Event) {
	s := r.Signers[i]
	if fact.State.rank() <= s.State.rank() || fact.Time.Before(s.UpdateTime.Truncate(time.Second)) {
		return r, nil
	}
	r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
	r.Signers[i].State = fact.State
	return r, []Event{r.signerEvent(signerEvents()[fact.State], s.Role, "", fact.Time)}
}

func signerEvents() map[SignerState]EventType {
	return map[SignerState]EventType{
		SignerInvited:              EventSignerInvited,
		SignerOpened:               EventSignerOpened,
		SignerSigned:               EventSignerSigned,
		SignerDeclined:             EventSignerDeclined,
		SignerBounced:              EventSignerBounced,
		SignerIdentificationFailed: EventIdentificationFailed,
	}
}

// rank orders signer states: a late fact never moves a signer back.
func (s SignerState) rank() int {
	switch s {
	case SignerInvited:
		return 1
	case SignerBounced:
		return 2
	case SignerOpened:
		return 3
	case SignerIdentificationFailed:
		return 4
	case SignerSigned, SignerDeclined, SignerFailed:
		return 5
	}
	return 0
}
