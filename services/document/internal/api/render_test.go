package api_test

import (
	"fmt"
	"sync"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// valuesHash is what sha256sum says of renderRequest's values, a line each.
const valuesHash = "db8e16b6a04fe8fc6119064f98520c702623a058895e5e956d41c0ca0dcfa0b6"

func TestARenderedDocumentIsKeptAndFoundAgain(t *testing.T) {
	h := newHouse(t)
	d := h.render(t, "deal-1")
	if d.GetKind() != documentv1.Document_KIND_RENDERED || d.GetLanguage() != "de" || d.GetParent() != "" {
		t.Errorf("kind %v, language %q, parent %q", d.GetKind(), d.GetLanguage(), d.GetParent())
	}
	if d.GetOrigin() != "template:nda@1.1" || d.GetFileName() != "Geheimhaltungsvereinbarung-R-1.pdf" {
		t.Errorf("origin %q, file name %q", d.GetOrigin(), d.GetFileName())
	}
	if d.GetMediaType() != "application/pdf" || d.GetValuesSha256() != valuesHash {
		t.Errorf("media type %q, hash of values %q", d.GetMediaType(), d.GetValuesSha256())
	}
	fields := d.GetSignatureFields()
	if len(fields) != 1 || fields[0].GetRole() != "client" || fields[0].GetPage() != d.GetPageCount() ||
		fields[0].GetWidth() <= 0 || fields[0].GetHeight() <= 0 {
		t.Errorf("fields %v on %d pages", fields, d.GetPageCount())
	}
	recent(t, d.GetCreateTime().AsTime())
	again := must(h.GetDocument(t.Context(), &documentv1.GetDocumentRequest{Name: d.GetName()}))(t).GetDocument()
	if !proto.Equal(d, again) {
		t.Errorf("read again: %v, want %v", again, d)
	}
	if int64(len(h.content(t, d.GetName()))) != d.GetSizeBytes() {
		t.Errorf("%d bytes streamed, want %d", len(h.content(t, d.GetName())), d.GetSizeBytes())
	}
}

func TestRepeatingARenderRequestReturnsTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	first, again := h.render(t, "deal-1"), h.render(t, "deal-1")
	if !proto.Equal(first, again) || h.documents(t) != 1 {
		t.Errorf("%d documents; second answer %v, want %v", h.documents(t), again, first)
	}
	other := h.render(t, "deal-2")
	if other.GetName() == first.GetName() || other.GetSha256() != first.GetSha256() || h.files(t) != 1 {
		t.Errorf("another request: %q with hash %s in %d files", other.GetName(), other.GetSha256(), h.files(t))
	}
}

func TestARequestIDStandsForOneContent(t *testing.T) {
	h := newHouse(t)
	h.render(t, "deal-1")
	for name, change := range map[string]func(*documentv1.RenderDocumentRequest){
		"value":    func(r *documentv1.RenderDocumentRequest) { r.Values["deal.name"] = "Other" },
		"language": func(r *documentv1.RenderDocumentRequest) { r.Language = "fr" },
		"template": func(r *documentv1.RenderDocumentRequest) { r.Template = "templates/services-agreement" },
	} {
		changed := renderRequest("deal-1")
		change(changed)
		_, err := h.RenderDocument(t.Context(), changed)
		t.Log(name)
		refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	}
	_, err := h.send(t, headerPart(header("deal-1")), chunkPart([]byte("%PDF-1.7")))
	refused(t, err, codes.FailedPrecondition, "REQUEST_ID_REUSED")
	if h.documents(t) != 1 || h.files(t) != 1 {
		t.Errorf("%d documents in %d files, want 1 in 1", h.documents(t), h.files(t))
	}
}

