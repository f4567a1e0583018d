package pipeline

import "time"

// EventKind is what happened to a signature request.
type EventKind string

// The kinds of events a card shows. A kind this package does not know has no effect.
const (
	EventSent         EventKind = "sent"
	EventOpened       EventKind = "opened"
	EventSignerSigned EventKind = "signer_signed"
	// EventBounced means that a signer's invitation could not be delivered.
	EventBounced EventKind = "bounced"
	// EventIdentificationFailed means that the provider could not identify a signer.
	EventIdentificationFailed EventKind = "identification_failed"
	// EventCompleted means signed, archived and proven.
	EventCompleted   EventKind = "completed"
	EventDeclined    EventKind = "declined"
	EventExpired     EventKind = "expired"
	EventCanceled    EventKind = "canceled"
	EventProofFailed EventKind = "proof_failed"
	EventRefused     EventKind = "refused"
	// EventSignerChanged means that a signer was changed, added or removed at the provider itself.
	EventSignerChanged EventKind = "signer_changed"
	// EventReissued means that somebody else had a new attempt take this one's place.
	EventReissued EventKind = "reissued"
	// EventLateSignature means that something was signed after the request had ended.
	EventLateSignature EventKind = "late_signature"
)

// Event is one thing that happened to a signature request.
type Event struct {
	Kind EventKind
	// Time is when it happened, in the location whose business days count.
	Time time.Time
	// Role and Name say which signer; both empty when the event is about the whole request. Name may be empty.
	Role string
	Name string
	// Reason is a person's own words for a decline or cancellation.
	Reason string
	// Cause is the contract's reason for the end, such as "SIGNER_PHONE_REQUIRED" or "ENVELOPE_VANISHED"; empty for most.
	Cause string
	// Provider, Level and Verdict are those the request ended with; an empty Level is the rule's.
	Provider string
	// Ours is set for a cancellation that we asked for: the deal itself was the reason.
	Ours    bool
	Level   Level
	Verdict Verdict
}

// Subject is what an effect is about: one attempt for one deal.
type Subject struct {
	Rule    Rule
	Account string
	LeadID  int64
	// ResponsibleUserID is who gets the tasks.
	ResponsibleUserID int64
	Attempt           int
	// Title of the request; empty when none was made yet.
	Title string
}

// OnStarted returns the effects of a request that signing accepted: its id and first status on the card.
func OnStarted(s Subject, requestID string) []Effect {
	return []Effect{
		s.effect(KindField, "request", func(e *Effect) { e.Field, e.Value = CardRequestID, requestID }),
		s.status(StatusPreparing),
	}
}

// OnEvent returns the effects of an event, in the order in which they are to be made. The same event has the same effects
// with the same keys, however often it is read; a later effect never depends on an earlier one being new.
func OnEvent(s Subject, e Event) []Effect {
	t := phrasesIn(s.Rule.CardLanguage)
	switch e.Kind {
	case EventSent:
		return []Effect{s.note(t.sent, "sent", e), s.status(StatusSent)}
	case EventOpened:
		if s.Rule.NoteOpened {
			return []Effect{s.note(t.opened, "opened/"+e.Role, e)}
		}
	case EventSignerSigned:
		return []Effect{s.note(t.signerSigned, "signed/"+e.Role, e)}
	case EventBounced:
		return []Effect{s.task(t.bouncedTask, "bounced/"+e.Role, e)}
	case EventIdentificationFailed:
		return []Effect{s.task(t.identificationTask, "identification/"+e.Role, e)}
	case EventSignerChanged:
		return []Effect{s.note(t.changed, "changed/"+e.Role, e)}
	case EventLateSignature:
		return []Effect{s.task(t.lateTask, "late_signature", e)}
	case EventReissued:
		return []Effect{s.note(t.reissued, "reissued", e)}
	case EventCompleted:
		return s.completed(t, e)
	case EventDeclined:
		return []Effect{s.note(t.declined, "declined", e), s.task(t.declinedTask, "declined", e), s.status(StatusDeclined)}
	case EventExpired:
		return []Effect{s.note(t.expired, "expired", e), s.task(t.expiredTask, "expired", e), s.status(StatusExpired)}
	case EventCanceled:
		return s.canceled(t, e)
	case EventProofFailed:
		return []Effect{s.note(t.proofFailed, "proof_failed", e), s.task(t.proofTask, "proof_failed", e), s.status(StatusProofFailed)}
	case EventRefused:
		return []Effect{s.task(t.refusedTask, "refused", e), s.status(StatusRefused)}
	}
	return nil
}

// canceled asks a person to follow up, unless the deal was left behind by one.
func (s Subject) canceled(t phrases, e Event) []Effect {
	if e.Ours {
		e.Reason = ""
		return []Effect{s.note(t.canceled, "canceled", e), s.status(StatusCanceled)}
	}
	note := t.canceled
	if t.causes[e.Cause] != "" {
		note = t.ended
	}
	return []Effect{s.note(note, "canceled", e), s.task(t.canceledTask, "canceled", e), s.status(StatusCanceled)}
}

// OnFailed returns what asks a person to do by hand what an effect that the CRM refused for good was to do; most are not
// worth it.
func OnFailed(s Subject, kind Kind, at time.Time) []Effect {
	t, e := phrasesIn(s.Rule.CardLanguage), Event{Time: at}
	switch kind {
	case KindFile:
		return []Effect{s.task(t.fileTask, "file", e)}
	case KindStage:
		return []Effect{s.task(t.stageTask, "stage", e)}
	}
	return nil
}

// WithdrawReason is what signers are told when we withdraw their request, in one of the card's languages or else English.
func WithdrawReason(language string) string { return phrasesIn(language).withdrawn }

// completed moves the deal on only when level and proof suffice for the rule; else a person decides.
func (s Subject) completed(t phrases, e Event) []Effect {
	effects := []Effect{
		s.effect(KindFile, "signed", func(f *Effect) { f.FileName = fileName(s.Title, s.reference()) }),
		s.note(t.completed, "completed", e),
	}
	lowered := e.Level != "" && e.Level.rank() < s.Rule.Level.rank()
	if lowered || !s.Rule.Proof.Satisfied(e.Verdict, s.Rule.Level) {
		return append(effects, s.task(t.insufficientTask, "insufficient", e), s.status(StatusProofFailed))
	}
	return append(effects, s.status(StatusCompleted), s.effect(KindStage, "completed", func(f *Effect) {
		f.PipelineID, f.StageID = s.Rule.Pipeline, s.Rule.StageAfterCompletion
	}))
}
