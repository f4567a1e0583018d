package yousign

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/countersign/countersign/services/sim/yousign/internal/pdfscan"
)

// The statuses of a signature request.
const (
	draft    = "draft"
	approval = "approval"
	ongoing  = "ongoing"
	paused   = "paused"
	done     = "done"
	declined = "declined"
	rejected = "rejected"
	expired  = "expired"
	canceled = "canceled"
	deleted  = "deleted"
)

// The statuses of signers and approvers beside declined and rejected.
const (
	initiated = "initiated"
	notified  = "notified"
	signed    = "signed"
	approved  = "approved"
	aborted   = "aborted"
	failed    = "error"
)

// The signature levels.
const (
	simple    = "electronic_signature"
	advanced  = "advanced_electronic_signature"
	qualified = "qualified_electronic_signature"
)

const (
	signable   = "signable_document"
	attachment = "attachment"
	otpSMS     = "otp_sms"
	byEmail    = "email"
)

// settings are the keys of a signature request that its sender chooses; they decode from and encode to the
// vendor's JSON.
type settings struct {
	Name               string          `json:"name"`
	DeliveryMode       string          `json:"delivery_mode"`
	OrderedSigners     bool            `json:"ordered_signers"`
	OrderedApprovers   bool            `json:"ordered_approvers"`
	CustomOrder        bool            `json:"custom_recipient_order"`
	Reminders          *reminders      `json:"reminder_settings"`
	Timezone           string          `json:"timezone"`
	EmailCustomNote    *string         `json:"email_custom_note"`
	ExternalID         *string         `json:"external_id"`
	BrandingID         *string         `json:"branding_id"`
	CustomExperienceID *string         `json:"custom_experience_id"`
	WorkspaceID        *string         `json:"workspace_id"`
	AuditTrailLocale   *string         `json:"audit_trail_locale"`
	AllowDecline       bool            `json:"signers_allowed_to_decline"`
	EmailNotification  json.RawMessage `json:"email_notification"`
	WorkflowSessionID  *string         `json:"workflow_session_id"`
	PreviousAttemptID  *string         `json:"previous_attempt_id"`
}

type reminders struct {
	Days int `json:"interval_in_days"`
	Max  int `json:"max_occurrences"`
}

type request struct {
	settings
	id, status string
	before     string // the status a paused request returns to
	source     string
	expires    time.Time
	created    time.Time
	activated  *time.Time
	approvedAt *time.Time
	completed  *time.Time
	decline    *decline
	rejection  *rejection
	documents  []*document
	signers    []*signer
	approvers  []*approver
	followers  []map[string]any
	labels     []string
	metadata   json.RawMessage
	records    map[string][]byte // audit trails and proofs, made once
}

type decline struct {
	SignerID string `json:"signer_id"`
	Reason   string `json:"reason"`
	At       string `json:"declined_at"`
	time     time.Time
}

type rejection struct {
	ApproverID string `json:"approver_id"`
	Reason     string `json:"reason"`
	At         string `json:"rejected_at"`
	time       time.Time
}

type document struct {
	id, name, nature, contentType string
	created                       time.Time
	original, final               []byte
	scan                          *pdfscan.Document
	initials                      json.RawMessage
	anchors                       bool // whether anchors were asked for
	fields                        []*field
}

// field is one field as the sender wrote it; all holds every key for the answers.
type field struct {
	id, documentID, signerID, kind string
	page                           int
	x, y, width, height            float64
	reason                         string
	all                            map[string]any
}

// info is a person's data in the vendor's JSON.
type info struct {
	FirstName   string  `json:"first_name"`
	LastName    string  `json:"last_name"`
	Email       string  `json:"email"`
	PhoneNumber *string `json:"phone_number"`
	Locale      string  `json:"locale"`
}

// signerSettings are the keys of a signer that the sender chooses.
type signerSettings struct {
	Info              info            `json:"info"`
	Level             string          `json:"signature_level"`
	Authentication    *string         `json:"signature_authentication_mode"`
	RedirectURLs      redirects       `json:"redirect_urls"`
	CustomText        customText      `json:"custom_text"`
	DeliveryMode      *string         `json:"delivery_mode"`
	AttestationID     *string         `json:"identification_attestation_id"`
	SMSNotification   json.RawMessage `json:"sms_notification"`
	EmailNotification json.RawMessage `json:"email_notification"`
	PreVerification   bool            `json:"pre_identity_verification_required"`
	ExcludedDocuments []string        `json:"excluded_documents"`
}

type redirects struct {
	Success *string `json:"success"`
	Error   *string `json:"error"`
	Decline *string `json:"decline"`
}

type customText struct {
	RequestSubject  *string `json:"request_subject"`
	RequestBody     *string `json:"request_body"`
	ReminderSubject *string `json:"reminder_subject"`
	ReminderBody    *string `json:"reminder_body"`
}

type signer struct {
	signerSettings
	id, status string
	token      string // the secret part of the signature link, empty before the notification
	linkUntil  time.Time
	opened     bool
	identified bool
	blocked    bool
	stage      int // in a custom order
	signedAt   *time.Time
}

type approver struct {
	id, status string
	info       info
}

func (r *request) signer(id string) *signer {
	if i := slices.IndexFunc(r.signers, func(s *signer) bool { return s.id == id }); i >= 0 {
		return r.signers[i]
	}
	return nil
}

func (r *request) document(id string) *document {
	if i := slices.IndexFunc(r.documents, func(d *document) bool { return d.id == id }); i >= 0 {
		return r.documents[i]
	}
	return nil
}

func (r *request) level() string {
	if len(r.signers) == 0 {
		return ""
	}
	return r.signers[0].Level
}

func (r *request) fieldCount() int {
	n := 0
	for _, d := range r.documents {
		n += len(d.fields)
	}
	return n
}

// mails reports whether the signer is notified by e-mail.
func (r *request) mails(s *signer) bool {
	if s.DeliveryMode != nil {
		return *s.DeliveryMode == byEmail
	}
	return r.DeliveryMode == byEmail
}
