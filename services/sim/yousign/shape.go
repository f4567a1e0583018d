package yousign

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

// shapes are the vendor's tables of request bodies, written with the rules of package schema.
type shapes struct {
	create, patch, signer, signerPatch, field, upload, info, subscription, subscriptionPatch schema.Rule
}

func newShapes() shapes {
	return shapes{
		create: createShape(), patch: patchShape(), signer: signerShape(), signerPatch: signerPatchShape(),
		field: fieldShape("signer_id"), upload: uploadShape(), info: infoShape(schema.Open),
		subscription: subscriptionShape(true), subscriptionPatch: subscriptionShape(false),
	}
}

// requestFields are the keys a signature request has at creation and in an update.
func requestFields() []schema.Field {
	return []schema.Field{
		schema.May("ordered_signers", schema.Bool()),
		schema.May("ordered_approvers", schema.Bool()),
		schema.Null("reminder_settings", schema.Closed(
			schema.Must("interval_in_days", schema.Choice(1, 2, 7, 14)),
			schema.Must("max_occurrences", schema.Int(1, 10)))),
		schema.May("timezone", schema.Zone()),
		schema.Null("email_custom_note", schema.SafeMail(0, 500)),
		schema.May("expiration_date", schema.Date()),
		schema.Null("external_id", schema.Match(255, `[\w\-@.%+]+`)),
		schema.Null("branding_id", schema.UUID()),
		schema.Null("custom_experience_id", schema.UUID()),
		schema.May("signers_allowed_to_decline", schema.Bool()),
		schema.Null("workspace_id", schema.UUID()),
		schema.Null("audit_trail_locale", schema.Enum("de", "en", "es", "fr", "it", "pt", "ro")),
		schema.Null("email_notification", emailNotification()),
		schema.May("labels", schema.List(schema.UUID(), 50)),
	}
}

func emailNotification() schema.Rule {
	return schema.Closed(
		schema.May("sender", schema.Open(
			schema.May("type", schema.Enum("organization", "workspace", "custom", "user")),
			schema.Null("custom_name", schema.Safe(1, 128)))),
		schema.Null("custom_note", schema.SafeMail(0, 2000)),
		schema.Null("custom_text", schema.Closed(customTextFields()...)))
}

func customTextFields() []schema.Field {
	subject, body := schema.SafeMail(1, 512), schema.SafeMail(1, 2000)
	return []schema.Field{
		schema.Null("request_subject", subject), schema.Null("request_body", body),
		schema.Null("reminder_subject", subject), schema.Null("reminder_body", body),
	}
}

func createShape() schema.Rule {
	return schema.Closed(append(requestFields(),
		schema.Must("name", schema.Safe(1, 128)),
		schema.Must("delivery_mode", schema.Enum("none", "email")),
		schema.May("custom_recipient_order", schema.Bool()),
		schema.May("template_id", schema.UUID()),
		schema.Null("template_placeholders", placeholders()),
		schema.May("documents", schema.Unique(schema.UUID(), 5)),
		schema.May("signers", schema.List(inlineSigner(), 100)),
		schema.Null("archiving", schema.Enum("archive", "archive_y")),
		schema.Null("workflow_session_id", schema.UUID()),
		schema.Null("previous_attempt_id", schema.UUID()))...)
}

func patchShape() schema.Rule {
	return schema.Open(append(requestFields(),
		schema.May("name", schema.Safe(1, 128)),
		schema.May("delivery_mode", schema.Enum("none", "email")))...)
}

func placeholders() schema.Rule {
	return schema.Closed(
		schema.May("signers", schema.List(schema.Closed(append(signerFields(schema.Closed, "decline"),
			schema.Must("label", schema.Text(1, 64)),
			schema.Must("info", infoShape(schema.Closed)),
			schema.May("signature_level", levels()))...), 100)),
		schema.May("read_only_text_fields", schema.List(schema.Closed(
			schema.Must("label", schema.Text(1, 64)),
			schema.Must("text", schema.Text(1, 5000))), 500)))
}

func levels() schema.Rule { return schema.Enum(simple, advanced, qualified) }

type object func(...schema.Field) schema.Rule

func infoShape(shape object) schema.Rule {
	return shape(
		schema.Must("first_name", schema.Name(255)), schema.Must("last_name", schema.Name(255)),
		schema.Must("email", schema.Email()), schema.Null("phone_number", schema.Phone()),
		schema.Must("locale", locales()))
}

func locales() schema.Rule { return schema.Enum("en", "fr", "de", "it", "nl", "es", "pl") }

