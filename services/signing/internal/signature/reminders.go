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

// AskDueReminder asks for the automatic reminder of a role when it is due, and counts it.
func AskDueReminder(r Request, role string, caps Capabilities, now time.Time) Request {
	places, at := r.automatic(role, caps, now)
	if at.IsZero() || now.Before(at) {
		return r
	}
	r = r.remind(places, now)
	for _, i := range places {
		r.Signers[i].AutoReminders++
	}
	return r
}

// NextReminder is when the automatic reminder of a role is due; zero when there is none any more.
func NextReminder(r Request, role string, caps Capabilities, now time.Time) time.Time {
	_, at := r.automatic(role, caps, now)
	return at
}

// automatic tells whom the next automatic reminder of a role goes to, and when. Where the vendor reminds all, it waits for
// the last one's time, and nobody gets one too many.
func (r Request) automatic(role string, caps Capabilities, now time.Time) (places []int, at time.Time) {
	named, denial := r.SignerOf(role)
	if denial != nil || r.Reminders.Days <= 0 || r.State != OutForSignature || r.unwanted(now) || !r.Signers[named].open() {
		return nil, time.Time{}
	}
	if places = []int{named}; !caps.RemindOne {
		places = r.open()
	}
	for _, i := range places {
		s := r.Signers[i]
		if s.AutoReminders >= r.Reminders.Most {
			return nil, time.Time{}
		}
		at = latest(at, s.ready(caps), s.bothered().AddDate(0, 0, r.Reminders.Days))
	}
	return places, at
}
