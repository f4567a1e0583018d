package signature

import (
	"slices"
	"time"
)

// PlanReminders names the signers whose automatic reminders begin: those who were invited since it was asked last.
func PlanReminders(r Request) (Request, []string) {
	var roles []string
	if r.Reminders == (Reminders{}) || r.CallerDelivers {
		return r, nil
	}
	signers := slices.Clone(r.Signers)
	for i := range signers {
		if s := &signers[i]; s.open() && !s.InviteTime.IsZero() && !s.RemindersPlanned {
			s.RemindersPlanned = true
			roles = append(roles, s.Role)
		}
	}
	if len(roles) > 0 {
		r.Signers = signers
	}
	return r, roles
}

// AskDueReminder asks for the automatic reminder of a role when it is due and the vendor can remind the signer, and counts
// it.
func AskDueReminder(r Request, role string, caps Capabilities, now time.Time) Request {
	places, at := r.automatic(role, caps, now)
	if at.IsZero() || now.Before(at) || len(places) == 0 {
		return r
	}
	r = r.remind(places, now)
	for _, i := range places {
		r.Signers[i].AutoReminders++
	}
	return r
}

// NextReminder is when to look again whether the automatic reminder of a role is due; zero when there is none any more.
// Whom the vendor cannot remind now it may be able to after a change of the signer.
func NextReminder(r Request, role string, caps Capabilities, now time.Time) time.Time {
	places, at := r.automatic(role, caps, now)
	if len(places) == 0 && !at.IsZero() {
		return latest(at, now.AddDate(0, 0, r.Reminders.Days))
	}
	return at
}

// automatic tells whom the next automatic reminder of a role goes to, and when: to nobody while the vendor cannot remind
// the signer. Where the vendor reminds all, it waits for the last one's time, and nobody gets one too many.
func (r Request) automatic(role string, caps Capabilities, now time.Time) (places []int, at time.Time) {
	named, denial := r.SignerOf(role)
	if denial != nil || r.Reminders.Days <= 0 || !r.signable(now) || !r.Signers[named].open() {
		return nil, time.Time{}
	}
	places = r.remindable(caps)
	able := slices.Contains(places, named)
	if caps.RemindOne || !able {
		places = []int{named}
	}
	for _, i := range places {
		s := r.Signers[i]
		if s.AutoReminders >= r.Reminders.Most {
			return nil, time.Time{}
		}
		at = latest(at, s.ready(caps), s.lastContact().AddDate(0, 0, r.Reminders.Days))
	}
	if !able {
		return nil, at
	}
	return places, at
}
