package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"google.golang.org/grpc"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/internal/rpc"
)

type uploadStream = grpc.ClientStreamingServer[documentv1.CreateDocumentRequest, documentv1.CreateDocumentResponse]

// CreateDocument archives the PDF that the stream carries.
func (s *Service) CreateDocument(stream uploadStream) error {
	first, err := stream.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		return err // the rule that the header breaks, or the caller's end
	}
	header := first.GetHeader()
	if header == nil {
		return answer(errPart)
	}
	if header.GetKind() != documentv1.Document_KIND_UPLOADED && len(header.GetSignatureFields()) > 0 {
		return invalid("header.signature_fields", errNotToSign)
	}
	content, err := receive(stream)
	if err != nil {
		return answer(err)
	}
	ctx := stream.Context()
	hash, err := meaning(header, content)
	if err != nil {
		return answer(err)
	}
	d, err := s.once(ctx, header.GetRequestId(), hash, func() (paper.Document, error) {
		d, err := s.described(ctx, header, content)
		if err != nil {
			return d, err
		}
		d.ContentHash = hash
		return s.keep(ctx, content, d)
	})
	if err != nil {
		return answer(err)
	}
	return stream.SendAndClose(&documentv1.CreateDocumentResponse{Document: s.document(d)})
}

func fromHeader(h *documentv1.CreateDocumentRequest_Header) paper.Document {
	d := paper.Document{
		RequestID: h.GetRequestId(), Kind: paper.Kind(strings.TrimPrefix(h.GetKind().String(), "KIND_")),
		Title: h.GetTitle(), FileName: h.GetFileName(), Origin: h.GetOrigin(),
		Parent: strings.TrimPrefix(h.GetParent(), documentPrefix),
	}
	if d.Origin == "" {
		d.Origin = "upload"
	}
	return d
}

// meaning tells uploads apart: by their bytes, and by where they say that somebody signs.
func meaning(h *documentv1.CreateDocumentRequest_Header, content []byte) (string, error) {
	said, err := fingerprint(&documentv1.CreateDocumentRequest_Header{
		Kind: h.GetKind(), Parent: h.GetParent(), SignatureFields: h.GetSignatureFields(),
	})
	return hashOf([]byte(said + hashOf(content))), err
}

// described is the document that an upload is, inspected when it is to be signed.
func (s *Service) described(ctx context.Context, h *documentv1.CreateDocumentRequest_Header, content []byte) (paper.Document, error) {
	d := fromHeader(h)
	if d.Parent != "" {
		if _, err := s.Store.Document(ctx, d.Parent); err != nil {
			return d, err
		}
	}
	if d.Kind != paper.KindUploaded {
		return d, nil // what a provider made is judged by its proof
	}
	report, err := s.Inspector.PDF(ctx, content)
	if err != nil {
		return d, err
	}
	d.Pages, d.Inspection = len(report.Pages), &report.Inspection
	d.Fields, err = paper.PlaceFields(report.Pages, report.Fields, toFields(h.GetSignatureFields()))
	return d, err
}

// receive collects the chunks. It gives up at the first byte too many.
func receive(stream uploadStream) ([]byte, error) {
	content, err := rpc.Collect(func() (*documentv1.CreateDocumentRequest, error) {
		part, err := stream.Recv()
		if err == nil && part.GetHeader() != nil {
			err = errPart
		}
		return part, err
	}, mostBytes)
	switch {
	case errors.Is(err, rpc.ErrTooLarge):
		return nil, errTooLarge
	case err != nil:
		return nil, err
	case !bytes.HasPrefix(content, []byte("%PDF-")):
		return nil, errNotPDF
	}
	return content, nil
}
