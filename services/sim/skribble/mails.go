package skribble

import (
	"slices"
	"strings"
)

// Kinds of mail.
const (
	mailInvitation = "invitation"
	mailReminder   = "reminder"
	mailWithdrawn  = "withdrawn"
	mailDeclined   = "declined"
	mailCompleted  = "completed"
)

// letter is a mail that would have gone out.
type letter struct {
	Kind        string   `json:"kind"`
	To          string   `json:"to"`
	RequestID   string   `json:"signature_request_id"`
	SID         string   `json:"sid,omitempty"`
	Title       string   `json:"title"`
	Message     string   `json:"message,omitempty"`
	Link        string   `json:"link,omitempty"`
	Attachments []string `json:"attachments,omitempty"`
	SentAt      stamp    `json:"sent_at"`
}

// mailSigner writes to a signer who wants mail and has an address.
func (s *Simulator) mailSigner(r *signatureRequest, g *signature, kind, message string) {
	if !g.Notify || g.email() == "" {
		return
	}
	link := g.SigningURL
	if link == "" {
		link = r.SigningURL
	}
	s.send(letter{
		Kind: kind, To: g.email(), RequestID: r.ID, SID: g.SID, Title: r.Title, Message: message, Link: link,
		Attachments: attached(r, kind), SentAt: s.now(),
	})
}

// mailOwner writes to the owner, unless that is an API user, and the observers.
func (s *Simulator) mailOwner(r *signatureRequest, kind string) {
	people := slices.Clone(r.Observers)
	if strings.Contains(r.Owner, "@") {
		people = append(people, r.Owner)
	}
	for _, to := range people {
		s.send(letter{
			Kind: kind, To: to, RequestID: r.ID, Title: r.Title, Link: r.SigningURL, Attachments: attached(r, kind),
			SentAt: s.now(),
		})
	}
}

func attached(r *signatureRequest, kind string) []string {
	if kind != mailCompleted {
		return nil
	}
	return r.AttachOnSuccess
}

func (s *Simulator) send(m letter) {
	s.mails = append(s.mails, m)
}
