package skribble

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a request's texts, in characters.
const (
	maxTitle    = 1024
	maxURL      = 2048
	maxCustom   = 10_000
	maxWithdraw = 2048
)

// details are the fields that both a create and an update call may carry; nil means not sent.
type details struct {
	Title           *string  `json:"title"`
	Message         *string  `json:"message"`
	Quality         *string  `json:"quality"`
	Legislation     *string  `json:"legislation"`
	Signatures      []signer `json:"signatures"`
	Observers       []string `json:"cc_email_addresses"`
	CallbackSuccess *string  `json:"callback_success_url"`
	CallbackUpdate  *string  `json:"callback_update_url"`
	CallbackError   *string  `json:"callback_error_url"`
	Custom          *string  `json:"custom"`
	AttachOnSuccess []string `json:"attach_on_success"`
	WriteAccess     []string `json:"write_access"`
}

type createInput struct {
	details
	source
	Creator   *string    `json:"creator"`
	ExpiresAt *time.Time `json:"expires_at"`
}

type updateInput struct {
	details
	ID         string   `json:"id"`
	ReadAccess []string `json:"read_access"`
}

func checkTitle(title *string) error {
	if title == nil || strings.TrimSpace(*title) == "" {
		return invalid("title must not be blank")
	}
	if utf8.RuneCountInString(*title) > maxTitle {
		return invalid("title is too long")
	}
	return nil
}

// check looks at the fields by themselves; who exists and what the document holds is asked later.
func (d details) check() error {
	if d.Title != nil {
		if err := checkTitle(d.Title); err != nil {
			return err
		}
	}
	if !among(d.Quality, qualitySES, qualityAES, qualityAESMinimal, qualityQES, qualityDemo) ||
		!among(d.Legislation, "EIDAS", "ZERTES") {
		return malformed()
	}
	for _, a := range d.AttachOnSuccess {
		if !among(&a, "SIGNED_DOCUMENT", "SIGNATURE_PROTOCOL") {
			return malformed()
		}
	}
	if d.Message != nil && utf8.RuneCountInString(*d.Message) > maxTitle {
		return invalid("message is too long")
	}
	if d.Custom != nil && utf8.RuneCountInString(*d.Custom) > maxCustom {
		return invalid("custom is too long")
	}
	for _, u := range []*string{d.CallbackSuccess, d.CallbackUpdate, d.CallbackError} {
		if !isCallbackURL(u) {
			return invalid("callback URL is not valid")
		}
	}
	for _, a := range d.Observers {
		if !isEmail(a) {
			return invalid("cc_email_addresses must be valid e-mail addresses")
		}
	}
	return nil
}

// among reports whether the value is absent or one of those allowed, case and all.
func among(value *string, allowed ...string) bool {
	return value == nil || slices.Contains(allowed, *value)
}

// isCallbackURL allows plain http, which the vendor may not: receivers under test rarely have a certificate.
func isCallbackURL(text *string) bool {
	if text == nil || *text == "" {
		return true
	}
	u, err := url.Parse(*text)
	return err == nil && len(*text) <= maxURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func isEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && len(text) <= 254
}

// set copies what was sent.
func set(to *string, sent *string) {
	if sent != nil {
		*to = *sent
	}
}

// apply takes over the fields that mean nothing else than themselves.
func (d details) apply(r *signatureRequest) {
	set(&r.Title, d.Title)
	set(&r.Message, d.Message)
	set(&r.Quality, d.Quality)
	set(&r.Legislation, d.Legislation)
	set(&r.CallbackSuccess, d.CallbackSuccess)
	set(&r.CallbackUpdate, d.CallbackUpdate)
	set(&r.CallbackError, d.CallbackError)
	set(&r.Custom, d.Custom)
	if d.AttachOnSuccess != nil {
		r.AttachOnSuccess = d.AttachOnSuccess
	}
	if strings.HasPrefix(r.apiUser, "api_demo") {
		r.Quality = qualityDemo
	}
}
