package api_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

const given = "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"

// fitting is the template that creation asks for.
func fitting() *documentv1.Template {
	return &documentv1.Template{
		Name: "templates/nda", Languages: []string{"de", "fr"}, Roles: []string{"client", "seller"},
		Variables: []*documentv1.TemplateVariable{{Name: "name", Required: true}, {Name: "note"}},
	}
}

func none(reason string) error {
	return &fault.Error{Code: codes.NotFound, Domain: "countersign.document.v1", Reason: reason, Message: "no"}
}

// TestWhatItIsMadeOfIsJudgedBeforeAnythingIsCreated: the template's texts, values and roles, and the documents' kinds and
// sizes.
func TestWhatItIsMadeOfIsJudgedBeforeAnythingIsCreated(t *testing.T) {
	template := func(change func(*documentv1.Template)) *documents {
		fit := fitting()
		change(fit)
		return &documents{template: fit}
	}
	kind := func(kind documentv1.Document_Kind, size int64) *documents {
		return &documents{document: &documentv1.Document{Name: given, Kind: kind, SizeBytes: size}, template: fitting()}
	}
	upload := &signingv1.SignatureRequest_SourceDocument{SourceDocument: given}
	for name, c := range map[string]struct {
		there              *documents
		upload             bool
		attach             bool
		reason, field, say string
	}{
		"an unknown template": {&documents{why: none("TEMPLATE_NOT_FOUND")}, false, false, "TEMPLATE_REJECTED", "template.template", "no such template"},
		"another language": {
			template(func(f *documentv1.Template) { f.Languages = []string{"de", "en"} }), false, false,
			"TEMPLATE_REJECTED", "template.language", "no text in language fr: it has de, en",
		},
		"values": {
			template(func(f *documentv1.Template) {
				f.Variables = []*documentv1.TemplateVariable{{Name: "price", Required: true}, {Name: "client.name", Required: true}}
			}), false, false, "TEMPLATE_REJECTED", "template.values", "needs a value for price, client.name, and has no variable name",
		},
		"a role": {
			template(func(f *documentv1.Template) { f.Roles = []string{"client", "witness"} }), false, false,
			"SIGNATURE_FIELD_MISSING", "signers[1].role", "it has client, witness",
		},
		"an unknown document":   {&documents{why: none("DOCUMENT_NOT_FOUND")}, true, false, "DOCUMENT_REJECTED", "source_document", "no such document"},
		"a deleted document":    {&documents{document: &documentv1.Document{DeleteTime: timestamppb.Now()}}, true, false, "DOCUMENT_REJECTED", "source_document", "deleted"},
		"a signed document":     {kind(documentv1.Document_KIND_SIGNED, 1), true, false, "DOCUMENT_REJECTED", "source_document", "only a rendered or an uploaded document"},
		"a large document":      {kind(documentv1.Document_KIND_UPLOADED, 10), true, false, "DOCUMENT_TOO_LARGE", "source_document", "at most 9 bytes: the document has 10"},
		"an unknown attachment": {&documents{template: fitting(), why: none("DOCUMENT_NOT_FOUND")}, false, true, "DOCUMENT_REJECTED", "attachments[0]", "no such document"},
		"an attached package":   {kind(documentv1.Document_KIND_EVIDENCE, 1), false, true, "DOCUMENT_REJECTED", "attachments[0]", "only PDFs"},
		"a large attachment":    {kind(documentv1.Document_KIND_SIGNED, 10), false, true, "DOCUMENT_TOO_LARGE", "attachments[0]", "at most 9 bytes: the attachment has 10"},
	} {
		r := newRig(t)
		*r.documents = *c.there
		in := creation()
		if c.upload {
			in.SignatureRequest.Source = upload
		}
		if c.attach {
			in.SignatureRequest.Attachments = []string{given}
		}
		_, err := r.provider.CreateSignatureRequest(t.Context(), in)
		t.Log(name)
		refused(t, err, codes.FailedPrecondition, c.reason, "field", "signature_request."+c.field)
		tells(t, err, c.say)
		if r.count("request") != 0 {
			t.Error("it is created all the same")
		}
		r.stop()
	}
}

// TestWhatFitsIsAccepted, and so is what nobody can judge now; a value that a template does not use is no mistake.
func TestWhatFitsIsAccepted(t *testing.T) {
	for name, there := range map[string]*documents{
		"all fits":       {template: fitting(), document: &documentv1.Document{Kind: documentv1.Document_KIND_RENDERED, SizeBytes: 9}},
		"nobody answers": {},
		"it is broken":   {why: status.Error(codes.Internal, "no")},
	} {
		r := newRig(t)
		*r.documents = *there
		for i, upload := range []bool{true, false} {
			in := creation()
			in.RequestId = fmt.Sprint("caller-", i)
			in.GetSignatureRequest().GetTemplate().Values["deal.phase"] = "won"
			in.SignatureRequest.Attachments = []string{given}
			if upload {
				in.SignatureRequest.Source = &signingv1.SignatureRequest_SourceDocument{SourceDocument: given}
			}
			if _, err := r.provider.CreateSignatureRequest(t.Context(), in); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.stop()
	}
}

// TestASilentLibraryHoldsNobodyUp for long: the request is judged later.
func TestASilentLibraryHoldsNobodyUp(t *testing.T) {
	r := newRig(t)
	r.documents.silent = true
	start := time.Now()
	if _, err := r.provider.CreateSignatureRequest(t.Context(), creation()); err != nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}
