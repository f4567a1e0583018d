package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/countersign/countersign/services/internal/fault"
)

const (
	// mostWebhook and mostCall bound a body. Both stay below the 4 MiB of a gRPC message.
	mostWebhook  = 3 << 20
	mostCallback = 64 << 10 // Skribble documents no body, and none is read
	mostCall     = 1 << 20
	mostDownload = 1 << 10 // a GET has no body

	webhookPrefix  = "/webhooks/"
	callbackPrefix = webhookPrefix + "skribble/"
	healthPath     = "/healthz"
)

// front is what every request passes before it is routed: limits, a deadline, clean headers.
type front struct {
	cfg    Config
	mux    http.Handler
	logger *slog.Logger
}

// everything answers the JSON API, the webhooks and the health check. A page of a foreign site that a browser on this
// machine shows cannot call the API: nobody asks its callers who they are.
func (f front) everything() http.Handler {
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		terms, open := f.public(r.URL.Path)
		switch {
		case r.URL.Path == healthPath:
			f.health(w)
		case open:
			f.serve(w, r, terms)
		case foreign.Check(r) != nil:
			writeError(w, http.StatusForbidden, http.StatusText(http.StatusForbidden))
		default:
			f.serve(w, r, terms)
		}
	})
}

// world answers webhooks, download links and the health check, and knows nothing else.
func (f front) world() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		terms, open := f.public(r.URL.Path)
		switch {
		case r.URL.Path == healthPath:
			f.health(w)
		case open:
			f.serve(w, r, terms)
		default:
			writeError(w, http.StatusNotFound, http.StatusText(http.StatusNotFound))
		}
	})
}

// terms are what a request is answered under.
type terms struct {
	// timeout bounds the whole answer, 0 does not; most bounds the request's body.
	timeout time.Duration
	most    int64
	// headers are those that may be looked at; nobody sees the others.
	headers []string
}

// public tells whether a path is for the world: what it names proves itself by a secret. It returns the terms of any path.
func (f front) public(path string) (terms, bool) {
	switch {
	case strings.HasPrefix(path, callbackPrefix):
		return terms{f.cfg.WebhookTimeout, mostCallback, forwarded()}, true
	case strings.HasPrefix(path, webhookPrefix):
		return terms{f.cfg.WebhookTimeout, mostWebhook, forwarded()}, true
	case strings.HasPrefix(path, downloadPrefix):
		return terms{f.cfg.DownloadTimeout, mostDownload, conditional()}, true
	case path == watchPath:
		return terms{0, mostDownload, nil}, false
	}
	return terms{f.cfg.CallTimeout, mostCall, forwarded()}, false
}

func (f front) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

func (f front) serve(w http.ResponseWriter, r *http.Request, on terms) {
	start := time.Now()
	seen := &recorder{ResponseWriter: w, code: http.StatusOK}
	defer func() { f.log(r, seen, time.Since(start)) }()
	w.Header().Set("Cache-Control", "no-store") // names, links, addresses: nothing of it stays in a cache
	if !text(r) {
		writeError(seen, http.StatusBadRequest, "the path, the query or the content type is not UTF-8")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, on.most))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		writeError(seen, http.StatusRequestEntityTooLarge, "the body is larger than the gateway takes")
		return
	}
	if err != nil {
		writeError(seen, http.StatusBadRequest, "the body could not be read")
		return
	}
	ctx, cancel := r.Context(), func() {}
	if on.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, on.timeout)
	}
	defer cancel()
	clean := r.Clone(ctx)
	clean.Header = cleanHeaders(r.Header, on.headers)
	clean.Host, clean.RemoteAddr = "", "" // the library would turn these into metadata
	clean.Body = rawBody{bytes.NewReader(body), r.Header.Get("Content-Type"), &fault.Violation{}}
	clean.ContentLength = int64(len(body))
	f.mux.ServeHTTP(seen, clean)
}

// text tells whether what becomes strings of a contract is UTF-8. Others could not be sent on.
func text(r *http.Request) bool {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	return utf8.ValidString(r.URL.Path) && utf8.ValidString(r.Header.Get("Content-Type")) &&
		(err != nil || utf8.ValidString(query)) // a broken query is refused where it is read
}

// cleanHeaders keeps what the backends need. Everything else a caller sends stays outside: the gateway's library would
// turn Grpc-Metadata-* and Authorization into metadata, honour Grpc-Timeout, and print a strange Content-Type.
func cleanHeaders(in http.Header, names []string) http.Header {
	out := http.Header{}
	for _, name := range names {
		if values := in.Values(name); len(values) > 0 {
			out[name] = values
		}
	}
	return out
}

// forwarded lists the headers that backends may see, in canonical form.
func forwarded() []string { return []string{"X-Yousign-Signature-256"} }

// allowed passes exactly the forwarded headers on, under their own names.
func allowed(name string) (string, bool) {
	for _, header := range forwarded() {
		if strings.EqualFold(name, header) {
			return strings.ToLower(header), true
		}
	}
	return "", false
}

// log writes one line per request. It tells the route and never the path, which may hold a secret even where it is
// mistyped.
func (f front) log(r *http.Request, seen *recorder, took time.Duration) {
	level := slog.LevelDebug
	if seen.code >= http.StatusBadRequest || seen.short {
		level = slog.LevelInfo
	}
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", seen.route),
		slog.Int("status", seen.code), slog.Duration("duration", took),
	}
	if seen.short {
		attrs = append(attrs, slog.Bool("short", true))
	}
	f.logger.LogAttrs(r.Context(), level, "http", attrs...)
}

// recorder remembers what was answered, and by which route; empty means none.
type recorder struct {
	http.ResponseWriter
	code  int
	route string
	// short says that an answer ended before its announced length.
	short bool
}

// noteRoute tells the recorder which of the contracts' routes was found.
func noteRoute(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if seen, ok := w.(*recorder); ok {
			if pattern, found := runtime.HTTPPattern(r.Context()); found {
				seen.route = pattern.String()
			}
		}
		next(w, r, params)
	}
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the server's own features through.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
