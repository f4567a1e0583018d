package yousign_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

const look = "0ef334d2-7f36-4643-8a2a-4283b4a3e4a4"

// fullOrder asks for everything that Yousign has: two are asked at once and a third one after them.
func fullOrder() signature.Order {
	order := anOrder(signature.SES)
	order.Text = signature.MailText{Subject: "Ihr Vertrag", Message: "Fragen an office@example.org."}
	order.Translations = map[string]signature.MailText{"fr": {Subject: "Votre contrat", Message: "Merci."}}
	order.Brand, order.Redirects = look, signature.Redirects{Success: "https://x.example/ok", Decline: "https://x.example/no"}
	order.Observers = []signature.Observer{{Email: "o@example.org", Language: "en"}, {Email: "p@example.org"}}
	order.Attachments = []signature.Attachment{
		{FileName: "terms.pdf", Content: providertest.Document()}, {FileName: "prices.pdf", Content: providertest.Document()},
	}
	first := order.Signers[0]
	order.Signers, order.Fields = nil, nil
	for i, who := range []struct {
		name, language string
		place          int
	}{{"Zoe", "fr", 2}, {"Anna", "de", 1}, {"Ben", "fr", 1}} {
		signer := first
		signer.Role, signer.FirstName, signer.Language, signer.Order = "Role "+who.name+".", who.name, who.language, who.place
		signer.Email = strings.ToLower(who.name) + "@example.org"
		order.Signers = append(order.Signers, signer)
		order.Fields = append(order.Fields, signature.Field{
			Role: signer.Role, FormField: "f", Page: 1, X: 60, Y: float64(100 + 100*i), Width: 180, Height: 60,
		})
	}
	return order
}

// seen is what the vendor holds of a request.
type seen struct {
	ID, Status, ExternalID, DeliveryMode, CustomExperienceID string
	Documents                                                []string
	Followers                                                []string
	Signers                                                  []string
}

// holds shows the vendor's requests of the order that have not ended.
func (v vendor) holds(t *testing.T, order signature.Order) []seen {
	t.Helper()
	var all []struct {
		ID                 string `json:"id"`
		Status             string `json:"status"`
		ExternalID         string `json:"external_id"`
		DeliveryMode       string `json:"delivery_mode"`
		CustomExperienceID string `json:"custom_experience_id"`
		Signers            []struct {
			Status string `json:"status"`
			Stage  int    `json:"recipient_stage_index"`
			Info   struct {
				FirstName string `json:"first_name"`
			} `json:"info"`
			Redirects map[string]any `json:"redirect_urls"`
			Text      map[string]any `json:"custom_text"`
		} `json:"signers"`
	}
	v.call(t, http.MethodGet, "/_sim/requests", nil, &all)
	var found []seen
	for _, r := range all {
		if r.ExternalID != order.Correlation || r.Status == "deleted" || r.Status == "canceled" {
			continue
		}
		s := seen{ID: r.ID, Status: r.Status, DeliveryMode: r.DeliveryMode, CustomExperienceID: r.CustomExperienceID}
		for _, x := range r.Signers {
			s.Signers = append(s.Signers, fmt.Sprint(x.Info.FirstName, " ", x.Stage, " ", x.Status, " ", x.Redirects["decline"], " ", x.Text["request_subject"]))
		}
		var documents []struct{ Filename, Nature string }
		v.call(t, http.MethodGet, "/v3/signature_requests/"+r.ID+"/documents", nil, &documents)
		for _, d := range documents {
			s.Documents = append(s.Documents, d.Filename+" "+d.Nature)
		}
		var followers struct {
			Data []struct{ Email, Locale string }
		}
		v.call(t, http.MethodGet, "/v3/signature_requests/"+r.ID+"/followers", nil, &followers)
		for _, f := range followers.Data {
			s.Followers = append(s.Followers, f.Email+" "+f.Locale)
		}
		found = append(found, s)
	}
	return found
}

func wantFull(id string) []seen {
	return []seen{{
		ID: id, Status: "ongoing", DeliveryMode: "email", CustomExperienceID: look,
		Documents: []string{"contract.pdf signable_document", "terms.pdf attachment", "prices.pdf attachment"},
		Followers: []string{"o@example.org en", "p@example.org de"},
		Signers: []string{
			"Anna 0 notified https://x.example/no <nil>", "Ben 0 notified https://x.example/no Votre contrat",
			"Zoe 1 initiated https://x.example/no Votre contrat",
		},
	}}
}

