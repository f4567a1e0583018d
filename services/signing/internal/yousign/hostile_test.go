package yousign

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

const (
	theSigners  = "GET " + one + "/signers"
	theSigner   = "GET " + one + "/signers/s-1"
	theReminder = "POST " + one + "/signers/s-1/send_reminder"
	notifiedOne = `[{"id":"s-1","status":"notified"},{"id":"s-2","status":"notified"},{"id":"s-3","status":"initiated"}]`
)

// sentOrder is anOrder after it was sent.
func sentOrder() signature.Order {
	order := anOrder()
	order.Envelope, order.Signers[0].ProviderID = "sr-1", "s-1"
	return order
}

// kind names the port's failure that an error is.
func kind(err error) string {
	var rejected *signature.RejectedError
	var unavailable *signature.UnavailableError
	var unknown *signature.UnknownOutcomeError
	switch {
	case err == nil:
		return "none"
	case errors.As(err, &unknown):
		return "unknown"
	case errors.As(err, &unavailable):
		return "unavailable"
	case errors.As(err, &rejected):
		return string(rejected.Reason)
	}
	return err.Error()
}

// A verb's failure must say whether it had its effect: nothing that may have happened is called unavailable, and nothing
// that a proxy or a firewall said ends a request.
func TestTheVerbsTellWhatHappened(t *testing.T) {
	verbs := map[string]struct {
		call          func(*Provider) error
		look, effect  string
		looked        string
		lost, refused string
	}{
		"remind": {func(p *Provider) error { return p.Remind(t.Context(), "sr-1", []string{"s-1"}) },
			theSigners, theReminder, notifiedOne, "unknown", "REMINDER_NOT_OFFERED"},
		"update": {func(p *Provider) error { _, err := p.UpdateSigner(t.Context(), sentOrder(), "client"); return err },
			theSigner, "PATCH " + one + "/signers/s-1", `{"id":"s-1","status":"notified","signature_level":"advanced_electronic_signature","signature_authentication_mode":"otp_sms"}`,
			"unknown", "PROVIDER_REJECTED"},
		"reactivate": {func(p *Provider) error {
			_, err := p.Reactivate(t.Context(), "sr-1", time.Now().AddDate(0, 0, 9))
			return err
		}, "GET " + one, "POST " + one + "/reactivate",
			`{"id":"sr-1","status":"expired","activated_at":"` + time.Now().Format(time.RFC3339) + `"}`, "unknown", "PROVIDER_REJECTED"},
		"erase": {func(p *Provider) error { return p.Erase(t.Context(), "sr-1") },
			"GET " + one, "DELETE " + one, `{"id":"sr-1","status":"done"}`, "unavailable", "PROVIDER_REJECTED"},
	}
	for name, verb := range verbs {
		for _, c := range []struct {
			looked, effect http.HandlerFunc
			want           string
		}{
			{say(500, "{}"), nil, "unavailable"},
			{say(200, "<html>"), nil, "unavailable"},
			{say(404, "404 page not found"), nil, "unavailable"},
			{say(400, problemJSON("a.reason", "x")), nil, "unavailable"},
			{say(200, verb.looked), say(500, "{}"), verb.lost},
			{say(200, verb.looked), say(429, "{}"), "unavailable"},
			{say(200, verb.looked), say(401, "{}"), "unavailable"},
			{say(200, verb.looked), say(403, "<html>"), "unavailable"},
			{say(200, verb.looked), say(404, "404 page not found"), "unavailable"},
			{say(200, verb.looked), say(302, ""), "unavailable"},
			{say(200, verb.looked), say(400, problemJSON("a.reason", "max@example.org")), verb.refused},
		} {
			answers := map[string]http.HandlerFunc{verb.look: c.looked}
			if c.effect != nil {
				answers[verb.effect] = c.effect
			}
			err := verb.call(script(t, answers).provider())
			if got := kind(err); got != c.want {
				t.Errorf("%s: %s (%v), want %s", name, got, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "example.org") {
				t.Errorf("%s tells an address: %v", name, err)
			}
		}
	}
}

func TestHalfAReminderIsUnknown(t *testing.T) {
	for _, status := range []int{429, 400, 500} {
		vendor := script(t, map[string]http.HandlerFunc{
			theSigners: say(200, notifiedOne), theReminder: say(201, ""),
			"POST " + one + "/signers/s-2/send_reminder": say(status, problemJSON("a.reason", "x")),
		})
		if got := kind(vendor.provider().Remind(t.Context(), "sr-1", []string{"s-1", "s-2"})); got != "unknown" {
			t.Errorf("%d: %s", status, got)
		}
	}
	vendor := script(t, map[string]http.HandlerFunc{theSigners: say(200, notifiedOne)})
	if got := kind(vendor.provider().Remind(t.Context(), "sr-1", []string{"s-1", "s-3"})); got != "REMINDER_NOT_OFFERED" {
		t.Errorf("a signer whose turn has not come: %s", got)
	}
}

func TestAnUpdateSendsWhatDiffersOnly(t *testing.T) {
	const is = `{"id":"s-1","status":"STATUS","signature_level":"LEVEL","signature_authentication_mode":MODE,"info":
		{"first_name":"Max","last_name":"Muster","email":"max@example.org","phone_number":"+41791234567","locale":"de"}}`
	advanced := strings.NewReplacer("LEVEL", levelWord(signature.AES), "MODE", `"otp_sms"`, "STATUS", "notified")
	simple := strings.NewReplacer("LEVEL", levelWord(signature.SES), "MODE", `"no_otp"`, "STATUS", "notified")
	begun := strings.NewReplacer("LEVEL", levelWord(signature.SES), "MODE", `"no_otp"`, "STATUS", "processing")
	french := func(o *signature.Order) {
		o.Translations = map[string]signature.MailText{"fr": {Subject: "Bonjour"}}
		o.Signers[0].Language = "fr"
	}
	for name, c := range map[string]struct {
		is     *strings.Replacer
		change func(*signature.Order)
		sent   string
		want   string
	}{
		"nothing":           {advanced, func(*signature.Order) {}, "", "none"},
		"a name":            {advanced, func(o *signature.Order) { o.Signers[0].LastName = "Meier" }, `{"info":{"last_name":"Meier"}}`, "none"},
		"a phone":           {advanced, func(o *signature.Order) { o.Signers[0].Phone = "+41790000000" }, `{"info":{"phone_number":"+41790000000"}}`, "none"},
		"a language":        {advanced, french, `{"info":{"locale":"fr"},"custom_text":{"request_subject":"Bonjour"}}`, "none"},
		"a phone of no use": {simple, func(o *signature.Order) { o.Level, o.Signers[0].Phone = signature.SES, "" }, "", "none"},
		"a code": {simple, func(o *signature.Order) {
			o.Level, o.Signers[0].Authentication = signature.SES, signature.AuthenticationEmail
		}, `{"signature_authentication_mode":"otp_email"}`, "none"},
		"a code too late": {begun, func(o *signature.Order) {
			o.Level, o.Signers[0].Authentication = signature.SES, signature.AuthenticationEmail
		}, "", "AUTHENTICATION_NOT_OFFERED"},
		"another level":  {simple, func(*signature.Order) {}, "", "LEVEL_NOT_OFFERED"},
		"a bad name":     {nil, func(o *signature.Order) { o.Signers[0].LastName = "Иван" }, "", "SIGNER_NAME_INVALID"},
		"a foreign code": {nil, func(o *signature.Order) { o.Signers[0].Authentication = signature.AuthenticationEmail }, "", "AUTHENTICATION_NOT_OFFERED"},
		"not sent":       {nil, func(o *signature.Order) { o.Signers[0].ProviderID = "" }, "", "PROVIDER_REJECTED"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := map[string]http.HandlerFunc{}
			if c.is != nil {
				answers[theSigner], answers["PATCH "+one+"/signers/s-1"] = say(200, c.is.Replace(is)), say(200, "{}")
				answers["GET "+one], answers[theSigners] = say(200, anOngoing), say(200, "["+c.is.Replace(is)+"]")
			}
			vendor, order := script(t, answers), sentOrder()
			c.change(&order)
			envelope, err := vendor.provider().UpdateSigner(t.Context(), order, "client")
			if got := kind(err); got != c.want || err == nil && envelope.Signers[0].ID != "s-1" {
				t.Errorf("%+v, %v, want %s", envelope, err, c.want)
			}
			if diff := cmp.Diff(c.sent, vendor.bodies["PATCH "+one+"/signers/s-1"]); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASigningLinkIsFreshAndSafe(t *testing.T) {
	soon, past := time.Now().Add(time.Hour).UTC().Format(time.RFC3339), time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	answer := func(id, status, link, ends string) http.HandlerFunc {
		return say(200, fmt.Sprintf(`{"id":%q,"status":%q,"signature_link":%q,"signature_link_expiration_date":%q}`, id, status, link, ends))
	}
	const secret = "https://yousign.app/signatures/a-secret"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"notified":         {answer("s-1", "notified", secret, soon), "none"},
		"has begun":        {answer("s-1", "consent_given", secret, soon), "none"},
		"no end":           {answer("s-1", "notified", secret, ""), "none"},
		"dead":             {answer("s-1", "notified", secret, past), signature.ErrNoLink.Error()},
		"not asked yet":    {say(200, `{"id":"s-1","status":"initiated","signature_link":null}`), signature.ErrNoLink.Error()},
		"signed":           {answer("s-1", "signed", secret, soon), signature.ErrNoLink.Error()},
		"aborted":          {answer("s-1", "aborted", secret, soon), signature.ErrNoLink.Error()},
		"a new status":     {answer("s-1", "dreaming", secret, soon), signature.ErrNoLink.Error()},
		"gone":             {say(404, problemJSON("resource.not_found", "x")), signature.ErrNoLink.Error()},
		"another signer":   {answer("s-2", "notified", secret, soon), "unavailable"},
		"a script":         {answer("s-1", "notified", "javascript:alert('a-secret')", soon), "unavailable"},
		"in the clear":     {answer("s-1", "notified", "http://yousign.app/a-secret", soon), "unavailable"},
		"with a user":      {answer("s-1", "notified", "https://yousign.app@evil.example/a-secret", soon), "unavailable"},
		"endless":          {answer("s-1", "notified", secret+strings.Repeat("x", 5000), soon), "unavailable"},
		"told in an error": {say(400, problemJSON("a.reason", "use "+secret)), "unavailable"},
		"no JSON":          {say(200, secret), "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			link, err := script(t, map[string]http.HandlerFunc{theSigner: c.answer}).provider().SigningLink(t.Context(), sentOrder(), "s-1")
			if got := kind(err); got != c.want || (err == nil) != (link.URL == secret) {
				t.Errorf("%s, %v, want %s", link.URL, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "a-secret") {
				t.Errorf("the error tells the link: %v", err)
			}
		})
	}
}

func TestReactivationOnTheWire(t *testing.T) {
	const expired = `{"id":"sr-1","status":"expired","activated_at":"2031-01-10T10:00:00Z"}`
	until := time.Date(2031, 3, 1, 23, 30, 0, 0, time.UTC) // the next day in Paris
	for body, want := range map[string]string{
		anOngoing: "none", `{"id":"sr-2","status":"ongoing"}`: "unknown", "{}": "unknown", "[": "unknown",
	} {
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + one: say(200, expired), "POST " + one + "/reactivate": say(201, body), theSigners: say(200, notifiedOne),
		})
		_, err := vendor.provider().Reactivate(t.Context(), "sr-1", until)
		if got := kind(err); got != want || vendor.bodies["POST "+one+"/reactivate"] != `{"expiration_date":"2031-03-02"}` {
			t.Errorf("%s: %v, sent %v", body, err, vendor.bodies)
		}
	}
	vendor := script(t, map[string]http.HandlerFunc{"GET " + one: say(200, anOngoing), theSigners: say(200, notifiedOne)})
	if _, err := vendor.provider().Reactivate(t.Context(), "sr-1", until); err != nil {
		t.Errorf("what is open already: %v", err)
	}
}

// Somebody else, or an earlier call that came late, may open the request between the look and the call.
func TestWhatWasOpenedMeanwhileIsOpen(t *testing.T) {
	for status, want := range map[string]string{"ongoing": "none", "expired": "PROVIDER_REJECTED", "deleted": "PROVIDER_REJECTED"} {
		now := "expired"
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + one: func(w http.ResponseWriter, r *http.Request) {
				say(200, strings.Replace(anOngoing, "ongoing", now, 1))(w, r)
			},
			theSigners: say(200, notifiedOne),
		})
		vendor.answers["POST "+one+"/reactivate"] = func(w http.ResponseWriter, r *http.Request) {
			now = status
			say(400, problemJSON("signature_request.status_not_compatible", "x"))(w, r)
		}
		_, err := vendor.provider().Reactivate(t.Context(), "sr-1", time.Now().AddDate(0, 0, 9))
		if got := kind(err); got != want {
			t.Errorf("%s: %v, want %s", status, err, want)
		}
	}
}

