package skribble_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// observer has an account: Skribble takes nobody else.
const observer = "observer@example.org"

// look shows a request as the simulator keeps it.
func (v vendor) look(t *testing.T, id string) providertest.View {
	t.Helper()
	var kept struct {
		Attachments []struct {
			FileName string `json:"filename"`
		} `json:"attachments"`
		Observers  []string `json:"cc_email_addresses"`
		Signatures []struct {
			URL      string `json:"signing_url"`
			Identity struct {
				Email string `json:"email_address"`
			} `json:"signer_identity_data"`
		} `json:"signatures"`
	}
	v.control(t, http.MethodGet, "/requests/"+id, nil, &kept)
	view := providertest.View{
		Observers: kept.Observers, Links: map[string]string{}, Texts: map[string]signature.MailText{}, Mails: map[string]int{},
	}
	for _, attachment := range kept.Attachments {
		view.Attachments = append(view.Attachments, attachment.FileName)
	}
	for _, signer := range kept.Signatures {
		view.Links[signer.Identity.Email] = signer.URL
	}
	var mails []struct {
		Kind    string `json:"kind"`
		To      string `json:"to"`
		Request string `json:"signature_request_id"`
		Message string `json:"message"`
	}
	v.control(t, http.MethodGet, "/mails", nil, &mails)
	for _, mail := range mails {
		if mail.Request != id {
			continue
		}
		view.Mails[mail.To]++
		if mail.Kind == "invitation" {
			view.Texts[mail.To] = signature.MailText{Message: mail.Message}
		}
	}
	return view
}

func (v vendor) advance(t *testing.T, d time.Duration) {
	t.Helper()
	v.control(t, http.MethodPost, "/clock/advance", map[string]string{"duration": d.String()}, nil)
}
