package yousign

import (
	"time"
)

// start notifies the signers whose turn it is and begins the reminders.
func (s *Simulator) start(r *request, now time.Time) {
	s.notify(r, now)
	if r.Reminders != nil {
		s.planReminder(r, now, 1)
	}
}

// notify invites the signers whose turn it is: every one, or with an order the first stage that has not signed.
func (s *Simulator) notify(r *request, now time.Time) {
	for _, x := range r.signers {
		if x.status != initiated || !r.mayBeAsked(x) {
			continue
		}
		x.status = notified
		x.renewLink(now)
		s.emit("signer.notified", r, x)
		if r.mails(x) {
			s.mail(r, x, MailInvitation)
		}
		s.planAutoSign(r, x, now)
	}
}

func (s *Simulator) planExpiry(r *request) {
	if r.status != ongoing && r.status != approval {
		return
	}
	due := r.expires
	s.plan(due.Add(time.Second), func(time.Time) {
		if r.expires.Equal(due) && (r.status == ongoing || r.status == approval) {
			s.expire(r)
		}
	})
}

func (s *Simulator) expire(r *request) {
	r.status = expired
	s.emit("signature_request.expired", r, nil)
}

func (s *Simulator) planReminder(r *request, from time.Time, n int) {
	rule := *r.Reminders
	s.plan(from.AddDate(0, 0, rule.Days), func(at time.Time) {
		if r.status != ongoing || n > rule.Max {
			return
		}
		for _, x := range r.signers {
			if x.status == notified && r.mails(x) {
				s.mail(r, x, MailReminder)
			}
		}
		s.emit("signature_request.automatic_reminder_executed", r, nil)
		if n < rule.Max {
			s.planReminder(r, at, n+1)
		}
	})
}
