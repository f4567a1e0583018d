package yousign_test

import (
	"cmp"
	"net/http"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// kept is a request as the simulator's control API shows it.
type kept struct {
	Brand  string `json:"custom_experience_id"`
	Common struct {
		Text text `json:"custom_text"`
	} `json:"email_notification"`
	Signers []struct {
		Info struct {
			Email string `json:"email"`
		} `json:"info"`
		Link      string `json:"signature_link"`
		Text      text   `json:"custom_text"`
		Redirects struct {
			Success string `json:"success"`
			Decline string `json:"decline"`
			Error   string `json:"error"`
		} `json:"redirect_urls"`
	} `json:"signers"`
}

type text struct {
	Subject string `json:"request_subject"`
	Body    string `json:"request_body"`
}

// look shows a request as the simulator keeps it.
func (v vendor) look(t *testing.T, id string) providertest.View {
	t.Helper()
	var request kept
	v.call(t, http.MethodGet, "/_sim/requests/"+id, nil, &request)
	view := providertest.View{
		Brand: request.Brand, Links: map[string]string{}, Texts: map[string]signature.MailText{},
		Redirects: map[string]signature.Redirects{}, Mails: map[string]int{},
	}
	for _, s := range request.Signers {
		view.Links[s.Info.Email] = s.Link
		view.Texts[s.Info.Email] = signature.MailText{
			Subject: cmp.Or(s.Text.Subject, request.Common.Text.Subject), Message: cmp.Or(s.Text.Body, request.Common.Text.Body),
		}
		view.Redirects[s.Info.Email] = signature.Redirects{Success: s.Redirects.Success, Decline: s.Redirects.Decline, Error: s.Redirects.Error}
	}
	var documents []struct {
		Nature   string `json:"nature"`
		FileName string `json:"filename"`
	}
	v.call(t, http.MethodGet, "/v3/signature_requests/"+id+"/documents", nil, &documents)
	for _, document := range documents {
		if document.Nature == "attachment" {
			view.Attachments = append(view.Attachments, document.FileName)
		}
	}
	var followers struct {
		Data []struct {
			Email string `json:"email"`
		} `json:"data"`
	}
	v.call(t, http.MethodGet, "/v3/signature_requests/"+id+"/followers", nil, &followers)
	for _, follower := range followers.Data {
		view.Observers = append(view.Observers, follower.Email)
	}
	var mails []struct {
		To      string `json:"to"`
		Request string `json:"request_id"`
	}
	v.call(t, http.MethodGet, "/_sim/mails", nil, &mails)
	for _, mail := range mails {
		if mail.Request == id {
			view.Mails[mail.To]++
		}
	}
	return view
}

func (v vendor) advance(t *testing.T, d time.Duration) {
	t.Helper()
	v.call(t, http.MethodPost, "/_sim/clock/advance", map[string]string{"duration": d.String()}, nil)
}
