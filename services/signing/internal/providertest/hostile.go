package providertest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Survive calls every method of a provider whose vendor may answer anything: each must end, with an answer or with a failure
// that the port knows, and tell nobody's data. It is made for fuzz tests; order has one signer.
func Survive(t *testing.T, p signature.Provider, order signature.Order) {
	t.Helper()
	const id = "envelope-1"
	ctx := t.Context()
	role := order.Signers[0].Role
	for name, call := range map[string]func() error{
		"Send":           func() error { return errorOf(p.Send(ctx, order, false)) },
		"Send again":     func() error { return errorOf(p.Send(ctx, order, true)) },
		"Find":           func() error { return errorOf(p.Find(ctx, order)) },
		"Read":           func() error { return errorOf(p.Read(ctx, id)) },
		"Withdraw":       func() error { return p.Withdraw(ctx, id, "lost") },
		"SignedDocument": func() error { return drain(p.SignedDocument(ctx, id)) },
		"AuditTrail":     func() error { return drain(p.AuditTrail(ctx, id)) },
		"SentDocument":   func() error { return drain(p.SentDocument(ctx, id)) },
		"Remind":         func() error { return p.Remind(ctx, id, []string{"signer-1"}) },
		"UpdateSigner":   func() error { return errorOf(p.UpdateSigner(ctx, order, role)) },
		"Reactivate":     func() error { return errorOf(p.Reactivate(ctx, id, time.Now().AddDate(0, 0, 7))) },
		"SigningLink":    func() error { return errorOf(p.SigningLink(ctx, order, "signer-1")) },
		"Deliveries":     func() error { return errorOf(p.Deliveries(ctx, id)) },
		"Erase":          func() error { return p.Erase(ctx, id) },
	} {
		err := call()
		if err == nil {
			continue
		}
		if !known(err) {
			t.Errorf("%s failed in words that the port does not know: %v", name, err)
		}
		for _, private := range []string{order.Signers[0].Email, order.Signers[0].Phone} {
			if private != "" && strings.Contains(err.Error(), private) {
				t.Errorf("%s tells %q: %v", name, private, err)
			}
		}
	}
}

func errorOf[T any](_ T, err error) error { return err }

// known tells whether the failure is one of the port's.
func known(err error) bool {
	if class(err) != "" {
		return true
	}
	for _, one := range []error{
		signature.ErrNoEnvelope, signature.ErrNoAuditTrail, signature.ErrNotOffered, signature.ErrNoLink, signature.ErrNotReady,
	} {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}
