// Package source looks up what a signature request is made of, at the document service: its template or its document, and
// its attachments. It tells why they cannot be used, in the words of a refusal. What cannot be looked up is not judged.
package source

import (
	"context"
	"fmt"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// patience is how long a caller waits for the document service; a request that it does not answer for is judged later.
const patience = 2 * time.Second

// Library is what is asked of the document service.
type Library = documentv1.DocumentServiceClient

// Sizes are those of a request's document and attachments in bytes, as far as they are known; 0 where they are not.
type Sizes struct {
	Document    int64
	Attachments []int64
}

// Look tells why a request cannot be made of what it names; nil when it can, or when nobody answers.
func Look(ctx context.Context, library Library, r signature.Request) (Sizes, *signature.Refusal) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	sizes := Sizes{Attachments: make([]int64, len(r.Attachments))}
	if r.Source.Template != "" {
		if refusal := lookTemplate(ctx, library, r); refusal != nil {
			return sizes, refusal
		}
	}
	var refusal *signature.Refusal
	if r.Source.Document != "" {
		if sizes.Document, refusal = lookDocument(ctx, library, r.Source.Document, "source_document"); refusal != nil {
			return sizes, refusal
		}
	}
	for i, name := range r.Attachments {
		if sizes.Attachments[i], refusal = lookDocument(ctx, library, name, fmt.Sprintf("attachments[%d]", i)); refusal != nil {
			return sizes, refusal
		}
	}
	return sizes, nil
}

func lookTemplate(ctx context.Context, library Library, r signature.Request) *signature.Refusal {
	answer, err := library.GetTemplate(ctx, &documentv1.GetTemplateRequest{Name: r.Source.Template})
	if err != nil {
		return Refusal(r.Source, err)
	}
	return judge(answer.GetTemplate(), r)
}

// lookDocument returns the size of what can be signed or, elsewhere than at source_document, be shown.
func lookDocument(ctx context.Context, library Library, name, field string) (int64, *signature.Refusal) {
	answer, err := library.GetDocument(ctx, &documentv1.GetDocumentRequest{Name: name})
	if err != nil {
		return 0, gone(field, err)
	}
	d := answer.GetDocument()
	switch {
	case d.GetDeleteTime() != nil:
		return 0, rejected(field, "the document was deleted")
	case field == "source_document" && !Signable(d.GetKind()):
		return 0, rejected(field, unsignable)
	case d.GetKind() == documentv1.Document_KIND_EVIDENCE:
		return 0, rejected(field, "an evidence package cannot be shown to signers: only PDFs can")
	}
	return d.GetSizeBytes(), nil
}

const unsignable = "only a rendered or an uploaded document can be signed"

// Unsignable is the refusal of a document that is there and not to be signed.
func Unsignable() *signature.Refusal { return rejected("source_document", unsignable) }

// Signable tells whether documents of this kind are to be signed: not what was signed before, and no audit trail.
func Signable(kind documentv1.Document_Kind) bool {
	return kind == documentv1.Document_KIND_RENDERED || kind == documentv1.Document_KIND_UPLOADED
}

func rejected(field, detail string) *signature.Refusal {
	return &signature.Refusal{Reason: signature.ReasonDocumentRejected, Field: field, Detail: detail}
}

// gone translates why a document can never be had; nil means that it may.
func gone(field string, err error) *signature.Refusal {
	switch fault.Reason(err) {
	case "DOCUMENT_NOT_FOUND":
		return rejected(field, "there is no such document")
	case "DOCUMENT_DELETED":
		return rejected(field, "the document was deleted")
	}
	return nil
}
