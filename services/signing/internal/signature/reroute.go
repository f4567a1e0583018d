package signature

import "time"

// Reroutable tells whether routing may choose another account for a request: it chose the one it has, nobody was asked to
// send, and nothing in the request belongs to that account alone.
func Reroutable(r Request) bool {
	return r.Routed && r.State == Preparing && r.Withdrawal == NotWithdrawn && !r.SendAttempted && r.Envelope == "" &&
		r.Source.ProviderTemplate == "" && r.Brand == ""
}

// Unsent takes back that sending was attempted: the first try failed before anything happened at the vendor. It is for
// rerouting alone; a request that stays where it is keeps looking before it sends again.
func Unsent(r Request) Request {
	r.SendAttempted, r.Account = false, ""
	return r
}

// Reroute gives a request to another account.
func Reroute(r Request, provider string, now time.Time) (Request, []Event) {
	if !Reroutable(r) || provider == "" || provider == r.Provider {
		return r, nil
	}
	r.Provider, r.UpdateTime = provider, now
	return r, []Event{r.event(EventRerouted, now)}
}
