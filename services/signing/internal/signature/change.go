package signature

import (
	"slices"
	"strings"
	"time"
)

// mostStrangers is how many signers whom nobody ordered are told apart. One is enough to fail the proof.
const mostStrangers = 20

// observeChanges compares the vendor's signers with those who were ordered, where the vendor says anything, and tells of
// each change once. What the vendor has is kept and stands in no event. An entry without an id says nothing about anybody,
// and while a change that was asked for here is under way nobody can say whose doing a difference is.
func (r Request) observeChanges(e Envelope, now time.Time) (Request, []Event) {
	if len(e.Signers) == 0 || !known(e.State) || slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.Update != nil }) {
		return r, nil
	}
	seen := map[string]EnvelopeSigner{}
	for _, s := range e.Signers {
		seen[s.ID] = s
	}
	delete(seen, "")
	var events []Event
	signers := slices.Clone(r.Signers)
	for i, s := range signers {
		if s.ProviderID == "" {
			continue
		}
		theirs, there := seen[s.ProviderID]
		delete(seen, s.ProviderID)
		if signers[i] = s.changed(theirs, there); signers[i] != s {
			event := r.event(EventSignerChanged, now)
			event.SignerRole = s.Role
			events = append(events, event)
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
	if s.Update != nil && strings.EqualFold(theirs.Email, s.Update.Email) {
		return s // our own change, whose outcome is not known yet
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
