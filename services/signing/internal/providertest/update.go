package providertest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// effects strikes the calls that may change something.
func effects(with fault) func(*http.Request) fault {
	return func(r *http.Request) fault {
		if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/login") {
			return none
		}
		return with
	}
}

func updates(t *testing.T, b *bench) signature.SignerUpdates {
	t.Helper()
	can := b.Provider.Capabilities().SignerUpdates
	if can == signature.UpdatesNever {
		t.Skip("the provider updates no signer; that it says so is another case")
	}
	return can
}

func updated(t *testing.T, b *bench) {
	updates(t, b)
	for i, change := range []func(*signature.Signer){
		func(s *signature.Signer) { s.FirstName = "Cunégonde" },
		func(s *signature.Signer) { s.LastName = "Thunder-ten-tronckh" },
		func(s *signature.Signer) { s.Email = "cunegonde@example.org" },
		func(s *signature.Signer) { s.Phone = "+4915155555555" },
		func(s *signature.Signer) { s.Language = "en" },
		func(s *signature.Signer) {
			s.FirstName, s.LastName, s.Email = "Candide", "Voltaire", "candide@example.org"
		},
	} {
		order := b.order(t)
		order.Correlation = fmt.Sprintf("update-%d", i)
		order, _ = b.sent(t, order)
		change(&order.Signers[0])
		for range 2 { // the second finds it done
			after, err := b.Provider.UpdateSigner(b.context(t), order, "client")
			if err != nil {
				t.Fatalf("change %d: %v", i, err)
			}
			order = b.became(t, order, after)
		}
		b.onlyOne(t, order, order.Envelope)
		b.named(t, order, b.read(t, order.Envelope, signature.EnvelopeOpen), false)
		if mails := b.Look(t, order.Envelope).Mails[order.Signers[0].Email]; mails == 0 {
			t.Errorf("change %d: nobody invited the signer", i)
		}
	}
}

// became checks that the envelope's signers are those of the order as it is now, and returns the order with their ids.
func (b *bench) became(t *testing.T, order signature.Order, e signature.Envelope) signature.Order {
	t.Helper()
	if e.ID != order.Envelope || e.State != signature.EnvelopeOpen || len(e.Signers) != len(order.Signers) {
		t.Fatalf("the envelope became %+v", e)
	}
	order.Signers = slices.Clone(order.Signers)
	for i, signer := range e.Signers {
		order.Signers[i].ProviderID = signer.ID
	}
	b.named(t, order, e, true)
	return order
}

func updatedLate(t *testing.T, b *bench) {
	can := updates(t, b)
	order, envelope := b.sent(t, b.order(t))
	b.Sign(t, envelope.ID)
	read := b.read(t, envelope.ID, signature.EnvelopeOpen)
	for i, signer := range order.Signers {
		at := slices.IndexFunc(read.Signers, func(s signature.EnvelopeSigner) bool { return s.ID == signer.ProviderID })
		signed := read.Signers[at].State == signature.SignerSigned
		changed := order
		changed.Signers = slices.Clone(order.Signers)
		changed.Signers[i].LastName = "Changed"
		_, err := b.Provider.UpdateSigner(b.context(t), changed, signer.Role)
		if allowed := !signed && can == signature.UpdatesUntilSigned; allowed && err != nil {
			t.Errorf("who has not signed is not updated: %v", err)
		} else if !allowed && class(err) != "rejected" {
			t.Errorf("too late an update: %v, want rejected", err)
		}
		b.discreet(t, errors.Join(err, errors.New("-")))
	}
	b.onlyOne(t, order, envelope.ID)
	b.withdraw(t, envelope.ID)
	order.Signers[1].LastName = "Later"
	if _, err := b.Provider.UpdateSigner(b.context(t), order, "company"); class(err) != "rejected" {
		t.Errorf("an update of what was withdrawn: %v, want rejected", err)
	}
}

func updateLost(t *testing.T, b *bench) {
	updates(t, b)
	for i, with := range []fault{lostAnswer, timesOut, errorAfter, errorBefore, lostRequest} {
		order := b.order(t)
		order.Correlation = fmt.Sprintf("update-lost-%d", i)
		order, envelope := b.sent(t, order)
		order.Signers[0].Email = "cunegonde@example.org"
		b.line.set(effects(with))
		_, err := b.Provider.UpdateSigner(b.context(t), order, "client")
		if c := class(err); c != "unknown" && (with != lostRequest || c != "unavailable") {
			t.Errorf("an update when %s: %v", with, err)
		}
		b.discreet(t, err)
		b.line.set(nil)
		after, err := b.Provider.UpdateSigner(b.context(t), order, "client")
		if err != nil {
			t.Fatalf("again after %s: %v", with, err)
		}
		b.became(t, order, after)
		b.onlyOne(t, order, envelope.ID)
		if mails := b.Look(t, envelope.ID).Mails[order.Signers[0].Email]; mails != 1 {
			t.Errorf("after %s the new address was mailed %d times", with, mails)
		}
	}
}
