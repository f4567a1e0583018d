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
)

const (
	// mostWebhook and mostCall bound a body. Both stay below the 4 MiB of a gRPC message.
	mostWebhook = 3 << 20
	mostCall    = 1 << 20

	webhookPrefix = "/webhooks/"
	healthPath    = "/healthz"
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
		switch {
		case r.URL.Path == healthPath:
			f.health(w)
		case strings.HasPrefix(r.URL.Path, webhookPrefix):
			f.serve(w, r, f.cfg.WebhookTimeout, mostWebhook)
		case foreign.Check(r) != nil:
			writeError(w, http.StatusForbidden, http.StatusText(http.StatusForbidden))
		default:
			f.serve(w, r, f.cfg.CallTimeout, mostCall)
		}
	})
}

// webhooks answers webhooks and the health check, and knows nothing else.
func (f front) webhooks() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == healthPath:
			f.health(w)
		case strings.HasPrefix(r.URL.Path, webhookPrefix):
			f.serve(w, r, f.cfg.WebhookTimeout, mostWebhook)
		default:
			http.NotFound(w, r)
		}
	})
}

func (f front) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

func (f front) serve(w http.ResponseWriter, r *http.Request, timeout time.Duration, most int64) {
	start := time.Now()
	seen := &recorder{ResponseWriter: w, code: http.StatusOK}
	defer func() { f.log(r, seen, time.Since(start)) }()
	if !text(r) {
		writeError(seen, http.StatusBadRequest, "the path, the query or the content type is not UTF-8")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		writeError(seen, http.StatusRequestEntityTooLarge, "the body is larger than the gateway takes")
		return
	}
	if err != nil {
		writeError(seen, http.StatusBadRequest, "the body could not be read")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	clean := r.Clone(ctx)
	clean.Header = cleanHeaders(r.Header)
	clean.Host, clean.RemoteAddr = "", "" // the library would turn these into metadata
	clean.Body = rawBody{bytes.NewReader(body), r.Header.Get("Content-Type")}
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
func cleanHeaders(in http.Header) http.Header {
	out := http.Header{}
	for _, name := range forwarded() {
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
	if seen.code >= http.StatusBadRequest {
		level = slog.LevelInfo
	}
	f.logger.LogAttrs(r.Context(), level, "http", slog.String("method", r.Method), slog.String("route", seen.route),
		slog.Int("status", seen.code), slog.Duration("duration", took))
}

// recorder remembers what was answered, and by which route; empty means none.
type recorder struct {
	http.ResponseWriter
	code  int
	route string
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
