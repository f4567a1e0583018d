package yousign

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

const aUUID = "0ef334d2-7f36-4643-8a2a-4283b4a3e4a4"

// rule is an order that Yousign would take, where want is empty, or refuse for that reason at the field.
type rule struct {
	spoil func(*signature.Order)
	want  signature.RefusalReason
	field string
}

// told holds rules against what is said before anything leaves: the reason of its own and the field at fault.
func told(t *testing.T, rules map[string]rule) {
	t.Helper()
	for name, c := range rules {
		t.Run(name, func(t *testing.T) {
			order := anOrder()
			c.spoil(&order)
			refusal := script(t, nil).provider().Refusal(order)
			if got := reasonOf(refusal); got != c.want || refusal != nil && (refusal.Field != c.field || refusal.Detail == "") {
				t.Errorf("%+v, want %q at %q", refusal, c.want, c.field)
			}
		})
	}
}

func TestWhatIsToldOfTheContent(t *testing.T) {
	long := strings.Repeat("ä", 2000)
	french := func(text signature.MailText) func(*signature.Order) {
		return func(o *signature.Order) {
			o.Translations, o.Signers[0].Language = map[string]signature.MailText{"fr": text}, "fr"
		}
	}
	template := func(values map[string]string) func(*signature.Order) {
		return func(o *signature.Order) {
			o.Template, o.TemplateValues, o.Document, o.Fields = aUUID, values, nil, nil
			o.Signers[0].Role = "Client No. 1"
		}
	}
	told(t, map[string]rule{
		"a long subject":        {func(o *signature.Order) { o.Text.Subject = long[:1024] }, "", ""},
		"too long a subject":    {func(o *signature.Order) { o.Text.Subject = long[:1026] }, "MESSAGE_INVALID", "subject"},
		"two lines of subject":  {func(o *signature.Order) { o.Text.Subject = "a\nb" }, "MESSAGE_INVALID", "subject"},
		"a link in the subject": {func(o *signature.Order) { o.Text.Subject = "see www.x.example" }, "MESSAGE_INVALID", "subject"},
		"an address in both":    {func(o *signature.Order) { o.Text = signature.MailText{Subject: "a@b.ch", Message: " a@b.ch "} }, "", ""},
		"a long message":        {func(o *signature.Order) { o.Text.Message = long }, "", ""},
		"too long a message":    {func(o *signature.Order) { o.Text.Message = long + "x" }, "MESSAGE_INVALID", "message"},
		"markup in a message":   {func(o *signature.Order) { o.Text.Message = "<b>now</b>" }, "MESSAGE_INVALID", "message"},
		"a translation":         {french(signature.MailText{Subject: "Bonjour", Message: "Merci."}), "", ""},
		"a bad translation":     {french(signature.MailText{Subject: "http://x"}), "MESSAGE_INVALID", `translations["fr"].subject`},

		"an observer":            {func(o *signature.Order) { o.Observers = []signature.Observer{{Email: "o@example.org"}} }, "", ""},
		"an observer's name":     {func(o *signature.Order) { o.Observers = []signature.Observer{{Email: "O <o@example.org>"}} }, "OBSERVER_NOT_OFFERED", "observers[0].email"},
		"an observer's language": {func(o *signature.Order) { o.Observers = []signature.Observer{{Email: "o@example.org", Language: "pt"}} }, "LANGUAGE_NOT_OFFERED", "observers[0].language"},
		"too many observers":     {func(o *signature.Order) { o.Observers = make([]signature.Observer, 101) }, "OBSERVER_NOT_OFFERED", "observers"},

		"an attachment":          {func(o *signature.Order) { o.Attachments = []signature.Attachment{{Content: providertest.Document()}} }, "", ""},
		"an attached picture":    {func(o *signature.Order) { o.Attachments = []signature.Attachment{{Content: []byte("\x89PNG")}} }, "ATTACHMENT_NOT_OFFERED", "attachments[0]"},
		"too many attachments":   {func(o *signature.Order) { o.Attachments = make([]signature.Attachment, 50) }, "ATTACHMENT_NOT_OFFERED", "attachments"},
		"a look":                 {func(o *signature.Order) { o.Brand = aUUID }, "", ""},
		"a look by name":         {func(o *signature.Order) { o.Brand = "blue" }, "BRAND_NOT_OFFERED", "brand"},
		"redirects":              {func(o *signature.Order) { o.Redirects.Error = "https://x.example/" + strings.Repeat("x", 237) }, "", ""},
		"too long a redirect":    {func(o *signature.Order) { o.Redirects.Error = "https://x.example/" + strings.Repeat("x", 238) }, "REDIRECT_NOT_OFFERED", "redirects.error_url"},
		"a redirect to a script": {func(o *signature.Order) { o.Redirects.Decline = "javascript:x" }, "REDIRECT_NOT_OFFERED", "redirects.decline_url"},

		"a template":             {template(map[string]string{"a label, Nr. 1": strings.Repeat("ä", 5000)}), "", ""},
		"a template by name":     {func(o *signature.Order) { o.Template, o.Document = "offer", nil }, "PROVIDER_TEMPLATE_REJECTED", "provider_template.template"},
		"an empty text":          {template(map[string]string{"a": ""}), "PROVIDER_TEMPLATE_REJECTED", `provider_template.values["a"]`},
		"too long a text":        {template(map[string]string{"a": strings.Repeat("ä", 5001)}), "PROVIDER_TEMPLATE_REJECTED", `provider_template.values["a"]`},
		"a role of upper case":   {func(o *signature.Order) { o.Signers[0].Role, o.Fields[0].Role = "Client No. 1", "Client No. 1" }, "", ""},
		"a field without a form": {func(o *signature.Order) { o.Fields[0].FormField = "" }, "", ""},
	})
}

