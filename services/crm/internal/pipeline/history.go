package pipeline

import "time"

// State is how far an attempt has come, in the words of the signing contract.
type State string

// The states of an attempt. Planned is ours: decided and saved, not yet accepted by signing.
const (
	Planned         State = "PLANNED"
	Preparing       State = "PREPARING"
	OutForSignature State = "OUT_FOR_SIGNATURE"
	Signed          State = "SIGNED"
	Completed       State = "COMPLETED"
	Declined        State = "DECLINED"
	Expired         State = "EXPIRED"
	Canceled        State = "CANCELED"
	ProofFailed     State = "PROOF_FAILED"
	Refused         State = "REFUSED"
)

// Live tells whether a second attempt would be a second request. A state this package does not know is live: in doubt,
// nothing is sent.
func (s State) Live() bool {
	switch s {
	case Completed, Declined, Expired, Canceled, ProofFailed, Refused:
		return false
	}
	return true
}

// Attempt is what is known of one signature request for a deal.
type Attempt struct {
	Rule   string
	Number int
	State  State
	// EndTime is when the event that ended the attempt happened, not when it was read; zero while live.
	EndTime time.Time
	// DealTime is the UpdateTime of the deal that the attempt was started for.
	DealTime time.Time
	// Fingerprint and Template are the started plan's.
	Fingerprint string
	Template    string
	// Unsent means that the attempt ended before signing heard of it: the deal is still to get its request.
	Unsent bool
}

// clockSlack is by how much the CRM's clock and ours may differ.
const clockSlack = 5 * time.Minute

// reentered tells whether a deal that entered its stage at that time did so as a new act after the attempt.
func (a Attempt) reentered(entry time.Time) bool {
	return a.Number > 0 && entry.After(a.DealTime) && entry.After(a.EndTime.Add(-clockSlack))
}

// History is every attempt known for a deal, in any order.
type History []Attempt

// last returns the rule's attempt to judge by: a live one when there is one, else that of the highest number. The zero
// Attempt means that there was none.
func (h History) last(rule string) Attempt {
	var last Attempt
	for _, a := range h {
		switch {
		case a.Rule != rule:
		case last.Number == 0, a.State.Live() && !last.State.Live():
			last = a
		case a.State.Live() == last.State.Live() && a.Number > last.Number:
			last = a
		}
	}
	return last
}

// live returns the attempts that are still open, under whatever rule.
func (h History) live() []Attempt {
	var open []Attempt
	for _, a := range h {
		if a.State.Live() {
			open = append(open, a)
		}
	}
	return open
}