// signerFields are the keys that every form of a signer has.
func signerFields(shape object, redirects ...string) []schema.Field {
	var urls []schema.Field
	for _, name := range append([]string{"success", "error"}, redirects...) {
		urls = append(urls, schema.Null(name, schema.URI(255, "http", "https")))
	}
	return []schema.Field{
		schema.Null("signature_authentication_mode", schema.Enum("otp_email", otpSMS, "no_otp")),
		schema.May("redirect_urls", schema.Closed(urls...)),
		schema.May("custom_text", shape(customTextFields()...)),
		schema.Null("delivery_mode", schema.Enum("email", "none")),
	}
}

// inlineSigner is a signer inside the deprecated one-shot creation: closed, without a decline link.
func inlineSigner() schema.Rule {
	return schema.Closed(append(signerFields(schema.Closed),
		schema.Must("info", infoShape(schema.Closed)),
		schema.Must("signature_level", levels()),
		schema.May("pre_identity_verification_required", schema.Bool()),
		schema.May("fields", schema.List(fieldShape("document_id"), 500)))...)
}

func signerShape() schema.Rule {
	return schema.Open(append(signerExtras(),
		schema.Must("info", infoShape(schema.Open)),
		schema.Must("signature_level", levels()),
		schema.May("fields", schema.List(fieldShape("document_id"), 500)),
		schema.Null("sms_notification", schema.Open(schema.Must("otp_message", schema.Open(
			schema.Must("custom_text", schema.Match(105, `(?s).*\{code\}.*`)))))))...)
}

func signerExtras() []schema.Field {
	return append(signerFields(schema.Open, "decline"),
		schema.Null("insert_after_id", schema.UUID()),
		schema.Null("group_with_id", schema.UUID()),
		schema.Null("identification_attestation_id", schema.Text(1, 255)),
		schema.Null("email_notification", schema.Open(schema.Must("disabled", schema.List(schema.Text(1, 255), 0)))),
		schema.May("pre_identity_verification_required", schema.Bool()),
		schema.May("excluded_documents", schema.List(schema.UUID(), 50)))
}

func signerPatchShape() schema.Rule {
	return schema.Open(append(signerExtras(),
		schema.Null("info", schema.Open(
			schema.May("first_name", schema.Name(255)), schema.May("last_name", schema.Name(255)),
			schema.May("email", schema.Email()), schema.Null("phone_number", schema.Phone()),
			schema.May("locale", locales()))),
		schema.May("signature_level", levels()))...)
}

// fieldShape is a field whose other half (the document when it hangs on a signer, the signer when it hangs on a
// document) is named by the given key.
func fieldShape(owner string) schema.Rule {
	at := []schema.Field{schema.Must(owner, schema.UUID()), schema.Must("page", schema.Int(1, math.MaxInt32)),
		schema.Must("x", schema.Int(0, 32767)), schema.Must("y", schema.Int(0, 32767))}
	with := func(more ...schema.Field) schema.Rule { return schema.Open(append(more, at...)...) }
	size := schema.Int(8, 240)
	cases := []schema.Case{
		{Value: "signature", Rule: with(schema.May("width", schema.Int(85, 2000)), schema.May("height", schema.Int(37, 1000)),
			schema.Null("reason", schema.Name(150)))},
		{Value: "mention", Rule: with(schema.Must("mention", schema.Safe(1, 255)), schema.May("width", schema.Int(24, 32767)))},
		{Value: "text", Rule: with(schema.Must("max_length", schema.Int(1, 32767)), schema.Must("question", schema.Text(0, 255)),
			schema.May("width", schema.Int(24, 32767)))},
		{Value: "checkbox", Rule: with(schema.May("size", size))},
		{Value: "radio_group", Rule: schema.Open(at[0], at[1], schema.Must("radios", schema.List(schema.Open(
			schema.Must("x", schema.Int(0, 32767)), schema.Must("y", schema.Int(0, 32767)), schema.May("size", size)), 0)))},
	}
	if owner == "signer_id" {
		for _, kind := range []string{"signature_date", "signer_name", "signer_email"} {
			cases = append(cases, schema.Case{Value: kind, Rule: with()})
		}
		cases = append(cases, schema.Case{Value: "read_only_text", Rule: schema.Open(
			append(at[1:], schema.Must("text", schema.Text(0, 5000)))...)})
	}
	return schema.Switch("type", cases...)
}

// decode checks a JSON body against a shape and stores it into v.
func (c *call) decode(shape schema.Rule, v any) error {
	if c.media != "application/json" && c.media != "application/merge-patch+json" {
		return unsupportedMedia()
	}
	invalid, err := schema.Check(c.body, shape)
	switch {
	case errors.Is(err, schema.ErrMalformed):
		return refused(about, "The request body is not valid JSON.")
	case len(invalid) > 0:
		return invalidParams(invalid...)
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return refused(about, "The request body is not valid JSON.")
	}
	return nil
}
