package yousign

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/courier"
	"github.com/countersign/countersign/services/sim/faults"
)

// The faults of this vendor beside those of package faults.
const (
	// FaultLowerLevel seals the next qualified request under the vendor's seal only.
	FaultLowerLevel = "lower_level"
	// FaultWrongDocument completes the next request with a document that was never sent.
	FaultWrongDocument = "wrong_document"
)

// control is the API of the simulator itself, outside the vendor's paths.
func (s *Simulator) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/requests", s.locked(s.showRequests))
	mux.HandleFunc("GET /_sim/requests/{id}", s.locked(s.showRequest))
	mux.HandleFunc("POST /_sim/requests/{id}/{verb}", s.locked(s.perform))
	mux.HandleFunc("GET /_sim/mails", s.locked(func(*http.Request, []byte) (any, error) { return append([]Mail{}, s.mails...), nil }))
	mux.HandleFunc("POST /_sim/auto", s.locked(s.setAuto))
	mux.HandleFunc("POST /_sim/audit_trails", s.locked(s.setAuditDelay))
	mux.HandleFunc("POST /_sim/webhooks/format", s.locked(s.setFormat))
	mux.HandleFunc("POST /_sim/templates", s.locked(s.makeTemplate))
	mux.HandleFunc("POST /_sim/faults", s.locked(s.armFault))
	mux.HandleFunc("DELETE /_sim/faults", s.locked(s.clearFaults))
	mux.HandleFunc("POST /_sim/deliveries/faults", s.locked(s.armDelivery))
	mux.HandleFunc("GET /_sim/deliveries", s.locked(func(*http.Request, []byte) (any, error) {
		return append(append([]courier.Delivery{}, s.retrying.Deliveries()...), s.once.Deliveries()...), nil
	}))
	mux.HandleFunc("GET /_sim/clock", s.locked(func(*http.Request, []byte) (any, error) {
		return map[string]time.Time{"now": s.clock.Now()}, nil
	}))
	mux.HandleFunc("POST /_sim/clock/advance", s.advance)
	mux.HandleFunc("GET "+linkPath+"{token}", s.visit(linkPage()))
	mux.HandleFunc("POST "+linkPath+"{token}/{verb}", s.act)
	return mux
}

// locked runs a control call with the state locked and up to date.
func (s *Simulator) locked(f func(*http.Request, []byte) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
		if err != nil {
			reply(w, nil, err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.settle()
		v, err := f(r, body)
		reply(w, v, err)
	}
}

var errUnknown = errors.New("unknown")

// reply writes a control answer: 409 for what is not possible now, 404 for what is unknown, else 400.
func reply(w http.ResponseWriter, v any, err error) {
	switch {
	case err == nil && v == nil:
		w.WriteHeader(http.StatusNoContent)
	case err == nil:
		writeJSON(w, http.StatusOK, v)
	case errors.Is(err, errNotPossible):
		writeJSON(w, http.StatusConflict, map[string]string{"error": err.Error()})
	case errors.Is(err, errUnknown):
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	default:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
}

// advance moves the clock without holding the mutex, because what falls due needs it.
func (s *Simulator) advance(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
	if err != nil {
		reply(w, nil, err)
		return
	}
	d, err := duration(body, "duration")
	if err == nil && (d == nil || *d < 0) {
		err = errors.New("duration must not be negative")
	}
	if err != nil {
		reply(w, nil, err)
		return
	}
	s.clock.Advance(*d)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	reply(w, map[string]time.Time{"now": s.clock.Now()}, nil)
}

// duration reads one key as a duration in Go's notation; nil when it is absent or null.
func duration(body []byte, key string) (*time.Duration, error) {
	var in map[string]*string
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if in[key] == nil {
		return nil, nil
	}
	d, err := time.ParseDuration(*in[key])
	return &d, err
}

func (s *Simulator) armFault(_ *http.Request, body []byte) (any, error) {
	var own struct {
		Name  string `json:"name"`
		Count int    `json:"count"`
	}
	if err := json.Unmarshal(body, &own); err != nil {
		return nil, err
	}
	switch own.Name {
	case FaultLowerLevel:
		s.lowerLevel += max(1, own.Count)
		return nil, nil
	case FaultWrongDocument:
		s.wrongDocument += max(1, own.Count)
		return nil, nil
	}
	var f faults.Fault
	if err := json.Unmarshal(body, &f); err != nil {
		return nil, err
	}
	return nil, s.faults.Arm(f)
}

func (s *Simulator) clearFaults(*http.Request, []byte) (any, error) {
	s.faults.Clear()
	s.lowerLevel, s.wrongDocument = 0, 0
	return nil, nil
}

func (s *Simulator) armDelivery(_ *http.Request, body []byte) (any, error) {
	var in struct {
		Fault     string `json:"fault"`
		Count     int    `json:"count"`
		AutoRetry *bool  `json:"auto_retry"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if in.AutoRetry != nil && !*in.AutoRetry {
		return nil, s.once.Arm(in.Fault, in.Count)
	}
	return nil, s.retrying.Arm(in.Fault, in.Count)
}

// setAuto turns the auto mode on and, with null, off. Signers already notified sign after the same time from now.
func (s *Simulator) setAuto(_ *http.Request, body []byte) (any, error) {
	d, err := duration(body, "sign_after")
	if err != nil {
		return nil, err
	}
	s.auto = d
	for _, r := range s.requests {
		for _, x := range r.signers {
			if r.turn(x) == nil {
				s.planAutoSign(r, x, s.clock.Now())
			}
		}
	}
	return nil, nil
}

func (s *Simulator) setAuditDelay(_ *http.Request, body []byte) (any, error) {
	d, err := duration(body, "ready_after")
	if err != nil || d == nil {
		return nil, errors.Join(errors.New("ready_after must be a duration"), err)
	}
	s.auditDelay = *d
	return nil, nil
}

func (s *Simulator) setFormat(_ *http.Request, body []byte) (any, error) {
	var in struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if in.Format != "flat" && in.Format != "metadata" {
		return nil, errors.New("format must be flat or metadata")
	}
	s.nested = strings.EqualFold(in.Format, "metadata")
	return nil, nil
}
