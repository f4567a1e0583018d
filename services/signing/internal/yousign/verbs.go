package yousign

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

func rejected(reason signature.RefusalReason, detail string) error {
	return &signature.RejectedError{Reason: reason, Detail: detail}
}

// errPartlyReminded is the cause when some were reminded and another was not: to repeat the call would mail the first
// once more.
var errPartlyReminded = errors.New("a part of the signers was reminded")

// Remind mails the signers, each by a call of its own. Only who was asked to sign and has not begun to can be reminded
// (API v3, send_reminder); if that does not hold for all of them, nobody is.
func (p *Provider) Remind(ctx context.Context, envelopeID string, signerIDs []string) error {
	var known []signer
	signers := vendorhttp.Path("signature_requests", envelopeID, "signers")
	if err := p.get(ctx, signers, nil, &known); err != nil {
		return goneOr(err)
	}
	for _, id := range signerIDs {
		if !slices.ContainsFunc(known, func(s signer) bool { return s.ID == id && s.Status == "notified" }) {
			return rejected(signature.ReasonReminderNotOffered, "Yousign reminds only who was asked to sign and has not begun to")
		}
	}
	for i, id := range signerIDs {
		err := p.post(ctx, signers+vendorhttp.Path(id, "send_reminder"), nil, nil)
		if status, said, refused := refusedAs(err); refused && said.known() && !aboutAccount(status) {
			err = rejected(signature.ReasonReminderNotOffered, "Yousign answered "+said.Type)
		}
		if err != nil && i > 0 {
			return &signature.UnknownOutcomeError{Cause: errPartlyReminded}
		}
		if err != nil {
			return translate(err)
		}
	}
	return nil
}

// aboutAccount tells whether a refusal is of the account, whatever is asked.
func aboutAccount(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// goneOr is the failure of a verb whose request, or signer, no longer exists.
func goneOr(err error, private ...string) error {
	if isGone(err) {
		return errGone
	}
	return translate(err, private...)
}

// Reactivate opens an expired request again until the end of the day that the time is on. Of a request that is open it
// changes nothing.
func (p *Provider) Reactivate(ctx context.Context, envelopeID string, until time.Time) (signature.Envelope, error) {
	now, err := p.read(ctx, envelopeID)
	if err != nil {
		return signature.Envelope{}, goneOr(err)
	}
	state := envelopeState(now)
	if state == signature.EnvelopeExpired {
		now, err = p.reactivate(ctx, now, until)
	} else if state != signature.EnvelopeOpen {
		err = rejected(signature.ReasonProviderRejected, "Yousign opens only an expired request again")
	}
	if err != nil {
		return signature.Envelope{}, goneOr(err)
	}
	if now, err = p.detailed(ctx, now); err != nil && state == signature.EnvelopeExpired {
		return signature.Envelope{}, &signature.UnknownOutcomeError{Cause: errors.New("the request is open again and cannot be read")}
	} else if err != nil {
		return signature.Envelope{}, goneOr(err)
	}
	return envelope(now), nil
}

// reactivate opens the request. Where Yousign refuses because an earlier call came through, that is what was wanted.
func (p *Provider) reactivate(ctx context.Context, expired request, until time.Time) (request, error) {
	now := time.Now()
	initiated := now // where it is not told, Yousign judges
	for _, told := range []vendorhttp.Time{expired.CreatedAt, expired.ActivatedAt} {
		if !told.IsZero() {
			initiated = told.Time
		}
	}
	if !p.canEnd(until, initiated, now) {
		return request{}, rejected(signature.ReasonExpiryInvalid, "Yousign accepts an end from today to one year after the first invitation")
	}
	var opened request
	path := vendorhttp.Path("signature_requests", expired.ID, "reactivate")
	if err := p.post(ctx, path, reactivation{p.day(until)}, &opened); err != nil {
		now, readErr := request{}, error(nil)
		if _, _, refused := refusedAs(err); refused {
			now, readErr = p.read(ctx, expired.ID)
		}
		if readErr == nil && envelopeState(now) == signature.EnvelopeOpen {
			return now, nil
		}
		return request{}, err
	}
	if opened.ID != expired.ID {
		return request{}, &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
	}
	return opened, nil
}

// maxLink in bytes of a signing link that is passed on.
const maxLink = 2048

// SigningLink asks for the signer, which renews a link that has died: it lives for 48 hours unless Yousign's support set
// another time. The link of a qualified signature opens in a window of its own, never in a frame.
func (p *Provider) SigningLink(ctx context.Context, order signature.Order, signerID string) (signature.SigningLink, error) {
	var now signer
	err := p.get(ctx, vendorhttp.Path("signature_requests", order.Envelope, "signers", signerID), nil, &now)
	if isGone(err) {
		return signature.SigningLink{}, signature.ErrNoLink
	}
	if err != nil {
		return signature.SigningLink{}, translate(err, private(order)...)
	}
	ends := now.LinkEnds.Time
	switch state := signerState(now.Status); {
	case now.ID != signerID:
		return signature.SigningLink{}, &signature.UnavailableError{Cause: vendorhttp.ErrNoID}
	case now.Link == "", state != signature.SignerInvited && state != signature.SignerOpened, !ends.IsZero() && !ends.After(time.Now()):
		return signature.SigningLink{}, signature.ErrNoLink
	case !p.isLink(now.Link):
		return signature.SigningLink{}, &signature.UnavailableError{Cause: errors.New("the signing link is no web address")}
	}
	return signature.SigningLink{URL: now.Link, ExpireTime: ends}, nil
}

// isLink tells whether a link can be given to a signer: in plain http only where the API is, which is a simulator.
func (p *Provider) isLink(link string) bool {
	plain := strings.HasPrefix(p.config.BaseURL, "http://")
	return isWebAddress(link) && len(link) <= maxLink && (plain || strings.HasPrefix(link, "https://"))
}

// Erase deletes a request that has ended, for good. Yousign would delete a paused one, too, which is open: so it is read
// first.
func (p *Provider) Erase(ctx context.Context, envelopeID string) error {
	now, err := p.read(ctx, envelopeID)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return translate(err)
	}
	switch envelopeState(now) {
	case signature.EnvelopeOpen, signature.EnvelopeDraft, signature.EnvelopeUnknown:
		return rejected(signature.ReasonProviderRejected, "only a request that has ended can be erased")
	}
	call := p.request(http.MethodDelete, vendorhttp.Path("signature_requests", envelopeID), url.Values{"permanent_delete": {"true"}})
	if _, err = p.http.Do(ctx, call); isGone(err) {
		return nil
	}
	return refusedErasure(err)
}

// refusedErasure is final where Yousign itself refuses: only a person can mend that, and is told.
func refusedErasure(err error) error {
	if status, said, refused := refusedAs(err); refused && status != http.StatusUnauthorized && said.known() {
		return rejected(reason(status, said), fmt.Sprintf("Yousign refuses to erase the request: it answered %d %s", status, said.Type))
	}
	return translate(err)
}
