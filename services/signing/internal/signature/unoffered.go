package signature

import (
	"context"
	"io"
	"time"
)

// Unoffered is embedded by a provider that lacks what a vendor need not have: each method fails with ErrNotOffered until
// the provider has one of its own.
type Unoffered struct{}

// SentDocument is not offered.
func (Unoffered) SentDocument(context.Context, string) (io.ReadCloser, error) {
	return nil, ErrNotOffered
}

// Remind is not offered.
func (Unoffered) Remind(context.Context, string, []string) error { return ErrNotOffered }

// UpdateSigner is not offered.
func (Unoffered) UpdateSigner(context.Context, Order, string) (Envelope, error) {
	return Envelope{}, ErrNotOffered
}

// Reactivate is not offered.
func (Unoffered) Reactivate(context.Context, string, time.Time) (Envelope, error) {
	return Envelope{}, ErrNotOffered
}

// SigningLink is not offered.
func (Unoffered) SigningLink(context.Context, Order, string) (SigningLink, error) {
	return SigningLink{}, ErrNotOffered
}

// Deliveries is not offered.
func (Unoffered) Deliveries(context.Context, string) ([]Delivery, error) { return nil, ErrNotOffered }

// Erase is not offered.
func (Unoffered) Erase(context.Context, string) error { return ErrNotOffered }
