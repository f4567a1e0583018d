package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/store"
)

// ProveDocument proves a signed document. What could not be decided is looked at again; anything else is decided once.
func (s *Service) ProveDocument(ctx context.Context, in *documentv1.ProveDocumentRequest) (*documentv1.ProveDocumentResponse, error) {
	expected, err := fingerprint(in)
	if err != nil {
		return nil, err
	}
	id := strings.TrimPrefix(in.GetName(), documentPrefix)
	if _, err := s.live(ctx, id); err != nil {
		return nil, answer(err)
	}
	kept, err := s.Store.Proof(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && kept.Report.Verdict == proof.Indeterminate {
		kept, err = s.prove(ctx, id, in)
	}
	if err == nil && kept.Expected != expected {
		err = errExpectations
	}
	if err != nil {
		return nil, answer(err)
	}
	return &documentv1.ProveDocumentResponse{Proof: fromProof(kept)}, nil
}

func (s *Service) prove(ctx context.Context, id string, in *documentv1.ProveDocumentRequest) (store.Proof, error) {
	expected, err := fingerprint(in)
	if err != nil {
		return store.Proof{}, err
	}
	p := store.Proof{
		Document: id, Expected: expected,
		Sent: strings.TrimPrefix(in.GetSentDocument(), documentPrefix), AuditTrail: strings.TrimPrefix(in.GetAuditTrail(), documentPrefix),
		Level: toLevel(in.GetLevel()), Legislation: toLegislation(in.GetLegislation()), Signers: toSigners(in.GetSigners()),
	}
	p.Report, p.CreateTime, err = s.examine(ctx, expectations{
		name: in.GetName(), sent: in.GetSentDocument(), trail: in.GetAuditTrail(),
		request: proof.Request{Level: p.Level, Legislation: p.Legislation, Signers: p.Signers},
	})
	if err != nil {
		return store.Proof{}, err
	}
	return s.Store.InsertProof(ctx, p)
}

// expectations are what an archived document is held against: a request without the bytes, and where these are.
type expectations struct {
	name, sent, trail string
	request           proof.Request
}

// examine reads what the expectations name and verifies it as of now.
func (s *Service) examine(ctx context.Context, e expectations) (proof.Report, time.Time, error) {
	signed, err := s.live(ctx, strings.TrimPrefix(e.name, documentPrefix))
	if err == nil && signed.Kind == paper.KindEvidence {
		err = invalid("name", errPackage)
	}
	if err != nil {
		return proof.Report{}, time.Time{}, err
	}
	r := e.request
	if r.Signed, err = s.bytes(ctx, signed); err != nil {
		return proof.Report{}, time.Time{}, fmt.Errorf("read the signed document: %w", err)
	}
	if e.sent != "" {
		if r.Sent, err = s.content(ctx, strings.TrimPrefix(e.sent, documentPrefix)); err != nil {
			return proof.Report{}, time.Time{}, fmt.Errorf("read the document that was sent: %w", err)
		}
	}
	if r.AuditTrail, err = s.hasTrail(ctx, e.trail); err != nil {
		return proof.Report{}, time.Time{}, fmt.Errorf("read the audit trail: %w", err)
	}
	r.Now = time.Now()
	report := s.Verifier.Verify(ctx, r)
	return report, r.Now, ctx.Err() // a check that was cut short proves nothing and must not stand
}

// hasTrail tells whether an audit trail is named. It must be in the archive and be one: the first proof stands, so a
// wrong name must not become part of it.
func (s *Service) hasTrail(ctx context.Context, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	d, err := s.live(ctx, strings.TrimPrefix(name, documentPrefix))
	if err == nil && d.Kind != paper.KindAuditTrail {
		err = invalid("audit_trail", errTrail)
	}
	return err == nil, err
}

func (s *Service) content(ctx context.Context, id string) ([]byte, error) {
	d, err := s.live(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.bytes(ctx, d)
}

// bytes reads all of a document; its hash was checked when it returns.
func (s *Service) bytes(ctx context.Context, d paper.Document) ([]byte, error) {
	content, err := s.Archive.Get(ctx, d.SHA256, 0, 0)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	// One byte more than there can be: a limit that the reader stops at by itself would leave the hash unchecked.
	raw, err := io.ReadAll(io.LimitReader(content, mostBytes+1))
	if err == nil && len(raw) > mostBytes {
		err = archive.ErrDamaged
	}
	return raw, err
}

// GetProof returns the kept proof of a document.
func (s *Service) GetProof(ctx context.Context, in *documentv1.GetProofRequest) (*documentv1.GetProofResponse, error) {
	id := strings.TrimSuffix(strings.TrimPrefix(in.GetName(), documentPrefix), proofSuffix)
	if _, err := s.Store.Document(ctx, id); err != nil {
		return nil, answer(err)
	}
	kept, err := s.Store.Proof(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		err = errNoProof
	}
	if err != nil {
		return nil, answer(err)
	}
	return &documentv1.GetProofResponse{Proof: fromProof(kept)}, nil
}
