package providertest

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// notOffered holds each method against what Capabilities says: what is not offered fails, and calls nobody. Reminding and
// erasing have no capability: every provider has them.
func notOffered(t *testing.T, b *bench) {
	can, order := b.Provider.Capabilities(), b.order(t)
	order, envelope := b.sent(t, order)
	ctx, p, id := b.context(t), b.Provider, envelope.ID
	for _, c := range []struct {
		name    string
		offered bool
		call    func() error
	}{
		{"SentDocument", can.Templates, func() error { return second(p.SentDocument(ctx, id)) }},
		{"Remind", true, func() error { return p.Remind(ctx, id, []string{order.Signers[0].ProviderID}) }},
		{"UpdateSigner", can.SignerUpdates != signature.UpdatesNever, func() error { return second(p.UpdateSigner(ctx, order, "client")) }},
		{"Reactivate", can.Reactivates, func() error { return second(p.Reactivate(ctx, id, order.ExpireTime)) }},
		{"SigningLink", can.SigningLinks, func() error { return second(p.SigningLink(ctx, order, order.Signers[0].ProviderID)) }},
		{"Deliveries", can.DeliveryLog, func() error { return second(p.Deliveries(ctx, id)) }},
		{"Erase", true, func() error { return p.Erase(ctx, id) }},
	} {
		b.line.set(nil)
		err := c.call()
		if refused := errors.Is(err, signature.ErrNotOffered); refused == c.offered {
			t.Errorf("%s: %v; offered is %t", c.name, err, c.offered)
		}
		if made := b.line.made(); !c.offered && len(made) > 0 {
			t.Errorf("%s is not offered and made calls: %v", c.name, made)
		}
	}
}

func second[T any](value T, err error) error {
	if closer, ok := any(value).(io.Closer); ok && err == nil {
		return closer.Close()
	}
	return err
}

func reminded(t *testing.T, b *bench) {
	order, envelope := b.sent(t, b.order(t))
	ids := []string{order.Signers[0].ProviderID, order.Signers[1].ProviderID}
	before := b.Look(t, envelope.ID).Mails
	if err := b.Provider.Remind(b.context(t), envelope.ID, ids); err != nil {
		t.Fatalf("Remind: %v", err)
	}
	for _, signer := range order.Signers {
		if got := b.Look(t, envelope.ID).Mails[signer.Email] - before[signer.Email]; got != 1 {
			t.Errorf("a signer was mailed %d times by a reminder", got)
		}
	}
	if err := b.Provider.Remind(b.context(t), envelope.ID, ids); err != nil {
		var early *signature.UnavailableError
		if !errors.As(err, &early) || early.RetryAfter <= 0 || early.RetryAfter > b.Provider.Capabilities().ReminderPause {
			t.Errorf("too early a reminder: %v", err)
		}
	}
	b.Advance(t, b.Provider.Capabilities().ReminderPause+time.Minute)
	b.read(t, envelope.ID, signature.EnvelopeOpen) // a session that ended meanwhile is renewed
	b.line.set(effects(lostAnswer))
	if err := b.Provider.Remind(b.context(t), envelope.ID, ids); class(err) != "unknown" {
		t.Errorf("a reminder whose answer is lost: %v, want unknown", err)
	}
	b.line.set(nil)
	b.withdraw(t, envelope.ID)
	if err := b.Provider.Remind(b.context(t), envelope.ID, ids); class(err) != "rejected" {
		t.Errorf("a reminder of what was withdrawn: %v, want rejected", err)
	}
}

// withdraw ends the envelope, which must succeed.
func (b *bench) withdraw(t *testing.T, id string) {
	t.Helper()
	if err := b.Provider.Withdraw(b.context(t), id, ""); err != nil {
		t.Fatalf("Withdraw: %v", err)
	}
}

func remindedAlone(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().RemindOne {
		t.Skip("the provider reminds all at once")
	}
	order, envelope := b.sent(t, b.order(t))
	before := b.Look(t, envelope.ID).Mails
	if err := b.Provider.Remind(b.context(t), envelope.ID, []string{order.Signers[1].ProviderID}); err != nil {
		t.Fatalf("Remind: %v", err)
	}
	for i, signer := range order.Signers {
		if got := b.Look(t, envelope.ID).Mails[signer.Email] - before[signer.Email]; got != i {
			t.Errorf("signer %d was mailed %d times", i, got)
		}
	}
}

func reactivated(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().Reactivates {
		t.Skip("the provider does not; that it says so is another case")
	}
	order, envelope := b.sent(t, b.order(t))
	until := time.Now().AddDate(0, 0, 30)
	b.Expire(t, envelope.ID)
	b.line.set(effects(lostAnswer))
	if _, err := b.Provider.Reactivate(b.context(t), envelope.ID, until); class(err) != "unknown" {
		t.Errorf("an opening whose answer is lost: %v, want unknown", err)
	}
	b.line.set(nil)
	for range 2 {
		opened, err := b.Provider.Reactivate(b.context(t), envelope.ID, until)
		if err != nil || opened.ID != envelope.ID || opened.State != signature.EnvelopeOpen || len(opened.Signers) != len(order.Signers) {
			t.Fatalf("opened again as %+v, %v", opened, err)
		}
	}
	read := b.read(t, envelope.ID, signature.EnvelopeOpen)
	if away := read.EndTime.Sub(until); !read.EndTime.IsZero() && (away < -24*time.Hour || away > 24*time.Hour) {
		t.Errorf("it ends at %s, want about %s", read.EndTime, until)
	}
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeSigned)
	if _, err := b.Provider.Reactivate(b.context(t), envelope.ID, until); class(err) != "rejected" {
		t.Errorf("a signed envelope is opened again: %v, want rejected", err)
	}
}

func deliveries(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().DeliveryLog {
		t.Skip("the provider has no log; that it says so is another case")
	}
	envelope := b.send(t, b.order(t))
	b.withdraw(t, envelope.ID)
	log, err := b.Provider.Deliveries(b.context(t), envelope.ID)
	if err != nil || len(log) == 0 {
		t.Fatalf("%d deliveries, %v", len(log), err)
	}
	for i, delivery := range log {
		if delivery.Kind == "" || delivery.Delivered && delivery.GivenUp || delivery.UpdateTime.IsZero() {
			t.Errorf("delivery %d makes no sense: %+v", i, delivery)
		}
		b.discreet(t, errors.New(delivery.Kind+" "+delivery.Detail))
	}
}

func erased(t *testing.T, b *bench) {
	order := b.full(t)
	envelope := b.send(t, order)
	if err := b.Provider.Erase(b.context(t), envelope.ID); class(err) != "rejected" {
		t.Errorf("erasing what is open: %v, want rejected", err)
	}
	b.onlyOne(t, order, envelope.ID)
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	for range 2 {
		if err := b.Provider.Erase(b.context(t), envelope.ID); err != nil {
			t.Fatalf("Erase: %v", err)
		}
		b.read(t, envelope.ID, signature.EnvelopeGone)
	}
}