func TestWhatIsToldOfTheSigners(t *testing.T) {
	told(t, map[string]rule{
		"AES without a phone":    {func(o *signature.Order) { o.Signers[0].Phone = "" }, "SIGNER_PHONE_REQUIRED", "signers[0].phone_number"},
		"AES with a mail's code": {func(o *signature.Order) { o.Signers[0].Authentication = signature.AuthenticationEmail }, "AUTHENTICATION_NOT_OFFERED", "signers[0].authentication"},
		"QES with a code": {func(o *signature.Order) {
			o.Level, o.Signers[0].Authentication = signature.QES, signature.AuthenticationSMS
		}, "AUTHENTICATION_NOT_OFFERED", "signers[0].authentication"},
		"QES without a phone": {func(o *signature.Order) { o.Level, o.Signers[0].Phone = signature.QES, "" }, "", ""},
		"SES to China by SMS": {func(o *signature.Order) {
			o.Level, o.Signers[0].Phone, o.Signers[0].Authentication = signature.SES, "+8613012345678", signature.AuthenticationSMS
		}, "SIGNER_PHONE_REQUIRED", "signers[0].phone_number"},
		"SES to China by mail": {func(o *signature.Order) {
			o.Level, o.Signers[0].Phone, o.Signers[0].Authentication = signature.SES, "+8613012345678", signature.AuthenticationEmail
		}, "", ""},
		"a title's name for QES": {func(o *signature.Order) { o.Level, o.Signers[0].FirstName = signature.QES, "Dr. Max" }, "SIGNER_NAME_INVALID", "signers[0].first_name"},
		"a longest address": {func(o *signature.Order) {
			o.Signers[0].Email = strings.Repeat("x", 60) + "@" + strings.Repeat("y", 35) + ".org"
		}, "", ""},
		"too long an address": {func(o *signature.Order) {
			o.Signers[0].Email = strings.Repeat("x", 60) + "@" + strings.Repeat("y", 36) + ".org"
		}, "SIGNER_EMAIL_INVALID", "signers[0].email"},
		"a correlation with a colon":  {func(o *signature.Order) { o.Correlation = "a:b" }, "PROVIDER_REJECTED", "correlation"},
		"a fault beside no document":  {func(o *signature.Order) { o.Document, o.Fields, o.Brand = nil, nil, "blue" }, "BRAND_NOT_OFFERED", "brand"},
		"a signer of the own company": {func(o *signature.Order) { o.Signers[0].OwnCompany = true }, "", ""},
		"delivered by the caller":     {func(o *signature.Order) { o.CallerDelivers = true }, "", ""},
	})
}

