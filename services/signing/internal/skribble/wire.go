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

// document is the answer to an upload.
type document struct {
	ID string `json:"id"`
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
}

// invitee is one signer of a creation. Sequence is absent where all are asked at once.
type invitee struct {
	Identity identity `json:"signer_identity_data"`
	Sequence int      `json:"sequence,omitempty"`
	Language string   `json:"language"`
	Visual   *visual  `json:"visual_signature,omitempty"`
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

// request is a signature request as Skribble returns it. Ids look like UUIDs and are not: they are opaque.
type request struct {
	ID          string          `json:"id"`
	DocumentID  string          `json:"document_id"`
	Title       string          `json:"title"`
	Status      string          `json:"status_overall"`
	Quality     string          `json:"quality"`
	Legislation string          `json:"legislation"`
	Custom      string          `json:"custom"`
	Signatures  []signed        `json:"signatures"`
	CreatedAt   vendorhttp.Time `json:"created_at"`
	UpdatedAt   vendorhttp.Time `json:"updated_at"`
}

// signed is one signature of a request, made or awaited. AccountEmail of a signer without account is an opaque id.
type signed struct {
	SID               string          `json:"sid"`
	AccountEmail      string          `json:"account_email"`
	Identity          identity        `json:"signer_identity_data"`
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

// withdrawal is the body of a withdraw.
type withdrawal struct {
	Message string `json:"message,omitempty"`
}
