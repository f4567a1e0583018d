package yousign

import (
	"encoding/json"
	"time"
)

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
	// Body is the custom text, empty where the vendor's own stands.
	Body string `json:"body,omitempty"`
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
	switch kind {
	case MailInvitation, MailReminder:
		m.Link = s.cfg.BaseURL + linkPath + x.token
		m.Subject, m.Body = r.wording(x, kind)
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

// wording is the subject and the text of a mail: the signer's own, else the request's, else the vendor's.
func (r *request) wording(x *signer, kind string) (subject, body string) {
	var all struct {
		Text customText `json:"custom_text"`
	}
	if len(r.EmailNotification) > 0 {
		_ = json.Unmarshal(r.EmailNotification, &all) // it was checked when it came
	}
	own, general := x.CustomText, all.Text
	if kind == MailReminder {
		return chosen("Reminder, signature requested: "+r.Name, own.ReminderSubject, general.ReminderSubject),
			chosen("", own.ReminderBody, general.ReminderBody)
	}
	return chosen("Signature requested: "+r.Name, own.RequestSubject, general.RequestSubject),
		chosen("", own.RequestBody, general.RequestBody)
}

// chosen is the first text that was given.
func chosen(instead string, texts ...*string) string {
	for _, text := range texts {
		if text != nil {
			return *text
		}
	}
	return instead
}
