package api_test

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
)

// previewRequest asks for what renderRequest asks for.
func previewRequest() *documentv1.PreviewDocumentRequest {
	r := renderRequest("")
	return &documentv1.PreviewDocumentRequest{Template: r.GetTemplate(), Language: r.GetLanguage(), Values: r.GetValues()}
}

func TestAPreviewIsTheDocumentAndIsNotKept(t *testing.T) {
	h := newHouse(t)
	preview := must(h.PreviewDocument(t.Context(), previewRequest()))(t)
	if h.documents(t) != 0 || h.files(t) != 0 {
		t.Errorf("%d documents in %d files after a preview", h.documents(t), h.files(t))
	}
	d := h.render(t, "deal-1")
	if !bytes.Equal(preview.GetPdf(), h.content(t, d.GetName())) {
		t.Error("the preview has other bytes than the document")
	}
	if preview.GetTitle() != d.GetTitle() || preview.GetFileName() != d.GetFileName() || preview.GetPageCount() != d.GetPageCount() ||
		len(preview.GetPng()) > 0 || len(preview.GetSignatureFields()) != 1 || !proto.Equal(preview.GetSignatureFields()[0], d.GetSignatureFields()[0]) {
		t.Errorf("preview %v %q %q, document %v", preview.GetSignatureFields(), preview.GetTitle(), preview.GetFileName(), d)
	}
}

func TestAPreviewShowsPlaceholdersWhenAsked(t *testing.T) {
	h := newHouse(t)
	request := previewRequest()
	request.Values = map[string]string{"deal.reference": "R-1"}
	_, err := h.PreviewDocument(t.Context(), request)
	refused(t, err, codes.InvalidArgument, "VALUE_MISSING", "variable", "contact.email")
	request.Placeholders = true
	preview := must(h.PreviewDocument(t.Context(), request))(t)
	if preview.GetTitle() != "Geheimhaltungsvereinbarung – [Bezeichnung]" || len(preview.GetSignatureFields()) != 1 {
		t.Errorf("title %q, fields %v", preview.GetTitle(), preview.GetSignatureFields())
	}
	request.Values["document.date"] = "soon"
	_, err = h.PreviewDocument(t.Context(), request)
	refused(t, err, codes.InvalidArgument, "VALUE_INVALID", "variable", "document.date")
}

func TestAPreviewShowsAPage(t *testing.T) {
	h := newHouse(t)
	request := previewRequest()
	show := func(page, resolution int32) []byte {
		request.Page, request.Resolution = page, resolution
		return must(h.PreviewDocument(t.Context(), request))(t).GetPng()
	}
	for _, resolution := range []int32{36, 100} {
		first := show(1, resolution)
		config := must(png.DecodeConfig(bytes.NewReader(first)))(t)
		if want := 595.276 * float64(resolution) / 72; config.ColorModel != color.GrayModel || math.Abs(float64(config.Width)-want) > 1 {
			t.Errorf("%d pixels wide, want %.0f", config.Width, want)
		}
		if !bytes.Equal(first, show(0, resolution)) || bytes.Equal(first, show(2, resolution)) {
			t.Error("page 0 is not the first page, or page 2 is")
		}
	}
}

func TestAPreviewRefuses(t *testing.T) {
	h := newHouse(t)
	for name, test := range map[string]struct {
		change   func(*documentv1.PreviewDocumentRequest)
		code     codes.Code
		reason   string
		metadata []string
	}{
		"template":   {func(r *documentv1.PreviewDocumentRequest) { r.Template = "templates/none" }, codes.NotFound, "TEMPLATE_NOT_FOUND", nil},
		"language":   {func(r *documentv1.PreviewDocumentRequest) { r.Language = "es" }, codes.InvalidArgument, "LANGUAGE_NOT_FOUND", []string{"language", "es"}},
		"page":       {func(r *documentv1.PreviewDocumentRequest) { r.Page = 3 }, codes.NotFound, "PAGE_NOT_FOUND", []string{"page_count", "2"}},
		"page image": {func(r *documentv1.PreviewDocumentRequest) { r.Page, r.Resolution = 3, 72 }, codes.NotFound, "PAGE_NOT_FOUND", []string{"page_count", "2"}},
		"resolution": {func(r *documentv1.PreviewDocumentRequest) { r.Resolution = 35 }, codes.InvalidArgument, "INVALID_REQUEST", []string{"field", "resolution"}},
	} {
		t.Run(name, func(t *testing.T) {
			request := previewRequest()
			test.change(request)
			_, err := h.PreviewDocument(t.Context(), request)
			refused(t, err, test.code, test.reason, test.metadata...)
		})
	}
	if h.documents(t) != 0 || h.files(t) != 0 {
		t.Errorf("%d documents in %d files after previews", h.documents(t), h.files(t))
	}
}
