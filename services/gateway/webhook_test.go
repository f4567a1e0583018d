package gateway

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// everyByte is a body that no decoder of text would let through unchanged.
func everyByte() string {
	raw := make([]byte, 256)
	for i := range raw {
		raw[i] = byte(i)
	}
	return string(raw)
}

func bodies() map[string]string {
	return map[string]string{
		"json":          `{ "event" : "x",  "n": 1.0, "é":"\u00e9" }` + "\r\n",
		"broken json":   `{"event":`,
		"two documents": `{"a":1} {"b":2}`,
		"form":          "leads[status][0][id]=1&token=other&account=other&body=x&a=%FF",
		"broken form":   "a=%zz&;;&&=",
		"multipart":     "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nother\r\n--x--\r\n",
		"empty":         "",
		"space":         " \n",
		"null":          "null",
		"binary":        everyByte(),
		"invalid utf-8": "\xff\xfe\xc3\x28",
		"large":         strings.Repeat("0123456789abcdef", mostWebhook/16),
	}
}

func contentTypes() []string {
	return []string{
		"", "application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain",
		"multipart/form-data; boundary=x", "application/octet-stream", "Application/JSON ; x=\"y\"", "nonsense",
	}
}

// hooks are the webhook paths and what each must carry.
func hooks(contentType, body string) map[string]proto.Message {
	raw := &httpbody.HttpBody{ContentType: contentType, Data: []byte(body)}
	return map[string]proto.Message{
		"/webhooks/kommo/main/t0k-e_n": &crmv1.ReceiveKommoWebhookRequest{Account: "main", Token: "t0k-e_n", Body: raw},
		"/webhooks/yousign/t0k-e_n":    &signingv1.ReceiveYousignEventRequest{Token: "t0k-e_n", Body: raw},
		"/webhooks/skribble/success/t0k-e_n/ref-1": &signingv1.ReceiveSkribbleCallbackRequest{
			Kind: "success", Token: "t0k-e_n", ProviderReference: "ref-1", Body: raw,
		},
	}
}

func TestWebhookBodiesArriveByteForByte(t *testing.T) {
	h := open(t, DefaultConfig())
	for name, body := range bodies() {
		for _, contentType := range contentTypes() {
			var headers []string
			if contentType != "" {
				headers = []string{"Content-Type", contentType}
			}
			for path, want := range hooks(contentType, body) {
				got := send(t, http.MethodPost, h.hookURL+path, body, headers...)
				if len(body) > mostCallback && strings.HasPrefix(path, callbackPrefix) {
					if got.code != http.StatusRequestEntityTooLarge || len(h.drain()) != 0 {
						t.Errorf("%s as %q to %s: answered %d", name, contentType, path, got.code)
					}
					continue
				}
				if got.code != http.StatusOK {
					t.Fatalf("%s as %q to %s: answered %d %s", name, contentType, path, got.code, got.body)
				}
				calls := h.drain()
				if len(calls) != 1 {
					t.Fatalf("%s as %q to %s: %d calls", name, contentType, path, len(calls))
				}
				if !proto.Equal(want, calls[0].request) {
					t.Errorf("%s as %q to %s: arrived changed", name, contentType, path)
				}
			}
		}
	}
}

