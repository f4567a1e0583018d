package yousign

import (
	"net/http"
)

// remindSigner sends one reminder.
func (s *Simulator) remindSigner(c *call) (answer, error) {
	x, err := c.signer()
	if err != nil {
		return answer{}, err
	}
	if c.req.status != ongoing {
		return answer{}, wrongStatus(c.req.status)
	}
	if x.status != notified {
		return answer{}, refused("signer.status_not_compatible", "The Signer status does not allow this action.")
	}
	if c.req.mails(x) {
		s.mail(c.req, x, MailReminder)
	}
	s.emit("signature_request.reminder_executed", c.req, x)
	return answer{status: http.StatusCreated}, nil
}

// unblockSigner lifts the block after a failed qualified identification.
func (s *Simulator) unblockSigner(c *call) (answer, error) {
	x, err := c.signer()
	if err != nil {
		return answer{}, err
	}
	if !x.blocked {
		return answer{}, refused("signer.status_not_compatible", "The identification of the Signer is not blocked.")
	}
	x.blocked = false
	return noContent()
}
