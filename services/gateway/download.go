package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

const (
	downloadPrefix = "/downloads/"
	// mostToken bounds what is looked at: the contract's own limit.
	mostToken = 256
	// chunkTime is how long a client may take for one chunk of 256 KiB, before it is taken for gone: 9 kB/s.
	chunkTime = 30 * time.Second
)

// conditional lists the request headers that a download looks at, in canonical form. None of them becomes metadata.
func conditional() []string { return []string{"If-None-Match", "If-Range", "Range"} }

// downloads answers GET and HEAD of a link's path. The bytes pass through: a chunk at a time is in memory.
type downloads struct {
	client documentv1.DocumentDownloadServiceClient
	// pace is how long a client may take for one chunk.
	pace time.Duration
}

type chunks = grpc.ServerStreamingClient[documentv1.DownloadDocumentResponse]

// serve answers with the document of a link. It always sends a length first, so that a download which is cut short, here or
// behind, is known to be: then the connection is closed before that many bytes were sent.
func (d downloads) serve(w http.ResponseWriter, r *http.Request, params map[string]string) {
	token := params["token"]
	if len(token) > mostToken {
		answerError(r.Context(), nil, nil, w, r, &fault.Error{
			Code: codes.NotFound, Domain: "countersign.document.v1", Reason: "LINK_INVALID", Message: "the link is not valid",
		})
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stream, first, err := d.open(ctx, token, byteRange{})
	if err != nil {
		answerError(ctx, nil, nil, w, r, err)
		return
	}
	size, tag := first.GetDocument().GetSizeBytes(), `"`+first.GetDocument().GetSha256()+`"`
	introduce(w.Header(), first.GetDocument(), tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	part, asked := parseRange(r.Header.Get("Range"), size)
	if condition := r.Header.Get("If-Range"); r.Method != http.MethodGet || condition != "" && condition != tag {
		asked = false
	}
	switch {
	case !asked:
		deliver(w, r, http.StatusOK, size, delivery{stream, first.GetChunk(), d.pace})
	case part.length == 0:
		clear(w.Header())
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		writeError(w, http.StatusRequestedRangeNotSatisfiable, "the file has no such bytes")
	default:
		cancel() // the whole file is not wanted
		if stream, first, err = d.open(r.Context(), token, part); err != nil {
			clear(w.Header())
			answerError(ctx, nil, nil, w, r, err)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.offset, part.offset+part.length-1, size))
		deliver(w, r, http.StatusPartialContent, part.length, delivery{stream, first.GetChunk(), d.pace})
	}
}

// open begins a download and waits for its first message, so that what is refused is answered as an error.
func (d downloads) open(ctx context.Context, token string, r byteRange) (chunks, *documentv1.DownloadDocumentResponse, error) {
	stream, err := d.client.DownloadDocument(ctx, &documentv1.DownloadDocumentRequest{Token: token, Offset: r.offset, Length: r.length})
	if err != nil {
		return nil, nil, err
	}
	first, err := stream.Recv()
	if err == nil && first.GetDocument() == nil {
		err = errNoDocument
	}
	return stream, first, err
}

var errNoDocument = errors.New("the stream does not begin with its document")

// introduce writes the headers of a file that is nobody's page: it is saved and never shown in the gateway's own name, runs
// nothing, stays in no cache, and its address goes nowhere.
func introduce(h http.Header, d *documentv1.Document, tag string) {
	mediaType := d.GetMediaType()
	if extension(mediaType) == extension("") {
		mediaType = "application/octet-stream"
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", attachment(d.GetFileName(), mediaType))
	h.Set("Etag", tag)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
}

// matches tells whether an If-None-Match header names a tag (RFC 9110, section 13.1.2: compared weakly).
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}

// delivery is what is left of a download, the chunk that came with its first message before the others.
type delivery struct {
	stream chunks
	ready  []byte
	pace   time.Duration
}

func (d *delivery) next() ([]byte, error) {
	if chunk := d.ready; chunk != nil {
		d.ready = nil
		return chunk, nil
	}
	part, err := d.stream.Recv()
	return part.GetChunk(), err
}

// deliver sends exactly length bytes, or closes the connection.
func deliver(w http.ResponseWriter, r *http.Request, code int, length int64, d delivery) {
	w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	w.WriteHeader(code)
	if r.Method == http.MethodHead {
		return
	}
	left, err := length, error(nil)
	for err == nil {
		var chunk []byte
		if chunk, err = d.next(); err != nil || int64(len(chunk)) > left {
			break
		}
		left -= int64(len(chunk))
		if err = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d.pace)); err == nil {
			_, err = w.Write(chunk)
		}
	}
	if seen, ok := w.(*recorder); ok {
		seen.short = left > 0 || !errors.Is(err, io.EOF) // the server closes a connection that fewer bytes went through
	}
}
