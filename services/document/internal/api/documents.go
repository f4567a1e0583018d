// Package api answers the contract's calls: it decodes, renders, archives or proves, and encodes.
package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/inspect"
	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/render"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/page"
)

const (
	mostBytes = 64 << 20
	chunk     = 256 << 10
)

// Service serves the DocumentService contract.
type Service struct {
	documentv1.UnimplementedDocumentServiceServer
	Store    *store.Store
	Archive  *archive.Archive
	Renderer *render.Renderer
	// Templates by id.
	Templates map[string]render.Source
	Verifier  *proof.Verifier
	Inspector *inspect.Inspector
	// Retention says how long documents are kept.
	Retention paper.Retention
	// Now is the clock; nil means the machine's.
	Now func() time.Time
	// Logger gets one line, with ids only, for what somebody may have to answer for later: a deletion, a legal hold, a link,
	// a download.
	Logger *slog.Logger
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// document is what callers see of a document now.
func (s *Service) document(d paper.Document) *documentv1.Document {
	out := fromDocument(d)
	if until := s.Retention.RetainUntil(d, s.now()); !until.IsZero() {
		out.RetainUntil = timestamppb.New(until)
	}
	return out
}

// live returns a document that was not deleted.
func (s *Service) live(ctx context.Context, id string) (paper.Document, error) {
	d, err := s.Store.Document(ctx, id)
	if err == nil && !d.DeleteTime.IsZero() {
		err = store.ErrDeleted
	}
	return d, err
}

// ListTemplates lists the templates, by name.
func (s *Service) ListTemplates(_ context.Context, in *documentv1.ListTemplatesRequest) (*documentv1.ListTemplatesResponse, error) {
	after, err := page.Cursor(in.GetPageToken(), "templates")
	if err != nil {
		return nil, invalid("page_token", err)
	}
	out := &documentv1.ListTemplatesResponse{}
	for _, id := range slices.Sorted(maps.Keys(s.Templates)) {
		if id <= after {
			continue
		}
		if n := len(out.Templates); n == page.Size(in.GetPageSize(), 50, 200) {
			out.NextPageToken = page.Token(strings.TrimPrefix(out.Templates[n-1].GetName(), templatePrefix), "templates")
			break
		}
		out.Templates = append(out.Templates, fromTemplate(s.Templates[id].Template))
	}
	return out, nil
}

// GetTemplate returns one template.
func (s *Service) GetTemplate(_ context.Context, in *documentv1.GetTemplateRequest) (*documentv1.GetTemplateResponse, error) {
	source, ok := s.Templates[strings.TrimPrefix(in.GetName(), templatePrefix)]
	if !ok {
		return nil, answer(errNoTemplate)
	}
	return &documentv1.GetTemplateResponse{Template: fromTemplate(source.Template)}, nil
}

// RenderDocument renders a template and archives the PDF.
func (s *Service) RenderDocument(ctx context.Context, in *documentv1.RenderDocumentRequest) (*documentv1.RenderDocumentResponse, error) {
	hash, err := fingerprint(in)
	if err != nil {
		return nil, err
	}
	first, err := s.once(ctx, in.GetRequestId(), hash, func() (paper.Document, error) { return s.render(ctx, in, hash) })
	if err != nil {
		return nil, answer(err)
	}
	return &documentv1.RenderDocumentResponse{Document: s.document(first)}, nil
}

func (s *Service) render(ctx context.Context, in *documentv1.RenderDocumentRequest, hash string) (paper.Document, error) {
	source, ok := s.Templates[strings.TrimPrefix(in.GetTemplate(), templatePrefix)]
	if !ok {
		return paper.Document{}, errNoTemplate
	}
	result, err := within(ctx, func(ctx context.Context) (render.Result, error) {
		return s.Renderer.Render(ctx, source, in.GetLanguage(), in.GetValues())
	})
	if err != nil {
		return paper.Document{}, err
	}
	return s.keep(ctx, result.PDF, paper.Document{
		RequestID: in.GetRequestId(), ContentHash: hash, Kind: paper.KindRendered, Title: result.Title,
		FileName: result.FileName, Pages: result.Pages, Language: in.GetLanguage(), Fields: result.Fields,
		Origin:     fmt.Sprintf("template:%s@%s", source.Template.ID, source.Template.Version),
		ValuesHash: paper.ValuesHash(in.GetValues()),
	})
}

// once returns the document that was made under a request id, and makes it when there is none. It looks before making:
// what is refused must not stay in the archive, where nobody would remove it. A document that was deleted keeps its request
// id: it is neither returned nor made again.
func (s *Service) once(ctx context.Context, requestID, hash string, create func() (paper.Document, error)) (paper.Document, error) {
	d, err := s.Store.ByRequestID(ctx, requestID)
	if errors.Is(err, store.ErrNotFound) {
		d, err = create()
	}
	switch {
	case err != nil:
		return d, err
	case !d.DeleteTime.IsZero():
		return d, store.ErrDeleted
	case d.ContentHash != hash:
		return d, errReused
	}
	return d, nil
}

// keep archives the bytes first: a document that is known is a document that is there.
func (s *Service) keep(ctx context.Context, content []byte, d paper.Document) (paper.Document, error) {
	d.ID, d.SHA256, d.Size, d.CreateTime = uuid.NewString(), hashOf(content), int64(len(content)), s.now()
	return s.Store.Insert(ctx, d, func(ctx context.Context) error {
		_, err := s.Archive.Put(ctx, content, d.Kind.MediaType())
		return err
	})
}

// GetDocument returns what is known of one document.
func (s *Service) GetDocument(ctx context.Context, in *documentv1.GetDocumentRequest) (*documentv1.GetDocumentResponse, error) {
	d, err := s.Store.Document(ctx, strings.TrimPrefix(in.GetName(), documentPrefix))
	if err != nil {
		return nil, answer(err)
	}
	return &documentv1.GetDocumentResponse{Document: s.document(d)}, nil
}

// StreamDocument streams the bytes of one document, or a range of them.
func (s *Service) StreamDocument(in *documentv1.StreamDocumentRequest, stream grpc.ServerStreamingServer[documentv1.StreamDocumentResponse]) error {
	ctx := stream.Context()
	d, err := s.live(ctx, strings.TrimPrefix(in.GetName(), documentPrefix))
	if err != nil {
		return answer(err)
	}
	return s.stream(ctx, d, in.GetOffset(), in.GetLength(), func(first *documentv1.Document, chunk []byte) error {
		return stream.Send(&documentv1.StreamDocumentResponse{Document: first, Chunk: chunk})
	})
}

// stream sends a range of a document's bytes in chunks, the document itself with the first: an empty range is one empty
// chunk. A length of 0 means all that follow.
func (s *Service) stream(ctx context.Context, d paper.Document, offset, length int64, send func(first *documentv1.Document, chunk []byte) error) error {
	if offset > d.Size {
		return invalid("offset", errRange)
	}
	content, err := s.Archive.Get(ctx, d.SHA256, offset, length)
	if errors.Is(err, archive.ErrMissing) {
		if _, gone := s.live(ctx, d.ID); gone != nil {
			err = gone // deleted in between
		}
	}
	if err != nil {
		return answer(err)
	}
	defer content.Close()
	first, buffer := s.document(d), make([]byte, chunk)
	for {
		n, err := content.Read(buffer)
		if n > 0 || first != nil && errors.Is(err, io.EOF) {
			if err := send(first, buffer[:n]); err != nil {
				return err
			}
			first = nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return answer(err)
		}
	}
}

// fingerprint tells requests of one kind apart by their content.
func fingerprint(in proto.Message) (string, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("hash the request: %w", err)
	}
	return hashOf(raw), nil
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
