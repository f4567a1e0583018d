package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

var errNameless = errors.New("the archive does not say what it archived")

// archive brings the signed document into the archive, exactly as the vendor gave it.
func (w *Worker) archive(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	signed, err := w.keep(ctx, r, documentv1.Document_KIND_SIGNED, func() (io.ReadCloser, error) {
		return p.SignedDocument(ctx, r.Envelope)
	})
	if reason, detail := hopeless(err); reason != "" {
		next, events := signature.FailProof(r, reason, detail, time.Now())
		return w.save(ctx, next, events)
	}
	if errors.Is(err, signature.ErrNotReady) {
		return r, durable.Later(pauseSince(r.UpdateTime))
	}
	if err != nil {
		return r, later(fmt.Errorf("archive the signed document: %w", err))
	}
	return w.save(ctx, signature.Kept(r, signed, time.Now()), nil)
}

// archiveTrail brings the audit trail into the archive. One that never comes, or cannot be archived, is given up: the proof
// goes on without it, and its verdict decides.
func (w *Worker) archiveTrail(ctx context.Context, p signature.Provider, r signature.Request) (signature.Request, error) {
	trail, err := w.keep(ctx, r, documentv1.Document_KIND_AUDIT_TRAIL, func() (io.ReadCloser, error) {
		return p.AuditTrail(ctx, r.Envelope)
	})
	var unavailable *signature.UnavailableError
	missing := errors.Is(err, signature.ErrNotReady) || errors.As(err, &unavailable)
	never, _ := hopeless(err)
	switch {
	case err == nil, errors.Is(err, signature.ErrNoAuditTrail):
	case never != "", missing && signature.TrailOverdue(r, time.Now()):
		w.Logger.WarnContext(ctx, "a request goes on without its audit trail", slog.String("request", r.ID), slog.Any("error", err))
		next, events := signature.GiveTrailUp(r, time.Now())
		return w.save(ctx, next, events)
	case errors.Is(err, signature.ErrNotReady):
		return r, durable.Later(pauseSince(r.ArchiveTime))
	default:
		return r, later(fmt.Errorf("archive the audit trail: %w", err))
	}
	next, events := signature.Archived(r, trail, time.Now())
	return w.save(ctx, next, events)
}

// hopeless tells why archiving or proving can never succeed, as a reason of the contract and in words; empty when it may,
// or when nothing went wrong.
func hopeless(err error) (reason, detail string) {
	var rejected *signature.RejectedError
	switch {
	case errors.As(err, &rejected):
		return "PROVIDER_FAILED", "the signed document cannot be had any more: " + rejected.Detail
	case errors.Is(err, errTooLarge):
		return "DOCUMENT_TOO_LARGE", "the signed document is larger than can be archived"
	}
	switch fault.Reason(err) {
	case "TOO_LARGE":
		return "DOCUMENT_TOO_LARGE", "the signed document is larger than can be archived"
	case "NOT_A_PDF":
		return "PROVIDER_FAILED", "the provider's signed document is no PDF that can be archived"
	case "HASH_MISMATCH":
		return "PROOF_INSUFFICIENT", "the signed document is damaged in the archive"
	case "PROOF_DIFFERS":
		return "PROOF_INSUFFICIENT", "the signed document was proven against other expectations before"
	case "DOCUMENT_DELETED", "DOCUMENT_NOT_FOUND":
		return "DOCUMENT_DELETED", "a document that the proof needs is not in the archive any more"
	case "INVALID_REQUEST":
		return "PROOF_INSUFFICIENT", "the document service refuses the documents, or what is expected of them, as breaking a rule"
	}
	return "", ""
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
	if err != nil {
		return "", err
	}
	if created.GetDocument().GetName() == "" {
		return "", errNameless
	}
	return created.GetDocument().GetName(), nil
}

// unmet names the checks of a proof that did not pass, each once, with the reason.
func unmet(proof *documentv1.Proof) []string {
	var names []string
	for _, f := range proof.GetFindings() {
		passed := f.GetOutcome() != documentv1.Proof_OUTCOME_FAILED && f.GetOutcome() != documentv1.Proof_OUTCOME_INDETERMINATE
		name := f.GetCheck()
		if f.GetReason() != "" {
			name += " (" + f.GetReason() + ")"
		}
		if !passed && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// prove has the signed document proven and ends the request by the verdict.
func (w *Worker) prove(ctx context.Context, r signature.Request) (signature.Request, error) {
	if why := signature.Unprovable(r); why != "" {
		next, events := signature.FailProof(r, "PROOF_INSUFFICIENT", why, time.Now())
		return w.save(ctx, next, events)
	}
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
	if reason, detail := hopeless(err); reason != "" {
		next, events := signature.FailProof(r, reason, detail, time.Now())
		return w.save(ctx, next, events)
	}
	if err != nil {
		return r, fmt.Errorf("prove the signed document: %w", err)
	}
	proof := answer.GetProof()
	next, events := signature.Judge(r, verdict(proof.GetVerdict()), level(proof.GetLevel()), time.Now(), unmet(proof)...)
	return w.save(ctx, next, events)
}
