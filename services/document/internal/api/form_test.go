package api_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
)

func TestAFormIsATemplateLikeAnyOther(t *testing.T) {
	const manifest = `id: approved
version: "1"
languages:
  en: {title: Agreement, file_name: agreement.pdf}
roles: [{id: client, labels: {en: Client}}, {id: provider, labels: {en: Provider}}]
variables:
  - {name: deal.name, type: text}
  - {name: contact.name, type: text}
  - {name: address, type: lines}
  - {name: iban, type: text}
  - {name: accept, type: boolean}
  - {name: plan, type: text}
  - {name: payment, type: text}
  - {name: note, type: text}
`
	h := newHouse(t)
	h.service.Templates["approved"] = must(render.Load(fstest.MapFS{
		"manifest.yaml": {Data: []byte(manifest)}, "en.pdf": {Data: formtest.Contract().Bytes()},
	}))(t)
	answer := must(h.GetTemplate(t.Context(), &documentv1.GetTemplateRequest{Name: "templates/approved"}))(t)
	if source := answer.GetTemplate().GetSource(); source != documentv1.Template_SOURCE_PDF_FORM {
		t.Errorf("source %v", source)
	}
	request := &documentv1.RenderDocumentRequest{
		Template: "templates/approved", Language: "en", RequestId: "form-1",
		Values: map[string]string{"deal.name": "Łukasz Żółć", "accept": "true"},
	}
	document := must(h.RenderDocument(t.Context(), request))(t).GetDocument()
	fields := document.GetSignatureFields()
	if document.GetPageCount() != 2 || len(fields) != 2 || fields[0].GetFormField() != "client" || fields[1].GetRole() != "provider" {
		t.Errorf("%d pages, fields %v", document.GetPageCount(), fields)
	}
	preview := &documentv1.PreviewDocumentRequest{Template: request.GetTemplate(), Language: "en", Values: request.GetValues()}
	if pages := must(h.PreviewDocument(t.Context(), preview))(t).GetPageCount(); pages != 2 {
		t.Errorf("a preview of %d pages", pages)
	}
	preview.Resolution = 72
	_, err := h.PreviewDocument(t.Context(), preview)
	refused(t, err, codes.FailedPrecondition, "IMAGE_UNAVAILABLE")
	request.RequestId, request.Values["note"] = "form-2", strings.Repeat("wide ", 40)
	_, err = h.RenderDocument(t.Context(), request)
	refused(t, err, codes.InvalidArgument, "VALUE_INVALID", "variable", "note")
}
