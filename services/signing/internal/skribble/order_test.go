package skribble

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// What goes over the wire, to the letter: Skribble ignores what it does not know, and a request without its signers or
// under another law is a success to it.
func TestCreationOnTheWire(t *testing.T) {
	provider := (&scripted{}).provider(t)
	body, err := json.MarshalIndent(provider.creationOf(anOrder(), "d-1"), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "title": "Contract 7 [` + reference("deal-7-1") + `]",
  "message": "Please sign.",
  "document_id": "d-1",
  "quality": "AES",
  "legislation": "EIDAS",
  "signatures": [
    {
      "signer_identity_data": {
        "email_address": "max@example.org",
        "first_name": "Max",
        "last_name": "Muster",
        "mobile_number": "41791234567",
        "language": "de"
      },
      "language": "de",
      "visual_signature": {
        "form_field": "client"
      }
    }
  ],
  "custom": "deal-7-1",
  "attach_on_success": [],
  "callback_success_url": "https://gateway.example.com/webhooks/skribble/success/dG9rZW4/SKRIBBLE_SIGNATURE_REQUEST_ID",
  "callback_update_url": "https://gateway.example.com/webhooks/skribble/update/dG9rZW4/SKRIBBLE_SIGNATURE_REQUEST_ID",
  "callback_error_url": "https://gateway.example.com/webhooks/skribble/error/dG9rZW4/SKRIBBLE_SIGNATURE_REQUEST_ID"
}`
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCreationSendsNoMoreThanNeeded(t *testing.T) {
	order := anOrder()
	order.Level, order.Fields = signature.SES, nil
	provider := (&scripted{}).provider(t)
	provider.config.CallbackBase = ""
	body, err := json.Marshal(provider.creationOf(order, "d-1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{"mobile_number", "visual_signature", "callback", "sequence"} {
		if strings.Contains(string(body), absent) {
			t.Errorf("%s is sent: %s", absent, body)
		}
	}
}

func TestReference(t *testing.T) {
	a, b := reference("deal-7-1"), reference("deal-7-2")
	if a == b || len(a) != len("CS-XXXXXXXX") || reference("deal-7-1") != a {
		t.Errorf("references %s and %s", a, b)
	}
}

func TestFieldsThatCannotBeHandedOver(t *testing.T) {
	provider := (&scripted{}).provider(t)
	order := anOrder()
	order.Fields = nil
	if refusal := provider.Refusal(order); refusal != nil {
		t.Errorf("a signer without a field may place the signature: %v", refusal)
	}
	for _, fields := range [][]signature.Field{
		{{Role: "client", Page: 1, Width: 100, Height: 40}},
		{{Role: "client", FormField: "a"}, {Role: "client", FormField: "b"}},
	} {
		order.Fields = fields
		refusal := provider.Refusal(order)
		if refusal == nil || refusal.Reason != signature.ReasonSignatureFieldMissing || refusal.Field != "signers[0].role" {
			t.Errorf("%+v: %v", fields, refusal)
		}
	}
}

func TestNewRefusesAMixUpOfDemoAndReal(t *testing.T) {
	cases := []struct {
		user    string
		key     string
		sandbox bool
		ok      bool
	}{
		{"api_production_x", "k", false, true},
		{"api_demo_x", "k", true, true},
		{"api_demo_x", "k", false, false},
		{" api_demo_x", "k", false, false},
		{"api_production_x", "k", true, false},
		{"", "k", false, false},
		{"api_production_x", " ", false, false},
	}
	for _, c := range cases {
		_, err := New(Config{BaseURL: "https://api.skribble.com/v2", Username: c.user, APIKey: c.key, Sandbox: c.sandbox})
		if (err == nil) != c.ok {
			t.Errorf("%q, sandbox %v: %v", c.user, c.sandbox, err)
		}
	}
	if _, err := New(Config{BaseURL: "http://api.skribble.com/v2", Username: "api_production_x", APIKey: "k"}); err == nil {
		t.Error("plain http is accepted")
	}
}