func TestWhatCannotBeRenderedIsRefusedByNameAndArchivesNothing(t *testing.T) {
	value := func(name, text string) func(*documentv1.RenderDocumentRequest) {
		return func(r *documentv1.RenderDocumentRequest) { r.Values[name] = text }
	}
	cases := []struct {
		name     string
		change   func(*documentv1.RenderDocumentRequest)
		code     codes.Code
		reason   string
		metadata []string
	}{
		{"template", func(r *documentv1.RenderDocumentRequest) { r.Template = "templates/none" },
			codes.NotFound, "TEMPLATE_NOT_FOUND", nil},
		{"language", func(r *documentv1.RenderDocumentRequest) { r.Language = "es" },
			codes.InvalidArgument, "LANGUAGE_NOT_FOUND", []string{"language", "es"}},
		{"absent", func(r *documentv1.RenderDocumentRequest) { delete(r.Values, "contact.name") },
			codes.InvalidArgument, "VALUE_MISSING", []string{"variable", "contact.name"}},
		{"blank", value("contact.name", "  "), codes.InvalidArgument, "VALUE_MISSING", []string{"variable", "contact.name"}},
		{"malformed", value("document.date", "soon"), codes.InvalidArgument, "VALUE_INVALID", []string{"variable", "document.date"}},
		{"currency", value("deal.price", "1 CHF"), codes.InvalidArgument, "VALUE_INVALID", []string{"variable", "deal.price"}},
		{"control", value("deal.name", "a\u202eb"), codes.InvalidArgument, "VALUE_INVALID", []string{"variable", "deal.name"}},
		{"unknown", value("deal.colour", "red"), codes.InvalidArgument, "VALUE_INVALID", []string{"variable", "deal.colour"}},
		{"personal name", value("Ada Muster", "x"), codes.InvalidArgument, "VALUE_INVALID", []string{"variable", ""}},
		{"glyph", value("contact.name", "Ada 中"), codes.InvalidArgument, "GLYPH_MISSING", []string{"rune", "U+4E2D"}},
		{"no request id", func(r *documentv1.RenderDocumentRequest) { r.RequestId = "" },
			codes.InvalidArgument, "INVALID_REQUEST", []string{"field", "request_id"}},
	}
	h := newHouse(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := renderRequest("deal-1")
			c.change(request)
			_, err := h.RenderDocument(t.Context(), request)
			refused(t, err, c.code, c.reason, c.metadata...)
		})
	}
	if h.documents(t) != 0 || h.files(t) != 0 {
		t.Errorf("%d documents in %d files after refusals", h.documents(t), h.files(t))
	}
	h.render(t, "deal-1") // a refusal does not use up the request id
}

func TestEveryValueAtFaultIsNamedAtOnce(t *testing.T) {
	h := newHouse(t)
	request := renderRequest("deal-1")
	request.Values = map[string]string{"deal.name": "Projekt", "document.date": "soon"}
	_, err := h.RenderDocument(t.Context(), request)
	found := map[string]string{}
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				found[v.GetField()] = v.GetDescription()
			}
		}
	}
	for field, description := range map[string]string{
		"values.contact.name": "missing", "values.contact.email": "missing", "values.deal.reference": "missing",
		"values.document.date": "malformed",
	} {
		if found[field] != description {
			t.Errorf("%s: %q, want %q", field, found[field], description)
		}
	}
}

func TestTheSameRequestAtTheSameTimeMakesOneDocument(t *testing.T) {
	h := newHouse(t)
	names := make([]string, 8)
	var group sync.WaitGroup
	for i := range names {
		group.Go(func() {
			answer, err := h.RenderDocument(t.Context(), renderRequest("deal-1"))
			if err != nil {
				t.Error(err)
			}
			names[i] = answer.GetDocument().GetName()
		})
	}
	group.Wait()
	for _, name := range names {
		if name != names[0] || name == "" {
			t.Errorf("names %q, want one", names)
			break
		}
	}
	if h.documents(t) != 1 || h.files(t) != 1 {
		t.Errorf("%d documents in %d files", h.documents(t), h.files(t))
	}
}

func TestOneOfSeveralContentsGetsTheRequestID(t *testing.T) {
	h := newHouse(t)
	errs := make([]error, 6)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			request := renderRequest("deal-1")
			request.Values["deal.reference"] = fmt.Sprint("R-", i)
			_, errs[i] = h.RenderDocument(t.Context(), request)
		})
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if fault.Reason(err) != "REQUEST_ID_REUSED" {
			t.Error(err)
		}
	}
	if won != 1 || h.documents(t) != 1 {
		t.Errorf("%d requests got an answer, %d documents", won, h.documents(t))
	}
}
