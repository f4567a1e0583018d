package yousign

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Limits of API v3, in characters and points.
const (
	maxTitle       = 128
	maxMessage     = 2000
	maxExternalID  = 255
	maxCoordinate  = 32767
	minFieldWidth  = 85
	maxFieldWidth  = 2000
	minFieldHeight = 37
	maxFieldHeight = 1000
)

// Refusal tells why Yousign could not honour the order, before anything leaves; nil when it could.
func (p *Provider) Refusal(order signature.Order) *signature.Refusal {
	checks := []func(signature.Order) *signature.Refusal{
		p.refuseLevel, refuseDocument, refuseTexts, refuseOrder, p.refuseExpiry,
	}
	for _, check := range checks {
		if refusal := check(order); refusal != nil {
			return refusal
		}
	}
	seen := map[string]bool{}
	for i, signer := range order.Signers {
		refusal := p.refuseSigner(order, signer)
		if address := strings.ToLower(signer.Email); refusal == nil && seen[address] {
			refusal = refuse(signature.ReasonSignerEmailInvalid, "email", "two signers share an e-mail address")
		} else {
			seen[address] = true
		}
		if refusal != nil {
			refusal.Field = fmt.Sprintf("signers[%d].%s", i, refusal.Field)
			return refusal
		}
	}
	return nil
}

func refuse(reason signature.RefusalReason, field, detail string) *signature.Refusal {
	return &signature.Refusal{Reason: reason, Field: field, Detail: detail}
}

func (p *Provider) refuseLevel(order signature.Order) *signature.Refusal {
	offer, ok := p.offer(order.Level)
	if !ok {
		return refuse(signature.ReasonLevelNotOffered, "level", "Yousign does not offer this signature level")
	}
	if !slices.Contains(offer.Legislations, order.Legislation) {
		return refuse(signature.ReasonLegislationNotOffered, "legislation", "Yousign signs under EIDAS only")
	}
	return nil
}

func (p *Provider) offer(level signature.Level) (signature.Offer, bool) {
	for _, offer := range p.Capabilities().Offers {
		if offer.Level == level {
			return offer, true
		}
	}
	return signature.Offer{}, false
}

func refuseDocument(order signature.Order) *signature.Refusal {
	if len(order.Document) > maxDocumentBytes {
		return refuse(signature.ReasonDocumentTooLarge, "document",
			fmt.Sprintf("the document has more than %d bytes", maxDocumentBytes))
	}
	if !bytes.HasPrefix(order.Document, []byte("%PDF-")) {
		return refuse(signature.ReasonDocumentRejected, "document", "the document is not a PDF")
	}
	return nil
}

func refuseTexts(order signature.Order) *signature.Refusal {
	switch {
	case strings.TrimSpace(order.Title) == "" || utf8.RuneCountInString(order.Title) > maxTitle:
		return refuse(signature.ReasonTitleInvalid, "title", fmt.Sprintf("the title must have 1 to %d characters", maxTitle))
	case !isSafe(order.Title) || order.Title != strings.TrimSpace(order.Title):
		return refuse(signature.ReasonTitleInvalid, "title",
			"Yousign accepts no markup, link or e-mail address in a title, nor spaces around it")
	case utf8.RuneCountInString(order.Text.Message) > maxMessage:
		return refuse(signature.ReasonTitleInvalid, "message", fmt.Sprintf("the message has more than %d characters", maxMessage))
	case !isSafe(withoutEmails(order.Text.Message)):
		return refuse(signature.ReasonTitleInvalid, "message", "Yousign accepts no markup and no link in a message")
	case len(order.Correlation) > maxExternalID || !isExternalID(order.Correlation):
		return refuse(signature.ReasonProviderRejected, "correlation", "the correlation id cannot be an external id at Yousign")
	}
	return nil
}

// refuseOrder checks the signers as a group. Yousign asks one signer after another or all at once: two who share a
// place in a longer order cannot be asked together.
func refuseOrder(order signature.Order) *signature.Refusal {
	if len(order.Signers) == 0 {
		return refuse(signature.ReasonProviderRejected, "signers", "a request needs a signer")
	}
	if len(order.Signers) > maxSigners {
		return refuse(signature.ReasonTooManySigners, "signers", fmt.Sprintf("there are more than %d signers", maxSigners))
	}
	places := map[int]bool{}
	for _, signer := range order.Signers {
		places[signer.Order] = true
	}
	if len(places) > 1 && len(places) < len(order.Signers) || places[0] && len(places) > 1 {
		return refuse(signature.ReasonOrderNotOffered, "signers",
			"Yousign asks signers one after another or all at once, not in groups")
	}
	return nil
}

// refuseExpiry holds the order's end against what Yousign accepts: today to one year ahead.
func (p *Provider) refuseExpiry(order signature.Order) *signature.Refusal {
	if order.ExpireTime.IsZero() {
		return nil
	}
	now := time.Now().In(p.zone)
	day := p.lastDay(order)
	if day < now.Format(time.DateOnly) || day >= now.AddDate(1, 0, 0).Format(time.DateOnly) {
		return refuse(signature.ReasonExpiryInvalid, "expire_time", "Yousign accepts an end from today to within one year")
	}
	return nil
}
