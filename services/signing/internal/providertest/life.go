package providertest

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func capabilities(t *testing.T, b *bench) {
	can := b.Provider.Capabilities()
	if can.Name == "" || len(can.Offers) == 0 || len(can.Languages) == 0 || can.MaxSigners < 1 || can.MaxDocumentBytes < 1 {
		t.Errorf("the capabilities are incomplete: %+v", can)
	}
	for _, offer := range can.Offers {
		if !offer.Level.AtLeast(signature.SES) || len(offer.Legislations) == 0 {
			t.Errorf("the offer makes no sense: %+v", offer)
		}
		if !offer.Verdict.Satisfies(signature.AttestedByProvider) {
			t.Errorf("a signed file of %s proves %q at best: no request could complete", offer.Level, offer.Verdict)
		}
	}
}

func sent(t *testing.T, b *bench) {
	order := b.order(t)
	if refusal := b.Provider.Refusal(order); refusal != nil {
		t.Fatalf("the order is refused: %v", refusal)
	}
	envelope := b.send(t, order)
	if envelope.ID == "" || envelope.State != signature.EnvelopeOpen {
		t.Fatalf("sent %q in state %q, want an id and open", envelope.ID, envelope.State)
	}
	if envelope.Correlation != "" && envelope.Correlation != order.Correlation {
		t.Errorf("correlation %q, want %q", envelope.Correlation, order.Correlation)
	}
	if len(envelope.Signers) != len(order.Signers) {
		t.Fatalf("%d signers came back, want %d", len(envelope.Signers), len(order.Signers))
	}
	for i, signer := range envelope.Signers {
		if signer.ID == "" || !strings.EqualFold(signer.Email, order.Signers[i].Email) || signer.State != signature.SignerInvited {
			t.Errorf("signer %d came back as %+v: want an id, the order's address, and invited", i, signer)
		}
	}
	read := b.read(t, envelope.ID, signature.EnvelopeOpen)
	for i, signer := range read.Signers {
		if i < len(envelope.Signers) && signer.ID != envelope.Signers[i].ID {
			t.Errorf("signer %d is %s when read, %s when sent", i, signer.ID, envelope.Signers[i].ID)
		}
	}
	b.onlyOne(t, order, envelope.ID)
}

func completed(t *testing.T, b *bench) {
	order := b.order(t)
	envelope := b.send(t, order)
	b.Sign(t, envelope.ID)
	half := b.read(t, envelope.ID, signature.EnvelopeOpen)
	states := map[signature.SignerState]int{}
	for _, signer := range half.Signers {
		states[signer.State]++
		if signed := signer.State == signature.SignerSigned; signed == signer.SignTime.IsZero() {
			t.Errorf("a signer is %s at %s", signer.State, signer.SignTime)
		}
	}
	if states[signature.SignerSigned] != 1 || !half.CompleteTime.IsZero() {
		t.Errorf("after one of two signatures: %v, complete at %s", states, half.CompleteTime)
	}
	b.Sign(t, envelope.ID)
	done := b.read(t, envelope.ID, signature.EnvelopeSigned)
	if done.CompleteTime.IsZero() {
		t.Error("a signed envelope has no complete time")
	}
	for _, signer := range done.Signers {
		level := signer.SignedLevel
		if signer.State != signature.SignerSigned || signer.Email == "" || level != "" && level != signature.SandboxLevel && !level.AtLeast(order.Level) {
			t.Errorf("a signer of a signed envelope: %+v", signer)
		}
	}
	if size := len(b.pdf(t, "SignedDocument", envelope.ID)); size <= len(order.Document) {
		t.Errorf("the signed document has %d bytes, the unsigned one %d", size, len(order.Document))
	}
	b.pdf(t, "AuditTrail", envelope.ID)
}

func inOrder(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().OrderedSigners {
		t.Skip("the provider does not order signers")
	}
	order := b.order(t)
	// The second of the list is asked first.
	order.Signers[0].Order, order.Signers[1].Order = 2, 1
	envelope := b.send(t, order)
	got := []signature.SignerState{envelope.Signers[0].State, envelope.Signers[1].State}
	want := []signature.SignerState{signature.SignerPending, signature.SignerInvited}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("states in the order's order (-want +got):\n%s", diff)
	}
	b.Sign(t, envelope.ID)
	for _, signer := range b.read(t, envelope.ID, signature.EnvelopeOpen).Signers {
		signed := signer.State == signature.SignerSigned
		if second := signer.ID == envelope.Signers[1].ID; second != signed {
			t.Errorf("after the first turn signer %+v", signer)
		}
	}
}

func declined(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Decline(t, envelope.ID, "the price is wrong")
	read := b.read(t, envelope.ID, signature.EnvelopeDeclined)
	if read.DeclineReason != "the price is wrong" {
		t.Errorf("decline reason %q", read.DeclineReason)
	}
	who := 0
	for _, signer := range read.Signers {
		if signer.State == signature.SignerDeclined {
			who++
		}
	}
	if who != 1 {
		t.Errorf("%d signers declined, want 1: %+v", who, read.Signers)
	}
}

func withdrawnTwice(t *testing.T, b *bench) {
	order := b.order(t)
	envelope := b.send(t, order)
	for range 2 {
		if err := b.Provider.Withdraw(b.context(t), envelope.ID, "The deal was lost."); err != nil {
			t.Fatalf("Withdraw: %v", err)
		}
		b.read(t, envelope.ID, signature.EnvelopeWithdrawn)
	}
}

func withdrawnLate(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	if err := b.Provider.Withdraw(b.context(t), envelope.ID, "too late"); err != nil {
		t.Fatalf("Withdraw: %v", err)
	}
	b.read(t, envelope.ID, signature.EnvelopeSigned)
}

func expired(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Expire(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeExpired)
	if err := b.Provider.Withdraw(b.context(t), envelope.ID, "too late"); err != nil {
		t.Errorf("Withdraw of an expired envelope: %v", err)
	}
}

func vanished(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Remove(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeGone)
	if err := b.Provider.Withdraw(b.context(t), envelope.ID, "too late"); err != nil {
		t.Errorf("Withdraw of a vanished envelope: %v", err)
	}
	var rejected *signature.RejectedError
	if _, err := b.Provider.SignedDocument(b.context(t), envelope.ID); !errors.As(err, &rejected) {
		t.Errorf("SignedDocument of a vanished envelope: %v, want a rejection", err)
	}
}
