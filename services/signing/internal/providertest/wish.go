package providertest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// full is an order that asks for everything that is offered and that goes together, two attachments and an observer among
// it.
func (b *bench) full(t *testing.T) signature.Order {
	t.Helper()
	order, can := b.order(t), b.Provider.Capabilities()
	for i := range min(2, can.MaxAttachments) {
		order.Attachments = append(order.Attachments, signature.Attachment{
			FileName: []string{"annex A.pdf", "annex B.pdf"}[i], Content: Document(),
		})
	}
	if can.MaxObservers > 0 {
		order.Observers = []signature.Observer{{Email: b.Observer, Language: "de"}}
	}
	if can.Subjects {
		order.Text.Subject = "Your agreement"
	}
	if can.Translations {
		order.Translations = map[string]signature.MailText{"fr": {Message: "À signer avant vendredi."}}
	}
	if can.Redirecting == signature.RedirectsAlways {
		order.Redirects = elsewhere()
	}
	return order
}

func elsewhere() signature.Redirects {
	const to = "https://portal.example.org/"
	return signature.Redirects{Success: to + "signed", Decline: to + "declined", Error: to + "failed"}
}

// fromTemplate is an order whose document the vendor's template makes.
func (b *bench) fromTemplate(t *testing.T, id string) signature.Order {
	t.Helper()
	order := b.order(t)
	order.Document, order.Fields, order.FileName = nil, nil, ""
	order.Template, order.TemplateValues = id, map[string]string{"company": "Muster GmbH"}
	return order
}

// wishes asks for one thing at a time that is not offered.
func wishes(t *testing.T, b *bench) {
	can := b.Provider.Capabilities()
	cases := []struct {
		name    string
		offered bool
		wish    func(*signature.Order)
		want    signature.RefusalReason
	}{
		{"a subject", can.Subjects, func(o *signature.Order) { o.Text.Subject = "Sign" }, signature.ReasonSubjectNotOffered},
		{"another text for one signer", can.Translations, func(o *signature.Order) {
			o.Translations = map[string]signature.MailText{"fr": {Message: "À signer."}}
		}, signature.ReasonTranslationNotOffered},
		{"a look", can.Brands, func(o *signature.Order) { o.Brand = someBrand }, signature.ReasonBrandNotOffered},
		{"redirects", can.Redirecting == signature.RedirectsAlways, func(o *signature.Order) {
			o.Redirects = elsewhere()
		}, signature.ReasonRedirectNotOffered},
		{"a caller who delivers", can.SigningLinks, func(o *signature.Order) { o.CallerDelivers = true }, signature.ReasonDeliveryNotOffered},
		{"a template", can.Templates, func(o *signature.Order) {
			o.Template, o.Document, o.Fields = someBrand, nil, nil
		}, signature.ReasonTemplateNotOffered},
		{"too many observers", false, func(o *signature.Order) {
			o.Observers = slices.Repeat([]signature.Observer{{Email: b.Observer, Language: "de"}}, can.MaxObservers+1)
		}, signature.ReasonObserverNotOffered},
		{"too many attachments", false, func(o *signature.Order) {
			o.Attachments = slices.Repeat([]signature.Attachment{{FileName: "a.pdf", Content: Document()}}, can.MaxAttachments+1)
		}, signature.ReasonAttachmentNotOffered},
		{"a message without end", can.MaxMessage == 0, func(o *signature.Order) {
			o.Text.Message = strings.Repeat("x", can.MaxMessage+1)
		}, signature.ReasonMessageInvalid},
		{"an end too far ahead", can.MaxExpiryDays == 0, func(o *signature.Order) {
			o.CreateTime = time.Now()
			o.ExpireTime = o.CreateTime.AddDate(0, 0, can.MaxExpiryDays+2)
		}, signature.ReasonExpiryInvalid},
		{"one group without a number", false, func(o *signature.Order) { o.Signers[1].Order = 1 }, signature.ReasonOrderNotOffered},
	}
	for _, c := range cases {
		if c.offered {
			continue // another case shows that it works
		}
		t.Run(c.name, func(t *testing.T) {
			order := b.order(t)
			c.wish(&order)
			b.refused(t, order, c.want)
		})
	}
}

// someBrand is an id of a look, and of a template that is not there.
const someBrand = "7f1d3a52-0c6b-4f7e-9a55-0d3c1b2a4e6f"

// names may be left out while a signature is open, because a vendor may ask a call more for them; never when it is proven.
func names(t *testing.T, b *bench) {
	order, envelope := b.sent(t, b.order(t))
	b.named(t, order, b.read(t, envelope.ID, signature.EnvelopeOpen), false)
	b.Sign(t, envelope.ID)
	b.Sign(t, envelope.ID)
	b.named(t, order, b.read(t, envelope.ID, signature.EnvelopeSigned), true)
}

// named checks that the envelope's signers have the names that the order says, or none where surely is not set.
func (b *bench) named(t *testing.T, order signature.Order, e signature.Envelope, surely bool) {
	t.Helper()
	if len(e.Signers) != len(order.Signers) {
		t.Fatalf("%d signers, want %d", len(e.Signers), len(order.Signers))
	}
	for _, want := range order.Signers {
		at := slices.IndexFunc(e.Signers, func(s signature.EnvelopeSigner) bool { return s.ID == want.ProviderID })
		if at < 0 {
			t.Fatalf("signer %s is not there", want.Role)
		}
		got := e.Signers[at]
		if told := got.Email + got.FirstName + got.LastName; told == "" && !surely {
			continue
		}
		if !strings.EqualFold(got.Email, want.Email) || got.FirstName != want.FirstName || got.LastName != want.LastName {
			t.Errorf("signer %s is %+v, want %s %s", want.Role, got, want.FirstName, want.LastName)
		}
	}
}

func groups(t *testing.T, b *bench) {
	if !b.Provider.Capabilities().SignerGroups {
		t.Skip("the provider has no groups")
	}
	order := b.order(t)
	third := order.Signers[1]
	third.Role, third.FirstName, third.LastName, third.Email = "witness", "Wera", "Zeugin", "wera@example.org"
	third.Order, order.Signers[0].Order, order.Signers[1].Order = 1, 2, 1
	order.Signers = append(order.Signers, third)
	order.Document = Document("client", "company", "witness")
	order.Fields = append(order.Fields, signature.Field{Role: "witness", FormField: "witness", Page: 1, X: 60, Y: 300, Width: 180, Height: 60})
	envelope := b.send(t, order)
	pending, invited := signature.SignerPending, signature.SignerInvited
	for turn, want := range [][]signature.SignerState{
		{pending, invited, invited}, {pending, signature.SignerSigned, invited}, {invited, signature.SignerSigned, signature.SignerSigned},
	} {
		if turn > 0 {
			b.Sign(t, envelope.ID)
		}
		read := b.read(t, envelope.ID, signature.EnvelopeOpen)
		var got []signature.SignerState
		for _, sent := range envelope.Signers {
			at := slices.IndexFunc(read.Signers, func(s signature.EnvelopeSigner) bool { return s.ID == sent.ID })
			got = append(got, read.Signers[at].State)
		}
		if turn == 1 && got[1] != signature.SignerSigned { // whoever of the group came first
			got[1], got[2] = got[2], got[1]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("turn %d (-want +got):\n%s", turn, diff)
		}
	}
}
