package skribble

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// stagedOrder has an attachment and an observer.
func stagedOrder() signature.Order {
	order := anOrder()
	order.Attachments = []signature.Attachment{{FileName: "terms.pdf", Content: []byte("%PDF-1.7 terms")}}
	order.Observers = []signature.Observer{{Email: "Boss@example.com"}}
	return order
}

// draftRow is a request without signers.
func draftRow(observers, attachments string) string {
	return fmt.Sprintf(`{"id":"sr-1","status_overall":"OPEN","custom":"deal-7-1","quality":"AES","signatures":[],
 "cc_email_addresses":[%s],"attachments":[%s]}`, observers, attachments)
}

const (
	boss  = `"boss@example.com"`
	terms = `{"attachment_id":"a-1","filename":"terms.pdf"}`
)

// invitedRow is the draft with its signer.
var invitedRow = strings.Replace(draftRow(boss, terms), `"signatures":[]`, `"signatures":[{"sid":"s-1","status_code":"OPEN"}]`, 1)

// staging answers each step of a staged sending; bodies are what was sent, by call.
type staging struct {
	scripted
	draft  string // what a look at the draft shows
	put    string // the answer to the signers
	list   string // the answer to a look-up
	bodies map[string]string
}

func newStaging() *staging {
	s := &staging{draft: draftRow(boss, terms), put: invitedRow, list: "[]", bodies: map[string]string{}}
	s.answer = func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v2")
		s.bodies[call] = string(body)
		switch call {
		case "POST /documents":
			fmt.Fprint(w, `{"id":"d-1"}`)
		case "POST /signature-requests":
			fmt.Fprint(w, draftRow(boss, ""))
		case "PUT /signature-requests":
			fmt.Fprint(w, s.put)
		case "GET /signature-requests":
			fmt.Fprint(w, s.list)
		case "GET /signature-requests/sr-1":
			fmt.Fprint(w, s.draft)
		case "DELETE /signature-requests/sr-1":
			s.draft = `{"id":"sr-1","status_overall":"WITHDRAWN","signatures":[]}`
			if strings.Count(strings.Join(s.calls, " "), "DELETE") > 1 {
				refuseWith(w, http.StatusNotFound, "entity-not-found", "", "SignatureRequest not found")
			}
		}
	}
	return s
}

// steps are the calls of a staged sending, in order.
func steps() []string {
	return []string{
		"POST /v2/documents", "POST /v2/signature-requests", "POST /v2/signature-requests/sr-1/attachments",
		"GET /v2/signature-requests/sr-1", "PUT /v2/signature-requests",
	}
}

func TestSignersComeLast(t *testing.T) {
	vendor := newStaging()
	envelope, err := vendor.provider(t).Send(t.Context(), stagedOrder(), false)
	if err != nil || envelope.ID != "sr-1" || envelope.State != signature.EnvelopeOpen || len(envelope.Signers) != 1 {
		t.Fatalf("%+v, %v", envelope, err)
	}
	if diff := cmp.Diff(steps(), vendor.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	var created struct {
		Signatures []any    `json:"signatures"`
		Observers  []string `json:"cc_email_addresses"`
	}
	if err := json.Unmarshal([]byte(vendor.bodies["POST /signature-requests"]), &created); err != nil {
		t.Fatal(err)
	}
	if created.Signatures == nil || len(created.Signatures) != 0 || len(created.Observers) != 1 {
		t.Errorf("created with %+v", created)
	}
	want := `{"filename":"terms.pdf","content_type":"application/pdf","content":"JVBERi0xLjcgdGVybXM="}`
	if got := vendor.bodies["POST /signature-requests/sr-1/attachments"]; got != want {
		t.Errorf("attached %s, want %s", got, want)
	}
	sent := vendor.bodies["PUT /signature-requests"]
	if !strings.HasPrefix(sent, `{"id":"sr-1","signatures":[{"signer_identity_data":{"email_address":"max@example.org"`) {
		t.Errorf("invited with %s", sent)
	}
}

// What exists is continued: neither the document, nor the request, nor an attachment is made again.
func TestAStagedSendingIsResumedFromWhatExists(t *testing.T) {
	all := steps()
	cases := []struct {
		name, list, draft string
		want              []string
	}{
		{"without its attachment", draftRow(boss, ""), draftRow(boss, ""), all[2:]},
		{"without its signers", draftRow(boss, terms), draftRow(boss, terms), all[3:]},
		{"whole", invitedRow, invitedRow, nil},
		{"whole, but the list is behind", draftRow(boss, ""), invitedRow, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			vendor := newStaging()
			vendor.list, vendor.draft = "["+c.list+"]", c.draft
			if len(c.want) == len(all)-2 {
				answer := vendor.answer
				vendor.answer = func(w http.ResponseWriter, r *http.Request) {
					answer(w, r)
					if strings.HasSuffix(r.URL.Path, "/attachments") {
						vendor.draft = draftRow(boss, terms)
					}
				}
			}
			envelope, err := vendor.provider(t).Send(t.Context(), stagedOrder(), true)
			if err != nil || envelope.State != signature.EnvelopeOpen || len(envelope.Signers) != 1 {
				t.Fatalf("%+v, %v", envelope, err)
			}
			want := append([]string{"GET /v2/signature-requests", "GET /v2/signature-requests/sr-1"}, c.want...)
			if diff := cmp.Diff(want, vendor.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// Once a draft exists, nothing that fails may be repeated blindly, whatever the step itself came to.
func TestAFailureAfterTheDraftIsLookedUp(t *testing.T) {
	for _, step := range steps()[2:] {
		for _, status := range []int{429, 500, 502, 503} {
			vendor := newStaging()
			answer := vendor.answer
			vendor.answer = func(w http.ResponseWriter, r *http.Request) {
				if r.Method+" "+r.URL.Path == step {
					w.WriteHeader(status)
					return
				}
				answer(w, r)
			}
			_, err := vendor.provider(t).Send(t.Context(), stagedOrder(), false)
			var unknown *signature.UnknownOutcomeError
			var unavailable *signature.UnavailableError
			if !errors.As(err, &unknown) || errors.As(err, &unavailable) {
				t.Errorf("%s answered %d: %v, want unknown and nothing else", step, status, err)
			}
		}
	}
}

// A rejection of the signers leaves nothing behind; a draft that got its signers after all is never removed.
func TestARefusedInvitation(t *testing.T) {
	for _, c := range []struct {
		name, then string
		removed    bool
	}{{"nobody was invited", draftRow(boss, terms), true}, {"they were invited all the same", invitedRow, false}} {
		vendor := newStaging()
		answer := vendor.answer
		vendor.answer = func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				vendor.draft = c.then
				refuseWith(w, http.StatusBadRequest, "constraint-violation", "", "max@example.org is not welcome to terms.pdf")
				return
			}
			answer(w, r)
		}
		_, err := vendor.provider(t).Send(t.Context(), stagedOrder(), false)
		var rejected *signature.RejectedError
		var unknown *signature.UnknownOutcomeError
		removed := strings.Contains(strings.Join(vendor.calls, " "), "DELETE")
		if removed != c.removed || errors.As(err, &rejected) != c.removed || errors.As(err, &unknown) == c.removed ||
			strings.Contains(err.Error(), "max@") || strings.Contains(err.Error(), "terms") {
			t.Errorf("%s: %v after %v", c.name, err, vendor.calls)
		}
	}
}
