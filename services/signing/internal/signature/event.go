package signature

import "time"

// EventType is what happened to a request.
type EventType string

// The event types.
const (
	EventCreated              EventType = "CREATED"
	EventSent                 EventType = "SENT"
	EventSignerOpened         EventType = "SIGNER_OPENED"
	EventSignerSigned         EventType = "SIGNER_SIGNED"
	EventSignerDeclined       EventType = "SIGNER_DECLINED"
	EventSignerBounced        EventType = "SIGNER_BOUNCED"
	EventIdentificationFailed EventType = "SIGNER_IDENTIFICATION_FAILED"
	EventSigned               EventType = "SIGNED"
	EventArchived             EventType = "ARCHIVED"
	EventCompleted            EventType = "COMPLETED"
	EventDeclined             EventType = "DECLINED"
	EventExpired              EventType = "EXPIRED"
	EventCanceled             EventType = "CANCELED"
	EventRefused              EventType = "REFUSED"
	EventProofFailed          EventType = "PROOF_FAILED"
	EventSignerInvited        EventType = "SIGNER_INVITED"
	EventSignerReminded       EventType = "SIGNER_REMINDED"
	EventReminderRefused      EventType = "SIGNER_REMINDER_REFUSED"
	EventSignerUpdated        EventType = "SIGNER_UPDATED"
	EventSignerUpdateRefused  EventType = "SIGNER_UPDATE_REFUSED"
	EventSignerChanged        EventType = "SIGNER_CHANGED_AT_PROVIDER"
	EventRerouted             EventType = "REROUTED"
	EventReissued             EventType = "REISSUED"
	EventErased               EventType = "ERASED"
	EventLateSignature        EventType = "LATE_SIGNATURE"
)

// Event is something that happened to a request, with the request's state at that moment. It holds no personal data.
type Event struct {
	Request     string
	Reference   string
	Provider    string
	Type        EventType
	State       State
	SignerRole  string
	StateReason string
	Verdict     Verdict
	ProvenLevel Level
	Time        time.Time
}

// event makes an event about the request as it is now.
func (r Request) event(kind EventType, at time.Time) Event {
	return Event{
		Request: r.ID, Reference: r.Reference, Provider: r.Provider, Type: kind, State: r.State, StateReason: r.StateReason,
		Verdict: r.Verdict, ProvenLevel: r.ProvenLevel, Time: at,
	}
}
