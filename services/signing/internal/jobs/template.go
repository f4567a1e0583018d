package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// templateFile names the document that a vendor's template became; the vendor's own names are not believed.
const templateFile = "document.pdf"

// keepSent archives the document that the vendor's template became, and reads the vendor afterwards: what was fetched
// before anybody signed is what was sent. One that cannot be had lets the request go on, to be decided by a person.
func (w *Worker) keepSent(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	r.FileName = templateFile
	sent, err := w.keep(ctx, r, documentv1.Document_KIND_UPLOADED, func() (io.ReadCloser, error) {
		return p.SentDocument(ctx, r.Envelope)
	})
	never, _ := hopeless(err)
	switch {
	case err == nil:
	case never != "", errors.Is(err, signature.ErrNotOffered):
		w.Logger.ErrorContext(ctx, "a request goes on without the document that was sent: it will not be proven",
			slog.String("request", r.ID), slog.Any("error", err))
	case errors.Is(err, signature.ErrNotReady):
		return r, durable.Later(pauseSince(r.UpdateTime))
	default:
		return r, later(fmt.Errorf("archive the sent document: %w", err))
	}
	envelope, err := p.Read(ctx, r.Envelope)
	if err != nil {
		return r, later(err)
	}
	unclear := envelope.State == signature.EnvelopeUnknown || envelope.State == signature.EnvelopeGone
	if unclear && sent != "" { // nobody can tell whether it was signed: fetch and look again
		return r, durable.Later(pauseSince(r.UpdateTime))
	}
	return w.save(ctx, signature.KeptSent(r, sent, templateFile, envelope, time.Now()), nil)
}

// payload fills the order with the bytes that are sent: the document, unless the vendor has it, and the attachments.
// A refusal tells what can never be had.
func (w *Worker) payload(ctx context.Context, r signature.Request) (signature.Order, *signature.Refusal, error) {
	order := r.Order()
	if order.Template == "" {
		pdf, err := w.content(ctx, r.Document)
		if err != nil {
			return order, documentRefusal(err), fmt.Errorf("read the document to send: %w", err)
		}
		order.Document = pdf
	}
	left := most
	for i, name := range r.Attachments {
		attachment, err := w.attachment(ctx, name)
		if left -= len(attachment.Content); err == nil && left < 0 {
			err = errTooLarge
		}
		if err != nil {
			return order, attachmentRefusal(i, err), fmt.Errorf("read an attachment to send: %w", err)
		}
		order.Attachments[i] = attachment
	}
	return order, nil, nil
}

func (w *Worker) attachment(ctx context.Context, name string) (signature.Attachment, error) {
	got, err := w.Documents.GetDocument(ctx, &documentv1.GetDocumentRequest{Name: name})
	if err != nil {
		return signature.Attachment{}, err
	}
	content, err := w.content(ctx, name)
	return signature.Attachment{FileName: got.GetDocument().GetFileName(), Content: content}, err
}

// attachmentRefusal translates why an attachment can never be sent; nil means that it may.
func attachmentRefusal(i int, err error) *signature.Refusal {
	detail := ""
	switch {
	case errors.Is(err, errTooLarge):
		detail = "the attachments are larger than can be sent"
	case fault.Reason(err) == "HASH_MISMATCH":
		detail = "the attachment is damaged in the archive"
	case fault.Reason(err) == "DOCUMENT_DELETED", fault.Reason(err) == "DOCUMENT_NOT_FOUND":
		detail = "the attachment is not in the archive"
	default:
		return nil
	}
	return &signature.Refusal{
		Reason: signature.ReasonDocumentRejected, Field: fmt.Sprintf("attachments[%d]", i), Detail: fmt.Sprintf("%s (attachment %d)", detail, i+1),
	}
}
