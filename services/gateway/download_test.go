package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

const secret = "c2VjcmV0LXRva2Vu"

// linked is the file behind the only link that the fake knows.
type linked struct {
	name, mediaType, content string
	// cut ends the stream after so many bytes with an error, short after so many without; 0 does neither.
	cut, short int
}

var errDamaged = &fault.Error{Code: codes.DataLoss, Reason: "HASH_MISMATCH", Message: "damaged"}

// hash stands for a SHA-256.
func hash() string { return strings.Repeat("ab", 32) }

// DownloadDocument hands out a few bytes at a time, the document with the first.
func (b *backend) DownloadDocument(in *documentv1.DownloadDocumentRequest, stream grpc.ServerStreamingServer[documentv1.DownloadDocumentResponse]) error {
	if err := b.take(stream.Context(), in); err != nil {
		return err
	}
	if in.GetToken() != secret {
		return &fault.Error{Code: codes.NotFound, Reason: "LINK_INVALID", Message: "the link is not valid"}
	}
	content := b.file.content[in.GetOffset():]
	if in.GetLength() > 0 {
		content = content[:min(in.GetLength(), int64(len(content)))]
	}
	first := &documentv1.Document{
		FileName: b.file.name, MediaType: b.file.mediaType, Sha256: hash(), SizeBytes: int64(len(b.file.content)),
	}
	size := max(7, len(content)/100)
	for sent := 0; sent == 0 || sent < len(content); sent += size {
		switch {
		case b.file.cut > 0 && sent >= b.file.cut:
			return errDamaged
		case b.file.short > 0 && sent >= b.file.short:
			return nil
		}
		chunk := []byte(content[sent:min(sent+size, len(content))])
		if err := stream.Send(&documentv1.DownloadDocumentResponse{Document: first, Chunk: chunk}); err != nil {
			return err
		}
		first = nil
	}
	return nil
}

const content = "%PDF-1.7 thirty bytes of a file"

func openLinked(t *testing.T) *house {
	h := open(t, DefaultConfig())
	h.file = linked{name: "Offer.pdf", mediaType: "application/pdf", content: content}
	return h
}

func TestALinkGivesTheFileOutOnBothListeners(t *testing.T) {
	h := openLinked(t)
	for _, base := range []string{h.url, h.hookURL} {
		got := send(t, http.MethodGet, base+"/downloads/"+secret, "")
		if got.code != http.StatusOK || got.body != content {
			t.Fatalf("answered %d %q", got.code, got.body)
		}
		head := send(t, http.MethodHead, base+"/downloads/"+secret, "", "Range", "bytes=0-1")
		if head.code != http.StatusOK || head.body != "" {
			t.Errorf("HEAD answered %d %q", head.code, head.body)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/pdf", "Content-Length": fmt.Sprint(len(content)), "Etag": `"` + hash() + `"`,
			"Content-Disposition": `attachment; filename="Offer.pdf"; filename*=UTF-8''Offer.pdf`,
			"Accept-Ranges":       "bytes", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; sandbox", "Referrer-Policy": "no-referrer",
		} {
			if got.header.Get(name) != want || head.header.Get(name) != want {
				t.Errorf("%s: GET %q, HEAD %q, want %q", name, got.header.Get(name), head.header.Get(name), want)
			}
		}
	}
	for _, c := range h.drain() {
		for key := range c.metadata {
			if key == "range" {
				t.Error("a header became metadata")
			}
		}
	}
}

func TestTheLogNeverHoldsAToken(t *testing.T) {
	h := openLinked(t)
	for _, path := range []string{secret, secret + "x", secret + "/more", "%20" + secret, secret + "?a=" + secret} {
		send(t, http.MethodGet, h.url+"/downloads/"+path, "")
	}
	if log := h.log.String() + h.theirs.String(); strings.Contains(log, secret) || !strings.Contains(log, `route="/downloads/{token=*}"`) {
		t.Errorf("log: %s", log)
	}
}

