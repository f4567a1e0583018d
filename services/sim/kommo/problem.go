package kommo

import (
	"fmt"
	"net/http"
)

// object is a JSON object on its way out.
type object = map[string]any

// reply is an answer; a nil body is sent without one.
type reply struct {
	status int
	body   any
	// raw, when set, is sent instead of body as this media type.
	raw       []byte
	mediaType string
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

func empty(status int) reply { return reply{status: status} }

// problem is a refusal in Kommo's form: title, type, status and detail, and for some statuses more.
type problem struct {
	status int
	detail string
	extra  object
}

func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.status, p.detail) }

func refuse(status int, detail string) *problem {
	return &problem{status: status, detail: detail}
}

func (p *problem) body() object {
	o := object{
		"title":  http.StatusText(p.status),
		"type":   fmt.Sprintf("https://httpstatus.es/%d", p.status),
		"status": p.status,
		"detail": p.detail,
	}
	for key, v := range p.extra {
		o[key] = v
	}
	return o
}

// unauthorized is what a wrong, expired or revoked token gets; Kommo speaks of a password even then.
func unauthorized() *problem {
	return refuse(http.StatusUnauthorized, "Invalid user name or password")
}

func rateLimited(retryAfter int) *problem {
	p := refuse(http.StatusTooManyRequests, "Too many requests")
	p.extra = object{"retry_after": retryAfter}
	return p
}

func serverError(trace string) *problem {
	p := refuse(http.StatusInternalServerError, "Internal server error")
	p.extra = object{"title": "ErrInternalServer", "trace_id": trace}
	return p
}

// violation is one reason why a written item was refused.
type violation struct {
	Code   string `json:"code"`
	Path   string `json:"path"`
	Detail string `json:"detail"`
}

// The codes of violations. FieldMissing and TooLong are named from general knowledge of the API; the vendor's pages
// show the other two.
const (
	invalidType        = "InvalidType"
	notSupportedChoice = "NotSupportedChoice"
	fieldMissing       = "FieldMissing"
	tooLong            = "TooLong"
)

func wrongType(path, want string) *violation {
	return &violation{Code: invalidType, Path: path, Detail: "This value should be of type " + want + "."}
}

func wrongChoice(path string) *violation {
	return &violation{Code: notSupportedChoice, Path: path, Detail: "The value you selected is not a valid choice."}
}

func missing(path string) *violation {
	return &violation{Code: fieldMissing, Path: path, Detail: "This field is missing."}
}

// invalid is the refusal of a whole write because of the items that have violations; nil when none has.
func invalid(items ...*item) error {
	var list []object
	for _, i := range items {
		if len(i.violations) > 0 {
			list = append(list, object{"request_id": i.requestID, "errors": i.violations})
		}
	}
	if list == nil {
		return nil
	}
	p := refuse(http.StatusBadRequest, "Request validation failed")
	p.extra = object{"validation-errors": list}
	return p
}
