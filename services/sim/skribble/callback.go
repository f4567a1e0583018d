package skribble

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/courier"
)

// Kinds of callback.
const (
	callbackSuccess = "SUCCESS"
	callbackUpdate  = "UPDATE"
	callbackError   = "ERROR"
)

// The vendor tries again every ten minutes for two hours and then never again.
const (
	callbackAttempts = 13
	callbackPause    = 10 * time.Minute
	callbackTimeout  = 5 * time.Second // real; undocumented, the vendor advises to answer within it
)

// callback is one notification as the delivery log remembers it.
type callback struct {
	id      string
	kind    string
	created stamp
}

func callbackPolicy() courier.Policy {
	return courier.Policy{
		Timeout: func(int) time.Duration { return callbackTimeout },
		Retry: func(attempt, _ int, h http.Header) (time.Duration, bool) {
			pause := callbackPause
			if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil && seconds > 0 && seconds <= 24*60*60 {
				pause = time.Duration(seconds) * time.Second
			}
			return pause, attempt < callbackAttempts
		},
	}
}

// fire queues a callback when the request has an address for its kind. sid names the signature an update is about.
func (s *Simulator) fire(r *signatureRequest, kind, sid string) {
	address := map[string]string{
		callbackSuccess: r.CallbackSuccess, callbackUpdate: r.CallbackUpdate, callbackError: r.CallbackError,
	}[kind]
	if address == "" {
		return
	}
	replaced := []string{"SKRIBBLE_SIGNATURE_REQUEST_ID", r.ID, "SKRIBBLE_DOCUMENT_ID", r.DocumentID}
	if kind == callbackUpdate {
		replaced = append(replaced, "SKRIBBLE_SIGNATURE_ID", sid)
	}
	address = strings.NewReplacer(replaced...).Replace(address)
	if s.settings.CallbackEncode == "amp" {
		address = strings.ReplaceAll(address, "&", "&amp;")
	}
	m := courier.Message{ID: newID(), Event: kind, URL: address}
	switch s.settings.CallbackBody {
	case "json":
		m.Header = http.Header{"Content-Type": {"application/json"}}
		m.Body = fmt.Appendf(nil, `{"signature_request_id":%q,"status":"nobody documented this"}`, r.ID)
	case "form":
		m.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		m.Body = []byte(url.Values{"signature_request_id": {r.ID}}.Encode())
	}
	r.callbacks = append(r.callbacks, callback{id: m.ID, kind: kind, created: s.now()})
	s.outbox = append(s.outbox, m)
}

// callbackRecord is an entry of the vendor's delivery log. URL holds whatever secret the client put into it.
type callbackRecord struct {
	RequestID string   `json:"signature_request_id"`
	Type      string   `json:"type"`
	State     string   `json:"state"`
	URL       string   `json:"url"`
	Attempts  int      `json:"attempts"`
	Messages  []string `json:"messages"`
	CreatedAt stamp    `json:"created_at"`
	UpdatedAt stamp    `json:"updated_at"`
}

func (s *Simulator) listCallbacks(c *call) (answer, error) {
	r, err := s.request(c)
	if err != nil {
		return answer{}, err
	}
	sent := map[string]courier.Delivery{}
	for _, d := range s.courier.Deliveries() {
		sent[d.ID] = d
	}
	list := []callbackRecord{}
	for _, b := range r.callbacks {
		if d, ok := sent[b.id]; ok {
			list = append(list, b.record(r.ID, d))
		}
	}
	return jsonAnswer(list)
}

func (b callback) record(requestID string, d courier.Delivery) callbackRecord {
	rec := callbackRecord{
		RequestID: requestID, Type: b.kind, State: "OPEN", URL: d.URL, Attempts: len(d.Attempts),
		Messages: []string{}, CreatedAt: b.created, UpdatedAt: b.created,
	}
	switch d.State {
	case courier.Delivered:
		rec.State = "COMPLETED"
	case courier.GivenUp:
		rec.State = "RESIGNATED"
	}
	for _, a := range d.Attempts {
		rec.UpdatedAt = stamp(a.Time)
		switch {
		case a.Status == 0:
			rec.Messages = append(rec.Messages, "Failed: "+a.Error)
		case a.Status < 200 || a.Status > 299:
			rec.Messages = append(rec.Messages, fmt.Sprintf("Failed: %d - %d %s", a.Status, a.Status, http.StatusText(a.Status)))
		}
	}
	return rec
}