func TestRanges(t *testing.T) {
	h := openLinked(t)
	n := len(content)
	for _, c := range []struct {
		header, ifRange string
		code            int
		want, part      string
	}{
		{"bytes=0-0", "", 206, content[:1], fmt.Sprintf("bytes 0-0/%d", n)},
		{"bytes=3-9", "", 206, content[3:10], fmt.Sprintf("bytes 3-9/%d", n)},
		{"Bytes=3-9", "", 206, content[3:10], fmt.Sprintf("bytes 3-9/%d", n)},
		{"bytes=8-", "", 206, content[8:], fmt.Sprintf("bytes 8-%d/%d", n-1, n)},
		{"bytes=8-9999", "", 206, content[8:], fmt.Sprintf("bytes 8-%d/%d", n-1, n)},
		{"bytes=8-99999999999999999999", "", 206, content[8:], fmt.Sprintf("bytes 8-%d/%d", n-1, n)},
		{"bytes=-5", "", 206, content[n-5:], fmt.Sprintf("bytes %d-%d/%d", n-5, n-1, n)},
		{"bytes=-9999", "", 206, content, fmt.Sprintf("bytes 0-%d/%d", n-1, n)},
		{"bytes=3-9", `"` + hash() + `"`, 206, content[3:10], fmt.Sprintf("bytes 3-9/%d", n)},
		{"bytes=3-9", `"other"`, 200, content, ""},
		{"bytes=3-9", `W/"` + hash() + `"`, 200, content, ""},
		{fmt.Sprintf("bytes=%d-", n), "", 416, "", fmt.Sprintf("bytes */%d", n)},
		{"bytes=99999999999999999999-", "", 416, "", fmt.Sprintf("bytes */%d", n)},
		{"bytes=-0", "", 416, "", fmt.Sprintf("bytes */%d", n)},
		{"bytes=0-1,3-4", "", 200, content, ""},
		{"bytes=9-3", "", 200, content, ""},
		{"bytes=a-b", "", 200, content, ""},
		{"bytes=+1-2", "", 200, content, ""},
		{"bytes=-", "", 200, content, ""},
		{"bytes", "", 200, content, ""},
		{"lines=0-1", "", 200, content, ""},
	} {
		headers := []string{"Range", c.header}
		if c.ifRange != "" {
			headers = append(headers, "If-Range", c.ifRange)
		}
		got := send(t, http.MethodGet, h.url+"/downloads/"+secret, "", headers...)
		if got.code != c.code || got.header.Get("Content-Range") != c.part || c.code != 416 && got.body != c.want {
			t.Errorf("%s: answered %d %q, %q", c.header, got.code, got.header.Get("Content-Range"), got.body)
		}
		if c.code == 416 && got.problem(t).Message == "" {
			t.Errorf("%s: %s", c.header, got.body)
		}
	}
}

func TestAFileThatIsKnownIsNotSentAgain(t *testing.T) {
	h := openLinked(t)
	tag := `"` + hash() + `"`
	for header, code := range map[string]int{
		tag: 304, "W/" + tag: 304, "*": 304, `"x", ` + tag: 304, `"x"`: 200, "": 200, hash(): 200,
	} {
		got := send(t, http.MethodGet, h.url+"/downloads/"+secret, "", "If-None-Match", header)
		if got.code != code || got.header.Get("Etag") != tag || code == 304 && got.body != "" {
			t.Errorf("%s: answered %d %q", header, got.code, got.body)
		}
	}
}

func TestLinksThatDoNotWorkAreErrors(t *testing.T) {
	h := openLinked(t)
	for path, code := range map[string]int{
		"/downloads/other": 404, "/downloads/" + strings.Repeat("x", 257): 404, "/downloads/" + secret + "/more": 404,
		"/downloads/" + secret + "%2Fmore": 404,
	} {
		for _, base := range []string{h.url, h.hookURL} {
			got := send(t, http.MethodGet, base+path, "")
			if p := got.problem(t); got.code != code || got.header.Get("Content-Disposition") != "" || p.Message == "" {
				t.Errorf("%s: answered %d %s", path, got.code, got.body)
			}
		}
	}
	if got := send(t, http.MethodPost, h.url+"/downloads/"+secret, ""); got.code != http.StatusMethodNotAllowed {
		t.Errorf("POST answered %d", got.code)
	}
	if got := send(t, http.MethodGet, h.url+"/downloads/"+secret, strings.Repeat("x", 2<<10)); got.code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body answered %d", got.code)
	}
	for reason, code := range map[string]int{"DOCUMENT_DELETED": 410, "LINK_INVALID": 404, "HASH_MISMATCH": 500} {
		h.answerWith(func(context.Context) error {
			return &fault.Error{Code: map[int]codes.Code{410: codes.FailedPrecondition, 404: codes.NotFound, 500: codes.DataLoss}[code], Reason: reason}
		})
		if got := send(t, http.MethodGet, h.url+"/downloads/"+secret, ""); got.code != code || got.problem(t).Reason != reason {
			t.Errorf("%s: answered %d %s", reason, got.code, got.body)
		}
	}
}

// A file that ends early must never look whole, however small it is.
func TestAFileThatEndsEarlyClosesTheConnection(t *testing.T) {
	for name, file := range map[string]linked{
		"cut":         {cut: 14, content: content},
		"cut at once": {cut: 7, content: content},
		"short":       {short: 14, content: content},
		"large":       {cut: 70_000, content: strings.Repeat("x", 100_000)},
	} {
		for _, ranged := range []string{"", "bytes=1-", "bytes=0-28"} {
			h := open(t, DefaultConfig())
			h.file = file
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/downloads/"+secret, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Range", ranged)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			whole := ranged == "bytes=0-28" && name == "large"
			if early := errors.Is(err, io.ErrUnexpectedEOF); early == whole || !whole && int64(len(body)) >= response.ContentLength {
				t.Errorf("%s %s: %d bytes of %d, %v", name, ranged, len(body), response.ContentLength, err)
			}
			h.stop()
			<-h.stopped
			if !whole && !strings.Contains(h.log.String(), "short=true") {
				t.Errorf("%s: log %s", name, h.log.String())
			}
		}
	}
}

