package providertest

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// found looks for what was sent, at every stage of its life; that makes no call with an effect.
func found(t *testing.T, b *bench) {
	order := b.order(t)
	b.missing(t, order)
	envelope := b.send(t, order)
	order.Document, order.Fields = nil, nil // a look-up does without
	for _, want := range []signature.EnvelopeState{signature.EnvelopeOpen, signature.EnvelopeOpen, signature.EnvelopeSigned} {
		for _, known := range []string{"", envelope.ID} {
			order.Envelope = known
			b.line.set(nil)
			got, err := b.Provider.Find(b.context(t), order)
			if err != nil || got.ID != envelope.ID || got.State != want || len(got.Signers) != len(order.Signers) {
				t.Fatalf("found %+v, %v; want %s in state %s", got, err, envelope.ID, want)
			}
			for i, signer := range got.Signers {
				if signer.ID != envelope.Signers[i].ID {
					t.Errorf("signer %d is %s when found, %s when sent", i, signer.ID, envelope.Signers[i].ID)
				}
			}
			for _, call := range b.line.made() {
				if call[:len(http.MethodGet)] != http.MethodGet {
					t.Errorf("a look-up called %s", call)
				}
			}
		}
		if want == signature.EnvelopeOpen {
			b.Sign(t, envelope.ID)
		}
	}
}

// missing checks that there is no envelope of the order.
func (b *bench) missing(t *testing.T, order signature.Order) {
	t.Helper()
	if got, err := b.Provider.Find(b.context(t), order); !errors.Is(err, signature.ErrNoEnvelope) {
		t.Fatalf("found %+v, %v; want ErrNoEnvelope", got, err)
	}
}

// notFound stops a sending before each of its calls. What is there then is either found and was sent, or gone.
func notFound(t *testing.T, b *bench) {
	b.send(t, b.order(t))
	b.line.set(nil)
	again := b.order(t)
	again.Correlation += "-again"
	b.send(t, again)
	for nth := len(b.line.made()); nth > 0; nth-- {
		order := b.order(t)
		order.Correlation += string(rune('a' + nth))
		b.line.on(nth, lostRequest)
		if _, err := b.Provider.Send(b.context(t), order, false); err == nil {
			t.Fatalf("call %d of a sending was lost, and nobody noticed", nth)
		}
		b.line.set(nil)
		b.missing(t, order)
		if alive := b.Alive(t, order.Correlation); len(alive) != 0 {
			t.Errorf("after call %d was lost, %v is left", nth, alive)
		}
	}
}

// refusedLookUps refuses every call that only reads while a lost sending is resumed or looked for.
func refusedLookUps(t *testing.T, b *bench) {
	for i, with := range []fault{refused, forbidden} {
		order := b.order(t)
		order.Correlation += string(rune('a' + i))
		envelope := b.send(t, order)
		b.line.set(func(r *http.Request) fault {
			if r.Method == http.MethodGet {
				return with
			}
			return none
		})
		if _, err := b.Provider.Send(b.context(t), order, true); class(err) != "unavailable" {
			t.Errorf("Send with resume when %s: %v, want unavailable", with, err)
		} else {
			b.discreet(t, err)
		}
		if _, err := b.Provider.Find(b.context(t), order); class(err) != "unavailable" {
			t.Errorf("Find when %s: %v, want unavailable", with, err)
		}
		if _, err := b.Provider.Read(b.context(t), envelope.ID); class(err) != "unavailable" {
			t.Errorf("Read when %s: %v, want unavailable", with, err)
		}
		b.line.set(nil)
		b.onlyOne(t, order, envelope.ID)
	}
}

// firewalled answers every call with a bare 403, which an operator may mend.
func firewalled(t *testing.T, b *bench) {
	order := b.order(t)
	b.send(t, order) // a session is there
	order.Correlation += "-2"
	b.line.all(forbidden)
	_, err := b.Provider.Send(b.context(t), order, false)
	var unavailable *signature.UnavailableError
	if !errors.As(err, &unavailable) || unavailable.RetryAfter < time.Minute {
		t.Errorf("Send: %v, want unavailable for long", err)
	}
}
