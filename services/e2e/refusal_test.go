package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// refusals is what a creation is refused for: the table that holds over gRPC, too.
const refusals = "../signing/internal/api/testdata/refusals.json"

// answered is an error as a platform reads it: google.rpc.Status in JSON.
type answered struct {
	Message string `json:"message"`
	Details []struct {
		Type     string            `json:"@type"`
		Reason   string            `json:"reason"`
		Domain   string            `json:"domain"`
		Metadata map[string]string `json:"metadata"`
	} `json:"details"`
}

// testRefusals asks for everything that an account at one vendor or the other does not offer: each answer says why, where in
// the request, and who could.
func testRefusals(t *testing.T, w *world) {
	var table struct {
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
	raw, err := os.ReadFile(refusals)
	if err == nil {
		err = json.Unmarshal(raw, &table)
	}
	if err != nil || len(table.Refusals) < 20 {
		t.Fatalf("%d refusals, %v", len(table.Refusals), err)
	}
	for _, c := range table.Refusals {
		request := maps.Clone(table.Request)
		maps.Copy(request, c.Change)
		if c.ExpireIn != "" {
			ahead, err := time.ParseDuration(c.ExpireIn)
			if err != nil {
				t.Fatal(err)
			}
			request["expireTime"] = time.Now().Add(ahead).UTC().Format(time.RFC3339)
		}
		got := refusedAs(t, w, map[string]any{"requestId": "refused: " + c.Name, "signatureRequest": request})
		if len(got.Details) != 1 {
			t.Errorf("%s: %+v", c.Name, got)
			continue
		}
		info := got.Details[0]
		if info.Type != "type.googleapis.com/google.rpc.ErrorInfo" || info.Domain != "countersign.signing.v1" || info.Reason != c.Reason ||
			info.Metadata["field"] != c.Field || info.Metadata["providers"] != c.Providers || !strings.Contains(got.Message, c.Message) {
			t.Errorf("%s: %+v, want %s at %s, %q, %q", c.Name, got, c.Reason, c.Field, c.Message, c.Providers)
		}
	}
}

// refusedAs is the answer to a creation that must fail with status 400, as a failed precondition does over HTTP.
func refusedAs(t *testing.T, w *world, body map[string]any) answered {
	t.Helper()
	var failed *statusError
	var got answered
	err := call(http.MethodPost, w.gateway("/v1/signatureRequests"), body, nil)
	if !errors.As(err, &failed) || failed.status != http.StatusBadRequest {
		t.Errorf("%v, want status 400", err)
		return got
	}
	if err := json.NewDecoder(bytes.NewReader(failed.body)).Decode(&got); err != nil {
		t.Error(err)
	}
	return got
}
