package signature

import "time"

// Hint is what a callback told beside that something happened: how far a signer has come. It is no source of state. Its
// zero value tells nothing.
type Hint struct {
	// SignerID is the vendor's; empty when it is about the signers that are asked first.
	SignerID string
	State    SignerState
	// Time at the vendor.
	Time time.Time
}

// inviteSlack is how long after an invitation the vendor may still tell of it. What is told later is another one, which
// somebody may have caused by changing the signer at the vendor's own site.
const inviteSlack = time.Minute

// Knows tells whether the request holds what the hint tells, so that nothing new would be read: that signers were invited,
// which was the answer when they were.
func (r Request) Knows(h Hint) bool {
	if h.State != SignerInvited {
		return false
	}
	for _, s := range r.Signers {
		meant := h.SignerID == "" || h.SignerID == s.ProviderID
		if meant && s.State.rank() >= SignerInvited.rank() && h.Time.Sub(s.InviteTime).Abs() <= inviteSlack {
			return true
		}
	}
	return false
}
