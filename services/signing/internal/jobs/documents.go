package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// most bounds a PDF in memory; vendors send back more than they got.
const most = 64 << 20

// chunk of an upload.
const chunk = 512 << 10

var errTooLarge = errors.New("the file is larger than 64 MiB")

// prepare has the document rendered, or reads the one that was given, and keeps its signature fields.
func (w *Worker) prepare(ctx context.Context, r signature.Request) (signature.Request, error) {
	document, err := w.document(ctx, r)
	if refusal := templateRefusal(err); refusal != nil {
		next, events := signature.Refuse(r, *refusal, time.Now())
		return w.save(ctx, next, events)
	}
	if err != nil {
		return r, fmt.Errorf("prepare the document: %w", err)
	}
	if r.Source.Document != "" && !signable(document.GetKind()) {
		refusal := signature.Refusal{
			Reason: signature.ReasonDocumentRejected, Field: "source_document", Detail: "only a rendered or an uploaded document can be signed",
		}
		next, events := signature.Refuse(r, refusal, time.Now())
		return w.save(ctx, next, events)
	}
	r.Document, r.FileName, r.Fields = document.GetName(), document.GetFileName(), nil
	for _, f := range document.GetSignatureFields() {
		r.Fields = append(r.Fields, signature.Field{
			Role: f.GetRole(), FormField: f.GetFormField(), Page: int(f.GetPage()),
			X: f.GetX(), Y: f.GetY(), Width: f.GetWidth(), Height: f.GetHeight(),
		})
	}
	return w.save(ctx, r, nil)
}

// signable tells whether documents of this kind are to be signed: not what was signed before, and no audit trail.
func signable(kind documentv1.Document_Kind) bool {
	return kind == documentv1.Document_KIND_RENDERED || kind == documentv1.Document_KIND_UPLOADED
}

func (w *Worker) document(ctx context.Context, r signature.Request) (*documentv1.Document, error) {
	if r.Source.Document != "" {
		got, err := w.Documents.GetDocument(ctx, &documentv1.GetDocumentRequest{Name: r.Source.Document})
		return got.GetDocument(), err
	}
	rendered, err := w.Documents.RenderDocument(ctx, &documentv1.RenderDocumentRequest{
		Template: r.Source.Template, Language: r.Source.Language, Values: r.Source.Values, RequestId: "render-" + r.ID,
	})
	return rendered.GetDocument(), err
}

// templateRefusal translates what can never succeed; nil means that it may, or that nothing went wrong.
func templateRefusal(err error) *signature.Refusal {
	reason := fault.Reason(err)
	detail := ""
	switch reason {
	case "TEMPLATE_NOT_FOUND":
		detail = "there is no such template"
	case "LANGUAGE_NOT_FOUND":
		detail = "the template has no text in language " + fault.Metadata(err)["language"]
	case "VALUE_MISSING":
		detail = "the template needs a value for " + fault.Metadata(err)["variable"]
	case "VALUE_INVALID":
		detail = "the template cannot use the value of " + fault.Metadata(err)["variable"]
	case "GLYPH_MISSING":
		detail = "no font has the character " + fault.Metadata(err)["rune"]
	case "DOCUMENT_NOT_FOUND":
		detail = "there is no such document"
	case "DOCUMENT_DELETED":
		detail = "the document was deleted"
	case "REQUEST_ID_REUSED":
		detail = "the template was changed while the document was being rendered"
	case "TOO_LARGE":
		return &signature.Refusal{Reason: signature.ReasonDocumentTooLarge, Detail: "the document is larger than can be archived"}
	case "INVALID_REQUEST":
		detail = "the template's name, language or values break a rule"
	default:
		return nil
	}
	return &signature.Refusal{Reason: signature.ReasonTemplateRejected, Field: fault.Metadata(err)["variable"], Detail: detail}
}

// documentRefusal translates why a prepared document can never be read; nil means that it may, or that it was.
func documentRefusal(err error) *signature.Refusal {
	switch {
	case errors.Is(err, errTooLarge):
		return &signature.Refusal{Reason: signature.ReasonDocumentTooLarge, Detail: "the document is larger than can be sent"}
	case fault.Reason(err) == "HASH_MISMATCH":
		return &signature.Refusal{Reason: signature.ReasonDocumentRejected, Detail: "the document is damaged in the archive"}
	case fault.Reason(err) == "DOCUMENT_DELETED", fault.Reason(err) == "DOCUMENT_NOT_FOUND":
		return &signature.Refusal{Reason: signature.ReasonDocumentRejected, Detail: "the document is not in the archive any more"}
	}
	return nil
}

func verdict(v documentv1.Proof_Verdict) signature.Verdict {
	switch v {
	case documentv1.Proof_VERDICT_PROVEN:
		return signature.Proven
	case documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER:
		return signature.AttestedByProvider
	case documentv1.Proof_VERDICT_INDETERMINATE:
		return signature.Indeterminate
	}
	return signature.Failed
}

func level(l documentv1.Level) signature.Level {
	switch l {
	case documentv1.Level_LEVEL_SES:
		return signature.SES
	case documentv1.Level_LEVEL_AES:
		return signature.AES
	case documentv1.Level_LEVEL_QES:
		return signature.QES
	}
	return ""
}

// content reads a document from the archive.
func (w *Worker) content(ctx context.Context, name string) ([]byte, error) {
	stream, err := w.Documents.StreamDocument(ctx, &documentv1.StreamDocumentRequest{Name: name})
	if err != nil {
		return nil, err
	}
	content, err := rpc.Collect(stream.Recv, most)
	if errors.Is(err, rpc.ErrTooLarge) {
		err = errTooLarge
	}
	return content, err
}
