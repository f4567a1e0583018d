package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// testHiring has an HR platform order everything that a request can have: a contract for the employee, then for a director of
// the own company, in two languages, with an attachment and an observer. The employee's address turns out to be wrong.
func testHiring(t *testing.T, w *world) {
	employee, director, observer, right := w.person(), w.person(), w.person(), w.person()
	body := w.employment(t, w.yousign, employee, director)
	request := body["signatureRequest"].(map[string]any)
	request["level"] = "LEVEL_AES"
	request["subject"], request["message"] = "Ihr Arbeitsvertrag", "Willkommen, "+markWords
	request["translations"] = map[string]any{"fr": map[string]string{"subject": "Contrat de travail", "message": markWords}}
	request["labels"] = map[string]string{"team": "hr"}
	request["reminders"] = map[string]int{"intervalDays": 2, "maxReminders": 3}
	request["observers"] = []map[string]string{{"email": observer.email, "language": "fr"}}
	request["attachments"] = []string{w.upload(t, "rules-"+employee.last, paper())}
	signers := request["signers"].([]map[string]any)
	signers[1]["ownCompany"], signers[1]["language"] = true, "fr"
	r := w.create(t, body)
	watched := w.lines(t, "?signatureRequest="+r.Name)

	remind := map[string]any{"requestId": "remind-" + employee.last}
	next, err := time.Parse(time.RFC3339, w.refusedVerb(t, r.Name, "remind", "REMINDER_TOO_SOON", remind)["next_time"])
	if err != nil || time.Until(next) <= 0 || time.Until(next) > time.Hour {
		t.Errorf("a reminder may be sent at %v, %v, want within the hour", next, err)
	}
	must(t, http.MethodPost, w.gateway("/v1/"+r.Name+":updateSigner"),
		map[string]any{"signerRole": "employee", "email": right.email, "requestId": "update-" + employee.last}, nil)
	seen := watched(t, "TYPE_SIGNER_UPDATED")
	w.yousign.do(t, r.at(), "sign", map[string]any{"signer": right.email})
	seen = append(seen, watched(t, "TYPE_SIGNER_INVITED")...)
	w.yousign.do(t, r.at(), "sign", map[string]any{"signer": director.email})
	seen = append(seen, watched(t, "TYPE_COMPLETED")...)
	want := []string{
		"TYPE_CREATED", "TYPE_SENT", "TYPE_SIGNER_UPDATED", "TYPE_SIGNER_SIGNED", "TYPE_SIGNER_INVITED",
		"TYPE_SIGNER_SIGNED", "TYPE_SIGNED", "TYPE_ARCHIVED", "TYPE_COMPLETED",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("watched (-want +got):\n%s", diff)
	}
	w.completes(t, r.Name, "VERDICT_ATTESTED_BY_PROVIDER")
	w.expectOrderedFully(t, r, director, observer)
}

// expectOrderedFully fails the test when the vendor was not given everything.
func (w *world) expectOrderedFully(t *testing.T, r signatureRequest, director, observer person) {
	t.Helper()
	var at json.RawMessage
	must(t, http.MethodGet, w.yousign.url+"/_sim/requests/"+r.ProviderReference, nil, &at)
	for what, mark := range map[string]string{
		"level": `"advanced_electronic_signature"`, "subject": "Contrat de travail", "countersigner": director.email, "code": `"otp_sms"`,
	} {
		if !strings.Contains(string(at), mark) {
			t.Errorf("the vendor does not know the %s", what)
		}
	}
	if strings.Contains(string(at), "team") {
		t.Error("the vendor knows the labels")
	}
	header := http.Header{"Authorization": {"Bearer " + yousignKey}}
	for path, mark := range map[string]string{"followers": observer.email, "documents": `"attachment"`} {
		got, err := send(http.MethodGet, w.yousign.url+"/v3/signature_requests/"+r.ProviderReference+"/"+path, header, nil)
		if err != nil || !strings.Contains(string(got.body), mark) {
			t.Errorf("the vendor's %s lack what was ordered: status %d, %v", path, got.status, err)
		}
	}
}

func testSkribbleLinks(t *testing.T, w *world) { testLinks(t, w, w.skribble) }
func testYousignLinks(t *testing.T, w *world)  { testLinks(t, w, w.yousign) }

// testLinks has a platform bring the signers their links itself, each at their turn.
func testLinks(t *testing.T, w *world, v vendor) {
	employee, director := w.person(), w.person()
	body := w.employment(t, v, employee, director)
	body["signatureRequest"].(map[string]any)["delivery"] = "DELIVERY_CALLER"
	r := w.create(t, body)
	watched := w.lines(t, "?signatureRequest="+r.Name)
	link := func(role string) string {
		var answer struct {
			URL string `json:"url"`
		}
		must(t, http.MethodPost, w.gateway("/v1/"+r.Name+":getSigningLink"), map[string]string{"signerRole": role}, &answer)
		return answer.URL
	}
	early := w.refusedVerb(t, r.Name, "getSigningLink", "SIGNER_STATE_DOES_NOT_ALLOW", map[string]any{"signerRole": "director"})
	if early["signer_role"] != "director" || early["signer_state"] != "PENDING" {
		t.Errorf("a link before the turn is refused with %v", early)
	}
	signLink(t, link("employee"))
	watched(t, "TYPE_SIGNER_INVITED")
	signLink(t, link("director"))
	watched(t, "TYPE_COMPLETED")
	w.completes(t, r.Name, "VERDICT_ATTESTED_BY_PROVIDER")
	w.expectNoInvitation(t, v, employee, director)
	if link := strings.Split(w.logs.String(), "/_sim/links/"); len(link) > 1 {
		t.Error("a signing link is in the log")
	}
}

// expectNoInvitation fails the test when the vendor asked somebody by mail to sign.
func (w *world) expectNoInvitation(t *testing.T, v vendor, people ...person) {
	t.Helper()
	var mails []struct{ Kind, To string }
	must(t, http.MethodGet, v.url+"/_sim/mails", nil, &mails)
	for _, mail := range mails {
		for _, p := range people {
			if mail.To == p.email && mail.Kind == "invitation" {
				t.Errorf("%s invited a signer", v.name)
			}
		}
	}
}
