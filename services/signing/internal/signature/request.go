package signature

import "time"

// State is where a signature request stands.
type State string

// The states of a signature request.
const (
	Preparing       State = "PREPARING"
	OutForSignature State = "OUT_FOR_SIGNATURE"
	Signed          State = "SIGNED"
	Completed       State = "COMPLETED"
	Declined        State = "DECLINED"
	Expired         State = "EXPIRED"
	Canceled        State = "CANCELED"
	Refused         State = "REFUSED"
	ProofFailed     State = "PROOF_FAILED"
)

// Ended tells whether nothing happens to a request in this state any more.
func (s State) Ended() bool {
	switch s {
	case Preparing, OutForSignature, Signed:
		return false
	}
	return true
}

// Verdict is what the proof of a signed document adds up to.
type Verdict string

// The verdicts, strongest first.
const (
	Proven             Verdict = "PROVEN"
	AttestedByProvider Verdict = "ATTESTED_BY_PROVIDER"
	Indeterminate      Verdict = "INDETERMINATE"
	Failed             Verdict = "FAILED"
)

// Satisfies tells whether a proof with this verdict is enough where required is the weakest allowed one. Nothing but
// PROVEN and ATTESTED_BY_PROVIDER ever is.
func (v Verdict) Satisfies(required Verdict) bool {
	return v == Proven || v == AttestedByProvider && required == AttestedByProvider
}

// Withdrawal is why a request is being withdrawn at the provider.
type Withdrawal string

// The reasons to withdraw.
const (
	NotWithdrawn      Withdrawal = ""
	WithdrawnByCaller Withdrawal = "caller"
	WithdrawnByExpiry Withdrawal = "expiry"
)

// Source is what is signed: a template with values, or a document that is in the archive already.
type Source struct {
	// Template's resource name; empty when Document is set.
	Template string
	Language string
	Values   map[string]string
	// Document's resource name; empty when Template is set.
	Document string
}

// Request is one attempt to have one document signed.
type Request struct {
	ID string
	// RequestID is the caller's idempotency id, ContentHash what it was used for.
	RequestID   string
	ContentHash string
	Reference   string
	Title       string
	Message     string
	// Provider is the configured account's id.
	Provider        string
	Level           Level
	Legislation     Legislation
	Language        string
	Source          Source
	Signers         []Signer
	ExpireTime      time.Time
	RequiredVerdict Verdict

	State       State
	StateReason string
	StateDetail string
	// Document is the resource name of the PDF that is sent; empty until it is prepared.
	Document string
	FileName string
	Fields   []Field
	// CallbackToken is the secret path segment of this request's callbacks.
	CallbackToken string
	// SendAttempted is saved before the vendor is asked to send: once set, an envelope may exist whatever was answered.
	SendAttempted bool
	// Resumed tells that the signers were invited by a later try than the first, and that nobody has looked yet whether
	// an earlier one came through after all.
	Resumed bool
	// Envelope is the vendor's id; empty until the signers were invited.
	Envelope string
	// Withdrawal is saved before the vendor is asked to withdraw; WithdrawReason is the caller's text.
	Withdrawal     Withdrawal
	WithdrawReason string

	SignedDocument string
	// ArchiveTime is when the signed document came into the archive; zero until then.
	ArchiveTime time.Time
	// AuditTrail is the resource name of the archived protocol; NoAuditTrail means that the vendor issues none, or did
	// not within AuditTrailWait.
	AuditTrail   string
	NoAuditTrail bool
	Verdict      Verdict
	ProvenLevel  Level
	// EvidencePackage is the resource name of the package that proves the request by itself; empty until it was made.
	EvidencePackage string

	CreateTime time.Time
	UpdateTime time.Time
	// Version counts the saved changes.
	Version int64
}

// Correlation is our id of this attempt at the vendor.
func (r Request) Correlation() string { return r.ID }

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
)

// Event is something that happened to a request, with the request's state at that moment. It holds no personal data.
type Event struct {
	Request     string
	Reference   string
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
		Request: r.ID, Reference: r.Reference, Type: kind, State: r.State, StateReason: r.StateReason,
		Verdict: r.Verdict, ProvenLevel: r.ProvenLevel, Time: at,
	}
}
