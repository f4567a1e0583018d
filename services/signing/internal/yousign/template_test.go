package yousign_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
	sim "github.com/countersign/countersign/services/sim/yousign"
)

type object = map[string]any

// template makes one with these signers and the text "company" at the vendor and returns its id.
func (v vendor) template(t *testing.T, draft bool, labels ...string) string {
	t.Helper()
	var roles []object
	for i, label := range labels {
		box := object{"type": "signature", "page": 1, "x": 70, "y": 200 + 100*i}
		roles = append(roles, object{"label": label, "fields": []object{box}})
	}
	var made struct{ ID string }
	v.call(t, http.MethodPost, "/_sim/templates", object{
		"name": "Offer", "pdf": providertest.Document("client"), "draft": draft, "signers": roles, "read_only_text_fields": []string{"company"},
	}, &made)
	return made.ID
}

// fromTemplate asks the signers of the labels, one after another, to sign what the template makes.
func fromTemplate(id string, labels ...string) signature.Order {
	order := anOrder(signature.SES)
	order.Document, order.FileName, order.Fields = nil, "", nil
	order.Template, order.TemplateValues = id, map[string]string{"company": "Muster GmbH"}
	first := order.Signers[0]
	order.Signers = nil
	for i, label := range labels {
		signer := first
		signer.Role, signer.Email = label, strings.ToLower(label[:1])+"@example.org"
		if len(labels) > 1 {
			signer.Order = i + 1
		}
		order.Signers = append(order.Signers, signer)
	}
	return order
}

func TestATemplateIsFilledAndSent(t *testing.T) {
	for _, level := range []signature.Level{signature.SES, signature.AES, signature.QES} {
		t.Run(string(level), func(t *testing.T) {
			v := newVendor(t, nil)
			provider := newProvider(t, v.config(http.DefaultClient))
			order := fromTemplate(v.template(t, false, "Client No. 1", "Vendor"), "Client No. 1", "Vendor")
			order.Level = level
			order.Attachments = []signature.Attachment{{FileName: "terms.pdf", Content: providertest.Document()}}
			order.Observers = []signature.Observer{{Email: "o@example.org", Language: "en"}}
			envelope, err := provider.Send(t.Context(), order, false)
			if err != nil {
				t.Fatal(err)
			}
			file, err := provider.SentDocument(t.Context(), envelope.ID)
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(file)
			if closeErr := file.Close(); err != nil || closeErr != nil || !bytes.Equal(content, providertest.Document("client")) {
				t.Errorf("the document that was sent: %d bytes, %v, %v", len(content), err, closeErr)
			}
			v.act(t, envelope.ID, "sign", object{})
			var rejected *signature.RejectedError
			if file, err := provider.SentDocument(t.Context(), envelope.ID); !errors.As(err, &rejected) {
				t.Errorf("after a signature: %v, %v", file, err)
			}
			v.act(t, envelope.ID, "sign", object{})
			read, err := provider.Read(t.Context(), envelope.ID)
			if err != nil || read.State != signature.EnvelopeSigned || read.Signers[0].SignedLevel != level {
				t.Errorf("%+v, %v", read, err)
			}
		})
	}
}

func TestATemplateThatDoesNotFitIsRejected(t *testing.T) {
	v := newVendor(t, func(c *sim.Config) { c.LevelsOff = []string{"qualified_electronic_signature"} })
	whole, unfinished := v.template(t, false, "Client", "Vendor"), v.template(t, true, "Client")
	for name, c := range map[string]struct {
		order signature.Order
		want  signature.RefusalReason
	}{
		"no id":             {fromTemplate("tmpl_1", "Client"), signature.ReasonProviderTemplateRejected},
		"an unknown one":    {fromTemplate("0ef334d2-7f36-4643-8a2a-4283b4a3e4a4", "Client"), signature.ReasonProviderTemplateRejected},
		"a draft":           {fromTemplate(unfinished, "Client"), signature.ReasonProviderTemplateRejected},
		"a signer too few":  {fromTemplate(whole, "Client"), signature.ReasonProviderTemplateRejected},
		"a signer too many": {fromTemplate(whole, "Client", "Vendor", "Judge"), signature.ReasonProviderTemplateRejected},
		"another label":     {fromTemplate(whole, "Client", "vendor"), signature.ReasonProviderTemplateRejected},
		"another order":     {fromTemplate(whole, "Vendor", "Client"), signature.ReasonProviderTemplateRejected},
		"an unknown text": {func() signature.Order {
			order := fromTemplate(whole, "Client", "Vendor")
			order.TemplateValues = map[string]string{"price": "7"}
			return order
		}(), signature.ReasonProviderTemplateRejected},
		"a plan without the level": {func() signature.Order {
			order := fromTemplate(whole, "Client", "Vendor")
			order.Level = signature.QES
			return order
		}(), signature.ReasonProviderMisconfigured},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newProvider(t, v.config(http.DefaultClient)).Send(t.Context(), c.order, false)
			var rejected *signature.RejectedError
			if !errors.As(err, &rejected) || rejected.Reason != c.want {
				t.Errorf("Send: %v, want %s", err, c.want)
			}
			v.leavesNoDraft(t)
		})
	}
}

func TestATemplateIsContinuedAfterALostAnswer(t *testing.T) {
	v := newVendor(t, nil)
	for path, attach := range map[string]bool{
		"/v3/signature_requests": false, "/v3/signature_requests/*/followers": false, "/v3/signature_requests/*/activate": false,
		"/v3/signature_requests/*/documents": true,
	} {
		for _, fault := range []string{"error_before", "error_after", "drop_after"} {
			t.Run(fault+strings.ReplaceAll(path, "/", " "), func(t *testing.T) {
				order := fromTemplate(v.template(t, false, "Client", "Vendor"), "Client", "Vendor")
				order.Correlation = fault + path[strings.LastIndex(path, "/")+1:]
				order.Observers = []signature.Observer{{Email: "o@example.org", Language: "en"}}
				documents := 1
				if attach {
					order.Attachments, documents = []signature.Attachment{{FileName: "terms.pdf", Content: providertest.Document()}}, 2
				}
				provider := newProvider(t, v.config(&http.Client{Transport: &nthFault{v: v, path: path, fault: fault, left: 1}}))
				_, err := provider.Send(t.Context(), order, false)
				var unknown *signature.UnknownOutcomeError
				if !errors.As(err, &unknown) {
					t.Fatalf("the lost answer is %v", err)
				}
				envelope, err := provider.Send(t.Context(), order, true)
				if err != nil {
					t.Fatal(err)
				}
				held := v.holds(t, order)
				if len(held) != 1 || held[0].ID != envelope.ID || held[0].Status != "ongoing" || len(held[0].Documents) != documents ||
					len(held[0].Followers) != 1 || len(held[0].Signers) != 2 {
					t.Errorf("held: %+v", held)
				}
			})
		}
	}
}
