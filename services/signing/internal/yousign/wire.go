package yousign

import (
	"bytes"
	"encoding/json"

	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// creation is the body of POST /signature_requests. An unknown key may be refused, and a null expiration date is.
type creation struct {
	Name                    string        `json:"name"`
	DeliveryMode            string        `json:"delivery_mode"`
	OrderedSigners          bool          `json:"ordered_signers"`
	CustomRecipientOrder    bool          `json:"custom_recipient_order,omitempty"`
	Timezone                string        `json:"timezone"`
	ExpirationDate          string        `json:"expiration_date,omitempty"`
	ExternalID              string        `json:"external_id"`
	SignersAllowedToDecline bool          `json:"signers_allowed_to_decline"`
	AuditTrailLocale        string        `json:"audit_trail_locale,omitempty"`
	CustomExperienceID      string        `json:"custom_experience_id,omitempty"`
	EmailNotification       *notification `json:"email_notification,omitempty"`
	TemplateID              string        `json:"template_id,omitempty"`
	Placeholders            *placeholders `json:"template_placeholders,omitempty"`
}

// notification carries the text into the invitation mail.
type notification struct {
	CustomText customText `json:"custom_text"`
}

type customText struct {
	RequestSubject string `json:"request_subject,omitempty"`
	RequestBody    string `json:"request_body,omitempty"`
}

// placeholders fill a template.
type placeholders struct {
	Signers []substitute    `json:"signers"`
	Texts   []labelledValue `json:"read_only_text_fields,omitempty"`
}

// substitute is the person for the signer that the template calls by this label.
type substitute struct {
	Label string `json:"label"`
	person
}

type labelledValue struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// person is what is said of a signer wherever one is named. Authentication is null for QES.
type person struct {
	Info           info        `json:"info"`
	Level          string      `json:"signature_level"`
	Authentication *string     `json:"signature_authentication_mode"`
	RedirectURLs   *redirects  `json:"redirect_urls,omitempty"`
	CustomText     *customText `json:"custom_text,omitempty"`
}

// redirects are where the signer's browser goes. API v3 ignores a key that it does not know, such as "declined".
type redirects struct {
	Success string `json:"success,omitempty"`
	Error   string `json:"error,omitempty"`
	Decline string `json:"decline,omitempty"`
}

// invitee is the body of POST .../signers. The two ids stand only where the order is custom.
type invitee struct {
	person
	Fields        []field `json:"fields"`
	InsertAfterID string  `json:"insert_after_id,omitempty"`
	GroupWithID   string  `json:"group_with_id,omitempty"`
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
	ActivatedAt vendorhttp.Time `json:"activated_at"`
	CompletedAt vendorhttp.Time `json:"completed_at"`
	// Expires is the end of the request's last day.
	Expires   vendorhttp.Time `json:"expiration_date"`
	Signers   []signer        `json:"signers"`
	Documents []document      `json:"documents"`
	Decline   struct {
		Reason string `json:"reason"`
	} `json:"decline_information"`
}

// signer as Yousign returns it; inside a request only the first two keys are there.
type signer struct {
	ID             string          `json:"id"`
	Status         string          `json:"status"`
	Info           info            `json:"info"`
	Level          string          `json:"signature_level"`
	Authentication *string         `json:"signature_authentication_mode"`
	SignedAt       vendorhttp.Time `json:"signed_at"`
	// Stage is the same for those who are asked at once, and higher for those who are asked later; nil when not told.
	Stage    *int            `json:"recipient_stage_index"`
	Link     string          `json:"signature_link"`
	LinkEnds vendorhttp.Time `json:"signature_link_expiration_date"`
}

// document of a request.
type document struct {
	ID     string `json:"id"`
	Nature string `json:"nature"`
}

// The natures of a document: one is signed, the other is only shown.
const (
	natureSignable   = "signable_document"
	natureAttachment = "attachment"
)

// follower is somebody who is kept informed.
type follower struct {
	Email  string `json:"email"`
	Locale string `json:"locale"`
}

// followers are read as API v3 writes them, which is inside an object, and as a bare list.
type followers []follower

// UnmarshalJSON reads either form.
func (f *followers) UnmarshalJSON(raw []byte) error {
	var wrapped struct {
		Data []follower `json:"data"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		err := json.Unmarshal(raw, &wrapped)
		*f = wrapped.Data
		return err
	}
	return json.Unmarshal(raw, (*[]follower)(f))
}

// template as GET /templates lists it; one that is not active is a draft.
type template struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// page of a list.
type page[T any] struct {
	Meta struct {
		NextCursor string `json:"next_cursor"`
	} `json:"meta"`
	Data []T `json:"data"`
}

// cancellation is the body of POST .../cancel. Some accounts accept the reason "other" only.
type cancellation struct {
	Reason     string `json:"reason"`
	CustomNote string `json:"custom_note,omitempty"`
}

// reactivation is the body of POST .../reactivate.
type reactivation struct {
	ExpirationDate string `json:"expiration_date"`
}

// change is the body of PATCH .../signers/{id}; what is absent stays as it is.
type change struct {
	Info           *infoChange `json:"info,omitempty"`
	Authentication *string     `json:"signature_authentication_mode,omitempty"`
	CustomText     *customText `json:"custom_text,omitempty"`
}

type infoChange struct {
	FirstName   string `json:"first_name,omitempty"`
	LastName    string `json:"last_name,omitempty"`
	Email       string `json:"email,omitempty"`
	PhoneNumber string `json:"phone_number,omitempty"`
	Locale      string `json:"locale,omitempty"`
}
