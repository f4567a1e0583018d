package providertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func rateLimited(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.line.all(tooManyLong)
	_, err := b.Provider.Read(b.context(t), envelope.ID)
	var limited *signature.UnavailableError
	if !errors.As(err, &limited) || limited.RetryAfter != 7*time.Second {
		t.Errorf("Read at the rate limit: %v, want unavailable for 7 s", err)
	}
}

func failedReads(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	for _, with := range []fault{lostRequest, lostAnswer, errorAfter, badGateway, unavailable, garbled, cutOff} {
		b.line.all(with)
		if _, err := b.Provider.Read(b.context(t), envelope.ID); class(err) != "unavailable" {
			t.Errorf("Read when %s: %v, want unavailable", with, err)
		}
		if err := drain(b.Provider.SignedDocument(b.context(t), envelope.ID)); class(err) != "unavailable" {
			t.Errorf("SignedDocument when %s: %v, want unavailable", with, err)
		}
		if err := drain(b.Provider.AuditTrail(b.context(t), envelope.ID)); class(err) != "unavailable" {
			t.Errorf("AuditTrail when %s: %v, want unavailable", with, err)
		}
	}
	b.line.set(nil)
	b.read(t, envelope.ID, signature.EnvelopeSigned)
}

// drain reads a file to its end, where a broken one shows.
func drain(file io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, file)
	return errors.Join(err, file.Close())
}

func unreachable(t *testing.T, b *bench) {
	order := b.order(t)
	envelope := b.send(t, order)
	b.line.all(lostRequest)
	if _, err := b.Provider.Send(b.context(t), order, false); class(err) != "unavailable" {
		t.Errorf("Send: %v, want unavailable", err)
	}
	if err := b.Provider.Withdraw(b.context(t), envelope.ID, ""); class(err) != "unavailable" {
		t.Errorf("Withdraw: %v, want unavailable", err)
	}
	b.line.all(lostAnswer)
	if err := b.Provider.Withdraw(b.context(t), envelope.ID, ""); class(err) != "unknown" {
		t.Errorf("Withdraw whose answer is lost: %v, want unknown", err)
	}
}

func hanging(t *testing.T, b *bench) {
	order := b.order(t)
	envelope := b.send(t, order)
	order.Correlation += "-2"
	b.line.all(hangs)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := b.Provider.Send(ctx, order, false); err == nil {
		t.Error("Send at a hanging vendor succeeded")
	}
	if _, err := b.Provider.Read(ctx, envelope.ID); class(err) != "unavailable" {
		t.Errorf("Read with an ended context: %v, want unavailable", err)
	}
	b.line.set(nil)
	again, err := b.Provider.Send(b.context(t), order, true)
	if err != nil {
		t.Fatalf("Send again: %v", err)
	}
	b.onlyOne(t, order, again.ID)
}

func redirected(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.line.all(redirects)
	if _, err := b.Provider.Read(b.context(t), envelope.ID); class(err) != "unavailable" {
		t.Errorf("Read: %v, want unavailable", err)
	}
	for _, call := range b.line.made() {
		if strings.Contains(call, "elsewhere") {
			t.Errorf("a redirect was followed: %s", call)
		}
	}
}

func endless(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.line.all(endlessBody)
	if _, err := b.Provider.Read(b.context(t), envelope.ID); class(err) != "unavailable" {
		t.Errorf("Read: %v, want unavailable", err)
	}
}

func badCredentials(t *testing.T, b *bench) {
	order := b.order(t)
	_, err := b.BadCredentials.Send(b.context(t), order, false)
	var unavailable *signature.UnavailableError
	if !errors.As(err, &unavailable) || unavailable.RetryAfter <= 0 {
		t.Errorf("Send with refused credentials: %v, want unavailable with a time", err)
	}
	b.discreet(t, err)
	if alive := b.Alive(t, order.Correlation); len(alive) > 0 {
		t.Errorf("envelopes: %v", alive)
	}
}

func spoiltFiles(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	spoil := func(r *http.Request) fault {
		if strings.Contains(r.Header.Get("Accept"), "pdf") {
			return notAPDF
		}
		return none
	}
	b.line.set(spoil)
	if _, err := b.Provider.SignedDocument(b.context(t), envelope.ID); class(err) != "unavailable" {
		t.Errorf("SignedDocument: %v, want unavailable", err)
	}
	if _, err := b.Provider.AuditTrail(b.context(t), envelope.ID); class(err) != "unavailable" {
		t.Errorf("AuditTrail: %v, want unavailable", err)
	}
}
