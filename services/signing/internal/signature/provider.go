package signature

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Provider is the port to one account at one signing vendor. An adapter translates and nothing more: it keeps no state
// that matters, decides no transition and is safe for concurrent use. Every method respects ctx, bounds what it reads
// from the vendor, follows no redirect and returns one of the failures below for anything that went wrong.
type Provider interface {
	// Capabilities tells what the account can honour. It is static: it calls nobody.
	Capabilities() Capabilities

	// Refusal tells why the vendor could not honour the order, before anything leaves; nil when it could. It begins with
	// Capabilities.Refusal and ends with Capabilities.DocumentRefusal: an order is judged once without its document, where
	// a refusal that needs the document must hide no other, and once with it.
	Refusal(Order) *Refusal

	// Send brings the order's envelope into being at the vendor and invites its signers. With resume set an earlier
	// attempt had an unknown outcome: Send first looks for an envelope that carries order.Correlation and continues
	// from it instead of making a second one. A returned Envelope means that the signers were invited.
	Send(ctx context.Context, order Order, resume bool) (Envelope, error)

	// Find looks for the order's envelope as Send with resume does, and neither makes nor activates one: a half-made
	// draft counts as none and is discarded. Of several envelopes it keeps one, which is order.Envelope where that is
	// set, and withdraws the others. It fails with ErrNoEnvelope when there is none. Of the order it needs the
	// correlation, the signers and order.Envelope.
	Find(ctx context.Context, order Order) (Envelope, error)

	// Read returns the vendor's own view of the envelope now. It is the only source of state.
	Read(ctx context.Context, envelopeID string) (Envelope, error)

	// Withdraw ends an open envelope. Withdrawing one that already ended succeeds: the caller reads again and decides.
	Withdraw(ctx context.Context, envelopeID, reason string) error

	// SignedDocument streams the completed PDF.
	SignedDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error)

	// AuditTrail streams the vendor's protocol of the process as PDF; ErrNoAuditTrail where the vendor issues none for
	// this envelope's level.
	AuditTrail(ctx context.Context, envelopeID string) (io.ReadCloser, error)

	// The methods below fail with ErrNotOffered where Capabilities says that the vendor has no such thing.

	// SentDocument streams the PDF that an open envelope made from the vendor's own template asks to sign, before any
	// signature.
	SentDocument(ctx context.Context, envelopeID string) (io.ReadCloser, error)

	// Remind mails these open signers of an open envelope once more, or all of them where Capabilities.RemindOne is not
	// set. Too early a reminder is an UnavailableError with RetryAfter.
	Remind(ctx context.Context, envelopeID string, signerIDs []string) error

	// UpdateSigner makes the vendor's signer of this role what the order says now, and returns the envelope after it.
	// order.Envelope is set, and every signer but a new one has its ProviderID; the updated one's may change. It may be
	// repeated.
	UpdateSigner(ctx context.Context, order Order, role string) (Envelope, error)

	// Reactivate opens an expired envelope again until the time, and returns it. It may be repeated.
	Reactivate(ctx context.Context, envelopeID string, until time.Time) (Envelope, error)

	// SigningLink returns a fresh link for one open signer of the order's envelope; ErrNoLink where there is none now. It
	// is a secret: it stands in no error.
	SigningLink(ctx context.Context, order Order, signerID string) (SigningLink, error)

	// Deliveries returns the vendor's log of the callbacks of an envelope, oldest first.
	Deliveries(ctx context.Context, envelopeID string) ([]Delivery, error)

	// Erase removes an envelope that has ended, with its documents, from the vendor for good. Erasing what is gone
	// succeeds.
	Erase(ctx context.Context, envelopeID string) error
}

// Order is everything an adapter needs to send one attempt of a signature request.
type Order struct {
	// Correlation is our own id for this attempt, 1 to 64 characters of [A-Za-z0-9_-]; unique over all orders, stored
	// with the vendor so that an envelope can be found again.
	Correlation string
	// Envelope is the vendor's id of what was sent for this order; empty until that is known.
	Envelope string
	// CallbackToken is the unguessable path segment of the callback URLs of this order (Skribble only).
	CallbackToken string
	// Title is shown to signers.
	Title string
	// Text of the invitation in Language, and in others.
	Text         MailText
	Translations map[string]MailText
	Level        Level
	Legislation  Legislation
	// RequiredVerdict is the weakest one with which the request completes; empty means any.
	RequiredVerdict Verdict
	// Language of mails without a signer, ISO 639-1.
	Language string
	// ExpireTime is when the request ends by itself.
	ExpireTime time.Time
	// FileName of the document, with extension.
	FileName string
	// CreateTime is when the order was given; zero where nobody knows.
	CreateTime time.Time
	// Document is the PDF to sign; empty where Template is set, and until it is prepared.
	Document []byte
	// DocumentSize in bytes, where it is known before the document is read; else 0.
	DocumentSize int64
	// Template is the vendor's own template that the document is made of, with its texts by label; empty where Document is
	// set. The signers' roles are the labels of its signers.
	Template       string
	TemplateValues map[string]string
	Attachments    []Attachment
	Observers      []Observer
	// Brand is the vendor's id of a look; empty means the account's own.
	Brand     string
	Redirects Redirects
	// Reminders that the service asks for.
	Reminders Reminders
	// CallerDelivers is true when the vendor must invite nobody.
	CallerDelivers bool
	// Fields are the signature fields in the document.
	Fields []Field
	// Signers in the order they were given; at least one.
	Signers []Signer
}