// A parameter that Yousign names gets the reason of what filled it, so that a person knows what to mend.
func TestARefusedParameterHasItsReason(t *testing.T) {
	for name, want := range map[string]signature.RefusalReason{
		"redirect_urls": signature.ReasonRedirectNotOffered, "redirect_urls.decline": signature.ReasonRedirectNotOffered,
		"custom_experience_id": signature.ReasonBrandNotOffered, "email_notification.custom_text.request_body": signature.ReasonMessageInvalid,
		"info.phone_number": signature.ReasonSignerPhoneRequired, "info.first_name": signature.ReasonSignerNameInvalid,
		"expiration_date": signature.ReasonExpiryInvalid, "name": signature.ReasonTitleInvalid, "timezone": signature.ReasonProviderRejected,
	} {
		body, err := json.Marshal(problem{Type: "parameters_not_valid", Params: []param{{Name: name, Reason: "no"}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = script(t, map[string]http.HandlerFunc{"POST " + root: say(400, string(body))}).provider().Send(t.Context(), anOrder(), false)
		if got := kind(err); got != string(want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestTheWholeOrderOnTheWire(t *testing.T) {
	order := withSigners(1, 1, 2)
	order.Level, order.CallerDelivers, order.Brand = signature.SES, true, aUUID
	order.Text.Subject, order.Translations = "Contract", map[string]signature.MailText{"fr": {Message: "Merci."}, "it": {}}
	order.Redirects = signature.Redirects{Success: "https://x.example/ok", Decline: "https://x.example/no", Error: "https://x.example/oh"}
	got := script(t, nil).provider().creationOf(order)
	got.ExpirationDate = ""
	wantJSON(t, got, `{
  "name": "Contract 7",
  "delivery_mode": "none",
  "ordered_signers": false,
  "custom_recipient_order": true,
  "timezone": "Europe/Paris",
  "external_id": "deal-7-1",
  "signers_allowed_to_decline": true,
  "audit_trail_locale": "de",
  "custom_experience_id": "`+aUUID+`",
  "email_notification": {
    "custom_text": {
      "request_subject": "Contract",
      "request_body": "Please sign."
    }
  }
}`)
	order.Fields = nil
	order.Signers[0].Language = "fr"
	wantJSON(t, placed(inviteeOf(order, order.Signers[0], "d-1"), true, signer{ID: "s-9"}), `{
  "info": {
    "first_name": "Max",
    "last_name": "Muster",
    "email": "a@example.org",
    "phone_number": null,
    "locale": "fr"
  },
  "signature_level": "electronic_signature",
  "signature_authentication_mode": "no_otp",
  "redirect_urls": {
    "success": "https://x.example/ok",
    "error": "https://x.example/oh",
    "decline": "https://x.example/no"
  },
  "custom_text": {
    "request_body": "Merci."
  },
  "fields": null,
  "group_with_id": "s-9"
}`)
	for _, language := range []string{"de", "it", "es"} {
		order.Signers[0].Language = language
		if text := inviteeOf(order, order.Signers[0], "d-1").CustomText; text != nil {
			t.Errorf("%s gets %+v of its own", language, text)
		}
	}
}

// Both generations of the contract, and what comes after them, are read: an unknown word is data and no failure.
func TestUnknownWordsAreData(t *testing.T) {
	for _, level := range []string{
		"electronic_signature_with_qualified_certificate", "qualified_electronic_signature_mode_1", "electronic_signature_2030", "",
	} {
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + one: say(200, strings.Replace(anOngoing, "notified", "signed", 1)),
			theSigners:   say(200, strings.Replace("["+aSigner+"]", "advanced_electronic_signature", level, 1)),
		})
		read, err := vendor.provider().Read(t.Context(), "sr-1")
		if err != nil || len(read.Signers) != 1 || string(read.Signers[0].SignedLevel) != level || read.Signers[0].SignedLevel.AtLeast(signature.SES) {
			t.Errorf("%q: %+v, %v", level, read, err)
		}
	}
	for _, status := range []string{"paused", "archived", "signed_by_robot"} {
		vendor := script(t, map[string]http.HandlerFunc{"GET " + one: say(200, strings.Replace(anOngoing, "ongoing", status, 1))})
		read, err := vendor.provider().Read(t.Context(), "sr-1")
		want := signature.EnvelopeUnknown
		if status == "paused" {
			want = signature.EnvelopeOpen
		}
		if err != nil || read.State != want {
			t.Errorf("%s: %s, %v", status, read.State, err)
		}
	}
}

func TestFollowersAreReadInBothForms(t *testing.T) {
	want := followers{{Email: "a@b.ch", Locale: "fr"}}
	for _, body := range []string{`[{"email":"a@b.ch","locale":"fr"}]`, ` {"data":[{"email":"a@b.ch","locale":"fr","follower_link":null}]}`} {
		var got followers
		if err := json.Unmarshal([]byte(body), &got); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
	var got followers
	if err := json.Unmarshal([]byte(`"x"`), &got); err == nil {
		t.Error("a string is read as followers")
	}
}
