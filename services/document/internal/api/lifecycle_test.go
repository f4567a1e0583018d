package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/paper"
)

const day = 24 * time.Hour

// startJobs runs jobs until the test ends.
func (h *house) startJobs(t *testing.T) {
	t.Helper()
	if err := h.db.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.db.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// awaitFiles waits until so many contents are in the archive.
func (h *house) awaitFiles(t *testing.T, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); h.files(t) != want; {
		if time.Now().After(deadline) {
			t.Fatalf("%d files, want %d", h.files(t), want)
		}
	}
}

func (h *house) remove(t *testing.T, name string) *documentv1.Document {
	t.Helper()
	return must(h.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: name}))(t).GetDocument()
}

func (h *house) get(t *testing.T, name string) *documentv1.Document {
	t.Helper()
	return must(h.GetDocument(t.Context(), &documentv1.GetDocumentRequest{Name: name}))(t).GetDocument()
}

// everything is all that the database holds, as text.
func (h *house) everything(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`SELECT id || request_id || content_hash || body FROM document`, `SELECT document || verdict || body FROM proof`,
		`SELECT CAST(args AS TEXT) FROM river_job`,
	} {
		rows := must(h.db.Read().QueryContext(t.Context(), query))(t)
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			all.WriteString(text + "\n")
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestWhatStaysOfADeletedContractNamesNobody(t *testing.T) {
	h := newHouse(t)
	h.startJobs(t)
	sent := h.render(t, "request of Ada Muster")
	signed := h.sign(t, "signed for Ada Muster", sent, h.person(t, "QES"))
	proven := h.prove(t, proveRequest(signed, sent))
	serial := proven.GetSignatures()[0].GetSerialNumber()
	if all := h.everything(t); !strings.Contains(all, "Muster") || !strings.Contains(all, sent.GetValuesSha256()) {
		t.Fatal("nothing to delete")
	}
	for _, d := range []*documentv1.Document{sent, signed} {
		got := h.remove(t, d.GetName())
		recent(t, got.GetDeleteTime().AsTime())
		want := &documentv1.Document{
			Name: d.GetName(), Kind: d.GetKind(), Sha256: d.GetSha256(), SizeBytes: d.GetSizeBytes(), PageCount: d.GetPageCount(),
			Parent: d.GetParent(), Language: d.GetLanguage(), CreateTime: d.GetCreateTime(), MediaType: d.GetMediaType(),
			DeleteTime: got.GetDeleteTime(),
		}
		if d == sent {
			want.Origin = sent.GetOrigin()
		}
		for _, again := range []*documentv1.Document{got, h.get(t, d.GetName()), h.remove(t, d.GetName())} {
			if diff := cmp.Diff(want, again, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		}
	}
	kept := must(h.kept(t, signed))(t)
	if kept.GetVerdict() != proven.GetVerdict() || kept.GetLevel() != proven.GetLevel() || kept.GetSha256() != proven.GetSha256() ||
		!cmp.Equal(kept.GetFindings(), proven.GetFindings(), protocmp.Transform()) || len(kept.GetSignatures()) != 1 {
		t.Errorf("proof %v", kept)
	}
	all := h.everything(t)
	for _, word := range []string{"Ada", "Muster", "Projekt", "example.com", "Vertraulich", "client", serial, sent.GetValuesSha256(), sent.GetFileName()} {
		if strings.Contains(all, word) {
			t.Errorf("the database still holds %q", word)
		}
	}
	h.awaitFiles(t, 0)
}

func TestADeletedDocumentAnswersNothingElse(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	signed := h.sign(t, "signed", sent, h.person(t, "QES"))
	h.prove(t, proveRequest(signed, sent))
	link := must(h.CreateDownloadLink(t.Context(), &documentv1.CreateDownloadLinkRequest{Name: signed.GetName()}))(t)
	h.remove(t, signed.GetName())
	h.remove(t, sent.GetName())
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"stream": func() error { _, _, err := h.download(t, signed.GetName()); return err },
		"link":   func() error { _, err := h.follow(t, link.GetPath()); return err },
		"prove":  func() error { _, err := h.ProveDocument(ctx, proveRequest(signed, sent)); return err },
		"verify": func() error {
			_, err := h.VerifyDocument(ctx, &documentv1.VerifyDocumentRequest{Name: signed.GetName()})
			return err
		},
		"create link": func() error {
			_, err := h.CreateDownloadLink(ctx, &documentv1.CreateDownloadLinkRequest{Name: signed.GetName()})
			return err
		},
		"hold": func() error {
			_, err := h.SetLegalHold(ctx, &documentv1.SetLegalHoldRequest{Name: signed.GetName(), Hold: true})
			return err
		},
		"render again": func() error { _, err := h.RenderDocument(ctx, renderRequest("sent")); return err },
		"upload again": func() error { _, err := h.send(t, headerPart(header("sent")), chunkPart(pdf(9))); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s: succeeded", name)
		} else {
			refused(t, err, codes.FailedPrecondition, "DOCUMENT_DELETED")
		}
	}
	_, err := h.DeleteDocument(ctx, &documentv1.DeleteDocumentRequest{Name: noName})
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	_, err = h.SetLegalHold(ctx, &documentv1.SetLegalHoldRequest{Name: noName})
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
	if n := h.documents(t); n != 2 {
		t.Errorf("%d documents", n)
	}
}

func TestRetentionAndLegalHoldRefuseTheDeletion(t *testing.T) {
	h := newHouse(t)
	h.service.Retention = paper.Retention{paper.KindSigned: {KeepDays: 10}}
	d := h.upload(t, header("a"), pdf(100))
	until := d.GetCreateTime().AsTime().Add(10 * day)
	if !d.GetRetainUntil().AsTime().Equal(until) {
		t.Errorf("kept until %v, want %v", d.GetRetainUntil().AsTime(), until)
	}
	refuse := func(metadata ...string) {
		t.Helper()
		_, err := h.DeleteDocument(t.Context(), &documentv1.DeleteDocumentRequest{Name: d.GetName()})
		refused(t, err, codes.FailedPrecondition, "DOCUMENT_RETAINED", metadata...)
	}
	hold := func(set bool) *documentv1.Document {
		return must(h.SetLegalHold(t.Context(), &documentv1.SetLegalHoldRequest{Name: d.GetName(), Hold: set}))(t).GetDocument()
	}
	refuse("retain_until", until.Format(time.RFC3339))
	if !hold(true).GetLegalHold() || !h.get(t, d.GetName()).GetLegalHold() || !hold(true).GetLegalHold() {
		t.Error("the hold is not told")
	}
	refuse("retain_until", until.Format(time.RFC3339), "legal_hold", "true")
	h.ahead.Store(int64(10*day - time.Minute))
	refuse("retain_until", until.Format(time.RFC3339), "legal_hold", "true")
	h.ahead.Store(int64(10 * day))
	refuse("legal_hold", "true")
	if h.get(t, d.GetName()).GetRetainUntil() != nil {
		t.Error("a retention that has ended is told")
	}
	if hold(false).GetLegalHold() {
		t.Error("the hold is not lifted")
	}
	h.remove(t, d.GetName())
}

func TestListsAreFilteredAndPaged(t *testing.T) {
	h := newHouse(t)
	sent := h.render(t, "sent")
	want := []string{sent.GetName()}
	for i := range 7 {
		head := header(fmt.Sprint(i))
		if i%2 == 0 {
			head.Parent = sent.GetName()
		}
		want = append(want, h.upload(t, head, pdf(100+i/3)).GetName())
	}
	slices.Reverse(want)
	h.remove(t, want[2])
	all := func(in *documentv1.ListDocumentsRequest) (names []string) {
		t.Helper()
		for pages := 0; ; pages++ {
			out := must(h.ListDocuments(t.Context(), in))(t)
			for _, d := range out.GetDocuments() {
				names = append(names, d.GetName())
			}
			if in.PageToken = out.GetNextPageToken(); in.PageToken == "" {
				return names
			}
			if pages == 0 { // what comes in meanwhile changes nothing
				h.upload(t, header("late"+t.Name()), pdf(300))
			}
		}
	}
	live := slices.Concat(want[:2], want[3:])
	if got := all(&documentv1.ListDocumentsRequest{}); !cmp.Equal(live, got) {
		t.Errorf("list: %s", cmp.Diff(live, got))
	}
	if got := all(&documentv1.ListDocumentsRequest{PageSize: 3}); !cmp.Equal(live, got) {
		t.Errorf("pages: %s", cmp.Diff(live, got))
	}
	late := must(h.ListDocuments(t.Context(), &documentv1.ListDocumentsRequest{PageSize: 1}))(t).GetDocuments()[0].GetName()
	for name, c := range map[string]struct {
		in   *documentv1.ListDocumentsRequest
		want []string
	}{
		"deleted": {&documentv1.ListDocumentsRequest{ShowDeleted: true, PageSize: 2}, append([]string{late}, want...)},
		"kind":    {&documentv1.ListDocumentsRequest{Kind: documentv1.Document_KIND_RENDERED}, want[7:]},
		"parent":  {&documentv1.ListDocumentsRequest{Parent: sent.GetName(), PageSize: 1}, []string{want[0], want[4], want[6]}},
		"hash":    {&documentv1.ListDocumentsRequest{Sha256: h.get(t, want[4]).GetSha256()}, want[4:7]},
		"both": {&documentv1.ListDocumentsRequest{
			Parent: sent.GetName(), Sha256: h.get(t, want[4]).GetSha256(), Kind: documentv1.Document_KIND_SIGNED, ShowDeleted: true,
		}, []string{want[4], want[6]}},
		"none": {&documentv1.ListDocumentsRequest{Kind: documentv1.Document_KIND_EVIDENCE}, nil},
	} {
		if got := all(c.in); !cmp.Equal(c.want, got) {
			t.Errorf("%s: %s", name, cmp.Diff(c.want, got))
		}
	}
	token := must(h.ListDocuments(t.Context(), &documentv1.ListDocumentsRequest{PageSize: 1}))(t).GetNextPageToken()
	for _, in := range []*documentv1.ListDocumentsRequest{
		{PageToken: token, ShowDeleted: true}, {PageToken: token, Parent: sent.GetName()}, {PageToken: "x"}, {PageToken: token + "AA"},
	} {
		_, err := h.ListDocuments(t.Context(), in)
		refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_token")
	}
}

func TestBytesThatAnotherDocumentHasStay(t *testing.T) {
	h := newHouse(t)
	h.startJobs(t)
	one, two, other := h.upload(t, header("1"), pdf(100)), h.upload(t, header("2"), pdf(100)), h.upload(t, header("3"), pdf(101))
	h.remove(t, one.GetName())
	h.remove(t, other.GetName())
	h.awaitFiles(t, 1)
	if got := h.content(t, two.GetName()); len(got) != 100 {
		t.Errorf("%d bytes", len(got))
	}
	h.remove(t, two.GetName())
	h.awaitFiles(t, 0)
	again := h.upload(t, header("4"), pdf(100))
	if got := h.content(t, again.GetName()); len(got) != 100 {
		t.Errorf("%d bytes", len(got))
	}
}
