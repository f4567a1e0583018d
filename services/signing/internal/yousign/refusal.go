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
	maxExternalID  = 255
	maxCoordinate  = 32767
	minFieldWidth  = 85
	maxFieldWidth  = 2000
	minFieldHeight = 37
	maxFieldHeight = 1000
)

// Refusal tells why Yousign could not honour the order, before anything leaves; nil when it could. What hangs on the
// document is told last: an order whose document is not made yet is refused for everything else first.
func (p *Provider) Refusal(order signature.Order) *signature.Refusal {
	checks := []func(signature.Order) *signature.Refusal{
		refuseLevel, refuseTitle, refuseMessages, p.refuseObservers, refuseBrand, refuseRedirects, refuseTemplate, refuseOrder,
		p.refuseExpiry, p.refuseSigners, refuseDocument, refuseAttachments, refuseAllFields,
	}
	for _, check := range checks {
		if refusal := check(order); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (p *Provider) refuseSigners(order signature.Order) *signature.Refusal {
	seen := map[string]bool{}
	for i, signer := range order.Signers {
		refusal := p.refusePerson(order, signer)
		if address := strings.ToLower(signer.Email); refusal == nil && seen[address] {
			refusal = refuse(signature.ReasonSignerEmailInvalid, "email", "two signers share an e-mail address")
		} else {
			seen[address] = true
		}
		if refusal != nil {
			return ofSigner(i, refusal)
		}
	}
	return nil
}

func refuseAllFields(order signature.Order) *signature.Refusal {
	if order.Template != "" {
		return nil // its fields are the template's own
	}
	for i, signer := range order.Signers {
		if refusal := refuseFields(order, signer); refusal != nil {
			return ofSigner(i, refusal)
		}
	}
	return nil
}

func ofSigner(i int, refusal *signature.Refusal) *signature.Refusal {
	refusal.Field = fmt.Sprintf("signers[%d].%s", i, refusal.Field)
	return refusal
}

func refuse(reason signature.RefusalReason, field, detail string) *signature.Refusal {
	return &signature.Refusal{Reason: reason, Field: field, Detail: detail}
}

func refuseLevel(order signature.Order) *signature.Refusal {
	offer, ok := offerOf(order.Level)
	if !ok {
		return refuse(signature.ReasonLevelNotOffered, "level", "Yousign does not offer this signature level")
	}
	if !slices.Contains(offer.Legislations, order.Legislation) {
		return refuse(signature.ReasonLegislationNotOffered, "legislation", "Yousign signs under EIDAS only")
	}
	return nil
}

func offerOf(level signature.Level) (signature.Offer, bool) {
	for _, offer := range offers() {
		if offer.Level == level {
			return offer, true
		}
	}
	return signature.Offer{}, false
}

func refuseDocument(order signature.Order) *signature.Refusal {
	if order.Template != "" {
		return nil
	}
	return refusePDF("document", order.Document)
}

func refusePDF(field string, content []byte) *signature.Refusal {
	if len(content) > maxDocumentBytes {
		return refuse(signature.ReasonDocumentTooLarge, field, fmt.Sprintf("the PDF has more than %d bytes", maxDocumentBytes))
	}
	if !bytes.HasPrefix(content, []byte("%PDF-")) {
		return refuse(signature.ReasonDocumentRejected, field, "this is not a PDF")
	}
	return nil
}

func refuseTitle(order signature.Order) *signature.Refusal {
	switch {
	case strings.TrimSpace(order.Title) == "" || utf8.RuneCountInString(order.Title) > maxTitle:
		return refuse(signature.ReasonTitleInvalid, "title", fmt.Sprintf("the title must have 1 to %d characters", maxTitle))
	case !isSafe(order.Title) || order.Title != strings.TrimSpace(order.Title):
		return refuse(signature.ReasonTitleInvalid, "title",
			"Yousign accepts no markup, link or e-mail address in a title, nor spaces around it")
	case len(order.Correlation) > maxExternalID || !isExternalID(order.Correlation):
		return refuse(signature.ReasonProviderRejected, "correlation", "the correlation id cannot be an external id at Yousign")
	}
	return nil
}

// refuseOrder checks the signers as a group. Who is asked with everybody else cannot be asked before somebody, too. QES
// signers are asked one after another, in the order they were given where the caller leaves it open: to ask for two at
// once is to ask for what Yousign cannot do.
func refuseOrder(order signature.Order) *signature.Refusal {
	if len(order.Signers) == 0 {
		return refuse(signature.ReasonProviderRejected, "signers", "a request needs a signer")
	}
	if len(order.Signers) > maxSigners {
		return refuse(signature.ReasonTooManySigners, "signers", fmt.Sprintf("there are more than %d signers", maxSigners))
	}
	places := groups(order)
	if places[0] > 0 && len(places) > 1 {
		return refuse(signature.ReasonOrderNotOffered, "signers",
			"signers who are asked at once cannot stand beside others who are asked in groups")
	}
	for place, signers := range places {
		if order.Level == signature.QES && place != 0 && signers > 1 {
			return refuse(signature.ReasonOrderNotOffered, "signers",
				"for a qualified signature Yousign asks one signer after another")
		}
	}
	return nil
}

// refuseExpiry holds the order's end against what Yousign accepts: today to one year ahead.
func (p *Provider) refuseExpiry(order signature.Order) *signature.Refusal {
	if order.ExpireTime.IsZero() {
		return nil
	}
	if now := time.Now(); !p.canEnd(order.ExpireTime, now, now) {
		return refuse(signature.ReasonExpiryInvalid, "expire_time", "Yousign accepts an end from today to within one year")
	}
	return nil
}

// canEnd tells whether a request that was initiated at one time can end at the other: not in the past, nor later than
// one year after.
func (p *Provider) canEnd(end, initiated, now time.Time) bool {
	day := p.day(end)
	return day >= p.day(now) && day < p.day(initiated.In(p.zone).AddDate(1, 0, 0))
}
