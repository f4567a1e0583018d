package routing

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// watched is an account whose every call is noted.
type watched struct {
	signature.Provider
	id       string
	accounts *Accounts
}

func (w watched) note(request string, err error) { w.accounts.Note(w.id, request, err, time.Now()) }

// about names the request of an order as the calls by its envelope do, once there is one.
func about(order signature.Order) string { return cmp.Or(order.Envelope, order.Correlation) }

// noted returns what a call returned, and notes it.
func noted[T any](w watched, request string, value T, err error) (T, error) {
	w.note(request, err)
	return value, err
}

// Send is noted.
func (w watched) Send(ctx context.Context, order signature.Order, resume bool) (signature.Envelope, error) {
	envelope, err := w.Provider.Send(ctx, order, resume)
	return noted(w, about(order), envelope, err)
}

// Find is noted.
func (w watched) Find(ctx context.Context, order signature.Order) (signature.Envelope, error) {
	envelope, err := w.Provider.Find(ctx, order)
	return noted(w, about(order), envelope, err)
}

// Read is noted.
func (w watched) Read(ctx context.Context, envelopeID string) (signature.Envelope, error) {
	envelope, err := w.Provider.Read(ctx, envelopeID)
	return noted(w, envelopeID, envelope, err)
}

// Withdraw is noted.
func (w watched) Withdraw(ctx context.Context, envelopeID, reason string) error {
	err := w.Provider.Withdraw(ctx, envelopeID, reason)
	w.note(envelopeID, err)
	return err
}

// SignedDocument is noted when it begins.
func (w watched) SignedDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	file, err := w.Provider.SignedDocument(ctx, envelopeID)
	return noted(w, envelopeID, file, err)
}

// AuditTrail is noted when it begins.
func (w watched) AuditTrail(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	file, err := w.Provider.AuditTrail(ctx, envelopeID)
	return noted(w, envelopeID, file, err)
}

// SentDocument is noted when it begins.
func (w watched) SentDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error) {
	file, err := w.Provider.SentDocument(ctx, envelopeID)
	return noted(w, envelopeID, file, err)
}

// Remind is noted.
func (w watched) Remind(ctx context.Context, envelopeID string, signerIDs []string) error {
	err := w.Provider.Remind(ctx, envelopeID, signerIDs)
	w.note(envelopeID, err)
	return err
}

// UpdateSigner is noted.
func (w watched) UpdateSigner(ctx context.Context, order signature.Order, role string) (signature.Envelope, error) {
	envelope, err := w.Provider.UpdateSigner(ctx, order, role)
	return noted(w, about(order), envelope, err)
}

// Reactivate is noted.
func (w watched) Reactivate(ctx context.Context, envelopeID string, until time.Time) (signature.Envelope, error) {
	envelope, err := w.Provider.Reactivate(ctx, envelopeID, until)
	return noted(w, envelopeID, envelope, err)
}

// SigningLink is noted.
func (w watched) SigningLink(ctx context.Context, order signature.Order, signerID string) (signature.SigningLink, error) {
	link, err := w.Provider.SigningLink(ctx, order, signerID)
	return noted(w, about(order), link, err)
}

// Deliveries is noted.
func (w watched) Deliveries(ctx context.Context, envelopeID string) ([]signature.Delivery, error) {
	deliveries, err := w.Provider.Deliveries(ctx, envelopeID)
	return noted(w, envelopeID, deliveries, err)
}

// Erase is noted.
func (w watched) Erase(ctx context.Context, envelopeID string) error {
	err := w.Provider.Erase(ctx, envelopeID)
	w.note(envelopeID, err)
	return err
}
