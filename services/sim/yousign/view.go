package yousign

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// stamp is the vendor's way to write a time.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-07:00") }

func maybe(t *time.Time) any {
	if t == nil {
		return nil
	}
	return stamp(*t)
}

// fallback is raw unless that is absent or null.
func fallback(raw json.RawMessage, instead string) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage(instead)
	}
	return raw
}

type participant struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

type attached struct {
	ID     string `json:"id"`
	Nature string `json:"nature"`
}

// core is what every answer and every webhook says about a request.
func (r *request) core() map[string]any {
	signers, approvers, documents := []participant{}, []participant{}, []attached{}
	for _, x := range r.signers {
		signers = append(signers, participant{x.id, x.status})
	}
	for _, x := range r.approvers {
		approvers = append(approvers, participant{x.id, x.status})
	}
	for _, x := range r.documents {
		documents = append(documents, attached{x.id, x.nature})
	}
	return map[string]any{
		"id": r.id, "status": r.status, "name": r.Name, "delivery_mode": r.DeliveryMode,
		"created_at": stamp(r.created), "activated_at": maybe(r.activated),
		"approved_at": maybe(r.approvedAt), "completed_at": maybe(r.completed),
		"timezone": r.Timezone, "email_custom_note": r.EmailCustomNote, "expiration_date": stamp(r.expires),
		"ordered_signers": r.OrderedSigners, "external_id": r.ExternalID,
		"signers": signers, "approvers": approvers, "documents": documents, "labels": r.labelViews(),
	}
}

func (r *request) labelViews() []map[string]string {
	out := []map[string]string{}
	for _, l := range r.labels {
		out = append(out, map[string]string{"id": l, "name": "Label " + l[:8]})
	}
	return out
}

// view is the full resource.
func (s *Simulator) view(r *request) map[string]any {
	v := r.common()
	v["source"] = r.source
	v["sender"] = s.sender()
	v["workspace_id"] = s.workspace(r)
	v["email_notification"] = r.notificationView()
	v["bulk_send_batch_id"] = nil
	v["custom_properties"] = []any{}
	v["decline_information"] = nil
	if r.decline != nil {
		v["decline_information"] = r.decline
	}
	return v
}

// notificationView leaves out the texts: an answer has the sender and the deprecated note alone.
func (r *request) notificationView() map[string]any {
	var given struct {
		Sender json.RawMessage `json:"sender"`
		Note   json.RawMessage `json:"custom_note"`
	}
	_ = json.Unmarshal(fallback(r.EmailNotification, "{}"), &given) // it was checked when it came
	return map[string]any{
		"sender":      fallback(given.Sender, `{"type":"organization","custom_name":null}`),
		"custom_note": fallback(given.Note, "null"),
	}
}

// common is what the full resource and the answer to activate share.
func (r *request) common() map[string]any {
	v := r.core()
	v["ordered_approvers"] = r.OrderedApprovers
	v["custom_recipient_order"] = r.CustomOrder
	v["reminder_settings"] = r.Reminders
	v["branding_id"] = r.BrandingID
	v["custom_experience_id"] = r.CustomExperienceID
	v["signers_allowed_to_decline"] = r.AllowDecline
	v["audit_trail_locale"] = "en"
	if r.AuditTrailLocale != nil {
		v["audit_trail_locale"] = r.AuditTrailLocale
	}
	v["workflow_session_id"] = r.WorkflowSessionID
	v["previous_attempt_id"] = r.PreviousAttemptID
	v["rejection_information"] = nil
	if r.rejection != nil {
		v["rejection_information"] = r.rejection
	}
	return v
}

// activatedView is the answer to activate: links instead of the sender's side.
func (s *Simulator) activatedView(r *request) map[string]any {
	v := r.common()
	signers, approvers := []map[string]any{}, []map[string]any{}
	for _, x := range r.signers {
		link, until := s.link(x)
		signers = append(signers, map[string]any{
			"id": x.id, "status": x.status, "signature_link": link, "signature_link_expiration_date": until,
		})
	}
	for _, x := range r.approvers {
		approvers = append(approvers, map[string]any{
			"id": x.id, "status": x.status, "approval_link": nil, "approval_link_expiration_date": nil,
		})
	}
	v["signers"], v["approvers"] = signers, approvers
	return v
}

func (s *Simulator) sender() map[string]any {
	return map[string]any{"id": s.senderID, "email": "sender@yousign-simulator.test"}
}

func (s *Simulator) workspace(r *request) string {
	if r.WorkspaceID != nil {
		return *r.WorkspaceID
	}
	return s.workspaceID
}

// link returns the signature link and the end of its life, both nil before the signer is notified.
func (s *Simulator) link(x *signer) (link, until any) {
	if x.token == "" {
		return nil, nil
	}
	return s.cfg.BaseURL + linkPath + x.token, stamp(x.linkUntil)
}

func (s *Simulator) signerView(r *request, x *signer) map[string]any {
	link, until := s.link(x)
	excluded := x.ExcludedDocuments
	if excluded == nil {
		excluded = []string{}
	}
	return map[string]any{
		"id": x.id, "status": x.status, "info": x.Info, "fields": r.fieldViews(func(f *field) bool { return f.signerID == x.id }),
		"signature_level": x.Level, "signature_authentication_mode": x.Authentication,
		"signature_link": link, "signature_link_expiration_date": until, "signature_image_preview": nil,
		"redirect_urls": x.RedirectURLs, "custom_text": x.CustomText, "delivery_mode": x.DeliveryMode,
		"identification_attestation_id":      x.AttestationID,
		"sms_notification":                   fallback(x.SMSNotification, `{"otp_message":{"custom_text":null}}`),
		"email_notification":                 fallback(x.EmailNotification, `{"disabled":[]}`),
		"pre_identity_verification_required": x.PreVerification, "verified_identity_id": nil,
		"recipient_stage_index": r.stageOf(x), "excluded_documents": excluded, "signed_at": maybe(x.signedAt),
	}
}

func (r *request) fieldViews(want func(*field) bool) []map[string]any {
	out := []map[string]any{}
	for _, d := range r.documents {
		for _, f := range d.fields {
			if want(f) {
				out = append(out, f.all)
			}
		}
	}
	return out
}

func (d *document) view() map[string]any {
	sum := sha256.Sum256(d.original)
	pages, anchors := any(nil), 0
	alreadySigned := false
	if d.scan != nil {
		pages, alreadySigned = len(d.scan.Pages), d.scan.Signed
		if d.anchors {
			anchors = len(d.scan.Anchors)
		}
	}
	return map[string]any{
		"id": d.id, "filename": d.name, "nature": d.nature, "content_type": d.contentType,
		"sha256": hex.EncodeToString(sum[:]), "is_protected": false, "is_signed": alreadySigned, "is_locked": false,
		"created_at": stamp(d.created), "total_pages": pages, "total_anchors": anchors,
		"initials": fallback(d.initials, "null"), "excluded_signers": []string{}, "excluded_approvers": []string{},
	}
}

// fileName is what a download is called.
func (d *document) fileName() string {
	if strings.HasSuffix(strings.ToLower(d.name), ".pdf") {
		return d.name
	}
	return d.name + ".pdf"
}