// A paused request is open, although Yousign would delete it; what is not known is not deleted either.
func TestEraseNeverDeletesWhatMayBeOpen(t *testing.T) {
	for status, deleted := range map[string]bool{
		"done": true, "declined": true, "rejected": true, "expired": true, "canceled": true, "deleted": true,
		"ongoing": false, "approval": false, "paused": false, "draft": false, "archived": false, "": false,
	} {
		answers := map[string]http.HandlerFunc{"GET " + one: say(200, fmt.Sprintf(`{"id":"sr-1","status":%q}`, status))}
		if deleted {
			answers["DELETE "+one] = func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery != "permanent_delete=true" {
					t.Errorf("deleted with %q", r.URL.RawQuery)
				}
				w.WriteHeader(http.StatusNoContent)
			}
		}
		want := map[bool]string{true: "none", false: "PROVIDER_REJECTED"}[deleted]
		if got := kind(script(t, answers).provider().Erase(t.Context(), "sr-1")); got != want {
			t.Errorf("%q: %s, want %s", status, got, want)
		}
	}
}

func TestSentDocument(t *testing.T) {
	const download = "GET " + one + "/documents/d-1/download"
	two := strings.Replace(anOngoing, `"documents":[`, `"documents":[{"id":"d-2","nature":"signable_document"},`, 1)
	odd := strings.Replace(anOngoing, `"d-1"`, `"../../x"`, 1)
	for name, c := range map[string]struct {
		request, file string
		want          string
	}{
		"open":            {anOngoing, "%PDF-1.7 x", "none"},
		"no PDF":          {anOngoing, "PK\x03\x04", "unavailable"},
		"two to sign":     {two, "", "PROVIDER_TEMPLATE_REJECTED"},
		"a hostile id":    {odd, "", "PROVIDER_TEMPLATE_REJECTED"},
		"signed by one":   {strings.Replace(anOngoing, "notified", "signed", 1), "", "PROVIDER_REJECTED"},
		"done":            {strings.Replace(anOngoing, "ongoing", "done", 1), "", "PROVIDER_REJECTED"},
		"another request": {strings.Replace(anOngoing, "sr-1", "sr-2", 1), "", "unavailable"},
	} {
		answers := map[string]http.HandlerFunc{"GET " + one: say(200, c.request)}
		if c.file != "" {
			answers[download] = say(200, c.file)
		}
		file, err := script(t, answers).provider().SentDocument(t.Context(), "sr-1")
		if got := kind(err); got != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if file != nil {
			_ = file.Close()
		}
	}
}
