// Package routing knows the configured accounts at signing vendors: who they are, in which order they are preferred, who
// could honour an order, and who answers at all. It chooses and refuses, and lowers nothing to fit. It calls no vendor.
package routing

import (
	"maps"
	"slices"
	"sync"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Accounts are the configured accounts. They are safe for concurrent use.
type Accounts struct {
	byID map[string]signature.Provider
	// preferred holds the ids of all of them, best first.
	preferred []string

	mu     sync.Mutex
	health map[string]health
	// waiting holds the requests that an account put off with its last answer.
	waiting map[waiting]pause
}

// New returns accounts by their configured id. preferred names some of them, best first; the others follow by name.
// Nothing may change providers afterwards.
func New(providers map[string]signature.Provider, preferred ...string) *Accounts {
	a := &Accounts{byID: providers, health: map[string]health{}, waiting: map[waiting]pause{}}
	for _, id := range slices.Concat(preferred, slices.Sorted(maps.Keys(providers))) {
		if _, ok := providers[id]; ok && !slices.Contains(a.preferred, id) {
			a.preferred = append(a.preferred, id)
		}
	}
	return a
}

// Get returns an account, whose calls are noted; false when none of that id is configured.
func (a *Accounts) Get(id string) (signature.Provider, bool) {
	p, ok := a.byID[id]
	return watched{p, id, a}, ok
}

// Of returns the account that a request is at; false when it left the configuration, or another one has its name now. What
// was sent through one vendor is unknown to another, who would call it gone.
func (a *Accounts) Of(r signature.Request) (signature.Provider, bool) {
	p, ok := a.Get(r.Provider)
	return p, ok && (r.Account == "" || r.Account == p.Capabilities().Account())
}

// IDs returns the ids of all accounts by name.
func (a *Accounts) IDs() []string { return slices.Sorted(slices.Values(a.preferred)) }
