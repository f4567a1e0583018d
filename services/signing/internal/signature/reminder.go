package signature

import (
	"slices"
	"time"
)

// Reminder is one that was asked for and has not gone out; the zero value is none.
type Reminder struct {
	// AskTime is when it was asked for.
	AskTime time.Time
	// DueTime is the earliest time to send it: the vendor may have asked for patience.
	DueTime time.Time
	// Tried is saved before the vendor is asked: once set, the mail may have gone out whatever was answered.
	Tried bool
}

// reminderLife is how long a vendor that does not answer is asked; a reminder that comes later is a surprise.
const reminderLife = 24 * time.Hour

// AskReminder notes that the signer of a role, or with an empty role everyone who was invited, has not signed and can be
// reminded, shall be. An invitation counts as the first reminder. It fails with a *Denial.
func AskReminder(r Request, role string, caps Capabilities, now time.Time) (Request, error) {
	chosen, denial := r.toRemind(role, caps, now)
	if denial != nil {
		return r, denial
	}
	ready := slices.DeleteFunc(slices.Clone(chosen), func(i int) bool { return now.Before(r.Signers[i].ready(caps)) })
	if all := !caps.RemindOne; len(ready) == 0 || all && len(ready) < len(chosen) {
		next := r.Signers[chosen[0]].ready(caps)
		for _, i := range chosen {
			if at := r.Signers[i].ready(caps); all == at.After(next) {
				next = at
			}
		}
		at := next.UTC().Format(time.RFC3339Nano)
		return r, &Denial{
			DeniedTooSoon, "a signer was invited or reminded a short while ago: ask again from " + at, map[string]string{"next_time": at},
		}
	}
	return r.remind(ready, now), nil
}

// toRemind lists the places of the signers that a reminder is for.
func (r Request) toRemind(role string, caps Capabilities, now time.Time) ([]int, *Denial) {
	named, denial := -1, (*Denial)(nil)
	if role != "" {
		if named, denial = r.SignerOf(role); denial != nil {
			return nil, denial
		}
	}
	open := r.remindable(caps)
	switch {
	case !r.signable(now):
		return nil, DenyState(r, OutForSignature)
	case r.CallerDelivers:
		return nil, r.denyOffer("the provider mails nothing to the signers of this request")
	case role == "" && len(open) == 0:
		return nil, &Denial{DeniedNobody, "nobody who was invited and can be reminded is left to sign", nil}
	case role == "":
		return open, nil
	case !slices.Contains(open, named):
		return nil, DenySigner(r.Signers[named])
	case !caps.RemindOne && len(open) > 1:
		return nil, r.denyOffer("the provider reminds all signers, and not one alone")
	}
	return []int{named}, nil
}

// remindable lists the places of the signers who were invited, can still sign, and whom the vendor can remind.
func (r Request) remindable(caps Capabilities) []int {
	var places []int
	for i, s := range r.Signers {
		if s.open() && (len(caps.Remindable) == 0 || slices.Contains(caps.Remindable, s.State)) {
			places = append(places, i)
		}
	}
	return places
}

// lastContact is when the signer was last invited or reminded, or a reminder was asked for.
func (s Signer) lastContact() time.Time {
	return latest(s.InviteTime, s.RemindTime, s.Reminder.AskTime)
}

// ready is when the vendor reminds the signer again.
func (s Signer) ready(caps Capabilities) time.Time { return s.lastContact().Add(caps.ReminderPause) }

// remind notes that these signers shall be reminded. One who waits for a reminder gets one all the same.
func (r Request) remind(places []int, now time.Time) Request {
	r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
	for _, i := range places {
		reminder := &r.Signers[i].Reminder
		reminder.AskTime, reminder.DueTime = now, now
	}
	return r
}

// remindDue tells whether the vendor is to be asked for a reminder now.
func (r Request) remindDue(now time.Time) bool {
	return slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.Reminder.due(now) })
}

func (m Reminder) due(now time.Time) bool { return !m.AskTime.IsZero() && !now.Before(m.DueTime) }

// TryReminders marks the reminders that go out with the vendor's next call, to be saved before it: one where the vendor
// reminds signers one by one, so that the outcome is each one's own, else all. Those that waited a day are given up.
func TryReminders(r Request, caps Capabilities, now time.Time) (Request, []Event) {
	var events []Event
	r.Signers, r.UpdateTime = slices.Clone(r.Signers), now
	tried := 0
	for i := range r.Signers {
		s := &r.Signers[i]
		switch {
		case !s.Reminder.due(now):
		case now.Sub(s.Reminder.AskTime) >= reminderLife:
			s.Reminder = Reminder{}
			events = append(events, r.signerEvent(EventReminderRefused, s.Role, "PROVIDER_UNAVAILABLE", now))
		case tried == 0 || !caps.RemindOne:
			s.Reminder.Tried = true
			tried++
		}
	}
	return r, events
}

// Tried lists the vendor's ids of the signers whose reminder is being tried.
func Tried(r Request) []string {
	var ids []string
	for _, s := range r.Signers {
		if s.Reminder.Tried {
			ids = append(ids, s.ProviderID)
		}
	}
	return ids
}

// Reminded tells that the reminders that were tried went out, or may have: a second mail is worse than none, for a signer
// cannot tell it from a mistake and nobody can take it back, while one that is missing can be asked for.
func Reminded(r Request, now time.Time) (Request, []Event) {
	return r.settle(now, func(s *Signer) []Event { return []Event{r.reminded(s, now)} })
}

func (r Request) reminded(s *Signer, now time.Time) Event {
	s.Reminder, s.RemindTime = Reminder{}, now
	return r.signerEvent(EventSignerReminded, s.Role, "", now)
}

// ReminderRefused tells that the vendor refused the reminders that were tried.
func ReminderRefused(r Request, reason RefusalReason, now time.Time) (Request, []Event) {
	return r.settle(now, func(s *Signer) []Event {
		s.Reminder = Reminder{}
		return []Event{r.signerEvent(EventReminderRefused, s.Role, string(reason), now)}
	})
}

// PostponeReminder notes that the reminders that were tried did not go out, and are to be tried again at a time.
func PostponeReminder(r Request, due, now time.Time) Request {
	r, _ = r.settle(now, func(s *Signer) []Event {
		s.Reminder.DueTime, s.Reminder.Tried = due, false
		return nil
	})
	return r
}

// settle applies the outcome of a call to the reminders that were tried with it.
func (r Request) settle(now time.Time, outcome func(*Signer) []Event) (Request, []Event) {
	var events []Event
	signers := slices.Clone(r.Signers)
	for i := range signers {
		if signers[i].Reminder.Tried {
			events = append(events, outcome(&signers[i])...)
			r.UpdateTime = now
		}
	}
	r.Signers = signers
	return r, events
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }
