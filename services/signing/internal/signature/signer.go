package signature

import "time"

// Signer is one person who is asked to sign.
type Signer struct {
	// Role the document's signature field is for; unique within a request, 1 to 64 characters of [a-z0-9_].
	Role      string
	FirstName string
	LastName  string
	Email     string
	// Phone in E.164 with the leading plus; empty when unknown.
	Phone string
	// Language of the signer's mails and pages, ISO 639-1.
	Language       string
	Authentication Authentication
	// Order groups signers: 0 when all are asked at once, else lower groups sign first.
	Order int

	// ProviderID is the vendor's id of the signer; empty until sent.
	ProviderID string
	State      SignerState
	SignTime   time.Time
	// SignedLevel and SignedLegislation are what the vendor says this signature became; empty where it does not say.
	SignedLevel       Level
	SignedLegislation Legislation
}

// SignerState is how far one signer has come.
type SignerState string

// The signer states.
const (
	SignerPending              SignerState = "pending"
	SignerInvited              SignerState = "invited"
	SignerOpened               SignerState = "opened"
	SignerSigned               SignerState = "signed"
	SignerDeclined             SignerState = "declined"
	SignerBounced              SignerState = "bounced"
	SignerIdentificationFailed SignerState = "identification_failed"
	SignerFailed               SignerState = "failed"
)
