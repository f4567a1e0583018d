package skribble

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

// problem is Skribble's error envelope. Kind is the last part of its type, which is a URL whose host follows the region.
type problem struct {
	Kind    string
	Key     string
	Message string
	known   bool
}

// problemIn reads an error's body; some errors are bare text, which leaves all but the message empty.
func problemIn(body []byte) problem {
	var wire struct {
		Type    string `json:"type"`
		Key     string `json:"key"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &wire) != nil {
		return problem{Message: string(body)}
	}
	_, kind, known := strings.Cut(wire.Type, "/problem/")
	return problem{Kind: word(kind), Key: word(wire.Key), Message: wire.Message, known: known || wire.Key != ""}
}

// word returns the machine-readable word, or nothing for anything else.
func word(text string) string {
	if regexp.MustCompile(`^[A-Za-z0-9._-]{1,80}$`).MatchString(text) {
		return text
	}
	return ""
}

// tokenRefused tells whether the call failed because of its token: 401, or a 403 that names authentication or nothing.
func tokenRefused(err error) bool {
	var refused *vendorhttp.StatusError
	if !errors.As(err, &refused) {
		return false
	}
	if refused.Status == http.StatusUnauthorized {
		return true
	}
	said := problemIn(refused.Body)
	return refused.Status == http.StatusForbidden && (said.vague() || strings.HasPrefix(said.Key, "error.auth."))
}

// vague tells whether the problem names none.
func (p problem) vague() bool {
	return p.Key == "" && (p.Kind == "" || p.Kind == "problem-with-message")
}

// isGone tells whether Skribble itself said that the object does not exist. A 404 in other words comes from something
// that is not Skribble's API, such as a proxy or a wrong base URL, and says nothing of the object.
func isGone(err error) bool {
	var refused *vendorhttp.StatusError
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound && problemIn(refused.Body).known
}

// errNotSkribble is the cause of a 404 that Skribble's API does not give.
var errNotSkribble = errors.New("the base URL does not lead to Skribble's API")

// translate turns a refused call into the port's failure; other errors pass. A look-up that is refused says nothing final.
// Skribble's own text is told to who asked for something, without the private values: nobody can take those out who does not
// know them, and the failure of a look-up is for a log.
func translate(err error, private ...string) error {
	var refused *vendorhttp.StatusError
	if !errors.As(err, &refused) {
		return err
	}
	said := problemIn(refused.Body)
	switch {
	case refused.Status == http.StatusUnauthorized, strings.HasPrefix(said.Key, "error.auth."):
		return vendorhttp.Misconfigured()
	case refused.Status == http.StatusNotFound && !said.known:
		return &signature.UnavailableError{Cause: errNotSkribble}
	case refused.Status == http.StatusForbidden && said.vague():
		return vendorhttp.Forbidden()
	}
	detail := fmt.Sprintf("Skribble answered %d %s %s", refused.Status, said.Kind, said.Key)
	if refused.Method != http.MethodGet && len(private) > 0 {
		detail += ": " + vendorhttp.Detail(said.Message, private...)
	}
	rejected := &signature.RejectedError{Reason: reason(refused.Status, said), Detail: strings.Join(strings.Fields(detail), " ")}
	if refused.Method == http.MethodGet {
		return vendorhttp.Inconclusive(rejected)
	}
	return rejected
}

func reason(status int, said problem) signature.RefusalReason {
	switch {
	case status == http.StatusForbidden:
		return signature.ReasonProviderMisconfigured
	case said.Key == "file.attachment.unsupported":
		return signature.ReasonAttachmentNotOffered
	case status == http.StatusRequestEntityTooLarge:
		return signature.ReasonDocumentTooLarge
	case status == http.StatusNotAcceptable || strings.HasPrefix(said.Key, "file."):
		return signature.ReasonDocumentRejected
	}
	return signature.ReasonProviderRejected
}
