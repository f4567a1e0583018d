package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// Pack has the evidence package of an ended request made. It is a job of its own and no step before the end: a deal is
// won because its document is archived and proven, which a package only repeats, so it must neither delay nor prevent
// that; and a package that is made after the end tells of the end too. The job is saved with the end, so none is lost.
type Pack struct {
	Request string `json:"request"`
}

// Kind names the job.
func (Pack) Kind() string { return "signing_pack" }

// mostEvents is as many as a package takes.
const mostEvents = 1000

// pack has the evidence package made, unless there is one.
func (w *Worker) pack(ctx context.Context, r signature.Request) error {
	if !signature.Packable(r) {
		return nil
	}
	events, err := w.Store.Events(ctx, 0, r.ID, mostEvents)
	if err != nil {
		return err
	}
	request := &documentv1.CreateEvidencePackageRequest{
		Subject: "signatureRequests/" + r.ID, SignedDocument: r.SignedDocument, SentDocument: r.Document, AuditTrail: r.AuditTrail,
		RequestId: "evidence-" + r.ID,
	}
	for _, e := range events {
		request.Events = append(request.Events, evidenceEvent(e.Event))
	}
	answer, err := w.Documents.CreateEvidencePackage(ctx, request)
	if reason := fault.Reason(err); unpackable(reason) {
		w.Logger.WarnContext(ctx, "a request has no evidence package, and never will", slog.String("request", r.ID),
			slog.String("reason", reason))
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the evidence package: %w", err)
	}
	if answer.GetDocument().GetName() == "" {
		return errNameless
	}
	_, err = w.save(ctx, signature.Packed(r, answer.GetDocument().GetName(), time.Now()), nil)
	return err
}

// unpackable tells what no later try can change: the documents or the proof are not those of the request any more.
func unpackable(reason string) bool {
	switch reason {
	case "EVIDENCE_INCONSISTENT", "PROOF_NOT_FOUND", "DOCUMENT_NOT_FOUND", "DOCUMENT_DELETED", "HASH_MISMATCH", "TOO_LARGE",
		"REQUEST_ID_REUSED", "INVALID_REQUEST":
		return true
	}
	return false
}

func evidenceEvent(e signature.Event) *documentv1.CreateEvidencePackageRequest_Event {
	out := &documentv1.CreateEvidencePackageRequest_Event{
		Time: timestamppb.New(e.Time), Type: string(e.Type), Attributes: map[string]string{},
	}
	for key, value := range map[string]string{
		"state": string(e.State), "signer_role": e.SignerRole, "state_reason": e.StateReason, "verdict": string(e.Verdict),
		"proven_level": string(e.ProvenLevel),
	} {
		if value != "" {
			out.Attributes[key] = value
		}
	}
	return out
}
