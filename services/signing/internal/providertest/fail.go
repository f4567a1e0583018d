package providertest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// attempts after which a disturbed sending must have come through.
const attempts = 40

// persist sends the order as a durable job would: what is unavailable is repeated as it was, what is unknown is
// resumed. It returns the envelope and the first failure.
func (b *bench) persist(t *testing.T, order signature.Order) (signature.Envelope, error) {
	t.Helper()
	var first error
	resume := false
	for range attempts {
		envelope, err := b.Provider.Send(b.context(t), order, resume)
		if err == nil {
			return envelope, first
		}
		if first == nil {
			first = err
		}
		b.discreet(t, err)
		if class(err) == "unknown" {
			resume = true
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

// lostCalls strikes every call of a sending, one at a time, with every fault there is.
func lostCalls(t *testing.T, b *bench) {
	faults := []fault{
		lostRequest, lostAnswer, errorBefore, errorAfter, badGateway, tooMany, unavailable, garbled, cutOff, expiredToken,
	}
	// The first sending may log in; the second shows the calls of one.
	b.send(t, b.order(t))
	b.line.set(nil)
	again := b.order(t)
	again.Correlation += "-again"
	b.send(t, again)
	calls := len(b.line.made())
	for nth := 1; nth <= calls; nth++ {
		for i, with := range faults {
			order := b.order(t)
			order.Correlation = fmt.Sprintf("lost-%d-%d", nth, i)
			b.line.on(nth, with)
			envelope, first := b.persist(t, order)
			b.line.set(nil)
			b.onlyOne(t, order, envelope.ID)
			if first == nil && with == lostAnswer && nth == calls {
				t.Errorf("the answer to the last call was lost, and nobody noticed")
			}
		}
	}
}

// everyAnswerLost loses the answer of each call once, so that each step is resumed.
func everyAnswerLost(t *testing.T, b *bench) {
	seen := map[string]bool{}
	b.line.set(func(r *http.Request) fault {
		step := fmt.Sprintf("%s %d %s", r.Method, strings.Count(r.URL.Path, "/"), r.URL.Path[strings.LastIndex(r.URL.Path, "/"):])
		if seen[step] {
			return none
		}
		seen[step] = true
		return lostAnswer
	})
	order := b.order(t)
	envelope, _ := b.persist(t, order)
	b.line.set(nil)
	b.onlyOne(t, order, envelope.ID)
	if len(envelope.Signers) != len(order.Signers) {
		t.Errorf("%d signers came back, want %d", len(envelope.Signers), len(order.Signers))
	}
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeSigned)
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
