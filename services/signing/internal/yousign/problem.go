package yousign

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// maxParams of a refusal that are passed on.
const maxParams = 5

// problem is Yousign's error body. Type is the stable word; the parameters say what the detail only hints at.
type problem struct {
	Type   string  `json:"type"`
	Detail string  `json:"detail"`
	Params []param `json:"invalid_params"`
}

type param struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// problemIn reads an error's body; it is empty for one that is not Yousign's.
func problemIn(body []byte) problem {
	var read problem
	var mismatch *json.UnmarshalTypeError
	if err := json.Unmarshal(body, &read); err != nil && !errors.As(err, &mismatch) {
		return problem{}
	}
	if !regexp.MustCompile(`^[A-Za-z0-9:._-]{1,120}$`).MatchString(read.Type) {
		read.Type = ""
	}
	return read
}

// text of the problem that is safe to show.
func (p problem) text(private []string) string {
	parts := []string{p.Detail}
	for _, param := range p.Params[:min(len(p.Params), maxParams)] {
		parts = append(parts, param.Name+": "+param.Reason)
	}
	return vendorhttp.Detail(strings.Join(parts, " "), private...)
}

// known tells whether the problem names one; "about:blank" is what the framework below says of an unknown address.
func (p problem) known() bool { return p.Type != "" && p.Type != "about:blank" }

// refusedAs returns the problem of a refused call; ok is false for other errors.
func refusedAs(err error) (status int, said problem, ok bool) {
	var refused *vendorhttp.StatusError
	if !errors.As(err, &refused) {
		return 0, problem{}, false
	}
	return refused.Status, problemIn(refused.Body), true
}

// asked tells whether the refused call asked for something to be done.
func asked(err error) bool {
	var refused *vendorhttp.StatusError
	return errors.As(err, &refused) && (refused.Method == http.MethodPost || refused.Method == http.MethodPatch)
}

// isGone tells whether Yousign itself said that the object does not exist. A 404 in other words comes from something
// that is not Yousign's API, such as a proxy or a wrong base URL, and says nothing of the object.
func isGone(err error) bool {
	status, said, ok := refusedAs(err)
	return ok && status == http.StatusNotFound && said.known()
}

// errNotYousign is the cause of a 404 that Yousign's API does not give.
var errNotYousign = errors.New("the base URL does not lead to Yousign's API")

// translate turns a refused call into the port's failure; other errors pass. Only what is asked for with a POST or a
// PATCH can be refused for good: a look-up says nothing final, nor does a draft that cannot be deleted. Yousign's own
// text is told to who asked for something, without the private values: nobody can take those out who does not know them, and
// the failure of a look-up is for a log.
func translate(err error, private ...string) error {
	status, said, ok := refusedAs(err)
	switch {
	case !ok:
		return err
	case status == http.StatusUnauthorized:
		return vendorhttp.Misconfigured()
	case status == http.StatusNotFound && !said.known():
		return &signature.UnavailableError{Cause: errNotYousign}
	case status == http.StatusForbidden && !said.known():
		return vendorhttp.Forbidden()
	}
	detail := fmt.Sprintf("Yousign answered %d %s", status, said.Type)
	if asked(err) && len(private) > 0 {
		detail += ": " + said.text(private)
	}
	rejected := &signature.RejectedError{Reason: reason(status, said), Detail: strings.Join(strings.Fields(detail), " ")}
	if !asked(err) {
		return vendorhttp.Inconclusive(rejected)
	}
	return rejected
}

func reason(status int, said problem) signature.RefusalReason {
	switch {
	case status == http.StatusForbidden || said.Type == "configuration.not_enabled":
		return signature.ReasonProviderMisconfigured
	case status == http.StatusRequestEntityTooLarge:
		return signature.ReasonDocumentTooLarge
	case status == http.StatusUnsupportedMediaType || strings.HasPrefix(said.Type, "document."):
		return signature.ReasonDocumentRejected
	case said.Type == "date.out_of_range":
		return signature.ReasonExpiryInvalid
	}
	for _, param := range said.Params {
		if at, ok := parameters()[parameterOf(param.Name)]; ok {
			return at
		}
	}
	return signature.ReasonProviderRejected
}

// parameters are the reasons for the parameters that an order fills, as a refusal names them. A trial account refuses
// the redirects, and an account without the plan the look.
func parameters() map[string]signature.RefusalReason {
	return map[string]signature.RefusalReason{
		"name":                          signature.ReasonTitleInvalid,
		"expiration_date":               signature.ReasonExpiryInvalid,
		"custom_experience_id":          signature.ReasonBrandNotOffered,
		"email_notification":            signature.ReasonMessageInvalid,
		"custom_text":                   signature.ReasonMessageInvalid,
		"redirect_urls":                 signature.ReasonRedirectNotOffered,
		"signature_level":               signature.ReasonLevelNotOffered,
		"signature_authentication_mode": signature.ReasonAuthenticationNotOffered,
		"first_name":                    signature.ReasonSignerNameInvalid,
		"last_name":                     signature.ReasonSignerNameInvalid,
		"email":                         signature.ReasonSignerEmailInvalid,
		"phone_number":                  signature.ReasonSignerPhoneRequired,
	}
}

// parameterOf is what stands for the parameter of a path such as "info.phone_number": its first key, or the one in "info".
func parameterOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "info."), ".")
	return first
}
