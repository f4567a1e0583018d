package api_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
)

const mebibyte = 1 << 20

// pdf is size bytes that begin as a PDF does, different in each place.
func pdf(size int) []byte {
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * 31 >> 3)
	}
	copy(content, "%PDF-1.7\n")
	return content
}

func TestAnUploadIsArchivedAsItsHeaderSays(t *testing.T) {
	h := newHouse(t)
	parent := h.render(t, "sent")
	head := header("signed")
	head.Kind, head.Parent, head.Origin = documentv1.Document_KIND_SIGNED, parent.GetName(), "yousign"
	d := h.upload(t, head, pdf(3*mebibyte/2))
	if d.GetKind() != head.GetKind() || d.GetParent() != parent.GetName() || d.GetOrigin() != "yousign" ||
		d.GetTitle() != "Offer" || d.GetFileName() != "offer.pdf" || d.GetSizeBytes() != 3*mebibyte/2 {
		t.Errorf("document %v", d)
	}
	if origin := h.upload(t, header("upload"), pdf(9)).GetOrigin(); origin != "upload" {
		t.Errorf("an upload without origin comes from %q", origin)
	}
	if !bytes.Equal(h.content(t, d.GetName()), pdf(3*mebibyte/2)) {
		t.Error("other bytes came back")
	}
}

func TestRepeatingAnUploadReturnsTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	first, again := h.upload(t, header("a"), pdf(100)), h.upload(t, header("a"), pdf(100))
	if !proto.Equal(first, again) || h.documents(t) != 1 {
		t.Errorf("%d documents; second answer %v, want %v", h.documents(t), again, first)
	}
	_, err := h.send(t, headerPart(header("a")), chunkPart(pdf(101)))
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	_, err = h.RenderDocument(t.Context(), renderRequest("a"))
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
}

func TestAnUploadOutOfShapeIsRefused(t *testing.T) {
	changed := func(change func(*documentv1.CreateDocumentRequest_Header)) *documentv1.CreateDocumentRequest {
		head := header("a")
		change(head)
		return headerPart(head)
	}
	type parts = []*documentv1.CreateDocumentRequest
	head, body := headerPart(header("a")), chunkPart(pdf(100))
	invalid, missing := codes.InvalidArgument, codes.NotFound
	cases := []struct {
		name     string
		parts    parts
		code     codes.Code
		reason   string
		metadata []string
	}{
		{"nothing", parts{}, invalid, "INVALID_REQUEST", nil},
		{"chunk first", parts{body, head}, invalid, "INVALID_REQUEST", nil},
		{"second header", parts{head, body, head}, invalid, "INVALID_REQUEST", nil},
		{"neither", parts{head, {}}, invalid, "INVALID_REQUEST", []string{"field", "part"}},
		{"header alone", parts{head}, invalid, "NOT_A_PDF", nil},
		{"empty chunk", parts{head, chunkPart(nil)}, invalid, "NOT_A_PDF", nil},
		{"HTML", parts{head, chunkPart([]byte("<html>%PDF-"))}, invalid, "NOT_A_PDF", nil},
		{"chunk over 1 MiB", parts{head, chunkPart(pdf(mebibyte + 1))}, invalid, "INVALID_REQUEST", []string{"field", "chunk"}},
		{"unknown parent", parts{changed(func(h *documentv1.CreateDocumentRequest_Header) { h.Parent = noName }), body},
			missing, "DOCUMENT_NOT_FOUND", nil},
		{"rendered", parts{changed(func(h *documentv1.CreateDocumentRequest_Header) {
			h.Kind = documentv1.Document_KIND_RENDERED
		}), body}, invalid, "INVALID_REQUEST", []string{"field", "header.kind"}},
		{"no title", parts{changed(func(h *documentv1.CreateDocumentRequest_Header) { h.Title = "" }), body},
			invalid, "INVALID_REQUEST", []string{"field", "header.title"}},
		{"path", parts{changed(func(h *documentv1.CreateDocumentRequest_Header) { h.FileName = "../a.pdf" }), body},
			invalid, "INVALID_REQUEST", []string{"field", "header.file_name"}},
	}
	h := newHouse(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.send(t, c.parts...)
			refused(t, err, c.code, c.reason, c.metadata...)
		})
	}
	if h.documents(t) != 0 || h.files(t) != 0 {
		t.Errorf("%d documents in %d files after refusals", h.documents(t), h.files(t))
	}
}

func TestSignatureOfAPDFMayBeSplitOverChunks(t *testing.T) {
	h := newHouse(t)
	d, err := h.send(t, headerPart(header("a")), chunkPart([]byte("%P")), chunkPart(nil), chunkPart([]byte("DF-1.7")))
	if err != nil || d.GetSizeBytes() != 8 {
		t.Errorf("document %v, %v", d, err)
	}
}

func TestTheLargestUploadIsTakenAndNothingAboveIt(t *testing.T) {
	h := newHouse(t)
	largest := pdf(64 * mebibyte)
	if d := h.upload(t, header("largest"), largest); d.GetSizeBytes() != 64*mebibyte {
		t.Errorf("%d bytes", d.GetSizeBytes())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream := must(h.CreateDocument(ctx))(t)
	if err := stream.Send(headerPart(header("larger"))); err != nil {
		t.Fatal(err)
	}
	for i := range 64 {
		if err := stream.Send(chunkPart(largest[i*mebibyte:][:mebibyte])); err != nil {
			t.Fatalf("refused after %d MiB", i)
		}
	}
	if err := stream.Send(chunkPart([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	// The answer comes although the stream is still open: nothing waits for the rest.
	refused(t, stream.RecvMsg(&documentv1.CreateDocumentResponse{}), codes.InvalidArgument, "TOO_LARGE")
	if h.documents(t) != 1 || h.files(t) != 1 {
		t.Errorf("%d documents in %d files", h.documents(t), h.files(t))
	}
}

func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	stream := must(h.CreateDocument(ctx))(t)
	for _, part := range []*documentv1.CreateDocumentRequest{headerPart(header("a")), chunkPart(pdf(1000))} {
		if err := stream.Send(part); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	h.stop()
	if h.documents(t) != 0 || h.files(t) != 0 {
		t.Errorf("%d documents in %d files", h.documents(t), h.files(t))
	}
}
