package providertest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// attempts after which a disturbed sending must have come through.
const attempts = 40

// persist sends the order as a durable job would: what is unavailable is repeated as it was, what is unknown is
// resumed, by another process. It returns the envelope and the first failure.
func (b *bench) persist(t *testing.T, order signature.Order) (signature.Envelope, error) {
	t.Helper()
	var first error
	resume, sender := false, b.Provider
	for range attempts {
		envelope, err := sender.Send(b.context(t), order, resume)
		if err == nil {
			return envelope, first
		}
		if first == nil {
			first = err
		}
		b.discreet(t, err)
		if class(err) == "unknown" {
			resume = true
			if b.Restarted != nil {
				sender = b.Restarted
			}
		} else if class(err) != "unavailable" {
			t.Fatalf("Send failed for good: %v", err)
		}
	}
	t.Fatalf("the order was not sent in %d attempts; first: %v", attempts, first)
	return signature.Envelope{}, nil
}

// class names the failure; exactly one of the port's may match.
func class(err error) string {
	var names []string
	var unavailable *signature.UnavailableError
	if errors.As(err, &unavailable) {
		names = append(names, "unavailable")
	}
	var unknown *signature.UnknownOutcomeError
	if errors.As(err, &unknown) {
		names = append(names, "unknown")
	}
	var rejected *signature.RejectedError
	if errors.As(err, &rejected) {
		names = append(names, "rejected")
	}
	return strings.Join(names, "+")
}

func resumedTwice(t *testing.T, b *bench) {
	order := b.order(t)
	envelope := b.send(t, order)
	for range 2 {
		again, err := b.Provider.Send(b.context(t), order, true)
		if err != nil || again.ID != envelope.ID {
			t.Fatalf("resumed as %q, %v; want %q", again.ID, err, envelope.ID)
		}
		for i, signer := range again.Signers {
			if signer.ID != envelope.Signers[i].ID || !strings.EqualFold(signer.Email, order.Signers[i].Email) {
				t.Errorf("signer %d resumed as %+v, was %+v", i, signer, envelope.Signers[i])
			}
		}
	}
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	if again, err := b.Provider.Send(b.context(t), order, true); err != nil || again.State != signature.EnvelopeSigned {
		t.Errorf("resumed a signed envelope as %q, %v", again.State, err)
	}
}

func concurrent(t *testing.T, b *bench) {
	const senders = 8
	type result struct {
		order    signature.Order
		envelope signature.Envelope
		err      error
	}
	results := make(chan result)
	for i := range senders {
		order := b.order(t)
		order.Correlation = fmt.Sprintf("%s-%d", order.Correlation, i)
		ctx := b.context(t)
		go func() {
			envelope, err := b.Provider.Send(ctx, order, false)
			results <- result{order, envelope, err}
		}()
	}
	for range senders {
		r := <-results
		if r.err != nil {
			t.Errorf("Send: %v", r.err)
			continue
		}
		b.onlyOne(t, r.order, r.envelope.ID)
	}
}
