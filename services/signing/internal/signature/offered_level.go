package signature

import "slices"

func (c Capabilities) refuseLevel(order Order) *Refusal {
	var levels []Level
	for _, offer := range c.Offers {
		levels = append(levels, offer.Level)
	}
	at := slices.Index(levels, order.Level)
	if at < 0 {
		return c.refuse(ReasonLevelNotOffered, "level", "offers %s", list(levels))
	}
	offer := c.Offers[at]
	if !slices.Contains(offer.Legislations, order.Legislation) {
		return c.refuse(ReasonLegislationNotOffered, "legislation", "offers %s under %s", offer.Level, list(offer.Legislations))
	}
	for i, s := range order.Signers {
		if s.Authentication != AuthenticationDefault && !slices.Contains(offer.Authentications, s.Authentication) {
			return c.refuse(ReasonAuthenticationNotOffered, signerField(i, "authentication"),
				"offers %s with these authentications: %s; or leave it unset", offer.Level, authentications(offer))
		}
	}
	return c.refuseVerdict(order, offer)
}

// refuseVerdict holds that the signed file can be what the request needs to complete: people would sign in vain.
func (c Capabilities) refuseVerdict(order Order, offer Offer) *Refusal {
	if order.RequiredVerdict == "" || offer.Verdict == "" || offer.Verdict.Satisfies(order.RequiredVerdict) {
		return nil
	}
	return c.refuse(ReasonVerdictNotOffered, "required_verdict", "returns files of %s whose proof is %s at best", offer.Level, offer.Verdict)
}

// authentications names what an offer can be combined with, in the contract's words.
func authentications(offer Offer) string {
	words := map[Authentication]string{
		AuthenticationNone: "NONE", AuthenticationEmail: "EMAIL_CODE", AuthenticationSMS: "SMS_CODE",
	}
	var accepted []string
	for _, a := range offer.Authentications {
		accepted = append(accepted, words[a])
	}
	if len(accepted) == 0 {
		return "none to choose"
	}
	return list(accepted)
}
