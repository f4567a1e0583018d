package yousign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/courier"
)

// eventNames are the events of the API reference of August 2026.
func eventNames() []string {
	return []string{
		"document_analysis.done",
		"signer.notified", "signer.declined", "signer.done", "signer.link_opened", "signer.identification_failed",
		"signer.identification_succeeded", "signer.identification_blocked", "signer.identification_expired",
		"signer.identity_saved", "signer.sender_contacted", "signer.error", "signer.notification_delivery_failed",
		"signature_request.activated", "signature_request.declined", "signature_request.canceled",
		"signature_request.done", "signature_request.expired", "signature_request.reminder_executed",
		"signature_request.automatic_reminder_executed", "signature_request.approved", "signature_request.deleted",
		"signature_request.permanently_deleted", "signature_request.reactivated", "signature_request.rejected",
		"signature_request.paused", "signature_request.resumed",
		"contact.created", "approver.notified", "approver.approved", "approver.rejected",
		"approver.notification_delivery_failed", "electronic_seal.done", "electronic_seal.error", "user.completed",
		"verification.identity_video.done", "verification.bank_account.done",
		"verification.bank_account_connection.done", "verification.bank_account_lookup.done",
		"verification.identity_document.done", "verification.company.done", "verification.watchlist.done",
		"verification.proof_of_address.done", "workflow_action_group.started", "workflow_action_group.blocked",
		"workflow_action_group.done", "workflow_session.started", "workflow_session.blocked", "workflow_session.done",
		"applicant.notified", "applicant.processed", "applicant.session_blocked",
	}
}

// firstTimeout and laterTimeout are what the receiver gets to answer, in real time.
const (
	firstTimeout = time.Second
	laterTimeout = 10 * time.Second
)

// retryPolicy is the vendor's way to deliver: an answer from 200 to 399 counts. Without a ladder (auto_retry
// false) only a missing answer is tried again, once.
func retryPolicy(c *clock.Clock, ladder []time.Duration) courier.Policy {
	return courier.Policy{
		Timeout: func(attempt int) time.Duration {
			if attempt == 1 {
				return firstTimeout
			}
			return laterTimeout
		},
		Accept: func(status int) bool { return status >= 200 && status <= 399 },
		Retry: func(attempt, status int, _ http.Header) (time.Duration, bool) {
			switch {
			case attempt <= len(ladder):
				return ladder[attempt-1], true
			case ladder == nil && attempt == 1 && status == 0:
				return 2 * time.Minute, true
			}
			return 0, false
		},
		Header: func(_ courier.Message, attempt int) http.Header {
			return http.Header{
				"X-Yousign-Retry":     {strconv.Itoa(attempt - 1)},
				"X-Yousign-Issued-At": {stamp(c.Now())},
			}
		},
	}
}

// emit sends an event to every subscription that asked for it. Who is the person it is about: a signer, an
// approver or nobody. The mutex is held.
func (s *Simulator) emit(event string, r *request, who any) {
	now := s.clock.Now()
	for _, sub := range s.subscriptions {
		if !sub.wants(event, r.source, s.workspace(r), s.cfg.Sandbox) {
			continue
		}
		id := newID()
		head := map[string]any{
			"event_id": id, "event_name": event, "event_time": strconv.FormatInt(now.Unix(), 10),
			"subscription_id": sub.ID, "subscription_description": sub.Description, "sandbox": sub.Sandbox,
		}
		body := encode(head, s.eventData(event, r, who), s.nested)
		m := courier.Message{ID: id, Event: event, URL: sub.Endpoint, Body: body, Header: http.Header{
			"Content-Type":            {"application/json"},
			"User-Agent":              {"Yousign Webhook Bot"},
			"X-Yousign-Signature-256": {signBody(body, sub.SecretKey)},
		}}
		if sub.AutoRetry {
			s.retrying.Send(m)
		} else {
			s.once.Send(m)
		}
	}
}

func (x *subscription) wants(event, source, workspace string, sandbox bool) bool {
	has := func(list []string, v string) bool { return slices.Contains(list, "*") || slices.Contains(list, v) }
	return x.Enabled && x.Sandbox == sandbox && has(x.Events, event) && has(x.Scopes, source) && has(x.Workspaces, workspace)
}

// eventData is the data of an event. A deletion carries ids only.
func (s *Simulator) eventData(event string, r *request, who any) map[string]any {
	if event == "signature_request.deleted" || event == "signature_request.permanently_deleted" {
		return map[string]any{"signature_request": map[string]any{"id": r.id, "external_id": r.ExternalID}}
	}
	core := r.core()
	core["source"], core["workspace_id"], core["sender"] = r.source, s.workspace(r), s.sender()
	data := map[string]any{"signature_request": core}
	switch x := who.(type) {
	case *signer:
		data["signer"] = map[string]any{"id": x.id, "status": x.status, "signature_level": x.Level, "info": x.Info}
	case *approver:
		data["approver"] = map[string]any{"id": x.id, "status": x.status, "info": x.info}
	}
	return data
}

// encode writes the body, flat or with its head under "metadata".
func encode(head, data map[string]any, nested bool) []byte {
	body := head
	if nested {
		body = map[string]any{"metadata": head}
	}
	body["data"] = data
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // maps of strings, numbers and times cannot fail
	return bytes.TrimRight(b.Bytes(), "\n")
}

// signBody is the signature header: sha256= and the lower-case hex HMAC-SHA256 of the raw body.
func signBody(body []byte, key string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}
