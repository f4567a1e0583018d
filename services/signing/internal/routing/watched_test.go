package routing_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// ill fails at everything.
type ill struct{ account }

func (ill) Send(context.Context, signature.Order, bool) (e signature.Envelope, err error) {
	return e, errIll
}
func (ill) Find(context.Context, signature.Order) (e signature.Envelope, err error) { return e, errIll }
func (ill) Read(context.Context, string) (e signature.Envelope, err error)          { return e, errIll }
func (ill) Withdraw(context.Context, string, string) error                          { return errIll }
func (ill) SignedDocument(context.Context, string) (io.ReadCloser, error)           { return nil, errIll }
func (ill) AuditTrail(context.Context, string) (io.ReadCloser, error)               { return nil, errIll }
func (ill) SentDocument(context.Context, string) (io.ReadCloser, error)             { return nil, errIll }
func (ill) Remind(context.Context, string, []string) error                          { return errIll }
func (ill) Deliveries(context.Context, string) (d []signature.Delivery, err error)  { return d, errIll }
func (ill) Erase(context.Context, string) error                                     { return errIll }
func (ill) SigningLink(context.Context, signature.Order, string) (l signature.SigningLink, err error) {
	return l, errIll
}
func (ill) UpdateSigner(context.Context, signature.Order, string) (e signature.Envelope, err error) {
	return e, errIll
}
func (ill) Reactivate(context.Context, string, time.Time) (e signature.Envelope, err error) {
	return e, errIll
}

// TestEveryCallIsNoted by whoever makes it, many at a time.
func TestEveryCallIsNoted(t *testing.T) {
	ctx := t.Context()
	order := func(e string) signature.Order { return signature.Order{Correlation: e} }
	for name, call := range map[string]func(p signature.Provider, e string){
		"Send":           func(p signature.Provider, e string) { _, _ = p.Send(ctx, order(e), true) },
		"Find":           func(p signature.Provider, e string) { _, _ = p.Find(ctx, order(e)) },
		"Read":           func(p signature.Provider, e string) { _, _ = p.Read(ctx, e) },
		"Withdraw":       func(p signature.Provider, e string) { _ = p.Withdraw(ctx, e, "") },
		"SignedDocument": func(p signature.Provider, e string) { _, _ = p.SignedDocument(ctx, e) },
		"AuditTrail":     func(p signature.Provider, e string) { _, _ = p.AuditTrail(ctx, e) },
		"SentDocument":   func(p signature.Provider, e string) { _, _ = p.SentDocument(ctx, e) },
		"Remind":         func(p signature.Provider, e string) { _ = p.Remind(ctx, e, nil) },
		"UpdateSigner":   func(p signature.Provider, e string) { _, _ = p.UpdateSigner(ctx, order(e), "client") },
		"Reactivate":     func(p signature.Provider, e string) { _, _ = p.Reactivate(ctx, e, time.Time{}) },
		"SigningLink":    func(p signature.Provider, e string) { _, _ = p.SigningLink(ctx, order(e), "s") },
		"Deliveries":     func(p signature.Provider, e string) { _, _ = p.Deliveries(ctx, e) },
		"Erase":          func(p signature.Provider, e string) { _ = p.Erase(ctx, e) },
	} {
		accounts := routing.New(map[string]signature.Provider{"eu": ill{}})
		p, ok := accounts.Get("eu")
		if _, found := accounts.Get("us"); !ok || found {
			t.Fatalf("eu %t, us %t", ok, found)
		}
		var calls sync.WaitGroup
		for n := range 3 {
			calls.Go(func() { call(p, fmt.Sprint(n)) })
		}
		calls.Wait()
		if !accounts.Down("eu", time.Now()) {
			t.Errorf("%s: three failures were not noted", name)
		}
	}
}
