package yousign

import (
	"encoding/json"
	"net/http"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

// problem is an error answer in the vendor's shape: 405 and 429 carry a message, everything else type and detail.
type problem struct {
	status  int
	Type    string           `json:"type,omitempty"`
	Detail  string           `json:"detail,omitempty"`
	Invalid []schema.Invalid `json:"invalid_params,omitempty"`
	Message string           `json:"message,omitempty"`
}

// Error lets a problem travel as an error inside the simulator.
func (p *problem) Error() string { return p.Type + p.Message }

// about is the vendor's type of an error that has no name of its own.
const about = "about:blank"

func invalidParams(list ...schema.Invalid) *problem {
	return &problem{
		status: http.StatusBadRequest, Type: "parameters_not_valid",
		Detail: "You have some invalid params in your payload.", Invalid: list,
	}
}

func invalidParam(name, reason string) *problem {
	return invalidParams(schema.Invalid{Name: name, Reason: reason})
}

// refused is a 400 with one of the vendor's named types: states and conditions, for which the contract knows no
// 409 or 422.
func refused(kind, detail string) *problem {
	return &problem{status: http.StatusBadRequest, Type: kind, Detail: detail}
}

// wrongStatus is the answer to a call the request's status does not allow. The vendor's list of types is only
// partly known; this one is named after its approver.status_not_compatible.
func wrongStatus(status string) *problem {
	return refused("signature_request.status_not_compatible",
		"The Signature Request status \""+status+"\" does not allow this action.")
}

func notFound() *problem {
	return &problem{status: http.StatusNotFound, Type: "resource.not_found", Detail: "The resource was not found."}
}

func unauthorized() *problem {
	return &problem{status: http.StatusUnauthorized, Type: about, Detail: "Access unauthorized."}
}

func forbidden(detail string) *problem {
	return &problem{status: http.StatusForbidden, Type: about, Detail: detail}
}

func unsupportedMedia() *problem {
	return &problem{status: http.StatusUnsupportedMediaType, Type: about, Detail: "The content type of the request is not supported."}
}

func serverError() *problem {
	return &problem{status: http.StatusInternalServerError, Type: about, Detail: "Something wrong occurred."}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may have gone; there is nobody to tell
}

func (p *problem) write(w http.ResponseWriter) { writeJSON(w, p.status, p) }
