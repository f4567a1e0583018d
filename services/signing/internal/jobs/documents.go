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
	"github.com/countersign/countersign/services/signing/internal/source"
)

// most bounds a PDF in memory; vendors send back more than they got.
const most = 64 << 20

// chunk of an upload.
const chunk = 512 << 10

var errTooLarge = errors.New("the file is larger than 64 MiB")

// prepare has the document rendered, or reads the one that was given, and keeps its signature fields.
func (w *Worker) prepare(ctx context.Context, r signature.Request) (signature.Request, error) {
	document, err := w.document(ctx, r)
	refusal := source.Refusal(r.Source, err)
	if refusal != nil { // a look at the template may tell all that is wrong at once
		if _, all := source.Look(ctx, w.Documents, r); all != nil {
			refusal = all
		}
	}
	if refusal == nil && err == nil && r.Source.Document != "" && !source.Signable(document.GetKind()) {
		refusal = source.Unsignable()
	}
	if refusal != nil {
		next, events := signature.Refuse(r, *refusal, time.Now())
		return w.save(ctx, next, events)
	}
	if err != nil {
		return r, fmt.Errorf("prepare the document: %w", err)
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
