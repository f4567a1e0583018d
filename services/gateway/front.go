package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
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

// everything answers the JSON API, the webhooks and the health check.
func (f front) everything() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == healthPath:
			f.health(w)
		case strings.HasPrefix(r.URL.Path, webhookPrefix):
			f.serve(w, r, f.cfg.WebhookTimeout, mostWebhook)
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
	defer func() { f.log(r, seen.code, time.Since(start)) }()
	body, err := io.ReadAll(http.MaxBytesReader(seen, r.Body, most))
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
	clean.Body = rawBody{bytes.NewReader(body), r.Header.Get("Content-Type")}
	clean.ContentLength = int64(len(body))
	f.mux.ServeHTTP(seen, clean)
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

// log writes one line per request. Of a webhook's path only the vendor is told: the rest is secret.
func (f front) log(r *http.Request, code int, took time.Duration) {
	path := r.URL.Path
	rest, webhook := strings.CutPrefix(path, webhookPrefix)
	if webhook {
		path = webhookPrefix + "other"
		vendor, _, _ := strings.Cut(rest, "/")
		switch vendor {
		case "kommo", "skribble", "yousign":
			path = webhookPrefix + vendor
		}
	}
	level := slog.LevelDebug
	if code >= http.StatusInternalServerError || webhook && code >= http.StatusBadRequest {
		level = slog.LevelInfo
	}
	f.logger.LogAttrs(r.Context(), level, "http", slog.String("method", r.Method), slog.String("path", path),
		slog.Int("status", code), slog.Duration("duration", took))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the server's own features through.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
