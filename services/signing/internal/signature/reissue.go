package signature

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Reissue is what a caller may change in a new attempt, and the ids that it gets.
type Reissue struct {
	ID, RequestID, ContentHash, CallbackToken string
	// ExpireTime of the new attempt.
	ExpireTime time.Time
	// Signers for the same roles; empty means the same ones.
	Signers []Signer
	// Provider of the new attempt; empty means the same one.
	Provider string
}

// Reissuable tells whether a new attempt may take the place of the request: it ended unsigned, and none has yet.
func Reissuable(r Request) bool {
	return slices.Contains(reissuable(), r.State) && r.NextAttempt == ""
}

func reissuable() []State { return []State{Expired, Declined, Canceled, Refused} }

// DenyReissue tells why no new attempt may take the place of a request that is not Reissuable.
func DenyReissue(r Request) *Denial {
	denial := DenyState(r, reissuable()...)
	if r.NextAttempt != "" {
		denial.Detail = "the request was reissued before: its next attempt is signatureRequests/" + r.NextAttempt
		denial.Metadata["next_attempt"] = r.NextAttempt
	}
	return denial
}

// SameRoles tells whether the signers are for exactly the roles of the request.
func SameRoles(r Request, signers []Signer) bool {
	return slices.Equal(roles(r.Signers), roles(signers))
}

func roles(signers []Signer) []string {
	list := make([]string, 0, len(signers))
	for _, s := range signers {
		list = append(list, s.Role)
	}
	slices.Sort(list)
	return list
}

// Successor is the new attempt of a reissuable request, with its content, to be given to Created. can is what its provider
// can do: where that is enough, the attempt opens the old envelope again, so that signatures that were given stay.
func Successor(old Request, re Reissue, can Capabilities) Request {
	r := content(old)
	r.ID, r.RequestID, r.ContentHash, r.CallbackToken = re.ID, re.RequestID, re.ContentHash, re.CallbackToken
	r.ExpireTime, r.PreviousAttempt, r.Attempt = re.ExpireTime, old.ID, max(old.Attempt, 1)+1
	if re.Provider != "" {
		r.Provider, r.Routed, r.Routing = re.Provider, false, Routing{}
	}
	if len(re.Signers) > 0 {
		r.Signers = ordered(re.Signers)
	}
	switch {
	case reopens(old, r, can):
		return takeOver(r, old)
	case old.State != Refused && r.Source.ProviderTemplate == "": // what was sent is sent again; what was refused is made anew
		r.Document, r.FileName, r.Fields = old.Document, old.FileName, slices.Clone(old.Fields)
	}
	return r
}

// content is what the caller of the first attempt asked for.
func content(old Request) Request {
	return Request{
		Reference: old.Reference, Title: old.Title, Text: old.Text, Translations: maps.Clone(old.Translations),
		Provider: old.Provider, Routed: old.Routed, Routing: old.Routing, Level: old.Level, Legislation: old.Legislation,
		Language: old.Language, Source: old.Source, Signers: ordered(old.Signers), RequiredVerdict: old.RequiredVerdict,
		Attachments: slices.Clone(old.Attachments), Observers: slices.Clone(old.Observers), Reminders: old.Reminders,
		Brand: old.Brand, Redirects: old.Redirects, CallerDelivers: old.CallerDelivers, Labels: maps.Clone(old.Labels),
	}
}

// ordered are the signers as a caller gives them, without what became of them.
func ordered(signers []Signer) []Signer {
	list := make([]Signer, 0, len(signers))
	for _, s := range signers {
		list = append(list, Signer{
			Role: s.Role, FirstName: s.FirstName, LastName: s.LastName, Email: s.Email, Phone: s.Phone, Language: s.Language,
			Authentication: s.Authentication, Order: s.Order, OwnCompany: s.OwnCompany,
		})
	}
	return list
}

// reopens tells whether the attempt can open the old envelope again: the vendor itself let it expire, nothing of its
// content changes, and the vendor's longest time since it was made is not over at the new end.
func reopens(old, r Request, can Capabilities) bool {
	latest := envelopeSince(old).AddDate(0, 0, can.MaxExpiryDays)
	return can.Reactivates && old.State == Expired && old.ExpiredAtProvider && old.Envelope != "" && !old.EraseAsked &&
		r.Provider == old.Provider && (old.Account == "" || old.Account == can.Account()) && slices.Equal(r.Signers, ordered(old.Signers)) && old.differ() == "" &&
		!r.ExpireTime.After(latest)
}

func envelopeSince(r Request) time.Time {
	if r.EnvelopeSince.IsZero() {
		return r.CreateTime
	}
	return r.EnvelopeSince
}

func takeOver(r, old Request) Request {
	r.Reactivate, r.Envelope, r.EnvelopeCorrelation, r.EnvelopeSince = true, old.Envelope, old.Correlation(), envelopeSince(old)
	r.Document, r.FileName, r.Fields, r.NoSentDocument = old.Document, old.FileName, slices.Clone(old.Fields), old.NoSentDocument
	r.Account = old.Account
	for i := range r.Signers {
		r.Signers[i].ProviderID = old.Signers[i].ProviderID
	}
	return r
}

// Reissued notes on the old request which attempt took its place. Its state stays.
func Reissued(old Request, next string, now time.Time) (Request, []Event) {
	if !Reissuable(old) || next == "" {
		return old, nil
	}
	old.NextAttempt, old.UpdateTime = next, now
	return old, []Event{old.event(EventReissued, now)}
}

// Reopened takes what the vendor says of an envelope that was to be opened again. refused is true when it would not: an
// envelope that is still expired, or is gone, makes way for a new one. Anything unclear waits.
func Reopened(r Request, e Envelope, refused bool, now time.Time) (Request, []Event) {
	if r.State != Preparing || !r.Reactivate {
		return r, nil
	}
	r = r.observeEnd(e)
	switch e.State {
	case EnvelopeOpen, EnvelopeSigned, EnvelopeDeclined:
		e.ID = cmp.Or(e.ID, r.Envelope)
		return Sent(r, e, now)
	case EnvelopeWithdrawn:
		return r.endWithdrawn(now)
	case EnvelopeFailed:
		return r.end(Canceled, EventCanceled, "PROVIDER_FAILED", "the provider ended the envelope after a failure of its own", now)
	case EnvelopeExpired:
		if refused {
			return r.renew(now), nil
		}
	case EnvelopeGone:
		if r.missing(now) {
			return r.renew(now), nil
		}
		if r.VanishTime.IsZero() {
			r.VanishTime, r.UpdateTime = now, now
		}
	}
	return r, nil
}

// renew leaves the old envelope for one of the request's own.
func (r Request) renew(now time.Time) Request {
	r.Reactivate, r.Envelope, r.EnvelopeCorrelation, r.EnvelopeSince = false, "", "", time.Time{}
	r.SendAttempted, r.Account, r.VanishTime, r.EnvelopeEnd, r.Early, r.NoSentDocument = false, "", time.Time{}, time.Time{}, nil, false
	if r.Source.ProviderTemplate != "" {
		r.Document = ""
	}
	r.Signers = slices.Clone(r.Signers)
	for i := range r.Signers {
		r.Signers[i].ProviderID = ""
	}
	r.UpdateTime = now
	return r
}
