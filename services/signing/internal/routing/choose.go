package routing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Refusal tells why an account could not honour an order; nil when it could, as far as that can be judged now. Its field
// is a path in the contract's SignatureRequest, as of every refusal of this package.
func (a *Accounts) Refusal(id string, order signature.Order) *signature.Refusal {
	p, ok := a.byID[id]
	if !ok {
		return &signature.Refusal{
			Reason: signature.ReasonProviderUnknown, Field: "provider", Detail: "no provider of that name is configured: ListProviders has them",
		}
	}
	refusal := p.Refusal(order)
	if !order.Prepared() && (refusal == nil || refusal.Reason.NeedsDocument()) {
		return p.Capabilities().SizeRefusal(order)
	}
	return refusal
}

// Able returns the accounts of this legal value that could honour an order as it is, best first, whoever is down. A
// sandbox is no answer to a wish for a binding signature, nor the other way round.
func (a *Accounts) Able(order signature.Order, sandbox bool) []string {
	return slices.DeleteFunc(slices.Clone(a.preferred), func(id string) bool {
		return a.byID[id].Capabilities().Sandbox != sandbox || a.Refusal(id, order) != nil
	})
}

// Choose returns the best account that a policy allows and that can honour the order. One that is down is passed by while
// another can; when all are down the best one is chosen, and the order waits for it.
func (a *Accounts) Choose(order signature.Order, policy signature.Routing, now time.Time) (string, *signature.Refusal) {
	if i := slices.IndexFunc(policy.Providers, func(id string) bool { return a.byID[id] == nil }); i >= 0 {
		refusal := a.Refusal(policy.Providers[i], order)
		refusal.Field = fmt.Sprintf("routing.providers[%d]", i)
		return "", refusal
	}
	able, refused := a.candidates(order, policy)
	for _, id := range able {
		if !a.Down(id, now) {
			return id, nil
		}
	}
	if len(able) > 0 {
		return able[0], nil
	}
	return "", nobody(policy, refused)
}

// Another returns the best account beside one that a policy allows, that can honour the order and that did not fail a short while
// ago.
func (a *Accounts) Another(order signature.Order, policy signature.Routing, than string, now time.Time) (string, bool) {
	able, _ := a.candidates(order, policy)
	for _, id := range able {
		if id != than && a.well(id, now) {
			return id, true
		}
	}
	return "", false
}

// refused is why one account cannot be chosen.
type refused struct {
	id     string
	reason signature.RefusalReason
	field  string
}

// candidates sorts the accounts of a policy into those that can honour the order and those that cannot. Accounts of the
// other legal value are no candidates.
func (a *Accounts) candidates(order signature.Order, policy signature.Routing) (able []string, out []refused) {
	among := policy.Providers
	if len(among) == 0 {
		among = a.preferred
	}
	for _, id := range among {
		p, ok := a.byID[id]
		if !ok || p.Capabilities().Sandbox != policy.Sandbox {
			continue
		}
		refusal := a.Refusal(id, order)
		switch {
		case refusal != nil:
			out = append(out, refused{id, refusal.Reason, refusal.Field})
		case policy.Region != "" && p.Capabilities().Region != policy.Region:
			out = append(out, refused{id, signature.ReasonRegionNotOffered, "routing.region"})
		default:
			able = append(able, id)
		}
	}
	return able, out
}

// nobody says why no account is left.
func nobody(policy signature.Routing, out []refused) *signature.Refusal {
	value := "live"
	if policy.Sandbox {
		value = "sandbox"
	}
	refusal := &signature.Refusal{Reason: signature.ReasonNoProvider, Field: "routing"}
	if len(out) == 0 {
		refusal.Detail = fmt.Sprintf("no %s provider is configured among those to choose from", value)
		return refusal
	}
	elsewhere := true
	why := make([]string, len(out))
	for i, r := range out {
		why[i] = fmt.Sprintf("%s: %s (%s)", r.id, r.reason, r.field)
		elsewhere = elsewhere && r.reason == signature.ReasonRegionNotOffered
	}
	if elsewhere {
		return &signature.Refusal{
			Reason: signature.ReasonRegionNotOffered, Field: "routing.region",
			Detail: fmt.Sprintf("every %s provider that can honour the request keeps its data outside %s", value, policy.Region),
		}
	}
	refusal.Detail = fmt.Sprintf("no %s provider can honour the request: %s", value, strings.Join(why, "; "))
	return refusal
}
