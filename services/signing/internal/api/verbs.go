package api

import (
	"context"
	"strings"
	"time"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// RemindSignatureRequest notes whom to remind; a job has the vendor do it.
func (p *Provider) RemindSignatureRequest(ctx context.Context, in *signingv1.RemindSignatureRequestRequest,
) (*signingv1.RemindSignatureRequestResponse, error) {
	r, err := p.ask(ctx, "remind", in, func(r signature.Request, now time.Time) (signature.Request, []signature.Event, error) {
		provider, ok := p.Accounts.Of(r)
		if !ok {
			return r, nil, unavailable(r)
		}
		next, err := signature.AskReminder(r, in.GetSignerRole(), provider.Capabilities(), now)
		return next, nil, err
	})
	if err != nil {
		return nil, answer(err)
	}
	return &signingv1.RemindSignatureRequestResponse{SignatureRequest: p.shown(r)}, nil
}

// UpdateSigner changes a signer, or notes the change for a job that has the vendor make it.
func (p *Provider) UpdateSigner(ctx context.Context, in *signingv1.UpdateSignerRequest) (*signingv1.UpdateSignerResponse, error) {
	if in.FirstName == nil && in.LastName == nil && in.Email == nil && in.PhoneNumber == nil && in.Language == nil {
		return nil, invalid("signer_role", "no change is given: set first_name, last_name, email, phone_number or language")
	}
	r, err := p.ask(ctx, "update_signer", in, func(r signature.Request, now time.Time) (signature.Request, []signature.Event, error) {
		provider, ok := p.Accounts.Of(r)
		if !ok {
			return r, nil, unavailable(r)
		}
		next, events, err := signature.AskUpdate(r, in.GetSignerRole(), edit(in), provider.Capabilities(), now)
		if err != nil || signature.Same(next, r) {
			return r, nil, err
		}
		return next, events, p.refuseSigner(r, next, in.GetSignerRole())
	})
	if err != nil {
		return nil, answer(err)
	}
	return &signingv1.UpdateSignerResponse{SignatureRequest: p.shown(r)}, nil
}

// edit applies what a call sets to a signer's details.
func edit(in *signingv1.UpdateSignerRequest) func(*signature.SignerDetails) {
	return func(d *signature.SignerDetails) {
		if in.FirstName != nil {
			d.FirstName = in.GetFirstName()
		}
		if in.LastName != nil {
			d.LastName = in.GetLastName()
		}
		if in.Email != nil {
			d.Email = in.GetEmail()
		}
		if in.PhoneNumber != nil {
			d.Phone = in.GetPhoneNumber()
		}
		if in.Language != nil {
			d.Language = in.GetLanguage()
		}
	}
}

// refuseSigner tells why the vendor would not take the changed signer, beside the others as they are and as they are about
// to be; nil when it would. What it holds against the request as it was, such as a deadline that has come near, is not this
// change's doing.
func (p *Provider) refuseSigner(was, next signature.Request, role string) error {
	for _, order := range []signature.Order{signature.Intended(next, role), signature.Wanted(next)} {
		refusal := p.Accounts.Refusal(next.Provider, order)
		if refusal == nil {
			continue
		}
		before := p.Accounts.Refusal(was.Provider, was.Order())
		if before == nil || before.Reason != refusal.Reason || before.Field != refusal.Field {
			own := *refusal
			own.Field = updateField(own.Field)
			return &own
		}
	}
	return nil
}

// updateField names what of an update is at fault where a field of the request is: the signer's, whichever of two signers
// with one address is told, or the language that selects another text.
func updateField(field string) string {
	if rest, ok := strings.CutPrefix(field, "signers["); ok {
		if _, own, ok := strings.Cut(rest, "]."); ok {
			return own
		}
	}
	if strings.HasPrefix(field, "translations") || strings.HasSuffix(field, "message") || strings.HasSuffix(field, "subject") {
		return "language"
	}
	return "signer_role"
}
