package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// TestAFieldThatCannotBeReadIsNamed, in the contract's words and never in the caller's.
func TestAFieldThatCannotBeReadIsNamed(t *testing.T) {
	h := open(t, DefaultConfig())
	for body, want := range map[string]fault.Violation{
		`alice`:                                  {Description: "must be one JSON object"},
		`[1]`:                                    {Description: "must be one JSON object"},
		`{"requestID":"x"}`:                      {Description: `has a field "requestID" that the API does not know; did you mean "requestId"?`},
		`{"alice":"x"}`:                          {Description: "has a field that the API does not know"},
		`{"alice@b.ch":"x"}`:                     {Description: "has a field that the API does not know"},
		`{"signatureRequest":{"titel":"alice"}}`: {Field: "signature_request", Description: `has a field "titel" that the API does not know; did you mean "title"?`},
		`null`:                                   {Description: "must be one JSON object"},
		`{"requestId":"x"} x`:                    {Description: "must be one JSON object"},
		`{} {}`:                                  {Description: "must be one JSON object"},
		`{},`:                                    {Description: "must be one JSON object"},
		`{"` + strings.Repeat("a", 999) + `":"x"}`:                  {Description: "has a field that the API does not know"},
		`{"requestId":7}`:                                           {Field: "request_id", Description: "must be text"},
		`{"requestId":"x","request_id":"y"}`:                        {Description: "has a field twice, or two that exclude each other"},
		`{"signatureRequest":"alice"}`:                              {Field: "signature_request", Description: "must be one JSON object"},
		`{"signature_request":{"level":"alice"}}`:                   {Field: "signature_request.level", Description: "must be one of LEVEL_SES, LEVEL_AES, LEVEL_QES"},
		`{"signatureRequest":{"expireTime":"alice"}}`:               {Field: "signature_request.expire_time", Description: "must be a time such as 2026-03-02T09:00:00Z"},
		`{"signatureRequest":{"labels":"alice"}}`:                   {Field: "signature_request.labels", Description: "must be a JSON object of texts"},
		`{"signatureRequest":{"signer":[]}}`:                        {Field: "signature_request", Description: `has a field "signer" that the API does not know; did you mean "signers"?`},
		`{"signatureRequest":{"signers":{}}}`:                       {Field: "signature_request.signers", Description: "must be a list"},
		`{"signatureRequest":{"signers":[{},{"orderGroup":"a"}]}}`:  {Field: "signature_request.signers[1].order_group", Description: "must be a number in its range"},
		`{"signatureRequest":{"signers":[{},{"mail":"alice"}]}}`:    {Field: "signature_request.signers[1]", Description: `has a field "mail" that the API does not know; did you mean "email"?`},
		`{"signatureRequest":{"attachments":["a",7]}}`:              {Field: "signature_request.attachments[1]", Description: "must be text"},
		`{"signatureRequest":{"template":{},"sourceDocument":"a"}}`: {Field: "signature_request", Description: "has a field twice, or two that exclude each other"},
	} {
		p := send(t, http.MethodPost, h.url+"/v1/signatureRequests", body).problem(t)
		text := strings.TrimPrefix(strings.TrimPrefix(p.Message, "the body "), p.Metadata["field"]+": ")
		got := fault.Violation{Field: p.Metadata["field"], Description: text}
		if diff := cmp.Diff(want, got); diff != "" || p.Code != 400 || p.Reason != "INVALID_REQUEST" {
			t.Errorf("%.80s: %d %s (-want +got):\n%s", body, p.Code, p.Reason, diff)
		}
	}
	for query, want := range map[string]string{
		"state=OUT":                   "state: must be one of STATE_PREPARING, STATE_OUT_FOR_SIGNATURE, STATE_SIGNED, ",
		"page_size=alice":             "page_size: must be a number in its range",
		"createdAfter=alice":          "created_after: must be a time such as 2026-03-02T09:00:00Z",
		"reference=a&reference=alice": "reference: is there more than once",
		"page_size=%zz":               "the body or the query is not what the API describes",
	} {
		field, _, _ := strings.Cut(want, ":")
		p := send(t, http.MethodGet, h.url+"/v1/signatureRequests?"+query, "").problem(t)
		if p.Reason != "INVALID_REQUEST" || !strings.HasPrefix(p.Message, want) || p.Metadata["field"] != field && p.Metadata != nil {
			t.Errorf("%s: %+v", query, p)
		}
	}
	if strings.Contains(h.log.String(), "alice") || len(h.drain()) > 0 {
		t.Errorf("logged, or reached the backend:\n%s", h.log)
	}
}

// TestErrorsCarryTheDetailsOfTheContract, whoever refused.
func TestErrorsCarryTheDetailsOfTheContract(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, query := range []string{"page_size=-1", "page_size=x"} { // by the contract's rule, and by the gateway
		var types []string
		for _, detail := range send(t, http.MethodGet, h.url+"/v1/signatureRequests?"+query, "").problem(t).Details {
			var told struct {
				Type    string            `json:"@type"`
				Reason  string            `json:"reason"`
				Domain  string            `json:"domain"`
				Fields  []json.RawMessage `json:"fieldViolations"`
				Details map[string]string `json:"metadata"`
			}
			if err := json.Unmarshal(detail, &told); err != nil {
				t.Fatal(err)
			}
			types = append(types, strings.TrimPrefix(told.Type, "type.googleapis.com/google.rpc."))
			if told.Reason != "" && (told.Reason != "INVALID_REQUEST" || told.Domain != "countersign.signing.v1" || told.Details["field"] != "page_size") {
				t.Errorf("%s: %s", query, detail)
			}
		}
		if diff := cmp.Diff([]string{"ErrorInfo", "BadRequest"}, types); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// FuzzViolation looks for the fault in any JSON: it ends, names only what the contract has, and repeats nothing.
func FuzzViolation(f *testing.F) {
	for _, seed := range []string{`{}`, `{"signatureRequest":{"signers":[{"role":7}]}}`, `[[[`, `{"a":{"b":1}}`, `{"signatureRequest":null}`} {
		f.Add([]byte(seed))
	}
	d := (&signingv1.CreateSignatureRequestRequest{}).ProtoReflect().Descriptor()
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := violation(d, raw, "")
		if got.Description == "" || strings.Trim(got.Field, "abcdefghijklmnopqrstuvwxyz_.[]0123456789") != "" {
			t.Errorf("%+v", got)
		}
	})
}
