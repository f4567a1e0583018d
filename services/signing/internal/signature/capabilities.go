package signature

import (
	"time"
	"unicode"
	"unicode/utf8"
)

// Capabilities are what one provider account can do. A limit of 0 means that the vendor is not known to have one, unless
// it says otherwise.
type Capabilities struct {
	// Name of the provider as users write it: "skribble", "yousign".
	Name string
	// Sandbox is true when signatures of this account have no legal value.
	Sandbox bool
	// Offers lists each level with the legislations and authentications it may be combined with.
	Offers []Offer
	// Languages of the vendor's mails and pages, as ISO 639-1 codes.
	Languages []string
	// OrderedSigners tells whether signers can be asked one after another.
	OrderedSigners bool
	// MaxSigners per request.
	MaxSigners int
	// MaxDocumentBytes of the PDF that is sent, and of an attachment.
	MaxDocumentBytes int64
	// Region the account's data is kept in.
	Region Region
	// SignerGroups tells whether groups can be asked one after another, those of a group at once.
	SignerGroups bool
	// MaxExpiryDays is the longest time ahead that an envelope may end.
	MaxExpiryDays int
	// ExpiryZone is the time zone in which the vendor itself ends an envelope at the end of its last day; nil where the
	// vendor ends none, and the service withdraws it in time.
	ExpiryZone *time.Location
	// ReminderPause is the least time between two reminders of a signer.
	ReminderPause time.Duration
	// RemindOne tells whether one signer can be reminded alone.
	RemindOne bool
	// Remindable are the states in which a signer can be reminded; none means all in which an invited one can still sign.
	Remindable []SignerState
	// SignerUpdates tells how long a signer can be changed after the invitation.
	SignerUpdates SignerUpdates
	// Reactivates tells whether an expired envelope can be opened again.
	Reactivates bool
	// SigningLinks tells whether SigningLink has links.
	SigningLinks bool
	// Templates tells whether the vendor has templates of its own.
	Templates bool
	// Subjects tells whether the subject of the invitation can be set.
	Subjects bool
	// Translations tells whether each signer can get a text of their own; else one serves all.
	Translations bool
	// Brands tells whether a look can be chosen.
	Brands bool
	// Redirecting tells whether a signer's browser can be sent elsewhere afterwards.
	Redirecting Redirecting
	// MaxAttachments and MaxObservers; 0 means none.
	MaxAttachments, MaxObservers int
	// DeliveryLog tells whether Deliveries has a log.
	DeliveryLog bool
	// MaxTitle and MaxMessage in characters.
	MaxTitle, MaxMessage int
}

// Account tells accounts apart that may stand under one name, one after another.
func (c Capabilities) Account() string {
	if c.Sandbox {
		return c.Name + "/sandbox"
	}
	return c.Name
}

// title is the vendor's name as a sentence begins with it.
func (c Capabilities) title() string {
	first, size := utf8.DecodeRuneInString(c.Name)
	return string(unicode.ToUpper(first)) + c.Name[size:]
}

// SignerUpdates tells how long a signer can be changed after the invitation.
type SignerUpdates string

// The signer updates.
const (
	UpdatesNever               SignerUpdates = ""
	UpdatesUntilSigned         SignerUpdates = "until_signed"
	UpdatesUntilFirstSignature SignerUpdates = "until_first_signature"
)

// Redirecting tells whether a signer's browser can be sent elsewhere afterwards.
type Redirecting string

// The ways to redirect.
const (
	RedirectsNever          Redirecting = ""
	RedirectsAlways         Redirecting = "always"
	RedirectsCallerDelivery Redirecting = "caller_delivery"
)

// Offer is one level with what it may be combined with.
type Offer struct {
	Level           Level
	Legislations    []Legislation
	Authentications []Authentication
	// Verdict is the strongest one that a signed file of the level reaches; empty where nobody knows.
	Verdict Verdict
}
