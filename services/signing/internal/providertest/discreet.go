package providertest

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Private is everything in the order that may be about somebody or is a secret, and what others have of it.
func Private(order signature.Order) []string {
	private := append(order.Words(), order.CallbackToken, "https://sign.example.com/planted-link")
	for _, s := range order.Signers {
		private = append(private, s.FirstName, s.LastName, s.Email, s.Phone)
	}
	for _, o := range order.Observers {
		private = append(private, o.Email)
	}
	return slices.DeleteFunc(private, func(text string) bool { return text == "" })
}

// Discreet calls every method of a provider whose vendor refuses everything and repeats what is private: no error tells any
// of it, because errors are logged.
func Discreet(t *testing.T, p signature.Provider, order signature.Order) {
	t.Helper()
	ctx, role, id := t.Context(), order.Signers[0].Role, order.Signers[0].ProviderID
	for name, call := range map[string]func() error{
		"Send":           func() error { _, err := p.Send(ctx, order, false); return err },
		"Send, resumed":  func() error { _, err := p.Send(ctx, order, true); return err },
		"Find":           func() error { _, err := p.Find(ctx, order); return err },
		"Read":           func() error { _, err := p.Read(ctx, order.Envelope); return err },
		"Withdraw":       func() error { return p.Withdraw(ctx, order.Envelope, "over") },
		"SignedDocument": func() error { return unread(p.SignedDocument(ctx, order.Envelope)) },
		"AuditTrail":     func() error { return unread(p.AuditTrail(ctx, order.Envelope)) },
		"SentDocument":   func() error { return unread(p.SentDocument(ctx, order.Envelope)) },
		"Remind":         func() error { return p.Remind(ctx, order.Envelope, []string{id}) },
		"UpdateSigner":   func() error { _, err := p.UpdateSigner(ctx, order, role); return err },
		"Reactivate":     func() error { _, err := p.Reactivate(ctx, order.Envelope, time.Now().AddDate(0, 0, 3)); return err },
		"SigningLink":    func() error { _, err := p.SigningLink(ctx, order, id); return err },
		"Deliveries":     func() error { _, err := p.Deliveries(ctx, order.Envelope); return err },
		"Erase":          func() error { return p.Erase(ctx, order.Envelope) },
	} {
		err := call()
		if err == nil {
			t.Errorf("%s: a vendor that refuses everything did it", name)
			continue
		}
		for _, private := range Private(order) {
			if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(private)) {
				t.Errorf("%s tells %q: %v", name, private, err)
			}
		}
	}
}

func unread(file io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	return file.Close()
}
