package providertest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// everyLevel sends one order of each level and legislation that is offered and has it signed.
func everyLevel(t *testing.T, b *bench) {
	for _, offer := range b.Provider.Capabilities().Offers {
		for _, law := range offer.Legislations {
			order := b.order(t)
			order.Correlation = strings.ToLower(string(offer.Level) + "-" + string(law))
			order.Level, order.Legislation = offer.Level, law
			envelope := b.send(t, order)
			b.Sign(t, envelope.ID)
			b.Sign(t, envelope.ID)
			for _, signer := range b.read(t, envelope.ID, signature.EnvelopeSigned).Signers {
				level, signedLaw := signer.SignedLevel, signer.SignedLegislation
				if level != "" && level != signature.SandboxLevel && !level.AtLeast(offer.Level) || level == signature.QES && signedLaw != "" && signedLaw != law {
					t.Errorf("%s under %s was signed as %s under %s", offer.Level, law, level, signedLaw)
				}
			}
			b.pdf(t, "SignedDocument", envelope.ID)
			file, err := b.Provider.AuditTrail(b.context(t), envelope.ID)
			if err := drain(file, err); err != nil && !errors.Is(err, signature.ErrNoAuditTrail) {
				t.Errorf("AuditTrail of %s under %s: %v", offer.Level, law, err)
			}
		}
	}
}

// pdf downloads a file of the envelope, which must be a PDF to its end.
func (b *bench) pdf(t *testing.T, what, id string) []byte {
	t.Helper()
	open := map[string]func(context.Context, string) (io.ReadCloser, error){
		"SignedDocument": b.Provider.SignedDocument, "AuditTrail": b.Provider.AuditTrail, "SentDocument": b.Provider.SentDocument,
	}[what]
	file, err := open(b.context(t), id)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	content, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatalf("read %s: %v", what, err)
	}
	if !strings.HasPrefix(string(content), "%PDF-") || !strings.Contains(string(content[len(content)/2:]), "%%EOF") {
		t.Fatalf("%s is no whole PDF: %d bytes", what, len(content))
	}
	return content
}

func notReady(t *testing.T, b *bench) {
	envelope := b.send(t, b.order(t))
	b.Sign(t, envelope.ID)
	notReadyYet(t, b, envelope.ID)
}

func notReadyYet(t *testing.T, b *bench, id string) {
	t.Helper()
	file, err := b.Provider.SignedDocument(b.context(t), id)
	if !errors.Is(err, signature.ErrNotReady) {
		t.Errorf("SignedDocument of an open envelope: %v, %v; want ErrNotReady", file, err)
	}
}
