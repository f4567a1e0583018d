package yousign

import (
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Limits of API v3, in characters and points.
const (
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
	can := p.Capabilities()
	checks := []func(signature.Order) *signature.Refusal{
		can.Refusal, refuseTitle, refuseMessages, refuseObservers, refuseBrand, refuseRedirects, refuseTemplate,
		refuseQualifiedGroups, p.refuseExpiry, refuseSigners, can.DocumentRefusal, refuseFields,
	}
	for _, check := range checks {
		if refusal := check(order); refusal != nil {
			return refusal
		}
	}
	return nil
}

func refuseSigners(order signature.Order) *signature.Refusal {
	seen := map[string]bool{}
	for i, signer := range order.Signers {
		refusal := refuseSigner(order, signer)
		if address := strings.ToLower(signer.Email); refusal == nil && seen[address] {
			refusal = refuse(signature.ReasonSignerEmailInvalid, "email", "Yousign needs an own e-mail address of each signer: two share one")
		} else {
			seen[address] = true
		}
		if refusal != nil {
			return ofSigner(i, refusal)
		}
	}
	return nil
}

func refuseFields(order signature.Order) *signature.Refusal {
	if order.Template != "" {
		return nil // its fields are the template's own
	}
	for i, signer := range order.Signers {
		if refusal := refuseFieldsOf(order, signer); refusal != nil {
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

func refuseTitle(order signature.Order) *signature.Refusal {
	switch {
	case !isSafe(order.Title) || order.Title != strings.TrimSpace(order.Title):
		return refuse(signature.ReasonTitleInvalid, "title",
			"Yousign accepts no markup, link or e-mail address in a title, nor spaces around it")
	case len(order.Correlation) > maxExternalID || !isExternalID(order.Correlation):
		return refuse(signature.ReasonProviderRejected, "correlation", "the correlation id cannot be an external id at Yousign")
	}
	return nil
}

// refuseQualifiedGroups: for QES Yousign asks one signer after another, in the order they were given where the caller
// leaves it open. To ask for two at once is to ask for what Yousign cannot do.
func refuseQualifiedGroups(order signature.Order) *signature.Refusal {
	for place, signers := range groups(order) {
		if order.Level == signature.QES && place != 0 && signers > 1 {
			return refuse(signature.ReasonOrderNotOffered, "signers",
				"for QES Yousign asks one signer after another: give each an order group of their own")
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
