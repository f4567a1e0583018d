package yousign

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestCreationOnTheWire(t *testing.T) {
	order := anOrder()
	// 23:30 in Paris, where it is a day later than in UTC's afternoon and the same day as in UTC's evening.
	order.ExpireTime = time.Date(2031, 3, 1, 23, 30, 0, 0, time.UTC)
	wantJSON(t, script(t, nil).provider().creationOf(order), `{
  "name": "Contract 7",
  "delivery_mode": "email",
  "ordered_signers": false,
  "timezone": "Europe/Paris",
  "expiration_date": "2031-03-02",
  "external_id": "deal-7-1",
  "signers_allowed_to_decline": true,
  "audit_trail_locale": "de",
  "email_notification": {
    "custom_text": {
      "request_body": "Please sign."
    }
  }
}`)
	order.ExpireTime, order.Text.Message, order.Language = time.Time{}, "", "nl"
	wantJSON(t, script(t, nil).provider().creationOf(order), `{
  "name": "Contract 7",
  "delivery_mode": "email",
  "ordered_signers": false,
  "timezone": "Europe/Paris",
  "external_id": "deal-7-1",
  "signers_allowed_to_decline": true
}`)
}

func TestInviteeOnTheWire(t *testing.T) {
	order := anOrder()
	wantJSON(t, inviteeOf(order, order.Signers[0], "d-1"), `{
  "info": {
    "first_name": "Max",
    "last_name": "Muster",
    "email": "max@example.org",
    "phone_number": "+41791234567",
    "locale": "de"
  },
  "signature_level": "advanced_electronic_signature",
  "signature_authentication_mode": "otp_sms",
  "fields": [
    {
      "document_id": "d-1",
      "type": "signature",
      "page": 2,
      "x": 60,
      "y": 501,
      "width": 180,
      "height": 60
    }
  ]
}`)
}

func wantJSON(t *testing.T, value any, want string) {
	t.Helper()
	body, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheLevelDrivesTheAuthentication(t *testing.T) {
	cases := []struct {
		level signature.Level
		asked signature.Authentication
		mode  string
		phone bool
		word  string
	}{
		{signature.SES, "", "no_otp", false, "electronic_signature"},
		{signature.SES, "none", "no_otp", false, "electronic_signature"},
		{signature.SES, "otp_email", "otp_email", false, "electronic_signature"},
		{signature.SES, "otp_sms", "otp_sms", true, "electronic_signature"},
		{signature.AES, "", "otp_sms", true, "advanced_electronic_signature"},
		{signature.QES, "", "", false, "qualified_electronic_signature"},
	}
	for _, c := range cases {
		order := anOrder()
		order.Level, order.Signers[0].Authentication = c.level, c.asked
		body := inviteeOf(order, order.Signers[0], "d-1")
		mode := ""
		if body.Authentication != nil {
			mode = *body.Authentication
		}
		if mode != c.mode || (body.Info.PhoneNumber != nil) != c.phone || body.Level != c.word {
			t.Errorf("%s %q is sent as %s %q, phone %v", c.level, c.asked, body.Level, mode, body.Info.PhoneNumber != nil)
		}
		if want := c.level == signature.QES; ordered(order) != want {
			t.Errorf("%s ordered: %v", c.level, !want)
		}
	}
}

func TestUpload(t *testing.T) {
	order := anOrder()
	order.FileName = "a/b\\c\"\n.pdf"
	body, contentType, err := uploadOf(natureSignable, order.FileName, order.Document)
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(strings.NewReader(string(body)), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	file := form.File["file"][0]
	if file.Filename != `a-b-c"-.pdf` || file.Header.Get("Content-Type") != "application/pdf" || form.Value["nature"][0] != "signable_document" {
		t.Errorf("sent %q as %s, %v", file.Filename, file.Header.Get("Content-Type"), form.Value)
	}
	opened, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(opened); err != nil || string(content) != string(order.Document) {
		t.Errorf("the file came out as %d bytes, %v", len(content), err)
	}
	for name, want := range map[string]string{"": "document.pdf", "  ": "document.pdf", strings.Repeat("x", 300) + ".pdf": strings.Repeat("x", 124) + ".pdf"} {
		if got := fileName(name); got != want {
			t.Errorf("fileName(%q) = %q", name, got)
		}
	}
}

func TestNewRefusesAMixUpOfSandboxAndLive(t *testing.T) {
	for _, c := range []struct {
		base    string
		key     string
		sandbox bool
		ok      bool
	}{
		{"https://api.yousign.app/v3", "k", false, true},
		{"https://api-sandbox.yousign.app/v3", "k", true, true},
		{"https://api-sandbox.yousign.app/v3", "k", false, false},
		{"https://api.yousign.app/v3", "k", true, false},
		{"https://api.youtrust.example/v3", "k", false, true},
		{"http://sim:8080/v3", "k", true, true},
		{"http://sim:8080/v3", "k", false, false},
		{"https://api.yousign.app/v3", " ", false, false},
		{"https://a b", "k", false, false},
	} {
		if _, err := New(Config{BaseURL: c.base, APIKey: c.key, Sandbox: c.sandbox}); (err == nil) != c.ok {
			t.Errorf("%s, sandbox %v: %v", c.base, c.sandbox, err)
		}
	}
	if _, err := New(Config{BaseURL: "https://api.yousign.app/v3", APIKey: "k", Timezone: "Mars/Olympus"}); err == nil {
		t.Error("an unknown time zone is accepted")
	}
}
