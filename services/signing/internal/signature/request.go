package signature

import (
	"cmp"
	"time"
)

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

// Ended tells whether the state is an end. What is left then does not move the request: its evidence is packed, its envelope
// erased, a late one looked for, and a new attempt may take its place.
func (s State) Ended() bool {
	switch s {
	case Preparing, OutForSignature, Signed:
		return false
	}
	return true
}

// Withdrawal is why a request is being withdrawn at the provider.
type Withdrawal string

// The reasons to withdraw.
const (
	NotWithdrawn      Withdrawal = ""
	WithdrawnByCaller Withdrawal = "caller"
	WithdrawnByExpiry Withdrawal = "expiry"
)

// Source is what is signed; one of Template, Document and ProviderTemplate is set.
type Source struct {
	// Template's resource name, with Language and Values.
	Template string
	Language string
	// Values of the variables of Template, or of the labelled texts of ProviderTemplate.
	Values map[string]string
	// Document's resource name: it is in the archive already.
	Document string
	// ProviderTemplate is the vendor's id of a template of its own.
	ProviderTemplate string
}

// MailText is what a signer reads in the invitation.
type MailText struct{ Subject, Message string }

// Observer is kept informed by the vendor and signs nothing.
type Observer struct{ Email, Language string }

// Redirects are where a signer's browser goes afterwards; each may be empty.
type Redirects struct{ Success, Decline, Error string }

// Reminders are sent without being asked for: every Days days, at most Most to each signer. The zero value sends none.
type Reminders struct{ Days, Most int }

// Routing is how a provider is chosen when the caller names none.
type Routing struct {
	// Providers are the accounts to choose from, best first; empty means all, in the order of the configuration.
	Providers []string
	// Region the data must be kept in; empty means any.
	Region Region
	// Sandbox is true to choose among accounts without legal value only.
	Sandbox bool
}

// Region is where a vendor keeps an account's data.
type Region string

// The regions.
const (
	RegionEU Region = "EU"
	RegionCH Region = "CH"
)

// Request is one attempt to have one document signed.
type Request struct {
	ID string
	// RequestID is the caller's idempotency id, ContentHash what it was used for.
	RequestID   string
	ContentHash string
	Reference   string
	Title       string
	// Text of the invitation in the request's language, and in others.
	Text         MailText
	Translations map[string]MailText
	// Provider is the configured account's id. Routing chose it where Routed is set, and may choose again until something
	// was sent.
	Provider string
	// Account is what Provider stood for when it was first asked to send; empty until then.
	Account         string
	Routed          bool
	Routing         Routing
	Level           Level
	Legislation     Legislation
	Language        string
	Source          Source
	Signers         []Signer
	ExpireTime      time.Time
	RequiredVerdict Verdict
	// Attachments are resource names of archived PDFs.
	Attachments []string
	Observers   []Observer
	Reminders   Reminders
	// Brand is the vendor's id of a look; empty means the account's own.
	Brand     string
	Redirects Redirects
	// CallerDelivers is true when the vendor invites nobody: the caller hands out the links.
	CallerDelivers bool
	Labels         map[string]string
	// Attempt counts from 1. PreviousAttempt and NextAttempt are ids of requests; empty where there is none.
	Attempt         int
	PreviousAttempt string
	NextAttempt     string

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
	// Resumed tells that the envelope was made by an unknown one of several tries, and that nobody has looked yet whether
	// another one came through after all.
	Resumed bool
	// Envelope is the vendor's id; empty until the signers were invited.
	Envelope string
	// Reactivate is true when this attempt opens the envelope of the previous one again instead of making one.
	// EnvelopeCorrelation is what that envelope carries at the vendor, EnvelopeSince when it was made; both are empty for an
	// envelope of the request's own.
	Reactivate          bool
	EnvelopeCorrelation string
	EnvelopeSince       time.Time
	// EnvelopeEnd is when the vendor itself ends the envelope, as far as it said; zero until then.
	EnvelopeEnd time.Time
	// VanishTime is when the vendor first said that there is no such envelope; zero while there is one.
	VanishTime time.Time
	// ExpiredAtProvider is true when the vendor itself ended the envelope for want of time.
	ExpiredAtProvider bool
	// Strangers are the vendor's ids of signers whom nobody ordered, sorted.
	Strangers []string
	// Early are facts about signers whose ids at the vendor are not known yet.
	Early []SignerFact
	// NoSentDocument is true when the document that the vendor's template became cannot serve the proof: it could not be
	// had, or only after a signature.
	NoSentDocument bool
	// Withdrawal is saved before the vendor is asked to withdraw; WithdrawReason is the caller's text.
	Withdrawal     Withdrawal
	WithdrawReason string

	SignedDocument string
	// ArchiveTime is when the signed document came into the archive; zero until then.
	ArchiveTime time.Time
	// AuditTrail is the resource name of the archived protocol; NoAuditTrail means that the vendor issues none,
	// TrailGivenUp that it did not within AuditTrailWait or that what it issued cannot be archived.
	AuditTrail   string
	NoAuditTrail bool
	TrailGivenUp bool
	Verdict      Verdict
	ProvenLevel  Level
	// EraseAsked is saved before the vendor is asked to erase: from then on the envelope may be gone.
	EraseAsked bool
	// EraseTime is when the envelope was erased at the vendor; zero while it is kept there.
	EraseTime time.Time
	// EvidencePackage is the resource name of the package that proves the request by itself; empty until it was made.
	EvidencePackage string
	// LateSignature tells that an envelope of the request was signed at the vendor after the request had ended.
	LateSignature bool
	// Refusing is the step that the vendor refuses for good, so that a person must take it there; empty while there is none.
	Refusing Step

	CreateTime time.Time
	UpdateTime time.Time
	// Version counts the saved changes.
	Version int64
}

// Correlation is our id of this attempt's envelope at the vendor.
func (r Request) Correlation() string { return cmp.Or(r.EnvelopeCorrelation, r.ID) }

// Order is what a vendor is asked for, without the bytes of the documents.
func (r Request) Order() Order {
	order := Order{
		Correlation: r.Correlation(), Envelope: r.Envelope, CallbackToken: r.CallbackToken, Title: r.Title, Text: r.Text,
		Translations: r.Translations, Level: r.Level, Legislation: r.Legislation, Language: r.Language,
		ExpireTime: r.ExpireTime, FileName: r.FileName, Fields: r.Fields, Signers: r.Signers,
		Template: r.Source.ProviderTemplate, Observers: r.Observers, Brand: r.Brand, Redirects: r.Redirects,
		CallerDelivers: r.CallerDelivers, Reminders: r.Reminders, CreateTime: r.CreateTime, RequiredVerdict: r.RequiredVerdict,
		Attachments: make([]Attachment, len(r.Attachments)),
	}
	if order.Template != "" {
		order.TemplateValues = r.Source.Values
	}
	return order
}
