package jobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
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
	case "INVALID_REQUEST":
		detail = "the template's name, language or values break a rule"
	default:
		return nil
	}
	return &signature.Refusal{Reason: signature.ReasonTemplateRejected, Field: fault.Metadata(err)["variable"], Detail: detail}
}

// archive brings the signed document and the audit trail into the archive, exactly as the vendor gave them.
func (w *Worker) archive(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	signed, err := w.keep(ctx, r, documentv1.Document_KIND_SIGNED, func() (io.ReadCloser, error) {
		return p.SignedDocument(ctx, r.Envelope)
	})
	if err != nil {
		return r, later(fmt.Errorf("archive the signed document: %w", err))
	}
	trail, err := w.keep(ctx, r, documentv1.Document_KIND_AUDIT_TRAIL, func() (io.ReadCloser, error) {
		return p.AuditTrail(ctx, r.Envelope)
	})
	if err != nil && !errors.Is(err, signature.ErrNoAuditTrail) {
		return r, later(fmt.Errorf("archive the audit trail: %w", err))
	}
	next, events := signature.Archived(r, signed, trail, time.Now())
	return w.save(ctx, next, events)
}

// keep uploads a file under an id that is made of its content: the same file twice is one document.
func (w *Worker) keep(ctx context.Context, r signature.Request, kind documentv1.Document_Kind,
	open func() (io.ReadCloser, error),
) (string, error) {
	file, err := open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return "", fmt.Errorf("read from the provider: %w", err)
	}
	if len(content) > most {
		return "", errTooLarge
	}
	sum := sha256.Sum256(content)
	upload, err := w.Documents.CreateDocument(ctx)
	if err != nil {
		return "", err
	}
	header := &documentv1.CreateDocumentRequest_Header{
		Kind: kind, Title: r.Title, FileName: r.FileName, Parent: r.Document, Origin: r.Provider,
		RequestId: fmt.Sprintf("%s-%d-%s", r.ID, kind, hex.EncodeToString(sum[:16])),
	}
	parts := []*documentv1.CreateDocumentRequest{{Part: &documentv1.CreateDocumentRequest_Header_{Header: header}}}
	for rest := content; len(rest) > 0; rest = rest[min(chunk, len(rest)):] {
		part := &documentv1.CreateDocumentRequest_Chunk{Chunk: rest[:min(chunk, len(rest))]}
		parts = append(parts, &documentv1.CreateDocumentRequest{Part: part})
	}
	for _, part := range parts {
		if err := upload.Send(part); err != nil {
			break // CloseAndRecv has the reason
		}
	}
	created, err := upload.CloseAndRecv()
	return created.GetDocument().GetName(), err
}

// prove has the signed document proven and ends the request by the verdict.
func (w *Worker) prove(ctx context.Context, r signature.Request) (signature.Request, error) {
	request := &documentv1.ProveDocumentRequest{
		Name: r.SignedDocument, SentDocument: r.Document, AuditTrail: r.AuditTrail,
		Level:       documentv1.Level(documentv1.Level_value["LEVEL_"+string(r.Level)]),
		Legislation: documentv1.Legislation(documentv1.Legislation_value["LEGISLATION_"+string(r.Legislation)]),
	}
	for _, s := range r.Signers {
		request.Signers = append(request.Signers, &documentv1.ProveDocumentRequest_ExpectedSigner{
			Role: s.Role, FirstName: s.FirstName, LastName: s.LastName,
		})
	}
	answer, err := w.Documents.ProveDocument(ctx, request)
	if err != nil {
		return r, fmt.Errorf("prove the signed document: %w", err)
	}
	proof := answer.GetProof()
	next, events := signature.Judge(r, verdict(proof.GetVerdict()), level(proof.GetLevel()), time.Now())
	return w.save(ctx, next, events)
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
	var content bytes.Buffer
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return content.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		if content.Len()+len(part.GetChunk()) > most {
			return nil, errTooLarge
		}
		content.Write(part.GetChunk())
	}
}
