package signature

import (
	"slices"
	"strings"
	"time"
)

// mostStrangers is how many signers whom nobody ordered are told apart. One is enough to fail the proof.
const mostStrangers = 20

// observeUpdates takes from the view of an envelope that is open no more which of the changes that were asked for had come
// through: the vendor will not be asked again. A signer who was replaced is there under another id. What shows in nothing
// that the vendor says counts as not come through.
func (r Request) observeUpdates(e Envelope, now time.Time) (Request, []Event) {
	if e.State == EnvelopeOpen || !known(e.State) {
		return r, nil
	}
	var events []Event
	for i, s := range r.Signers {
		if s.Update == nil {
			continue
		}
		theirs, ok := r.afterUpdate(s, e.Signers)
		if !ok {
			continue
		}
		if len(events) == 0 {
			r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
		}
		s = s.updated()
		s.ProviderID = theirs.ID
		r.Signers[i] = s
		events = append(events, r.signerEvent(EventSignerUpdated, s.Role, "", now))
	}
	return r, events
}

// afterUpdate finds a signer in the vendor's view as the change that was asked for would have made it.
func (r Request) afterUpdate(s Signer, seen []EnvelopeSigner) (EnvelopeSigner, bool) {
	i := slices.IndexFunc(seen, func(theirs EnvelopeSigner) bool { return theirs.ID == s.ProviderID })
	replaced := i < 0
	if replaced { // by nobody who is another of ours
		i = slices.IndexFunc(seen, func(theirs EnvelopeSigner) bool {
			taken := slices.ContainsFunc(r.Signers, func(other Signer) bool { return other.ProviderID == theirs.ID })
			return theirs.ID != "" && !taken && strings.EqualFold(theirs.Email, s.Update.Email)
		})
	}
	if i < 0 || seen[i].ID == "" {
		return EnvelopeSigner{}, false
	}
	theirs, wanted := seen[i], s.updated()
	before := wanted.with(s.details())
	shows := replaced || before.changed(theirs, true) != before
	return theirs, shows && wanted.changed(theirs, true) == wanted
}

// observeChanges compares the vendor's signers with those who were ordered, where the vendor says anything, and tells of
// each change once. What the vendor has is kept and stands in no event. An entry without an id may be anybody, so nobody
// is missing beside one. While a change that was asked for here is under way nobody can say whose doing a difference at an
// open envelope is; what an envelope ended with is compared, because nothing is looked at after it.
func (r Request) observeChanges(e Envelope, now time.Time) (Request, []Event) {
	updating := slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.Update != nil })
	if len(e.Signers) == 0 || !known(e.State) || updating && e.State == EnvelopeOpen {
		return r, nil
	}
	seen := map[string]EnvelopeSigner{}
	for _, s := range e.Signers {
		seen[s.ID] = s
	}
	_, nameless := seen[""]
	delete(seen, "")
	var events []Event
	signers := slices.Clone(r.Signers)
	for i, s := range signers {
		theirs, there := seen[s.ProviderID]
		delete(seen, s.ProviderID)
		if s.ProviderID == "" || nameless && !there {
			continue
		}
		if signers[i] = s.changed(theirs, there); signers[i] != s {
			events = append(events, r.signerEvent(EventSignerChanged, s.Role, "", now))
		}
	}
	strangers := make([]string, 0, len(seen))
	for id := range seen {
		strangers = append(strangers, bounded(id))
	}
	slices.Sort(strangers)
	strangers = strangers[:min(len(strangers), mostStrangers)]
	for _, id := range strangers {
		if !slices.Contains(r.Strangers, id) {
			events = append(events, r.event(EventSignerChanged, now))
		}
	}
	if len(events) > 0 || len(strangers) != len(r.Strangers) {
		r.Signers, r.Strangers, r.UpdateTime = signers, slices.Clip(strangers), now
	}
	return r, events
}

// changed notes how the vendor's view of a signer differs from ours. What the vendor leaves out stays as it was noted.
func (s Signer) changed(theirs EnvelopeSigner, there bool) Signer {
	s.Removed = !there
	if !there {
		return s
	}
	s.SeenEmail = deviation(s.SeenEmail, s.Email, bounded(theirs.Email), strings.EqualFold)
	s.SeenFirstName = deviation(s.SeenFirstName, s.FirstName, bounded(theirs.FirstName), sameName)
	s.SeenLastName = deviation(s.SeenLastName, s.LastName, bounded(theirs.LastName), sameName)
	return s
}

func deviation(noted, ours, theirs string, same func(a, b string) bool) string {
	switch {
	case theirs == "":
		return noted
	case same(ours, theirs):
		return ""
	case noted != "" && same(noted, theirs):
		return noted
	}
	return theirs
}

// sameName tells whether two names are one but for their white space, which vendors trim.
func sameName(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// differ tells how the signers at the vendor are not those who were ordered, in words without any of their data; empty
// when they are. A corrected name alone is none: Skribble lets signers correct theirs, and the proof compares names.
func (r Request) differ() string {
	switch {
	case len(r.Strangers) > 0:
		return "a signer was added at the provider"
	case slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.Removed }):
		return "a signer was removed at the provider"
	case slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.SeenEmail != "" }):
		return "a signer's e-mail address was changed at the provider"
	}
	return ""
}
