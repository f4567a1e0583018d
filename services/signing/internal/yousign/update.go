package yousign

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// UpdateSigner makes the signer what the order says. API v3 lets name, e-mail, phone and language of a signer change until
// the signature, and the authentication for SES while the signer was only asked; a new e-mail address is invited by
// Yousign. Only what differs is sent, so that nobody is invited twice by a repetition.
func (p *Provider) UpdateSigner(ctx context.Context, order signature.Order, role string) (signature.Envelope, error) {
	i := slices.IndexFunc(order.Signers, func(s signature.Signer) bool { return s.Role == role })
	if i < 0 || order.Signers[i].ProviderID == "" {
		return signature.Envelope{}, rejected(signature.ReasonProviderRejected, "the request has no such signer at Yousign")
	}
	wanted := order.Signers[i]
	asked := order
	asked.CreateTime = time.Time{} // how long it may run was judged when it was sent
	for _, check := range []func(signature.Order) *signature.Refusal{p.Capabilities().Refusal, refuseSigners} {
		if refusal := check(asked); refusal != nil {
			return signature.Envelope{}, rejected(refusal.Reason, refusal.Detail)
		}
	}
	path := vendorhttp.Path("signature_requests", order.Envelope, "signers", wanted.ProviderID)
	var now signer
	if err := p.get(ctx, path, nil, &now); err != nil {
		return signature.Envelope{}, goneOr(err, private(order)...)
	}
	switch {
	case now.ID != wanted.ProviderID:
		return signature.Envelope{}, &signature.UnavailableError{Cause: vendorhttp.ErrNoID}
	case now.Level != levelWord(order.Level):
		return signature.Envelope{}, rejected(signature.ReasonLevelNotOffered, "the signer has another level at Yousign")
	}
	if body := changeOf(order, wanted, now); body != (change{}) {
		if err := p.change(ctx, path, now, body); err != nil {
			return signature.Envelope{}, goneOr(err, append(private(order), now.Info.Email, now.Info.FirstName, now.Info.LastName)...)
		}
	}
	updated, err := p.read(ctx, order.Envelope)
	if err == nil {
		updated, err = p.detailed(ctx, updated)
	}
	if err != nil {
		return signature.Envelope{}, goneOr(err, private(order)...)
	}
	return envelope(updated).InOrderOf(order), nil
}

// change sends what differs, where API v3 lets it change.
func (p *Provider) change(ctx context.Context, path string, now signer, body change) error {
	switch signerState(now.Status) {
	case signature.SignerPending, signature.SignerInvited, signature.SignerOpened:
	default:
		return rejected(signature.ReasonProviderRejected, "Yousign changes only a signer who can still sign")
	}
	if body.Authentication != nil && (now.Level != levelWord(signature.SES) || now.Status != "initiated" && now.Status != "notified") {
		return rejected(signature.ReasonAuthenticationNotOffered,
			"Yousign changes the authentication of a simple signature only, before the signer has begun")
	}
	call := p.request(http.MethodPatch, path, nil)
	call.Effect = true
	return p.http.JSON(ctx, call, body, nil)
}

// changeOf is what the signer at Yousign lacks of the order's.
func changeOf(order signature.Order, wanted signature.Signer, now signer) change {
	asked := personOf(order, wanted)
	differing := func(want, have string) string {
		if want == have {
			return ""
		}
		return want
	}
	person := infoChange{
		FirstName:   differing(asked.Info.FirstName, now.Info.FirstName),
		LastName:    differing(asked.Info.LastName, now.Info.LastName),
		Email:       differing(asked.Info.Email, now.Info.Email),
		PhoneNumber: differing(deref(asked.Info.PhoneNumber), deref(now.Info.PhoneNumber)),
		Locale:      differing(asked.Info.Locale, now.Info.Locale),
	}
	var body change
	if person != (infoChange{}) {
		body.Info = &person
	}
	if person.Locale != "" {
		// The text goes with the language.
		text := textOf(order.TextFor(asked.Info.Locale))
		if text != (customText{}) {
			body.CustomText = &text
		}
	}
	if mode := differing(deref(asked.Authentication), deref(now.Authentication)); mode != "" {
		body.Authentication = &mode
	}
	return body
}
