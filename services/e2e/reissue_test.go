package e2e_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reissue starts a new attempt and waits until its signers were asked.
func (w *world) reissue(t *testing.T, name string, body map[string]any) signatureRequest {
	t.Helper()
	body["requestId"] = "reissue-" + name[len(name)-12:]
	var r signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/"+name+":reissue"), body, &r)
	w.expectRequest(t, r.Name, "STATE_OUT_FOR_SIGNATURE")
	return w.read(t, r.Name)
}

// expectLinked fails the test unless two attempts name each other, and the first one told of it last.
func (w *world) expectLinked(t *testing.T, first, second, end string) {
	t.Helper()
	old, now := w.read(t, first), w.read(t, second)
	if old.NextAttempt != second || now.PreviousAttempt != first || old.Attempt != 1 || now.Attempt != 2 {
		t.Errorf("attempt %d is followed by %q, attempt %d follows %q", old.Attempt, old.NextAttempt, now.Attempt, now.PreviousAttempt)
	}
	types := w.eventTypes(t, first)
	if diff := cmp.Diff([]string{end, "TYPE_REISSUED"}, types[max(0, len(types)-2):]); diff != "" {
		t.Errorf("the end of the first attempt (-want +got):\n%s", diff)
	}
}

// testReissue has the wrong person decline, and somebody else sign.
func testReissue(t *testing.T, w *world) {
	wrong, director, right := w.person(), w.person(), w.person()
	first := w.create(t, w.employment(t, w.yousign, wrong, director))
	w.refusedVerb(t, first.Name, "reissue", "STATE_DOES_NOT_ALLOW", map[string]any{"requestId": "too-soon-" + wrong.last})
	w.yousign.do(t, first.at(), "decline", map[string]any{"reason": markWords})
	w.expectRequest(t, first.Name, "STATE_DECLINED")

	second := w.reissue(t, first.Name, map[string]any{
		"signers": []map[string]any{signer("employee", 1, right), signer("director", 2, director)},
	})
	w.expectLinked(t, first.Name, second.Name, "TYPE_DECLINED")
	if second.ProviderReference == first.ProviderReference {
		t.Error("a declined envelope was used again")
	}
	w.yousign.do(t, second.at(), "sign", map[string]any{"signer": right.email})
	w.yousign.do(t, second.at(), "sign", map[string]any{"signer": director.email})
	w.completes(t, second.Name, "VERDICT_ATTESTED_BY_PROVIDER")
}

// testReopen lets the time run out after the first signature: the same envelope is opened again, and the signature stays.
func testReopen(t *testing.T, w *world) {
	employee, director := w.person(), w.person()
	first := w.create(t, w.employment(t, w.yousign, employee, director))
	w.yousign.do(t, first.at(), "sign", map[string]any{"signer": employee.email})
	w.yousign.do(t, first.at(), "expire", nil)
	w.expectRequest(t, first.Name, "STATE_EXPIRED")

	second := w.reissue(t, first.Name, map[string]any{})
	w.expectLinked(t, first.Name, second.Name, "TYPE_EXPIRED")
	if all := w.yousign.envelopes(t, platformTitle(employee)); len(all) != 1 || all[0].ID != second.ProviderReference {
		t.Errorf("the second attempt is at %s, the vendor has %v", second.ProviderReference, all)
	}
	w.yousign.do(t, second.at(), "sign", map[string]any{"signer": director.email})
	w.completes(t, second.Name, "VERDICT_ATTESTED_BY_PROVIDER")
}

// testProviderTemplate has Yousign make the document: what is sent is archived before anybody can sign it, and what comes
// back is proven against it.
func testProviderTemplate(t *testing.T, w *world) {
	p, sent := w.person(), paper("client")
	var template struct {
		ID string `json:"id"`
	}
	must(t, http.MethodPost, w.yousign.url+"/_sim/templates", map[string]any{
		"name": "Offer", "pdf": sent, "read_only_text_fields": []string{"company"},
		"signers": []map[string]any{{"label": "client", "fields": []map[string]any{{"type": "signature", "page": 1, "x": 60, "y": 500}}}},
	}, &template)
	body := ordered(p, "template-"+p.last)
	request := body["signatureRequest"].(map[string]any)
	delete(request, "template")
	request["level"], request["requiredVerdict"] = "LEVEL_QES", "VERDICT_PROVEN"
	request["providerTemplate"] = map[string]any{"template": template.ID, "values": map[string]string{"company": "Muster GmbH"}}
	r := w.create(t, body)
	eventually(t, "what was sent is archived", func() error {
		if r = w.read(t, r.Name); r.Document == "" {
			return errors.New("not yet")
		}
		return nil
	})
	var link struct{ Path string }
	must(t, http.MethodPost, w.gateway("/v1/"+r.Document+":createDownloadLink"), map[string]any{}, &link)
	if got, err := send(http.MethodGet, w.gateway(link.Path), nil, nil); err != nil || !bytes.Equal(got.body, sent) {
		t.Errorf("the archive has %d bytes of what was sent, %v", len(got.body), err)
	}
	w.yousign.do(t, r.at(), "sign", nil)
	w.completes(t, r.Name, "VERDICT_PROVEN")
	request["provider"] = "providers/skribble"
	body["requestId"] = "elsewhere-" + p.last
	if got := refusedAs(t, w, body); len(got.Details) != 1 || got.Details[0].Reason != "TEMPLATE_NOT_OFFERED" ||
		!strings.Contains(got.Details[0].Metadata["providers"], "yousign") {
		t.Errorf("the same at Skribble: %+v, want TEMPLATE_NOT_OFFERED with Yousign", got)
	}
}