// A client that does not read fills the buffers of the connection, and then the gateway waits for it: not for long.
func TestAClientThatTakesNothingIsLetGo(t *testing.T) {
	h := openLinked(t)
	h.file.content = strings.Repeat("x", 32<<20)
	ended := make(chan *recorder, 1)
	conn := h.serve(t, "document", func(s grpc.ServiceRegistrar) { documentv1.RegisterDocumentDownloadServiceServer(s, h) })
	files := downloads{documentv1.NewDocumentDownloadServiceClient(conn), 50 * time.Millisecond}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &recorder{ResponseWriter: w}
		files.serve(seen, r, map[string]string{"token": secret})
		ended <- seen
	}))
	defer server.Close()
	var dialer net.Dialer
	client, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case seen := <-ended:
		if !seen.short {
			t.Error("a download that was given up counts as whole")
		}
	case <-time.After(patience):
		t.Error("the download never ends")
	}
}

func TestADownloadEndsWithItsTime(t *testing.T) {
	cfg := DefaultConfig()
	cfg.DownloadTimeout = 50 * time.Millisecond
	h := open(t, cfg)
	h.file.content = content
	h.answerWith(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if got := send(t, http.MethodGet, h.url+"/downloads/"+secret, ""); got.code != http.StatusServiceUnavailable {
		t.Errorf("answered %d %s", got.code, got.body)
	}
	cfg = DefaultConfig()
	for _, wrong := range []time.Duration{0, -1, time.Hour + 1} {
		if cfg.DownloadTimeout = wrong; cfg.Check() == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
}

func TestHostileFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"Offer.pdf":                     `filename="Offer.pdf"; filename*=UTF-8''Offer.pdf`,
		"Offer":                         `filename="Offer.pdf"; filename*=UTF-8''Offer.pdf`,
		"OFFER.PDF":                     `filename="OFFER.pdf"; filename*=UTF-8''OFFER.pdf`,
		"Straße 1.pdf":                  `filename="Stra_e 1.pdf"; filename*=UTF-8''Stra%C3%9Fe%201.pdf`,
		"契約.pdf":                        `filename="__.pdf"; filename*=UTF-8''%E5%A5%91%E7%B4%84.pdf`,
		"a\"; filename=b.exe":           `filename="a__ filename=b.exe.pdf"; filename*=UTF-8''a__%20filename%3Db.exe.pdf`,
		"a\r\nSet-Cookie: x=y.pdf":      `filename="aSet-Cookie_ x=y.pdf"; filename*=UTF-8''aSet-Cookie_%20x%3Dy.pdf`,
		"../../etc/passwd":              `filename="_.._etc_passwd.pdf"; filename*=UTF-8''_.._etc_passwd.pdf`,
		`C:\windows\a.pdf`:              `filename="C__windows_a.pdf"; filename*=UTF-8''C__windows_a.pdf`,
		".htaccess":                     `filename="htaccess.pdf"; filename*=UTF-8''htaccess.pdf`,
		"a%22b.pdf":                     `filename="a_22b.pdf"; filename*=UTF-8''a%2522b.pdf`,
		"con\u202efdp.exe":              `filename="confdp.exe.pdf"; filename*=UTF-8''confdp.exe.pdf`,
		"":                              `filename="document.pdf"; filename*=UTF-8''document.pdf`,
		"..":                            `filename="document.pdf"; filename*=UTF-8''document.pdf`,
		".pdf":                          `filename="pdf.pdf"; filename*=UTF-8''pdf.pdf`,
		"a\xff\x00b.pdf":                `filename="a_b.pdf"; filename*=UTF-8''a_b.pdf`,
		strings.Repeat("é", 300):        `filename="` + strings.Repeat("_", 124) + `.pdf"; filename*=UTF-8''` + strings.Repeat("%C3%A9", 124) + ".pdf",
		"a.pdf\u00a0.exe":               `filename="a.pdf.exe.pdf"; filename*=UTF-8''a.pdf.exe.pdf`,
		"tab\tand\u2028line\u0085s.pdf": `filename="tabandlines.pdf"; filename*=UTF-8''tabandlines.pdf`,
	} {
		if got := attachment(name, "application/pdf"); got != "attachment; "+want {
			t.Errorf("%q: %s", name, got)
		}
	}
	if got := attachment("a.pdf", "application/zip"); !strings.Contains(got, `"a.pdf.zip"`) {
		t.Error(got)
	}
}

func TestAnUnknownMediaTypeIsBytes(t *testing.T) {
	h := openLinked(t)
	h.file.mediaType = "text/html"
	got := send(t, http.MethodGet, h.url+"/downloads/"+secret, "")
	if got.header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(got.header.Get("Content-Disposition"), `"Offer.pdf.bin"`) {
		t.Errorf("headers %v", got.header)
	}
}
