package yousign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// SignatureHeader carries Yousign's signature of a webhook's raw body.
const SignatureHeader = "X-Yousign-Signature-256"

const (
	signaturePrefix = "sha256="
	maxEventWord    = 255 // characters of an id or a name, by API v3
)

// errNotAnEvent is returned for a body that is not a webhook of Yousign's.
var errNotAnEvent = errors.New("the body is not a Yousign event")

// Verify tells whether the header is Yousign's signature of the raw body under one of the live secrets; two are live
// while a secret is being replaced. An empty secret verifies nothing. The signature covers no time: a repeated call is
// told by its event id.
func Verify(raw []byte, header string, secrets []string) bool {
	given, found := strings.CutPrefix(header, signaturePrefix)
	sum, err := hex.DecodeString(given)
	if !found || err != nil || len(sum) != sha256.Size {
		return false
	}
	verified := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(raw)
		verified = hmac.Equal(mac.Sum(nil), sum) || verified
	}
	return verified
}

// Event is one webhook. It is a hint that something happened to the request, and no source of state but for what API v3
// tells nowhere else: see SignerState.
type Event struct {
	// ID is the same on all deliveries of the event.
	ID string
	// Name in API v3's words, such as "signature_request.done".
	Name string
	// Time of the event; zero when it is not told.
	Time time.Time
	// Sandbox tells that the event is of the sandbox.
	Sandbox bool
	// EnvelopeID of the request; empty for events about something else.
	EnvelopeID string
	// Correlation is the request's external id; it may be empty.
	Correlation string
	// SignerID of the signer it is about; empty for events about nobody.
	SignerID string
}

// SignerState is what the event alone tells of its signer: that the invitation could not be delivered, or that the
// identification failed, with another try (identification_failed) or without (identification_blocked). Empty for all
// else, which is to be read.
func (e Event) SignerState() signature.SignerState {
	switch e.Name {
	case "signer.notification_delivery_failed":
		return signature.SignerBounced
	case "signer.identification_failed", "signer.identification_blocked":
		return signature.SignerIdentificationFailed
	}
	return ""
}

// Hint is what the event tells of signers that a reading tells as well.
func (e Event) Hint() signature.Hint {
	switch {
	case e.Name == "signature_request.activated":
		return signature.Hint{State: signature.SignerInvited, Time: e.Time}
	case e.Name == "signer.notified" && e.SignerID != "":
		return signature.Hint{SignerID: e.SignerID, State: signature.SignerInvited, Time: e.Time}
	}
	return signature.Hint{}
}

// Decode reads a webhook's raw body, whose envelope is flat or nested below "metadata". It fails for a body without an
// event's id, name and data; anything else may be missing or odd.
func Decode(raw []byte) (Event, error) {
	var outer map[string]json.RawMessage
	if json.Unmarshal(raw, &outer) != nil {
		return Event{}, errNotAnEvent
	}
	var nested map[string]json.RawMessage
	if json.Unmarshal(outer["metadata"], &nested) != nil {
		nested = nil
	}
	read := func(name string) json.RawMessage {
		if value, ok := outer[name]; ok {
			return value
		}
		return nested[name]
	}
	event := Event{
		ID: text(read("event_id")), Name: knownName(text(read("event_name"))), Time: moment(read("event_time")),
		Sandbox: string(read("sandbox")) == "true",
	}
	var data struct {
		Request map[string]json.RawMessage `json:"signature_request"`
		Signer  map[string]json.RawMessage `json:"signer"`
	}
	var mismatch *json.UnmarshalTypeError
	err := json.Unmarshal(outer["data"], &data)
	if event.ID == "" || event.Name == "" || err != nil && (!errors.As(err, &mismatch) || mismatch.Field == "") {
		return Event{}, errNotAnEvent
	}
	event.EnvelopeID, event.Correlation = usable(text(data.Request["id"])), text(data.Request["external_id"])
	event.SignerID = usable(text(data.Signer["id"]))
	if event.EnvelopeID == "" {
		event.EnvelopeID = usable(text(data.Signer["signature_request_id"]))
	}
	return event, nil
}

// text is the JSON string, bounded; empty for anything else.
func text(raw json.RawMessage) string {
	var value string
	if json.Unmarshal(raw, &value) != nil || len(value) > maxEventWord {
		return ""
	}
	return value
}

// usable is the id where it can stand in a path; empty otherwise.
func usable(id string) string {
	if vendorhttp.IsID(id) {
		return id
	}
	return ""
}

// moment reads Unix seconds, which come as a string, or RFC 3339; zero for anything else.
func moment(raw json.RawMessage) time.Time {
	written := string(bytes.Trim(raw, `"`))
	if seconds, err := strconv.ParseUint(written, 10, 40); err == nil {
		return time.Unix(int64(seconds), 0).UTC()
	}
	if parsed, err := time.Parse(time.RFC3339, written); err == nil {
		return parsed.UTC()
	}
	return time.Time{}
}

// knownName maps names that circulate in guides, but not in the API, to the real ones.
func knownName(name string) string {
	if rest, ok := strings.CutPrefix(name, "request."); ok {
		name = "signature_request." + rest
	}
	switch name {
	case "signature_request.completed":
		return "signature_request.done"
	case "signer.completed":
		return "signer.done"
	}
	return name
}
