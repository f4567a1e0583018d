package gateway

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

func TestOnlyListedHeadersBecomeMetadata(t *testing.T) {
	h := open(t, DefaultConfig())
	got := send(t, http.MethodPost, h.url+"/webhooks/yousign/tok", "event=x",
		"X-Yousign-Signature-256", "sha256=abc",
		"Content-Type", "application/x-www-form-urlencoded",
		"Accept", "text/html",
		"Grpc-Metadata-X-Internal-User", "root",
		"Grpc-Metadata-X-Yousign-Signature-256", "sha256=evil",
		"Grpc-Metadata-Token-Bin", "!not base64!",
		"Authorization", "Bearer evil",
		"X-Forwarded-For", "203.0.113.9",
		"X-Forwarded-Host", "evil.example",
		"Grpc-Timeout", "1n",
		"X-HTTP-Method-Override", "GET",
		"Cookie", "session=evil",
		"User-Agent", "evil",
		"Te", "trailers",
	)
	if got.code != http.StatusOK {
		t.Fatalf("answered %d %s", got.code, got.body)
	}
	md := h.one(t).metadata
	if diff := cmp.Diff([]string{"sha256=abc"}, md.Get("x-yousign-signature-256")); diff != "" {
		t.Error(diff)
	}
	grpcs := []string{":authority", "content-type", "user-agent", "x-yousign-signature-256"}
	for key, values := range md {
		if !slices.Contains(grpcs, key) {
			t.Errorf("metadata %q = %q came from outside", key, values)
		}
		if strings.Contains(strings.Join(values, " "), "evil") {
			t.Errorf("metadata %q carries what the caller sent", key)
		}
	}
	for key := range got.header {
		if strings.HasPrefix(key, "Grpc-") {
			t.Errorf("header %q left", key)
		}
	}
}

func TestSignatureThatMetadataCannotCarryIsMissing(t *testing.T) {
	h := open(t, DefaultConfig())
	send(t, http.MethodPost, h.url+"/webhooks/yousign/tok", "", "X-Yousign-Signature-256", "sha256=\xff")
	for _, c := range h.drain() {
		if got := c.metadata.Get("x-yousign-signature-256"); len(got) != 0 {
			t.Errorf("signature arrived as %q", got)
		}
	}
}

func TestMethodOverrideChangesNothing(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, header := range []string{"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"} {
		got := send(t, http.MethodPost, h.url+"/v1/templates", "page_size=1",
			"Content-Type", "application/x-www-form-urlencoded", header, "GET")
		if got.code != http.StatusMethodNotAllowed {
			t.Errorf("%s: answered %d, want 405", header, got.code)
		}
	}
}

func TestTooLargeBodiesAre413(t *testing.T) {
	h := open(t, DefaultConfig())
	for name, tt := range map[string]struct {
		path string
		size int
		want int
	}{
		"20 MB webhook":            {"/webhooks/yousign/tok", 20 << 20, http.StatusRequestEntityTooLarge},
		"webhook one byte over":    {"/webhooks/yousign/tok", mostWebhook + 1, http.StatusRequestEntityTooLarge},
		"largest webhook":          {"/webhooks/yousign/tok", mostWebhook, http.StatusOK},
		"20 MB call":               {"/v1/documents:render", 20 << 20, http.StatusRequestEntityTooLarge},
		"call one byte over":       {"/v1/documents:render", mostCall + 1, http.StatusRequestEntityTooLarge},
		"largest call, no message": {"/v1/documents:render", mostCall, http.StatusBadRequest},
	} {
		for form, body := range map[string]io.Reader{
			"sized":   strings.NewReader(strings.Repeat("x", tt.size)),
			"chunked": io.LimitReader(strings.NewReader(strings.Repeat("x", tt.size)), int64(tt.size)),
		} {
			got := sendFrom(t, http.MethodPost, h.url+tt.path, body)
			if got.code != tt.want {
				t.Errorf("%s, %s: answered %d, want %d", name, form, got.code, tt.want)
			}
			if reached := len(h.drain()) > 0; reached != (tt.want == http.StatusOK) {
				t.Errorf("%s, %s: reached the backend: %t", name, form, reached)
			}
			if got.code >= http.StatusBadRequest {
				got.problem(t)
			}
		}
	}
}

// A client that reuses no connection must hear the 413 as well, not a reset: it would call again.
func TestTheAnswerToATooLargeBodyArrives(t *testing.T) {
	h := open(t, DefaultConfig())
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	body := strings.Repeat("x", 20<<20)
	for range 10 {
		response, err := client.Post(h.url+"/webhooks/yousign/tok", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("answered %d, want 413", response.StatusCode)
		}
	}
}

func TestTextThatNoContractCarriesIsRefused(t *testing.T) {
	h := open(t, DefaultConfig())
	for name, path := range map[string]string{
		"path":  "/webhooks/yousign/%ff",
		"both":  "/webhooks/yousign/%ff?%zz",
		"query": "/v1/signatureRequests?reference=%ff",
	} {
		method := http.MethodPost
		if name == "query" {
			method = http.MethodGet
		}
		if got := send(t, method, h.url+path, ""); got.code != http.StatusBadRequest {
			t.Errorf("%s: answered %d %s, want 400", name, got.code, got.body)
		}
		if calls := h.drain(); len(calls) != 0 {
			t.Errorf("%s: reached the backend", name)
		}
	}
}

