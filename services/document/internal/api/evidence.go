package api

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/evidence"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/statement"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/fault"
)

// CreateEvidencePackage archives one ZIP that proves a signature request by itself.
func (s *Service) CreateEvidencePackage(ctx context.Context, in *documentv1.CreateEvidencePackageRequest,
) (*documentv1.CreateEvidencePackageResponse, error) {
	hash, err := fingerprint(in)
	if err != nil {
		return nil, err
	}
	d, err := s.once(ctx, in.GetRequestId(), hash, func() (paper.Document, error) { return s.pack(ctx, in, hash) })
	if err != nil {
		return nil, answer(err)
	}
	return &documentv1.CreateEvidencePackageResponse{Document: fromDocument(d)}, nil
}

func (s *Service) pack(ctx context.Context, in *documentv1.CreateEvidencePackageRequest, hash string) (paper.Document, error) {
	f, err := s.file(ctx, in)
	if err != nil {
		return paper.Document{}, err
	}
	contents := evidence.Contents{Subject: in.GetSubject(), Created: f.proof.CreateTime, Events: toEvents(in.GetEvents())}
	for _, e := range contents.Events {
		if e.Time.After(contents.Created) {
			contents.Created = e.Time
		}
	}
	if f.sent.Kind == paper.KindRendered {
		contents.Origin = &evidence.Origin{
			Template: strings.TrimPrefix(f.sent.Origin, "template:"), Language: f.sent.Language, ValuesSHA256: f.sent.ValuesHash,
		}
	}
	contents.Proof = f.kept()
	if contents.Signed, err = s.content(ctx, f.signed.ID); err != nil {
		return paper.Document{}, err
	}
	if contents.Sent, err = s.content(ctx, f.sent.ID); err != nil {
		return paper.Document{}, err
	}
	if f.trail.ID != "" {
		if contents.AuditTrail, err = s.content(ctx, f.trail.ID); err != nil {
			return paper.Document{}, err
		}
	}
	packed, err := evidence.Build(contents)
	if err != nil {
		return paper.Document{}, err
	}
	return s.keep(ctx, packed, paper.Document{
		RequestID: in.GetRequestId(), ContentHash: hash, Kind: paper.KindEvidence, Title: f.signed.Title,
		FileName: paper.FileName(f.signed.Title, "-evidence.zip"), Parent: f.signed.ID, Origin: f.signed.Origin,
	})
}

// file is what is known of one signature request. The trail is empty when there is none.
type file struct {
	signed, sent, trail paper.Document
	proof               store.Proof
}

// file reads what a request for an evidence package names, and refuses what does not belong together: a package that
// says of one document what was found in another would be worse than none.
func (s *Service) file(ctx context.Context, in *documentv1.CreateEvidencePackageRequest) (file, error) {
	var f file
	var err error
	for _, part := range []struct {
		document *paper.Document
		name     string
	}{{&f.signed, in.GetSignedDocument()}, {&f.sent, in.GetSentDocument()}, {&f.trail, in.GetAuditTrail()}} {
		if part.name == "" {
			continue
		}
		if *part.document, err = s.live(ctx, strings.TrimPrefix(part.name, documentPrefix)); err != nil {
			return f, err
		}
	}
	f.proof, err = s.Store.Proof(ctx, f.signed.ID)
	if errors.Is(err, store.ErrNotFound) {
		err = errNoProof
	}
	if err != nil {
		return f, err
	}
	switch {
	case f.signed.Kind != paper.KindSigned:
		err = inconsistent("signed_document")
	case f.sent.Kind != paper.KindRendered && f.sent.Kind != paper.KindUploaded, f.proof.Sent != f.sent.ID:
		err = inconsistent("sent_document")
	case f.proof.AuditTrail != f.trail.ID: // which is one, as the proof was made with it
		err = inconsistent("audit_trail")
	case f.proof.Report.SHA256 != f.signed.SHA256:
		err = inconsistent("proof")
	}
	return f, err
}

// kept is the proof in the words of the package.
func (f file) kept() statement.Kept {
	kept := statement.Kept{
		Statement:  statement.Of(evidence.Signed, f.proof.Level, f.proof.Report),
		CreateTime: f.proof.CreateTime.UTC(),
		Expectations: statement.Expecting(proof.Request{
			Level: f.proof.Level, Legislation: f.proof.Legislation, Signers: f.proof.Signers,
		}),
	}
	kept.Expectations.SentSHA256, kept.Expectations.AuditTrailSHA256 = f.sent.SHA256, f.trail.SHA256
	return kept
}

func toEvents(in []*documentv1.CreateEvidencePackageRequest_Event) []evidence.Event {
	var events []evidence.Event
	for _, e := range in {
		events = append(events, evidence.Event{
			Time: e.GetTime().AsTime(), Type: e.GetType(), Attributes: e.GetAttributes(),
		})
	}
	return events
}

// inconsistent answers that a part of an evidence package does not belong to the others.
func inconsistent(part string) error {
	return &fault.Error{
		Code: codes.FailedPrecondition, Domain: Domain, Reason: "EVIDENCE_INCONSISTENT",
		Message: "the " + part + " is not what the signed document was proven with", Metadata: map[string]string{"part": part},
	}
}
