package api_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document/internal/jobs"
)

// follow downloads what is behind a link's path.
func (h *house) follow(t *testing.T, path string) ([]byte, error) {
	t.Helper()
	return h.followRange(t, path, 0, 0)
}

func (h *house) followRange(t *testing.T, path string, offset, length int64) ([]byte, error) {
	t.Helper()
	token, ok := strings.CutPrefix(path, "/downloads/")
	if !ok {
		t.Fatalf("path %q", path)
	}
	stream := must(h.downloads.DownloadDocument(t.Context(), &documentv1.DownloadDocumentRequest{
		Token: token, Offset: offset, Length: length,
	}))(t)
	var content []byte
	for first := true; ; first = false {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return content, nil
		}
		if err != nil {
			return content, err
		}
		if (part.GetDocument() != nil) != first {
			t.Errorf("the document comes with the first message: %v", part.GetDocument())
		}
		content = append(content, part.GetChunk()...)
	}
}

func (h *house) link(t *testing.T, name string, ttl *durationpb.Duration) *documentv1.CreateDownloadLinkResponse {
	t.Helper()
	return must(h.CreateDownloadLink(t.Context(), &documentv1.CreateDownloadLinkRequest{Name: name, Ttl: ttl}))(t)
}

func TestALinkWorksUntilItEnds(t *testing.T) {
	h := newHouse(t)
	d := h.upload(t, header("a"), pdf(3*chunk))
	for _, ttl := range []time.Duration{0, time.Minute, 30 * day} {
		h.ahead.Store(0)
		var asked *durationpb.Duration
		want := time.Hour
		if ttl > 0 {
			asked, want = durationpb.New(ttl), ttl
		}
		link := h.link(t, d.GetName(), asked)
		recent(t, link.GetExpireTime().AsTime().Add(-want))
		h.ahead.Store(int64(want - 20*time.Second))
		if got, err := h.follow(t, link.GetPath()); err != nil || !bytes.Equal(got, pdf(3*chunk)) {
			t.Errorf("%v: %d bytes, %v", ttl, len(got), err)
		}
		h.ahead.Store(int64(want + time.Second))
		_, err := h.follow(t, link.GetPath())
		refused(t, err, codes.NotFound, "LINK_INVALID")
	}
	h.ahead.Store(0)
	link := h.link(t, d.GetName(), nil)
	if got, err := h.followRange(t, link.GetPath(), 5, chunk); err != nil || !bytes.Equal(got, pdf(3 * chunk)[5:5+chunk]) {
		t.Errorf("range: %d bytes, %v", len(got), err)
	}
	_, err := h.followRange(t, link.GetPath(), 3*chunk+1, 0)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "offset")
	for _, ttl := range []time.Duration{-1, 0, time.Second - 1, 30*day + 1} {
		_, err := h.CreateDownloadLink(t.Context(), &documentv1.CreateDownloadLinkRequest{Name: d.GetName(), Ttl: durationpb.New(ttl)})
		refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "ttl")
	}
	_, err = h.CreateDownloadLink(t.Context(), &documentv1.CreateDownloadLinkRequest{Name: noName})
	refused(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND")
}

// Somebody may have to answer for who could read a contract and when it went; nobody can read it with the log in hand.
func TestWhatSomebodyAnswersForIsLogged(t *testing.T) {
	h := newHouse(t)
	d := h.upload(t, header("a"), pdf(100))
	link := h.link(t, d.GetName(), nil)
	if _, err := h.follow(t, link.GetPath()); err != nil {
		t.Fatal(err)
	}
	for _, hold := range []bool{true, false} {
		must(h.SetLegalHold(t.Context(), &documentv1.SetLegalHoldRequest{Name: d.GetName(), Hold: hold}))(t)
	}
	h.remove(t, d.GetName())
	id := strings.TrimPrefix(d.GetName(), "documents/")
	log := h.log.String()
	for _, want := range []string{
		`"download link made" document=` + id, `download document=` + id, `"legal hold" document=` + id + ` hold=true`,
		`"legal hold" document=` + id + ` hold=false`, `deleted document=` + id,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if strings.Contains(log, strings.TrimPrefix(link.GetPath(), "/downloads/")) {
		t.Error("the log holds the link")
	}
}

func TestALinkOfAnotherServiceIsInvalid(t *testing.T) {
	one, two := newHouse(t), newHouse(t)
	d := one.upload(t, header("a"), pdf(100))
	path := one.link(t, d.GetName(), nil).GetPath()
	for _, forged := range []string{path + "A", path[:len(path)-1], "/downloads/x", "/downloads/" + strings.Repeat("A", 76)} {
		_, err := one.follow(t, forged)
		refused(t, err, codes.NotFound, "LINK_INVALID")
	}
	_, err := two.follow(t, path) // a service that has no key yet
	refused(t, err, codes.NotFound, "LINK_INVALID")
	two.link(t, two.upload(t, header("a"), pdf(100)).GetName(), nil)
	_, err = two.follow(t, path)
	refused(t, err, codes.NotFound, "LINK_INVALID")
}

func TestALinkOutlivesTheNextKeyAndNotTheOneAfter(t *testing.T) {
	h := newHouse(t)
	path := h.link(t, h.upload(t, header("a"), pdf(100)).GetName(), durationpb.New(30*day)).GetPath()
	for i, works := range []bool{true, true, false} {
		if _, err := h.follow(t, path); (err == nil) != works {
			t.Errorf("after %d new keys: %v", i, err)
		}
		if err := jobs.RenewLinkKey(t.Context(), h.service.Store, time.Now().Add(time.Duration(i+1)*46*day)); err != nil {
			t.Fatal(err)
		}
	}
}
