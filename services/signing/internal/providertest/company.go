package providertest

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func company(t *testing.T, b *bench) {
	order := b.full(t)
	if len(order.Attachments)+len(order.Observers) == 0 {
		t.Skip("the provider has neither; that it refuses them is another case")
	}
	envelope := b.send(t, order)
	b.whole(t, order, envelope)
	view := b.Look(t, envelope.ID)
	for _, observer := range order.Observers {
		if !slices.ContainsFunc(view.Observers, func(o string) bool { return strings.EqualFold(o, observer.Email) }) {
			t.Errorf("the observers are %v", view.Observers)
		}
	}
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeSigned)
	b.pdf(t, "SignedDocument", envelope.ID) // the one that was signed, whatever came with it
}

func translated(t *testing.T, b *bench) {
	order := b.full(t)
	envelope := b.send(t, order)
	view := b.Look(t, envelope.ID)
	for _, signer := range order.Signers {
		if got, want := view.Texts[signer.Email], order.TextFor(signer.Language); got.Message != want.Message ||
			want.Subject != "" && got.Subject != want.Subject {
			t.Errorf("a signer reads %+v in %s, want %+v", got, signer.Language, want)
		}
	}
}

func branded(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().Brands {
		t.Skip("the provider has none; that it refuses them is another case")
	}
	order := b.order(t)
	order.Brand = someBrand
	if got := b.Look(t, b.send(t, order).ID).Brand; got != someBrand {
		t.Errorf("the brand is %q", got)
	}
}

func redirectedSigners(t *testing.T, b *bench) {
	can := b.Provider.Capabilities()
	if can.Redirecting == signature.RedirectsNever {
		t.Skip("the provider never redirects; that it refuses to is another case")
	}
	order := b.order(t)
	order.Redirects, order.CallerDelivers = elsewhere(), can.Redirecting == signature.RedirectsCallerDelivery
	order, envelope := b.sent(t, order)
	for i, signer := range order.Signers {
		if !order.CallerDelivers {
			if diff := cmp.Diff(order.Redirects, b.Look(t, envelope.ID).Redirects[signer.Email]); diff != "" {
				t.Errorf("redirects of signer %d (-want +got):\n%s", i, diff)
			}
			continue
		}
		link, err := b.Provider.SigningLink(b.context(t), order, signer.ProviderID)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{order.Redirects.Success, order.Redirects.Decline, order.Redirects.Error} {
			if !strings.Contains(link.URL, url.QueryEscape(target)) {
				t.Errorf("the link does not lead to %s", target)
			}
		}
	}
}

// sent sends the order and returns it with what is known of it then.
func (b *bench) sent(t *testing.T, order signature.Order) (signature.Order, signature.Envelope) {
	t.Helper()
	envelope := b.send(t, order)
	order.Envelope, order.Signers = envelope.ID, slices.Clone(order.Signers)
	for i := range order.Signers {
		order.Signers[i].ProviderID = envelope.Signers[i].ID
	}
	return order, envelope
}

func template(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().Templates {
		t.Skip("the provider has none; that it refuses them is another case")
	}
	order := b.fromTemplate(t, b.Template(t, "client", "company"))
	if refusal := b.Provider.Refusal(order); refusal != nil {
		t.Fatal(refusal)
	}
	envelope := b.send(t, order)
	b.onlyOne(t, order, envelope.ID)
	asked := b.pdf(t, "SentDocument", envelope.ID)
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	b.read(t, envelope.ID, signature.EnvelopeSigned)
	if signed := b.pdf(t, "SignedDocument", envelope.ID); len(signed) <= len(asked) {
		t.Errorf("%d bytes were to be signed, and %d are", len(asked), len(signed))
	}
	missing := b.fromTemplate(t, someBrand)
	missing.Correlation += "-2"
	if _, err := b.Provider.Send(b.context(t), missing, false); class(err) != "rejected" {
		t.Errorf("an order from no template: %v, want rejected", err)
	}
	if alive := b.Alive(t, missing.Correlation); len(alive) != 0 {
		t.Errorf("left over: %v", alive)
	}
}
