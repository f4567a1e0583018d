package signature

import (
	"slices"
	"time"
)

// SignerFact is a fact about one signer, by the vendor's id, with the time that the vendor gives it; zero where it gives none.
type SignerFact struct {
	SignerID string
	State    SignerState
	Time     time.Time
}

// mostEarly bounds what is kept: a bounce and a failed identification of as many signers as any vendor takes.
const mostEarly = 200

// SignersKnown tells whether the vendor has named every signer.
func (r Request) SignersKnown() bool {
	return !slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.ProviderID == "" })
}

// keepEarly keeps a fact for the moment in which the request is out and the signers' ids are known. A request that was never
// sent has no signers at the vendor, and where all ids are known the fact is about one of them or about a stranger.
func (r Request) keepEarly(fact SignerFact, now time.Time) Request {
	waits := r.State == Preparing && r.SendAttempted || r.State == OutForSignature
	unknown := slices.ContainsFunc(r.Signers, func(s Signer) bool { return s.ProviderID == "" || s.ProviderID == fact.SignerID })
	kept := slices.ContainsFunc(r.Early, func(f SignerFact) bool {
		return f.SignerID == fact.SignerID && f.State == fact.State
	})
	if !waits || !unknown || kept || len(r.Early) >= mostEarly {
		return r
	}
	r.Early, r.UpdateTime = append(slices.Clone(r.Early), fact), now
	return r
}

// applyEarly applies the facts whose signers are known now, and drops the others once nobody can be meant by them.
func (r Request) applyEarly(now time.Time) (Request, []Event) {
	var events []Event
	var rest []SignerFact
	waiting := !r.SignersKnown()
	for _, fact := range r.Early {
		i := slices.IndexFunc(r.Signers, func(s Signer) bool { return s.ProviderID == fact.SignerID })
		if i < 0 {
			if waiting {
				rest = append(rest, fact)
			}
			continue
		}
		var more []Event
		r, more = r.noteSigner(i, fact, now)
		events = append(events, more...)
	}
	r.Early = rest
	return r, events
}
