package providertest

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Tour makes every call there is at least once, so that whoever listens hears all that the provider and the vendor say.
func Tour(t *testing.T, f Fixture) {
	b := &bench{Fixture: f, line: &line{}}
	can := f.Provider.Capabilities()
	order := b.full(t)
	order.CallerDelivers = can.Redirecting == signature.RedirectsCallerDelivery
	order, envelope := b.sent(t, order)
	if can.SigningLinks {
		check(t, "SigningLink", second(f.Provider.SigningLink(b.context(t), order, order.Signers[0].ProviderID)))
	}
	if can.SignerUpdates != signature.UpdatesNever {
		order.Signers[0].LastName = "Changed"
		check(t, "UpdateSigner", second(f.Provider.UpdateSigner(b.context(t), order, "client")))
	}
	if again, err := f.Restarted.Send(b.context(t), order, true); err != nil || again.ID != envelope.ID {
		t.Errorf("Send with resume: %q, %v", again.ID, err)
	}
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeSigned)
	b.pdf(t, "SignedDocument", envelope.ID)
	b.pdf(t, "AuditTrail", envelope.ID)
	if can.DeliveryLog {
		check(t, "Deliveries", second(f.Provider.Deliveries(b.context(t), envelope.ID)))
	}
	check(t, "Erase", f.Provider.Erase(b.context(t), envelope.ID))
	if can.Templates {
		made := b.fromTemplate(t, b.Template(t, "client", "company"))
		made.Correlation += "-template"
		b.pdf(t, "SentDocument", b.send(t, made).ID)
	}
	expiring := b.order(t)
	expiring.Correlation += "-expiring"
	expiring, envelope = b.sent(t, expiring)
	ids := []string{expiring.Signers[0].ProviderID, expiring.Signers[1].ProviderID}
	check(t, "Remind", f.Provider.Remind(b.context(t), envelope.ID, ids))
	if can.Reactivates {
		b.Expire(t, envelope.ID)
		check(t, "Reactivate", second(f.Provider.Reactivate(b.context(t), envelope.ID, time.Now().AddDate(0, 0, 9))))
	}
	b.withdraw(t, envelope.ID)
}

func check(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// Unattended is the part of the suite that needs no hands at the vendor: it may run against a real sandbox, whose vendor
// mails the address. It withdraws and erases what it makes.
func Unattended(t *testing.T, provider signature.Provider, address, correlation string) {
	b := &bench{Fixture: Fixture{Provider: provider}, line: &line{}}
	can, order := provider.Capabilities(), b.order(t)
	order.Correlation, order.Level, order.Legislation = correlation, signature.SES, signature.EIDAS
	order.Document, order.Fields, order.Signers = Document("client"), order.Fields[:1], order.Signers[:1]
	order.Signers[0].Email = address
	if !can.Sandbox {
		t.Fatal("the account is no sandbox: its signatures would be binding")
	}
	b.missing(t, order)
	order, envelope := b.sent(t, order)
	t.Cleanup(func() { b.leave(t, envelope.ID) })
	found, err := provider.Find(b.context(t), order)
	if err != nil || found.ID != envelope.ID {
		t.Errorf("Find: %q, %v", found.ID, err)
	}
	if again, err := provider.Send(b.context(t), order, true); err != nil || again.ID != envelope.ID {
		t.Errorf("Send with resume: %q, %v", again.ID, err)
	}
	b.named(t, order, b.read(t, envelope.ID, signature.EnvelopeOpen), false)
	if can.SigningLinks {
		check(t, "SigningLink", second(provider.SigningLink(b.context(t), order, order.Signers[0].ProviderID)))
	}
	if can.SignerUpdates != signature.UpdatesNever {
		order.Signers[0].LastName = "Changed"
		after, err := provider.UpdateSigner(b.context(t), order, "client")
		check(t, "UpdateSigner", err)
		order = b.became(t, order, after)
	}
	if err := provider.Remind(b.context(t), envelope.ID, []string{order.Signers[0].ProviderID}); err != nil && class(err) != "unavailable" {
		t.Errorf("Remind: %v", err)
	}
	if can.DeliveryLog {
		check(t, "Deliveries", second(provider.Deliveries(b.context(t), envelope.ID)))
	}
	notReadyYet(t, b, envelope.ID)
}

// leave withdraws and erases the envelope and sees that it is gone.
func (b *bench) leave(t *testing.T, id string) {
	ctx := b.afterwards(t)
	check(t, "Withdraw", b.Provider.Withdraw(ctx, id, "The suite is done."))
	read, err := b.Provider.Read(ctx, id)
	if err != nil || read.State != signature.EnvelopeWithdrawn {
		t.Errorf("after the withdrawal: %q, %v", read.State, err)
	}
	check(t, "Erase", b.Provider.Erase(ctx, id))
	if read, err = b.Provider.Read(ctx, id); err != nil || read.State != signature.EnvelopeGone {
		t.Errorf("after the erasure: %q, %v", read.State, err)
	}
}
