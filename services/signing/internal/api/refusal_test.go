package api_test

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// refusalTable is a request and what it is refused for after a change. The stories drive the same table through JSON.
type refusalTable struct {
	Request  map[string]any `json:"request"`
	Refusals []struct {
		Name      string         `json:"name"`
		Change    map[string]any `json:"change"`
		ExpireIn  string         `json:"expire_in"`
		Reason    string         `json:"reason"`
		Field     string         `json:"field"`
		Message   string         `json:"message"`
		Providers string         `json:"providers"`
	} `json:"refusals"`
}

// TestEveryRefusalSaysWhyWhereAndWhoCould with the real accounts, which call nobody to say so.
func TestEveryRefusalSaysWhyWhereAndWhoCould(t *testing.T) {
	raw, err := os.ReadFile("testdata/refusals.json")
	var table refusalTable
	if err == nil {
		err = json.Unmarshal(raw, &table)
	}
	if err != nil || len(table.Refusals) < 20 {
		t.Fatalf("%d refusals, %v", len(table.Refusals), err)
	}
	r := newRigOf(t, vendors(t))
	for _, c := range table.Refusals {
		t.Run(c.Name, func(t *testing.T) {
			request := maps.Clone(table.Request)
			maps.Copy(request, c.Change)
			in := &signingv1.CreateSignatureRequestRequest{RequestId: c.Name, SignatureRequest: decoded(t, request)}
			if c.ExpireIn != "" {
				ahead, err := time.ParseDuration(c.ExpireIn)
				if err != nil {
					t.Fatal(err)
				}
				in.SignatureRequest.ExpireTime = timestamppb.New(time.Now().Add(ahead))
			}
			_, err := r.provider.CreateSignatureRequest(t.Context(), in)
			refused(t, err, codes.FailedPrecondition, c.Reason, "field", c.Field)
			if got := fault.Metadata(err)["providers"]; got != c.Providers {
				t.Errorf("%q could, want %q", got, c.Providers)
			}
			if got := status.Convert(err).Message(); !strings.Contains(got, c.Message) {
				t.Errorf("message %q, want %q in it", got, c.Message)
			}
		})
	}
	if requests, jobs, events := r.count("request"), r.count("river_job"), r.count("event_log"); requests+jobs+events != 0 {
		t.Errorf("%d requests, %d jobs, %d events", requests, jobs, events)
	}
	if _, err := r.provider.CreateSignatureRequest(t.Context(),
		&signingv1.CreateSignatureRequestRequest{RequestId: "as it is", SignatureRequest: decoded(t, table.Request)}); err != nil {
		t.Errorf("the unchanged request: %v", err)
	}
}

// vendors are a live account at each vendor, in the EU.
func vendors(t *testing.T) map[string]signature.Provider {
	t.Helper()
	s, err := skribble.New(skribble.Config{
		BaseURL: "https://api.skribble.de/v2", Username: "api_acme", APIKey: "key", Region: signature.RegionEU,
	})
	if err != nil {
		t.Fatal(err)
	}
	y, err := yousign.New(yousign.Config{BaseURL: "https://api.yousign.app/v3", APIKey: "key"})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]signature.Provider{"skribble": s, "yousign": y}
}

// decoded is a request out of its JSON; what is null is not set.
func decoded(t *testing.T, fields map[string]any) *signingv1.SignatureRequest {
	t.Helper()
	raw, err := json.Marshal(fields)
	request := &signingv1.SignatureRequest{}
	if err == nil {
		err = protojson.Unmarshal(raw, request)
	}
	if err != nil {
		t.Fatal(err)
	}
	return request
}
