package yousign

import "github.com/countersign/countersign/services/signing/internal/vendorhttp"

// creation is the body of POST /signature_requests. An unknown key may be refused, and a null expiration date is.
type creation struct {
	Name                    string        `json:"name"`
	DeliveryMode            string        `json:"delivery_mode"`
	OrderedSigners          bool          `json:"ordered_signers"`
	Timezone                string        `json:"timezone"`
	ExpirationDate          string        `json:"expiration_date,omitempty"`
	ExternalID              string        `json:"external_id"`
	SignersAllowedToDecline bool          `json:"signers_allowed_to_decline"`
	AuditTrailLocale        string        `json:"audit_trail_locale,omitempty"`
	EmailNotification       *notification `json:"email_notification,omitempty"`
}

// notification carries the message into the invitation mail.
type notification struct {
	CustomText customText `json:"custom_text"`
}

type customText struct {
	RequestBody string `json:"request_body"`
}

// invitee is the body of POST .../signers. Authentication is null for QES.
type invitee struct {
	Info           info    `json:"info"`
	Level          string  `json:"signature_level"`
	Authentication *string `json:"signature_authentication_mode"`
	Fields         []field `json:"fields"`
}

// info is a signer's identity.
type info struct {
	FirstName   string  `json:"first_name"`
	LastName    string  `json:"last_name"`
	Email       string  `json:"email"`
	PhoneNumber *string `json:"phone_number"`
	Locale      string  `json:"locale"`
}

// field is a signature field in points from the top left corner of a page, the first page being 1.
type field struct {
	DocumentID string `json:"document_id"`
	Type       string `json:"type"`
	Page       int    `json:"page"`
	X          int    `json:"x"`
	Y          int    `json:"y"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
}

// request is a signature request as Yousign returns it.
type request struct {
	ID          string          `json:"id"`
	Status      string          `json:"status"`
	ExternalID  string          `json:"external_id"`
	CreatedAt   vendorhttp.Time `json:"created_at"`
	CompletedAt vendorhttp.Time `json:"completed_at"`
	Signers     []signer        `json:"signers"`
	Documents   []document      `json:"documents"`
	Decline     struct {
		Reason string `json:"reason"`
	} `json:"decline_information"`
}

// signer as Yousign returns it; inside a request only the first two keys are there.
type signer struct {
	ID       string          `json:"id"`
	Status   string          `json:"status"`
	Info     info            `json:"info"`
	Level    string          `json:"signature_level"`
	SignedAt vendorhttp.Time `json:"signed_at"`
	Fields   []field         `json:"fields"`
}

// document of a request.
type document struct {
	ID     string `json:"id"`
	Nature string `json:"nature"`
}

// natureSignable is the nature of a document that is signed and not only attached.
const natureSignable = "signable_document"

// page of a list of requests.
type page struct {
	Meta struct {
		NextCursor string `json:"next_cursor"`
	} `json:"meta"`
	Data []request `json:"data"`
}

// cancellation is the body of POST .../cancel. Some accounts accept the reason "other" only.
type cancellation struct {
	Reason     string `json:"reason"`
	CustomNote string `json:"custom_note,omitempty"`
}
