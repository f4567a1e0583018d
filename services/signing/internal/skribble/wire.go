package skribble

import (
	"strings"

	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// upload is the body of POST /documents.
type upload struct {
	Title       string `json:"title"`
	Content     []byte `json:"content"` // base64 with padding, as encoding/json writes bytes
	ContentType string `json:"content_type"`
}

// document is one version of a document; ParentID is the version before.
type document struct {
	ID       string `json:"id"`
	ParentID string `json:"parent_id"`
}

// creation is the body of POST /signature-requests. Quality and legislation have no omitempty: left out, Skribble makes
// it a qualified signature under Swiss law.
type creation struct {
	Title           string    `json:"title"`
	Message         string    `json:"message,omitempty"`
	DocumentID      string    `json:"document_id"`
	Quality         string    `json:"quality"`
	Legislation     string    `json:"legislation"`
	Signatures      []invitee `json:"signatures"`
	Custom          string    `json:"custom"`
	AttachOnSuccess []string  `json:"attach_on_success"`
	CallbackSuccess string    `json:"callback_success_url,omitempty"`
	CallbackUpdate  string    `json:"callback_update_url,omitempty"`
	CallbackError   string    `json:"callback_error_url,omitempty"`
	Observers       []string  `json:"cc_email_addresses,omitempty"`
}

// change is the body of PUT /signature-requests. Its signatures take the place of all there are.
type change struct {
	ID         string    `json:"id"`
	Signatures []invitee `json:"signatures"`
}

// enclosure is the body of POST /signature-requests/{id}/attachments.
type enclosure struct {
	FileName    string `json:"filename"`
	ContentType string `json:"content_type"`
	Content     []byte `json:"content"`
}

// invitee is one signer of a creation or a change. AccountEmail beside Identity means: the account of this address where
// there is one, else a signer without account. Sequence is absent where all are asked at once; Notify is false for one whom
// Skribble shall not mail, and absent else.
type invitee struct {
	AccountEmail string   `json:"account_email,omitempty"`
	Identity     identity `json:"signer_identity_data"`
	Sequence     int      `json:"sequence,omitempty"`
	Notify       *bool    `json:"notify,omitempty"`
	Language     string   `json:"language"`
	Visual       *visual  `json:"visual_signature,omitempty"`
}

// identity is a signer without a Skribble account. MobileNumber has its country code but no plus.
type identity struct {
	EmailAddress string `json:"email_address"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	MobileNumber string `json:"mobile_number,omitempty"`
	Language     string `json:"language"`
}

// visual places a signature in the document's signature fields of this name.
type visual struct {
	FormField string `json:"form_field"`
}

// request is a signature request as Skribble returns it. Ids look like UUIDs and are not: they are opaque. DeletionDate
// is the day on which the business's retention removes it, ExpiresAt when it ends by itself. Signatures are nil where the
// answer leaves them out, and empty where there are none.
type request struct {
	ID           string           `json:"id"`
	DocumentID   string           `json:"document_id"`
	Title        string           `json:"title"`
	Status       string           `json:"status_overall"`
	Quality      string           `json:"quality"`
	Legislation  string           `json:"legislation"`
	Custom       string           `json:"custom"`
	Signatures   list[signed]     `json:"signatures"`
	Observers    list[string]     `json:"cc_email_addresses"`
	Attachments  list[attachment] `json:"attachments"`
	DeletionDate vendorhttp.Time  `json:"expiration_date"`
	ExpiresAt    vendorhttp.Time  `json:"expires_at"`
	CreatedAt    vendorhttp.Time  `json:"created_at"`
	UpdatedAt    vendorhttp.Time  `json:"updated_at"`
}

// attachment of a request.
type attachment struct {
	FileName string `json:"filename"`
}

// signed is one signature of a request, made or awaited. AccountEmail of a signer without account is an opaque id,
// and only such a signer has a SigningURL, which is a secret: whoever holds it may sign.
type signed struct {
	SID               string          `json:"sid"`
	AccountEmail      string          `json:"account_email"`
	Identity          identity        `json:"signer_identity_data"`
	Sequence          *int            `json:"sequence"`
	Language          string          `json:"language"`
	Notify            *bool           `json:"notify"`
	SigningURL        string          `json:"signing_url"`
	Status            string          `json:"status_code"`
	DeclineMessage    string          `json:"decline_message"`
	SignedAt          vendorhttp.Time `json:"signed_at"`
	SignedQuality     string          `json:"signed_quality"`
	SignedLegislation string          `json:"signed_legislation"`
	LastViewedAt      vendorhttp.Time `json:"last_viewed_at"`
}

// email of the signer, by the address we invited.
func (s signed) email() string {
	if s.Identity.EmailAddress != "" {
		return s.Identity.EmailAddress
	}
	if strings.Contains(s.AccountEmail, "@") {
		return s.AccountEmail
	}
	return ""
}

// language of the signer as a code; empty where Skribble does not say it so that it is understood. An answer names it in
// words, "German" where "de" was sent.
func (s signed) language() string {
	if len(s.Identity.Language) == len("de") {
		return s.Identity.Language
	}
	return map[string]string{"English": "en", "German": "de", "French": "fr", "Italian": "it"}[s.Language]
}

// withdrawal is the body of a withdraw.
type withdrawal struct {
	Message string `json:"message,omitempty"`
}

// delivery is an entry of the log of callbacks. Its URL holds the callback's token.
type delivery struct {
	Kind      string          `json:"type"`
	State     string          `json:"state"`
	URL       string          `json:"url"`
	Attempts  int             `json:"attempts"`
	Messages  list[string]    `json:"messages"`
	CreatedAt vendorhttp.Time `json:"created_at"`
	UpdatedAt vendorhttp.Time `json:"updated_at"`
}