func TestTheWholeOrderArrives(t *testing.T) {
	v := newVendor(t, nil)
	provider, order := newProvider(t, v.config(http.DefaultClient)), fullOrder()
	envelope, err := provider.Send(t.Context(), order, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantFull(envelope.ID), v.holds(t, order)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, s := range envelope.Signers {
		if s.Email != order.Signers[i].Email || s.ID == "" {
			t.Errorf("signer %d is %+v", i, s)
		}
	}
	v.act(t, envelope.ID, "sign", map[string]string{"signer": "ben@example.org"})
	read, err := provider.Read(t.Context(), envelope.ID)
	if err != nil || read.EndTime.Before(order.ExpireTime) || read.EndTime.After(order.ExpireTime.AddDate(0, 0, 2)) {
		t.Errorf("the end is read as %s, %v", read.EndTime, err)
	}
	if i := slices.IndexFunc(read.Signers, func(s signature.EnvelopeSigner) bool { return s.FirstName == "Ben" }); i < 0 ||
		read.Signers[i].State != signature.SignerSigned || read.Signers[i].LastName == "" {
		t.Errorf("signers are read as %+v", read.Signers)
	}
}

// Whichever creating call loses its answer, the order is continued from what came through and goes out once.
func TestTheWholeOrderSurvivesEveryLostAnswer(t *testing.T) {
	const one = "/v3/signature_requests/*"
	steps := map[string]int{
		"/v3/signature_requests": 1, one + "/documents": 3, one + "/followers": 1, one + "/signers": 3, one + "/activate": 1,
	}
	v := newVendor(t, nil)
	for path, count := range steps {
		for _, fault := range []string{"error_before", "error_after", "drop_after"} {
			for nth := 1; nth <= count; nth++ {
				t.Run(fmt.Sprint(fault, strings.ReplaceAll(path, "/", " "), nth), func(t *testing.T) {
					client := &http.Client{Transport: &nthFault{v: v, path: path, fault: fault, left: nth}}
					provider, order := newProvider(t, v.config(client)), fullOrder()
					order.Correlation = fmt.Sprint(fault, "-", path[strings.LastIndex(path, "/")+1:], "-", nth)
					_, err := provider.Send(t.Context(), order, false)
					var unknown *signature.UnknownOutcomeError
					if !errors.As(err, &unknown) {
						t.Fatalf("the lost answer is %v", err)
					}
					envelope, err := provider.Send(t.Context(), order, true)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(wantFull(envelope.ID), v.holds(t, order)); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// nthFault arms a fault of the vendor just before the nth POST to a path.
type nthFault struct {
	v     vendor
	path  string
	fault string
	left  int
}

// RoundTrip makes the call.
func (f *nthFault) RoundTrip(r *http.Request) (*http.Response, error) {
	tail := strings.TrimPrefix(f.path, "/v3/signature_requests/*")
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, tail) && (tail != f.path || r.URL.Path == f.path) {
		if f.left--; f.left == 0 {
			body := fmt.Sprintf(`{"name":%q,"method":"POST","path":%q}`, f.fault, f.path)
			request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, f.v.url+"/_sim/faults", strings.NewReader(body))
			if err != nil {
				return nil, err
			}
			armed, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				return nil, err
			}
			_, _ = io.Copy(io.Discard, armed.Body)
			_ = armed.Body.Close()
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestTheCallerDelivers(t *testing.T) {
	v := newVendor(t, nil)
	provider, order := newProvider(t, v.config(http.DefaultClient)), anOrder(signature.SES)
	order.CallerDelivers = true
	envelope, err := provider.Send(t.Context(), order, false)
	if err != nil {
		t.Fatal(err)
	}
	var mails []any
	v.call(t, http.MethodGet, "/_sim/mails", nil, &mails)
	if len(mails) != 0 {
		t.Errorf("the vendor invited: %v", mails)
	}
	order.Envelope = envelope.ID
	link, err := provider.SigningLink(t.Context(), order, envelope.Signers[0].ID)
	if err != nil || !strings.HasPrefix(link.URL, "http://localhost/") || time.Until(link.ExpireTime) < 47*time.Hour {
		t.Errorf("link until %s, %v", link.ExpireTime, err)
	}
	v.act(t, envelope.ID, "sign", map[string]string{})
	if link, err := provider.SigningLink(t.Context(), order, envelope.Signers[0].ID); !errors.Is(err, signature.ErrNoLink) || link.URL != "" {
		t.Errorf("a signer who has signed has a link: %v", err)
	}
}
