package skribble

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// UpdateSigner makes the signer of this role what the order says. Skribble replaces the whole list of signers, as long as
// nobody has signed: the others are sent as Skribble has them now, corrections of their own included. A signer with a new
// address is another one to Skribble, with an id and an invitation of their own.
func (p *Provider) UpdateSigner(ctx context.Context, order signature.Order, role string) (signature.Envelope, error) {
	updated, err := p.update(ctx, order, role)
	if err != nil {
		return signature.Envelope{}, translate(err, private(order)...)
	}
	return p.envelope(updated).InOrderOf(order), nil
}

func (p *Provider) update(ctx context.Context, order signature.Order, role string) (request, error) {
	wanted := slices.IndexFunc(order.Signers, func(s signature.Signer) bool { return s.Role == role })
	if wanted < 0 {
		return request{}, notUpdated("the order has no such signer")
	}
	if refusal := refuseSigners(order); refusal != nil {
		return request{}, &signature.RejectedError{Reason: refusal.Reason, Detail: refusal.Detail}
	}
	now, err := p.read(ctx, order.Envelope)
	if err != nil {
		return request{}, err
	}
	seen, ok := pair(order, role, now.Signatures)
	if !ok {
		return request{}, notUpdated("the signers at Skribble are not those of the request any more")
	}
	target := inviteeOf(order, order.Signers[wanted])
	if seen[wanted] != nil && target.took(*seen[wanted], true) {
		return now, nil
	}
	if err := changeable(p.envelope(now).State, now.Signatures); err != nil {
		return request{}, err
	}
	body := change{ID: now.ID}
	for i, signer := range order.Signers {
		if i == wanted {
			body.Signatures = append(body.Signatures, target)
			continue
		}
		body.Signatures = append(body.Signatures, inviteeOf(order, signer).as(*seen[i]))
	}
	updated, err := p.replace(ctx, order, body, wanted)
	return updated, translate(err, append(private(order), namesIn(now)...)...)
}

// namesIn a request are who its signers were before a change.
func namesIn(r request) []string {
	var names []string
	for _, s := range r.Signatures {
		names = append(names, s.email(), s.Identity.FirstName, s.Identity.LastName)
	}
	return names
}

// replace sends the list of signers and reads what came of it.
func (p *Provider) replace(ctx context.Context, order signature.Order, body change, wanted int) (request, error) {
	call := vendorhttp.Request{Method: http.MethodPut, Path: "/signature-requests", Effect: true}
	if err := p.json(ctx, call, body, nil); err != nil {
		return request{}, err
	}
	now, err := p.read(ctx, body.ID)
	if err != nil {
		return request{}, &signature.UnknownOutcomeError{Cause: errors.New("the signers were sent, and not read again: " + err.Error())}
	}
	seen, ok := pair(order, order.Signers[wanted].Role, now.Signatures)
	if !ok || len(now.Signatures) != len(order.Signers) {
		return request{}, &signature.UnknownOutcomeError{Cause: errors.New("the signers at Skribble are not those that were sent")}
	}
	if !body.Signatures[wanted].took(*seen[wanted], false) {
		return request{}, notUpdated("Skribble did not take the change over")
	}
	return now, nil
}

// pair finds Skribble's signature of each of the order's signers, by its id, else by its address. The role's own may be
// missing, or be the only one that is left: a change whose answer was lost gave it another id. It fails where another
// signer is missing, or a stranger is there, whom the new list would remove.
func pair(order signature.Order, role string, signatures []signed) (seen []*signed, ok bool) {
	seen = make([]*signed, len(order.Signers))
	rest := slices.Clone(signatures)
	take := func(i int, is func(signed) bool) {
		if at := slices.IndexFunc(rest, is); seen[i] == nil && at >= 0 {
			found := rest[at]
			seen[i], rest = &found, slices.Delete(rest, at, at+1)
		}
	}
	for i, signer := range order.Signers {
		take(i, func(s signed) bool { return s.SID != "" && s.SID == signer.ProviderID })
	}
	for i, signer := range order.Signers {
		take(i, func(s signed) bool { return strings.EqualFold(s.email(), signer.Email) })
	}
	for i, signer := range order.Signers {
		if signer.Role == role {
			take(i, func(signed) bool { return len(rest) == 1 })
		} else if seen[i] == nil {
			return nil, false
		}
	}
	return seen, len(rest) == 0
}

// changeable tells whether the signers can still be replaced.
func changeable(state signature.EnvelopeState, signatures []signed) error {
	if state != signature.EnvelopeOpen {
		return notUpdated("the request is not open any more")
	}
	if slices.ContainsFunc(signatures, func(s signed) bool { return s.Status == "SIGNED" }) {
		return notUpdated("Skribble changes signers only until the first of them has signed")
	}
	return nil
}

func notUpdated(why string) error {
	return &signature.RejectedError{Reason: signature.ReasonProviderRejected, Detail: why}
}

// as is the invitee as Skribble has them now. Of what Skribble does not tell, or tells in other words, it keeps its own.
func (i invitee) as(now signed) invitee {
	for _, field := range []struct {
		own  *string
		told string
	}{
		{&i.Identity.EmailAddress, now.Identity.EmailAddress}, {&i.Identity.FirstName, now.Identity.FirstName},
		{&i.Identity.LastName, now.Identity.LastName}, {&i.Identity.MobileNumber, now.Identity.MobileNumber},
	} {
		if field.told != "" {
			*field.own = field.told
		}
	}
	if code := now.language(); code != "" {
		i.Language, i.Identity.Language = code, code
	}
	if now.Sequence != nil {
		i.Sequence = max(0, *now.Sequence)
	}
	if now.Notify != nil {
		i.Notify = now.Notify
	}
	if strings.Contains(now.AccountEmail, "@") {
		i.AccountEmail = now.AccountEmail
	} else if now.AccountEmail != "" { // a signer without an account stays one
		i.AccountEmail = ""
	}
	return i
}

// took tells whether Skribble has the invitee as they shall be. What Skribble does not tell counts as different when surely
// is set, and is not held against it else.
func (i invitee) took(now signed, surely bool) bool {
	same := func(own, told string) bool { return own == told || told == "" && !surely }
	return strings.EqualFold(now.email(), i.Identity.EmailAddress) &&
		same(i.Identity.FirstName, now.Identity.FirstName) && same(i.Identity.LastName, now.Identity.LastName) &&
		same(i.Identity.MobileNumber, strings.TrimPrefix(now.Identity.MobileNumber, "+")) &&
		same(i.Language, now.language()) && (now.Sequence == nil && !surely || now.Sequence != nil && i.Sequence == max(0, *now.Sequence))
}
