package api

import (
	"context"
	"strings"
	"time"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/render"
)

// A preview crosses in one message of 4 MiB: the PDF, the image, and everything else in it.
const (
	mostMessage = 4 << 20
	mostPreview = 3 << 20
	mostElse    = 64 << 10
)

// PreviewDocument renders a template and keeps nothing.
func (s *Service) PreviewDocument(ctx context.Context, in *documentv1.PreviewDocumentRequest) (*documentv1.PreviewDocumentResponse, error) {
	result, err := s.preview(ctx, in)
	if err != nil {
		return nil, answer(err)
	}
	out := &documentv1.PreviewDocumentResponse{
		Pdf: result.PDF, PageCount: int32(result.Pages), SignatureFields: fromFields(result.Fields),
		Title: result.Title, FileName: result.FileName,
	}
	page := max(1, int(in.GetPage()))
	if page > result.Pages {
		return nil, answer(&render.PageError{Pages: result.Pages})
	}
	if dpi := int(in.GetResolution()); dpi > 0 {
		if out.Png, err = s.Renderer.PNG(ctx, result, page, dpi); err != nil {
			return nil, answer(err)
		}
	}
	if err := sendable(out.GetPdf(), out.GetPng()); err != nil {
		return nil, answer(err)
	}
	return out, nil
}

func (s *Service) preview(ctx context.Context, in *documentv1.PreviewDocumentRequest) (render.Result, error) {
	source, ok := s.Templates[strings.TrimPrefix(in.GetTemplate(), templatePrefix)]
	if !ok {
		return render.Result{}, errNoTemplate
	}
	draw := s.Renderer.Render
	if in.GetPlaceholders() {
		draw = s.Renderer.RenderPlaceholders
	}
	return within(ctx, func(ctx context.Context) (render.Result, error) {
		return draw(ctx, source, in.GetLanguage(), in.GetValues())
	})
}

// renderTime is what a contract may take. A long one takes less than a second; more is a template that nobody meant.
const renderTime = 10 * time.Second

// within bounds the rendering of one contract. Whether the caller gave up is the caller's to know.
func within(ctx context.Context, draw func(context.Context) (render.Result, error)) (render.Result, error) {
	bounded, cancel := context.WithTimeout(ctx, renderTime)
	defer cancel()
	result, err := draw(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		err = errSlow
	}
	return result, err
}

func sendable(pdf, png []byte) error {
	switch {
	case len(pdf) > mostPreview:
		return errPreview
	case len(pdf)+len(png) > mostMessage-mostElse:
		return errImage
	default:
		return nil
	}
}
