package skribble

import (
	"slices"
	"strings"
	"time"
)

// Statuses of a request and of a signature.
const (
	statusOpen      = "OPEN"
	statusWaiting   = "WAITING" // an earlier signer of the sequence has not signed; signatures only
	statusSigned    = "SIGNED"
	statusDeclined  = "DECLINED"
	statusWithdrawn = "WITHDRAWN"
	statusExpired   = "EXPIRED"
	statusError     = "ERROR"
)

// Qualities of a signature.
const (
	qualitySES        = "SES"
	qualityAES        = "AES"
	qualityAESMinimal = "AES_MINIMAL"
	qualityQES        = "QES"
	qualityDemo       = "DEMO"
)

// anyOrder is the sequence of a signer who may sign at any time.
const anyOrder = -1

// signatureRequest is the vendor's object: its tagged fields are exactly what the API answers.
type signatureRequest struct {
	ID              string        `json:"id"`
	Title           string        `json:"title"`
	Message         string        `json:"message,omitempty"`
	DocumentID      string        `json:"document_id"` // the newest version
	Legislation     string        `json:"legislation"`
	Quality         string        `json:"quality"`
	SigningURL      string        `json:"signing_url"`
	Status          string        `json:"status_overall"`
	Business        string        `json:"business"`
	Signatures      []*signature  `json:"signatures"`
	Observers       []string      `json:"cc_email_addresses"`
	DeletionDate    string        `json:"expiration_date,omitempty"` // a date: when retention removes the request
	ExpiresAt       *stamp        `json:"expires_at,omitempty"`
	Attachments     []*attachment `json:"attachments"`
	AttachOnSuccess []string      `json:"attach_on_success,omitempty"`
	Custom          string        `json:"custom,omitempty"`
	CallbackSuccess string        `json:"callback_success_url,omitempty"`
	CallbackUpdate  string        `json:"callback_update_url,omitempty"`
	CallbackError   string        `json:"callback_error_url,omitempty"`
	Owner           string        `json:"owner"`
	ReadAccess      []string      `json:"read_access"`
	WriteAccess     []string      `json:"write_access"`
	CreatedAt       stamp         `json:"created_at"`
	UpdatedAt       stamp         `json:"updated_at"`

	apiUser   string   // who created it, whatever Owner says
	versions  []string // document ids, the unsigned one first
	actions   []action
	callbacks []callback
	reminded  time.Time
}

// signature is one signer's part of a request.
type signature struct {
	SID               string    `json:"sid"`
	Account           string    `json:"account_email"` // an opaque id for a signer without an account
	Identity          *identity `json:"signer_identity_data,omitempty"`
	Sequence          int       `json:"sequence"`
	Order             *int      `json:"order,omitempty"`
	Status            string    `json:"status_code"`
	Notify            bool      `json:"notify"`
	SigningURL        string    `json:"signing_url,omitempty"` // only for a signer without an account
	Visual            *visual   `json:"visual_signature,omitempty"`
	Language          string    `json:"language,omitempty"` // a word such as German, as recorded from the vendor
	SignedAt          *stamp    `json:"signed_at,omitempty"`
	SignedQuality     string    `json:"signed_quality,omitempty"`
	SignedLegislation string    `json:"signed_legislation,omitempty"`
	LastViewedAt      *stamp    `json:"last_viewed_at,omitempty"`
	DeclineMessage    string    `json:"decline_message,omitempty"`

	invited bool
}

// identity is what the caller said about a signer without an account.
type identity struct {
	Email           string `json:"email_address,omitempty"`
	FirstName       string `json:"first_name,omitempty"`
	LastName        string `json:"last_name,omitempty"`
	Mobile          string `json:"mobile_number,omitempty"`
	Language        string `json:"language,omitempty"`
	Provider        string `json:"provider,omitempty"`
	Reference       string `json:"identity_reference,omitempty"`
	RequireEvidence bool   `json:"identification_require_evidence,omitempty"`
}

// visual is where a signature shows. Exactly one of the three is asked for; answers carry position and positions both.
type visual struct {
	Position  *position  `json:"position,omitempty"`
	Positions []position `json:"positions,omitempty"`
	FormField string     `json:"form_field,omitempty"`
	Image     *image     `json:"image,omitempty"`
}

// position is a box on a page in points. Page counts from "0" and is a string.
type position struct {
	Page      string  `json:"page"`
	X         float64 `json:"x"`
	Y         float64 `json:"y"`
	Width     float64 `json:"width"`
	Height    float64 `json:"height"`
	Rotation  float64 `json:"rotation"`
	Invisible bool    `json:"invisible,omitempty"`
}

type image struct {
	Content     string `json:"content"`
	ContentType string `json:"content_type"`
}

// done reports whether every signer has signed; a request without signers never is.
func (r *signatureRequest) done() bool {
	unsigned := func(g *signature) bool { return g.Status != statusSigned }
	return len(r.Signatures) > 0 && !slices.ContainsFunc(r.Signatures, unsigned)
}

// begun reports whether anybody has signed.
func (r *signatureRequest) begun() bool {
	return slices.ContainsFunc(r.Signatures, func(g *signature) bool { return g.Status == statusSigned })
}

// settle works out whose turn it is: a numbered signer waits for every lower number, and signers without a number wait
// for nobody. It returns those whose turn has just come.
func (r *signatureRequest) settle() (invite []*signature) {
	for _, g := range r.Signatures {
		if g.Status != statusOpen && g.Status != statusWaiting {
			continue
		}
		earlier := func(o *signature) bool {
			return o.Status != statusSigned && o.Sequence != anyOrder && o.Sequence < g.Sequence
		}
		g.Status = statusOpen
		if g.Sequence != anyOrder && slices.ContainsFunc(r.Signatures, earlier) {
			g.Status = statusWaiting
			continue
		}
		if !g.invited {
			g.invited = true
			invite = append(invite, g)
		}
	}
	return invite
}

func (r *signatureRequest) signature(sid string) *signature {
	i := slices.IndexFunc(r.Signatures, func(g *signature) bool { return g.SID == sid })
	if i < 0 {
		return nil
	}
	return r.Signatures[i]
}

// guest reports whether the signer has no account, and so a link of their own.
func (g *signature) guest() bool {
	return g.SigningURL != ""
}

// email is where mail to the signer goes; empty when nobody said.
func (g *signature) email() string {
	if g.guest() {
		return g.Identity.Email
	}
	return g.Account
}

// is reports whether the signer goes by this e-mail address or account id.
func (g *signature) is(name string) bool {
	return name != "" && (strings.EqualFold(g.Account, name) || strings.EqualFold(g.email(), name))
}
