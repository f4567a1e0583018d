package yousign

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// placeholdersOf fill the order's template: its signers by the roles, its texts by the labels; nil without a template.
func placeholdersOf(order signature.Order) *placeholders {
	if order.Template == "" {
		return nil
	}
	body := &placeholders{}
	for _, signer := range inSigningOrder(order) {
		body.Signers = append(body.Signers, substitute{Label: signer.Role, person: personOf(order, signer)})
	}
	for _, label := range slices.Sorted(maps.Keys(order.TemplateValues)) {
		body.Texts = append(body.Texts, labelledValue{Label: label, Text: order.TemplateValues[label]})
	}
	return body
}

func templateRejected(detail string) error {
	return &signature.RejectedError{Reason: signature.ReasonProviderTemplateRejected, Detail: detail}
}

// templateFault is the failure of a creation from a template: what Yousign says of the placeholders is the template's
// fault, and where it says something else the template is looked up, because a draft or a missing one cannot be used.
func (p *Provider) templateFault(ctx context.Context, order signature.Order, err error) error {
	_, said, refused := refusedAs(err)
	if !refused || !said.known() {
		return err
	}
	for _, param := range said.Params {
		if strings.HasPrefix(param.Name, "template_") {
			return templateRejected("Yousign says: " + said.text(private(order)))
		}
	}
	found, lookErr := listed(ctx, p, "/templates", url.Values{}, func(t template) bool {
		return strings.EqualFold(t.ID, order.Template) && t.Status == "active"
	})
	switch {
	case lookErr != nil:
		return vendorhttp.Inconclusive(translate(lookErr))
	case len(found) == 0:
		return templateRejected("Yousign has no active template with this id")
	}
	return err
}

// templateSigners returns the signers of a draft that was made from a template, if it is what was ordered: the template may hold
// documents, signers and an order of its own, and nothing of that may stand for what was asked.
func (p *Provider) templateSigners(ctx context.Context, order signature.Order, draft request) ([]signer, error) {
	var made []signer
	if err := p.get(ctx, vendorhttp.Path("signature_requests", draft.ID, "signers"), nil, &made); err != nil {
		return nil, err
	}
	if _, err := onlySignable(draft); err != nil {
		return nil, err
	}
	if len(made) != len(order.Signers) {
		return nil, templateRejected("the template's signers are not the roles of the request")
	}
	for _, wanted := range order.Signers {
		found, ok := withEmail(made, wanted.Email)
		if !ok || !vendorhttp.IsID(found.ID) {
			return nil, templateRejected("the template's signers are not the roles of the request")
		}
		asked := personOf(order, wanted)
		if found.Level != asked.Level || deref(found.Authentication) != deref(asked.Authentication) {
			return nil, templateRejected("the template holds to a level or an authentication of its own")
		}
	}
	if !inTurn(order, made) {
		return nil, errOtherTurns(signature.ReasonProviderTemplateRejected)
	}
	return made, nil
}

// onlySignable returns the id of the one document that is signed. Of several, the signature of one would prove nothing
// about the others.
func onlySignable(r request) (string, error) {
	id, count := "", 0
	for _, known := range r.Documents {
		if known.Nature == natureSignable {
			id, count = known.ID, count+1
		}
	}
	if count != 1 || !vendorhttp.IsID(id) {
		return "", templateRejected("a template must hold exactly one document to sign")
	}
	return id, nil
}

// deref is empty for a null.
func deref(word *string) string {
	if word == nil {
		return ""
	}
	return *word
}