// A page in a browser on this machine reaches the loopback too; the JSON API asks nobody who they are.
func TestForeignPagesCannotCall(t *testing.T) {
	h := open(t, DefaultConfig())
	body := `{"template":"templates/x"}`
	for name, headers := range map[string][]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
		"origin":         {"Origin", "https://evil.example", "Content-Type", "text/plain"},
	} {
		if got := send(t, http.MethodPost, h.url+"/v1/documents:render", body, headers...); got.code != http.StatusForbidden {
			t.Errorf("%s: answered %d %s, want 403", name, got.code, got.body)
		}
	}
	if got := send(t, http.MethodPost, h.url+"/webhooks/yousign/tok", "", "Origin", "https://api.yousign.app"); got.code != http.StatusOK {
		t.Errorf("a webhook with an origin: answered %d", got.code)
	}
}

func TestGatewayKeepsItsOwnDeadlines(t *testing.T) {
	cfg := DefaultConfig()
	cfg.WebhookTimeout, cfg.CallTimeout = 50*time.Millisecond, 60*time.Millisecond
	h := open(t, cfg)
	h.answerWith(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	for _, tt := range []struct{ method, path string }{
		{http.MethodPost, "/webhooks/yousign/tok"},
		{http.MethodPost, "/webhooks/kommo/main/tok"},
		{http.MethodGet, "/v1/signatureRequests"},
	} {
		start := time.Now()
		got := send(t, tt.method, h.url+tt.path, "", "Grpc-Timeout", "1H")
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s: took %v", tt.path, took)
		}
		if got.code != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "1" {
			t.Errorf("%s: answered %d, Retry-After %q", tt.path, got.code, got.header.Get("Retry-After"))
		}
	}
}

func TestCallersTimeoutIsIgnored(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, timeout := range []string{"1n", "nonsense"} {
		if got := send(t, http.MethodGet, h.url+"/v1/signatureRequests", "", "Grpc-Timeout", timeout); got.code != http.StatusOK {
			t.Errorf("Grpc-Timeout %s: answered %d", timeout, got.code)
		}
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	const secret = "s3cr3tt0k3n"
	h := open(t, DefaultConfig())
	for _, path := range []string{
		"/webhooks/kommo/main/" + secret, "/webhooks/yousign/" + secret, "/webhooks/skribble/success/" + secret + "/" + secret,
		"/webhooks/skribble/nonsense/" + secret + "/x", "/webhooks/" + secret, "/webhooks/" + secret + "/kommo",
		"/webhooks/kommo/main/" + secret + "/", "/webhooks/yousign/%ff" + secret,
		"//webhooks/yousign/" + secret, "/webhook/yousign/" + secret, "/v1/webhooks/yousign/" + secret,
		"/WEBHOOKS/yousign/" + secret, "/" + secret, "/v1/documents/" + secret + "?reference=" + secret,
	} {
		for _, base := range []string{h.url, h.hookURL} {
			send(t, http.MethodPost, base+path, secret, "Content-Type", secret, "X-Yousign-Signature-256", secret, secret, secret)
			send(t, http.MethodGet, base+path, "")
		}
	}
	log := h.log.String()
	if strings.Contains(strings.ToLower(log), secret) {
		t.Errorf("the log holds the secret:\n%s", log)
	}
	for _, want := range []string{"/webhooks/kommo", "/webhooks/yousign", "/webhooks/skribble", "status=200", "status=404", "status=400"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not tell %q", want)
		}
	}
}

func TestWebhookListenerServesWebhooksAlone(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, path := range []string{
		"/v1/signatureRequests", "/v1/templates", "/openapi.json", "/", "", "//v1/templates", "/webhooks/../v1/templates",
		"/webhooks/%2e%2e/v1/templates", "/webhooks", "/debug/pprof/",
	} {
		if got := send(t, http.MethodGet, h.hookURL+path, ""); got.code != http.StatusNotFound {
			t.Errorf("%s: answered %d, want 404", path, got.code)
		}
	}
	if calls := h.drain(); len(calls) != 0 {
		t.Errorf("%d calls reached a backend", len(calls))
	}
	if got := send(t, http.MethodPost, h.hookURL+"/webhooks/yousign/tok", "x"); got.code != http.StatusOK {
		t.Errorf("webhook: answered %d", got.code)
	}
	if _, ok := h.one(t).request.(*signingv1.ReceiveYousignEventRequest); !ok {
		t.Error("the webhook arrived as something else")
	}
	for _, base := range []string{h.url, h.hookURL} {
		if got := send(t, http.MethodGet, base+"/healthz", ""); got.code != http.StatusOK || got.body != "ok\n" {
			t.Errorf("health: answered %d %q", got.code, got.body)
		}
	}
}