// Field is a signature field: a box on a page, in points from the page's top left corner, and the name of the empty
// AcroForm signature field that the PDF holds for it.
type Field struct {
	Role                string
	FormField           string
	Page                int
	X, Y, Width, Height float64
}

// TextFor returns the invitation's text for a signer in this language.
func (o Order) TextFor(language string) MailText {
	if text, ok := o.Translations[language]; ok && language != o.Language {
		return text
	}
	return o.Text
}

// Attachment is a PDF that signers are shown and do not sign.
type Attachment struct {
	FileName string
	Content  []byte
	// Size in bytes, where it is known before the content is read; else 0.
	Size int64
}

// SigningLink is where one signer signs. ExpireTime is zero where the vendor does not say.
type SigningLink struct {
	URL        string
	ExpireTime time.Time
}

// Delivery is one callback in the vendor's own log. Detail is safe to show: no address, no token.
type Delivery struct {
	Kind               string
	Delivered, GivenUp bool
	Attempts           int
	Detail             string
	UpdateTime         time.Time
}

// Envelope is a vendor's view of a request that was sent.
type Envelope struct {
	// ID is the vendor's id.
	ID string
	// Correlation as stored with the vendor; empty where the vendor does not return it.
	Correlation string
	State       EnvelopeState
	// Signers in the vendor's view, matched to ours by Role where the adapter could; e-mail otherwise.
	Signers []EnvelopeSigner
	// DeclineReason the signer gave; may be empty.
	DeclineReason string
	// CompleteTime is when the last signer signed; zero until then.
	CompleteTime time.Time
	// EndTime is when the vendor itself ends, or removes, the envelope; zero where it does not say.
	EndTime time.Time
}

// EnvelopeState is what a vendor says about a request.
type EnvelopeState string

// The states an envelope can be in. EnvelopeUnknown is any word this code does not know: nothing is decided from it.
const (
	EnvelopeUnknown   EnvelopeState = "unknown"
	EnvelopeDraft     EnvelopeState = "draft"
	EnvelopeOpen      EnvelopeState = "open"
	EnvelopeSigned    EnvelopeState = "signed"
	EnvelopeDeclined  EnvelopeState = "declined"
	EnvelopeExpired   EnvelopeState = "expired"
	EnvelopeWithdrawn EnvelopeState = "withdrawn"
	EnvelopeFailed    EnvelopeState = "failed"
	EnvelopeGone      EnvelopeState = "gone"
)

// EnvelopeSigner is a vendor's view of one signer.
type EnvelopeSigner struct {
	// ID is the vendor's id of the signer.
	ID    string
	Email string
	// FirstName and LastName as the vendor has them now; empty where it does not say.
	FirstName, LastName string
	State               SignerState
	// SignTime is when the signer signed; zero until then.
	SignTime time.Time
	// SignedLevel is the level the vendor says the signature has; empty where it does not say.
	SignedLevel Level
	// SignedLegislation is the legislation the vendor says the signature has; empty where it does not say.
	SignedLegislation Legislation
}

// ErrNoEnvelope means that the vendor has no envelope of this order.
var ErrNoEnvelope = errors.New("the provider has no envelope of this order")

// ErrNoAuditTrail means that the vendor issues no audit trail for this envelope: final, and not a failure.
var ErrNoAuditTrail = errors.New("the provider issues no audit trail for this request")

// ErrNotOffered means that the vendor has no such thing; Capabilities says so too.
var ErrNotOffered = errors.New("the provider does not offer this")

// ErrNoLink means that there is no signing link for this signer now.
var ErrNoLink = errors.New("the provider has no signing link for this signer now")

// ErrNotReady means that the vendor has not produced the file yet: ask again later.
var ErrNotReady = errors.New("the provider has not produced the file yet")

// RejectedError means that the vendor understood and said no: repeating changes nothing. A look-up that is refused is
// none: it leaves open what was looked for, and is an UnavailableError. Detail is safe to show to a
// person and holds no personal data.
type RejectedError struct {
	Reason RefusalReason
	Detail string
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("the provider rejected the request: %s: %s", e.Reason, e.Detail)
}

// UnavailableError means that nothing happened at the vendor and the call may be repeated, not before RetryAfter. Account
// tells that the vendor refuses the account, whatever it is asked; OwnLimit that the vendor was not asked, because the
// account's limit of calls is used up.
type UnavailableError struct {
	RetryAfter time.Duration
	Account    bool
	OwnLimit   bool
	Cause      error
}

func (e *UnavailableError) Error() string { return "the provider is unavailable: " + e.Cause.Error() }

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Cause }

// UnknownOutcomeError means that a call with an effect was made and its outcome is unknown: it must be looked up before
// it is repeated.
type UnknownOutcomeError struct{ Cause error }

func (e *UnknownOutcomeError) Error() string {
	return "the outcome of the provider call is unknown: " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *UnknownOutcomeError) Unwrap() error { return e.Cause }
