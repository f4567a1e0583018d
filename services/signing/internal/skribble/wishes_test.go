package skribble

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// wire is the creation as Skribble reads it.
func wire(t *testing.T, order signature.Order) map[string]any {
	t.Helper()
	body, err := json.Marshal((&scripted{}).provider(t).creationOf(order, "d-1"))
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(body, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func firstSigner(body map[string]any) map[string]any {
	return body["signatures"].([]any)[0].(map[string]any)
}

func TestWishesOnTheWire(t *testing.T) {
	order := anOrder()
	order.Observers = []signature.Observer{{Email: "Boss@example.com"}, {Email: "legal@example.com", Language: "fr"}}
	order.Translations = map[string]signature.MailText{"it": {Message: "Per favore."}, "fr": {Message: "Merci."}}
	order.Signers[0].Language = "it"
	body := wire(t, order)
	if diff := cmp.Diff([]any{"Boss@example.com", "legal@example.com"}, body["cc_email_addresses"]); diff != "" {
		t.Errorf("observers (-want +got):\n%s", diff)
	}
	if body["message"] != "Per favore." {
		t.Errorf("the message is %q, want the one that the signer's language selects", body["message"])
	}
	signer := firstSigner(body)
	for _, absent := range []string{"account_email", "notify"} {
		if _, ok := signer[absent]; ok {
			t.Errorf("%s is sent for somebody else's signer: %v", absent, signer)
		}
	}
	order.Signers[0].OwnCompany = true
	signer = firstSigner(wire(t, order))
	if signer["account_email"] != "max@example.org" || signer["signer_identity_data"] == nil {
		t.Errorf("a signer of the own company is sent as %v", signer)
	}
	order.CallerDelivers = true
	body = wire(t, order)
	signer = firstSigner(body)
	if _, ok := signer["account_email"]; ok || signer["notify"] != false {
		t.Errorf("a signer whose link the caller delivers is sent as %v", signer)
	}
	if text, err := json.Marshal(body); err != nil || strings.Contains(string(text), "identity_reference") {
		t.Errorf("the e-mail code is switched off: %s, %v", text, err)
	}
}

// Quality and legislation are told for every level: left out, Skribble makes it a qualified signature under Swiss law.
func TestLevelAndLegislationAreAlwaysTold(t *testing.T) {
	for _, level := range []signature.Level{signature.SES, signature.AES, signature.QES} {
		for _, law := range []signature.Legislation{signature.EIDAS, signature.ZERTES} {
			order := anOrder()
			order.Level, order.Legislation = level, law
			if body := wire(t, order); body["quality"] != string(level) || body["legislation"] != string(law) {
				t.Errorf("%s under %s is sent as %v under %v", level, law, body["quality"], body["legislation"])
			}
		}
	}
}

func TestCapabilitiesTellWhatIsMissingToo(t *testing.T) {
	provider := (&scripted{}).provider(t)
	provider.config.Region = signature.RegionCH
	got := provider.Capabilities()
	want := signature.Capabilities{
		Name: "skribble", Offers: got.Offers, Languages: got.Languages, OrderedSigners: true, SignerGroups: true, MaxSigners: 50,
		MaxDocumentBytes: 40_000_000, Region: signature.RegionCH, MaxExpiryDays: 365, ReminderPause: time.Hour,
		SignerUpdates: signature.UpdatesUntilFirstSignature, SigningLinks: true, Redirecting: signature.RedirectsCallerDelivery,
		MaxAttachments: 10, MaxObservers: 20, DeliveryLog: true, MaxTitle: 1010, MaxMessage: 1024,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWishesThatAreRefused(t *testing.T) {
	pdf := []byte("%PDF-1.7")
	cases := []struct {
		name, field string
		want        signature.RefusalReason
		wish        func(*signature.Order)
	}{
		{"a subject", "subject", signature.ReasonSubjectNotOffered, func(o *signature.Order) { o.Text.Subject = "Sign" }},
		{"two texts", "translations", signature.ReasonTranslationNotOffered, func(o *signature.Order) {
			o.Translations = map[string]signature.MailText{"fr": {Message: "Merci."}}
			second := o.Signers[0]
			second.Email, second.Language = "fr@example.org", "fr"
			o.Signers = append(o.Signers, second)
		}},
		{"a long message", "message", signature.ReasonMessageInvalid, func(o *signature.Order) { o.Text.Message = strings.Repeat("ä", 1025) }},
		{"a brand", "brand", signature.ReasonBrandNotOffered, func(o *signature.Order) { o.Brand = "b" }},
		{"a template", "provider_template", signature.ReasonTemplateNotOffered, func(o *signature.Order) { o.Template = "t" }},
		{"redirects of mailed signers", "redirects", signature.ReasonRedirectNotOffered, func(o *signature.Order) {
			o.Redirects.Success = "https://shop.example"
		}},
		{"a redirect after a decline alone", "redirects.success_url", signature.ReasonRedirectNotOffered, func(o *signature.Order) {
			o.CallerDelivers, o.Redirects.Decline = true, "https://shop.example"
		}},
		{"a malformed observer", "observers[0].email", signature.ReasonObserverNotOffered, func(o *signature.Order) {
			o.Observers = []signature.Observer{{Email: "Boss <boss@example.com>"}}
		}},
		{"too many observers", "observers", signature.ReasonObserverNotOffered, func(o *signature.Order) {
			o.Observers = make([]signature.Observer, 21)
		}},
		{"too many attachments", "attachments", signature.ReasonAttachmentNotOffered, func(o *signature.Order) {
			o.Attachments = make([]signature.Attachment, 11)
		}},
		{"an attachment without a name", "attachments[0]", signature.ReasonAttachmentNotOffered, func(o *signature.Order) {
			o.Attachments = []signature.Attachment{{Content: pdf}}
		}},
		{"an attachment that is not read yet", "attachments[0]", signature.ReasonDocumentRejected, func(o *signature.Order) {
			o.Attachments = make([]signature.Attachment, 1)
		}},
		{"an attachment that is no PDF", "attachments[0]", signature.ReasonAttachmentNotOffered, func(o *signature.Order) {
			o.Attachments = []signature.Attachment{{FileName: "a.pdf", Content: []byte("PK")}}
		}},
		{"a late place", "signers[0].order_group", signature.ReasonOrderNotOffered, func(o *signature.Order) { o.Signers[0].Order = 1000 }},
	}
	provider := (&scripted{}).provider(t)
	for _, c := range cases {
		order := anOrder()
		c.wish(&order)
		refusal := provider.Refusal(order)
		if refusal == nil || refusal.Reason != c.want || refusal.Field != c.field || !strings.Contains(strings.ToLower(refusal.Detail), "skribble") {
			t.Errorf("%s: %+v, want %s at %s", c.name, refusal, c.want, c.field)
		}
	}
	order := anOrder()
	order.Fields[0].FormField = ""
	if refusal := provider.Refusal(order); refusal == nil || !strings.Contains(refusal.Detail, "form field") {
		t.Errorf("the refusal of coordinates does not say what would be taken: %+v", refusal)
	}
}

// Roles may be whatever a caller's PDF calls its fields; only its own fields are a signer's.
func TestRolesOfUploadedDocuments(t *testing.T) {
	order := anOrder()
	order.Signers[0].Role = "Buyer Co. No-1"
	order.Fields = []signature.Field{{Role: "buyer co. no-1", FormField: "x"}, {Role: "Buyer Co. No-1", FormField: "Buyer Co. No-1"}}
	if refusal := (&scripted{}).provider(t).Refusal(order); refusal != nil {
		t.Errorf("refused: %v", refusal)
	}
	want := map[string]any{"form_field": "Buyer Co. No-1"}
	if diff := cmp.Diff(want, firstSigner(wire(t, order))["visual_signature"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The end is the day of the retention or the time the request ends by itself, whichever is first.
func TestTheEndOfARequest(t *testing.T) {
	const removed, ends = `"expiration_date":"2031-02-01"`, `"expires_at":"2031-01-20T10:00:00Z"`
	day := time.Date(2031, 2, 1, 0, 0, 0, 0, time.UTC)
	for body, want := range map[string]time.Time{
		`{}`: {}, `{` + removed + `}`: day, `{` + ends + `}`: time.Date(2031, 1, 20, 10, 0, 0, 0, time.UTC),
		`{` + removed + `,` + ends + `}`:                            time.Date(2031, 1, 20, 10, 0, 0, 0, time.UTC),
		`{` + removed + `,"expires_at":"2031-03-01T10:00:00Z"}`:     day,
		`{"expiration_date":"soon","expires_at":{"at":"midnight"}}`: {},
	} {
		if got := parse(t, body).end(); !got.Equal(want) {
			t.Errorf("%s ends at %s, want %s", body, got, want)
		}
	}
}

// What Skribble says of a refused order names nobody who was in it.
func TestRefusalsNameNobody(t *testing.T) {
	order := stagedOrder()
	order.CallerDelivers, order.Redirects.Success = true, "https://shop.example/done/max"
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		refuseWith(w, http.StatusBadRequest, "constraint-violation", "", "BOSS@EXAMPLE.COM, terms.pdf, max@example.org: unknown")
	}}
	_, err := vendor.provider(t).Send(t.Context(), order, false)
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || strings.ContainsAny(rejected.Detail, "@") || strings.Contains(rejected.Detail, "terms") {
		t.Errorf("%v", err)
	}
	body := `{"type":"https://api.skribble.com/problem/problem-with-message","message":"User Boss@example.com does not exist"}`
	vendor = &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/documents" {
			fmt.Fprint(w, `{"id":"d-1"}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, body)
	}}
	order.CallerDelivers, order.Redirects = false, signature.Redirects{}
	_, err = vendor.provider(t).Send(t.Context(), order, false)
	if !errors.As(err, &rejected) || !strings.Contains(rejected.Detail, "must have a Skribble account") || strings.Contains(rejected.Detail, "Boss") {
		t.Errorf("a stranger as observer: %v", err)
	}
}