func TestChunkedWebhookArrivesWhole(t *testing.T) {
	h := open(t, DefaultConfig())
	body := everyByte()
	unsized := struct{ *bytes.Reader }{bytes.NewReader([]byte(body))}
	if got := sendFrom(t, http.MethodPost, h.url+"/webhooks/yousign/tok", unsized); got.code != http.StatusOK {
		t.Fatalf("answered %d %s", got.code, got.body)
	}
	want := &signingv1.ReceiveYousignEventRequest{Token: "tok", Body: &httpbody.HttpBody{Data: []byte(body)}}
	if diff := cmp.Diff(want, h.one(t).request, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestParametersCannotOverwriteThePath(t *testing.T) {
	h := open(t, DefaultConfig())
	query := "?token=evil&account=evil&kind=error&provider_reference=evil&providerReference=evil&body.data=ZXZpbA==&body.content_type=evil"
	form := "token=evil&account=evil&kind=error&provider_reference=evil"
	for path, want := range hooks("application/x-www-form-urlencoded", form) {
		got := send(t, http.MethodPost, h.url+path+query, form, "Content-Type", "application/x-www-form-urlencoded")
		if got.code != http.StatusOK {
			t.Fatalf("%s: answered %d %s", path, got.code, got.body)
		}
		if diff := cmp.Diff(want, h.one(t).request, protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	name := "documents/00000000-0000-0000-0000-000000000001"
	got := send(t, http.MethodGet, h.url+"/v1/"+name+"?name=documents/00000000-0000-0000-0000-000000000002", "")
	if p := got.problem(t); p.Code != http.StatusBadRequest || p.Metadata["field"] != "name" || len(h.drain()) > 0 {
		t.Errorf("a query beside the name of the path: %d %s", got.code, got.body)
	}
}

func FuzzWebhookBody(f *testing.F) {
	for _, body := range bodies() {
		if len(body) > 1<<10 {
			continue
		}
		for _, contentType := range contentTypes() {
			f.Add([]byte(body), contentType)
		}
	}
	f.Add([]byte("x"), "\xff")
	h := open(f, DefaultConfig())
	handler := h.service.servers[1].Handler
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		request := httptest.NewRequest(http.MethodPost, "/webhooks/kommo/main/tok", bytes.NewReader(body))
		request.Header.Set("Content-Type", contentType)
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		calls := h.drain()
		if !utf8.ValidString(contentType) {
			if response.Code != http.StatusBadRequest || len(calls) != 0 {
				t.Fatalf("content type %q: answered %d after %d calls", contentType, response.Code, len(calls))
			}
			return
		}
		want := &crmv1.ReceiveKommoWebhookRequest{
			Account: "main", Token: "tok", Body: &httpbody.HttpBody{ContentType: contentType, Data: body},
		}
		if response.Code != http.StatusOK || len(calls) != 1 || !proto.Equal(want, calls[0].request) {
			t.Fatalf("%d bytes as %q: answered %d after %d calls", len(body), contentType, response.Code, len(calls))
		}
	})
}

// FuzzCallback: whatever stands in a callback's path and headers, what arrives is what was sent, or nothing; the log holds
// nothing of it.
func FuzzCallback(f *testing.F) {
	f.Add("success", "t0k-e_n-of-a-request", "ref-1", "text/plain", []byte("{}"))
	f.Add("update", "a/../b?c#d", "%2e%2e/%00", "application/json; charset=\xff", []byte{0xff})
	f.Add("", "", "", "", []byte(nil))
	f.Add("success", "tok:verb", "a:b", "x", []byte("a"))
	const hidden = "s3cr3t"
	h := open(f, DefaultConfig())
	handler := h.service.servers[1].Handler
	f.Fuzz(func(t *testing.T, kind, token, reference, header string, body []byte) {
		token = hidden + token
		target := callbackPrefix + url.PathEscape(kind) + "/" + url.PathEscape(token) + "/" + url.PathEscape(reference)
		request := httptest.NewRequest(http.MethodPost, target, bytes.NewReader(body))
		for _, name := range []string{"Content-Type", "Authorization", "Grpc-Metadata-X", "X-Http-Method-Override", "Grpc-Timeout"} {
			request.Header.Set(name, header)
		}
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		for _, call := range h.drain() {
			want := &signingv1.ReceiveSkribbleCallbackRequest{
				Kind: kind, Token: token, ProviderReference: reference, Body: &httpbody.HttpBody{ContentType: header, Data: body},
			}
			if response.Code != http.StatusOK || !proto.Equal(want, call.request) {
				t.Errorf("%q answered %d and arrived as %v", target, response.Code, call.request)
			}
			for name := range call.metadata {
				if strings.Contains(name, "x-http") || strings.HasPrefix(name, "grpcgateway") || name == "authorization" {
					t.Errorf("the header %s went on", name)
				}
			}
		}
		if log := h.log.drain(); strings.Contains(log, hidden) {
			t.Errorf("the log holds the token: %s", log)
		}
	})
}
