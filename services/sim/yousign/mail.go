package yousign

import "time"

// The kinds of mail.
const (
	MailInvitation = "invitation"
	MailReminder   = "reminder"
	MailCanceled   = "canceled"
	MailDone       = "done"
)

// maxMails bounds what is kept; the oldest go first.
const maxMails = 10_000

// Mail is one e-mail the vendor would have sent. It is shown by the control API only.
type Mail struct {
	// Time is the simulated time of sending.
	Time time.Time `json:"time"`
	// Kind is one of the Mail constants.
	Kind string `json:"kind"`
	// To is the recipient's address.
	To string `json:"to"`
	// Subject is the custom subject, or the vendor's.
	Subject string `json:"subject"`
	// Link is the signature link, empty where a mail has none.
	Link string `json:"link,omitempty"`
	// RequestID and SignerID say what the mail is about.
	RequestID string `json:"request_id"`
	// SignerID is the recipient's id in the request.
	SignerID string `json:"signer_id"`
}

// mail puts one mail into the outbox. The mutex is held.
func (s *Simulator) mail(r *request, x *signer, kind string) {
	m := Mail{Time: s.clock.Now(), Kind: kind, To: x.Info.Email, RequestID: r.id, SignerID: x.id}
	custom := x.CustomText.RequestSubject
	m.Subject = "Signature requested: " + r.Name
	if kind == MailReminder {
		custom = x.CustomText.ReminderSubject
		m.Subject = "Reminder, signature requested: " + r.Name
	}
	switch kind {
	case MailInvitation, MailReminder:
		m.Link = s.cfg.BaseURL + linkPath + x.token
		if custom != nil {
			m.Subject = *custom
		}
	case MailCanceled:
		m.Subject = "Signature canceled: " + r.Name
	case MailDone:
		m.Subject = "Signed by everybody: " + r.Name
	}
	if len(s.mails) >= maxMails {
		s.mails = s.mails[1:]
	}
	s.mails = append(s.mails, m)
}
