package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/countersign/countersign/services/internal/fault"
)

func TestErrorsOfBackends(t *testing.T) {
	const inside = "pq: password of alice@example.com"
	h := open(t, DefaultConfig())
	for name, tt := range map[string]struct {
		err  error
		want problem
	}{
		"reason and metadata": {
			&fault.Error{
				Code: codes.FailedPrecondition, Reason: "STATE_DOES_NOT_ALLOW", Message: "the request ended",
				Metadata: map[string]string{"state": "DECLINED"}, Cause: errors.New(inside),
			},
			problem{Code: 400, Message: "the request ended", Reason: "STATE_DOES_NOT_ALLOW", Metadata: map[string]string{"state": "DECLINED"}},
		},
		"not found": {
			&fault.Error{Code: codes.NotFound, Reason: "WEBHOOK_UNAUTHENTICATED", Message: "not found"},
			problem{Code: 404, Message: "not found", Reason: "WEBHOOK_UNAUTHENTICATED"},
		},
		"unsupported type": {
			&fault.Error{Code: codes.InvalidArgument, Reason: "WEBHOOK_UNSUPPORTED_TYPE", Message: "not a type that Kommo sends"},
			problem{Code: 415, Message: "not a type that Kommo sends", Reason: "WEBHOOK_UNSUPPORTED_TYPE"},
		},
		"reused": {
			&fault.Error{Code: codes.AlreadyExists, Reason: "REQUEST_ID_REUSED", Message: "used before"},
			problem{Code: 409, Message: "used before", Reason: "REQUEST_ID_REUSED"},
		},
		"unavailable": {
			&fault.Error{Code: codes.Unavailable, Reason: "STORE_DOWN", Message: inside},
			problem{Code: 503, Message: "not available at the moment", Reason: "STORE_DOWN"},
		},
		"exhausted": {
			&fault.Error{Code: codes.ResourceExhausted, Reason: "BUSY", Message: inside},
			problem{Code: 503, Message: "not available at the moment", Reason: "BUSY"},
		},
		"late":      {context.DeadlineExceeded, problem{Code: 503, Message: "not available at the moment", Reason: "UNAVAILABLE"}},
		"canceled":  {context.Canceled, problem{Code: 503, Message: "not available at the moment", Reason: "UNAVAILABLE"}},
		"unplanned": {errors.New(inside), problem{Code: 500, Message: "something failed inside; the log has it", Reason: "INTERNAL"}},
		"upstream": {
			status.Error(codes.PermissionDenied, inside),
			problem{Code: 500, Message: "something failed inside; the log has it", Reason: "INTERNAL"},
		},
	} {
		h.answerWith(func(context.Context) error { return tt.err })
		for path, method := range map[string]string{"/webhooks/yousign/tok": http.MethodPost, "/v1/signatureRequests": http.MethodGet, "/webhooks/skribble/update/tok/ref": http.MethodPost} {
			got := send(t, method, h.url+path, "")
			if diff := cmp.Diff(tt.want, got.problem(t), cmpopts.IgnoreFields(problem{}, "Details")); diff != "" {
				t.Errorf("%s: %s: %s", name, path, diff)
			}
			if strings.Contains(got.body+h.log.String(), "alice") {
				t.Errorf("%s: %s: what is inside got out", name, path)
			}
			told := got.code == http.StatusServiceUnavailable && !strings.HasPrefix(path, callbackPrefix)
			if retry := got.header.Get("Retry-After"); (retry != "") != told {
				t.Errorf("%s: %s: answered %d with Retry-After %q", name, path, got.code, retry)
			}
			if got.header.Get("Www-Authenticate") != "" || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %s: headers %v", name, path, got.header)
			}
		}
	}
}

// A status without a reason comes from a library, which may repeat its input.
func TestErrorsWithoutReasonHaveFixedTexts(t *testing.T) {
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		response := httptest.NewRecorder()
		answerError(t.Context(), nil, nil, response, nil, status.Error(code, "input: alice@example.com"))
		if strings.Contains(response.Body.String(), "alice") {
			t.Errorf("%v: %s", code, response.Body)
		}
		if response.Code < 400 || response.Code == http.StatusTooManyRequests || response.Code == http.StatusGatewayTimeout {
			t.Errorf("%v: answered %d", code, response.Code)
		}
	}
}

func TestBadRequestsNeverRepeatTheInput(t *testing.T) {
	const render = "/v1/documents:render"
	const cancel = "/v1/signatureRequests/00000000-0000-0000-0000-000000000001:cancel"
	h := open(t, DefaultConfig())
	for name, tt := range map[string]struct{ method, path, body string }{
		"unknown field":        {http.MethodPost, render, `{"alice":1}`},
		"unknown inner field":  {http.MethodPost, cancel, `{"reason":"x","requestId":"y","alice":{}}`},
		"wrong type":           {http.MethodPost, render, `{"template":["alice"]}`},
		"not JSON":             {http.MethodPost, render, `alice`},
		"broken JSON":          {http.MethodPost, render, `{"template":"alice`},
		"invalid utf-8":        {http.MethodPost, render, "{\"template\":\"alice\xff\"}"},
		"deep":                 {http.MethodPost, render, strings.Repeat("[", 200_000) + "alice"},
		"form":                 {http.MethodPost, cancel, "reason=alice&request_id=y"},
		"query of wrong type":  {http.MethodGet, "/v1/signatureRequests?page_size=alice", ""},
		"query of wrong enum":  {http.MethodGet, "/v1/signatureRequests?state=alice", ""},
		"query out of range":   {http.MethodGet, "/v1/signatureRequests?page_size=99999999999999", ""},
		"query twice":          {http.MethodGet, "/v1/signatureRequests?reference=a&reference=alice", ""},
		"query that is broken": {http.MethodGet, "/v1/signatureRequests?reference=alice%zz", ""},
	} {
		got := send(t, tt.method, h.url+tt.path, tt.body, "Content-Type", "application/json")
		if got.code != http.StatusBadRequest || strings.Contains(got.body+h.log.String(), "alice") {
			t.Errorf("%s: answered %d %s", name, got.code, got.body)
		}
		if calls := h.drain(); len(calls) != 0 {
			t.Errorf("%s: reached the backend", name)
		}
	}
}

func TestContractsRulesAreToldByField(t *testing.T) {
	h := open(t, DefaultConfig())
	got := send(t, http.MethodGet, h.url+"/v1/signatureRequests?page_size=-1", "").problem(t)
	if got.Code != http.StatusBadRequest || got.Reason != "INVALID_REQUEST" || got.Metadata["field"] != "page_size" {
		t.Errorf("answered %+v", got)
	}
}
