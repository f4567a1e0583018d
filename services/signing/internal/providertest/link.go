package providertest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func links(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().SigningLinks {
		t.Skip("the provider has none; that it says so is another case")
	}
	order := b.order(t)
	order.CallerDelivers = true
	order.Signers[0].Order, order.Signers[1].Order = 1, 2
	order, envelope := b.sent(t, order)
	first, next := order.Signers[0], order.Signers[1]
	link, err := b.Provider.SigningLink(b.context(t), order, first.ProviderID)
	if err != nil {
		t.Fatalf("SigningLink: %v", err)
	}
	own, err := url.Parse(link.URL)
	if err != nil || !own.IsAbs() || own.Host == "" {
		t.Fatal("the link is no web address")
	}
	view := b.Look(t, envelope.ID)
	if view.Links[first.Email] == "" || view.Links[first.Email] != link.URL {
		t.Error("the link is not the signer's own")
	}
	if len(view.Mails) > 0 {
		t.Errorf("the caller delivers, and the vendor mailed %d people", len(view.Mails))
	}
	b.noLink(t, order, next.ProviderID, "before the turn")
	b.noLink(t, order, "8d1e6f3a-1111-4222-8333-444455556666", "of a stranger")
	b.silent(t, order, first.ProviderID, link.URL)
	b.Sign(t, envelope.ID)
	b.noLink(t, order, first.ProviderID, "after the signature")
	after, err := b.Provider.SigningLink(b.context(t), order, next.ProviderID)
	if err != nil || after.URL == link.URL {
		t.Errorf("the next signer's link: %v; the same: %t", err, after.URL == link.URL)
	}
	b.withdraw(t, envelope.ID)
	b.noLink(t, order, next.ProviderID, "of what was withdrawn")
}

func (b *bench) noLink(t *testing.T, order signature.Order, id, when string) {
	t.Helper()
	if got, err := b.Provider.SigningLink(b.context(t), order, id); !errors.Is(err, signature.ErrNoLink) || got.URL != "" {
		t.Errorf("a link %s: %v, want ErrNoLink", when, err)
	}
}

// silent checks that no failure tells the link.
func (b *bench) silent(t *testing.T, order signature.Order, id, link string) {
	t.Helper()
	for _, with := range []fault{lostAnswer, garbled, cutOff, errorAfter, badGateway} {
		b.line.all(with)
		_, err := b.Provider.SigningLink(b.context(t), order, id)
		if class(err) != "unavailable" {
			t.Errorf("SigningLink when %s: %v, want unavailable", with, err)
		}
		if told := fmt.Sprintf("%v %+v", err, err); strings.Contains(told, link) || strings.Contains(told, link[len(link)-16:]) {
			t.Errorf("the error tells the link when %s", with)
		}
		b.discreet(t, err)
	}
	b.line.set(nil)
}
