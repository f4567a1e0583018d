package api_test

import (
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// refused holds an answer against a code, a reason of the contract and, where given, one pair of metadata.
func refused(t testing.TB, err error, code codes.Code, reason string, metadata ...string) {
	t.Helper()
	var info *errdetails.ErrorInfo
	for _, detail := range status.Convert(err).Details() {
		if found, ok := detail.(*errdetails.ErrorInfo); ok {
			info = found
		}
	}
	if status.Code(err) != code || info.GetReason() != reason || info.GetDomain() != api.Domain {
		t.Errorf("answer %v with %v, want %s %s", err, info, code, reason)
	}
	if _, known := signingv1.ErrorReason_value["ERROR_REASON_"+reason]; !known {
		t.Errorf("the contract knows no reason %s", reason)
	}
	if len(metadata) == 2 && info.GetMetadata()[metadata[0]] != metadata[1] {
		t.Errorf("metadata %v, want %v", info.GetMetadata(), metadata)
	}
	for _, inside := range []string{"sql", "SQL", "sqlite", "database", "goroutine", "/tmp", "upstream", "ada@example.org", "Lovelace"} {
		if strings.Contains(status.Convert(err).Message(), inside) {
			t.Errorf("the answer tells of %q: %v", inside, err)
		}
	}
}

// tells checks that an answer has these words for people.
func tells(t testing.TB, err error, words string) {
	t.Helper()
	if !strings.Contains(status.Convert(err).Message(), words) {
		t.Errorf("answer %v, want %q in it", err, words)
	}
}

// TestWhatFailsInsideStaysInside: an answer tells that something failed, and nothing of what.
func TestWhatFailsInsideStaysInside(t *testing.T) {
	r := newRig(t)
	names := r.have(stored(signature.Preparing))
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"create": func() error {
			_, err := r.provider.CreateSignatureRequest(ctx, creation())
			return err
		},
		"get": func() error {
			_, err := r.provider.GetSignatureRequest(ctx, &signingv1.GetSignatureRequestRequest{Name: names[0]})
			return err
		},
		"list": func() error {
			_, err := r.provider.ListSignatureRequests(ctx, &signingv1.ListSignatureRequestsRequest{})
			return err
		},
		"cancel": func() error {
			_, err := r.provider.CancelSignatureRequest(ctx, &signingv1.CancelSignatureRequestRequest{Name: names[0], Reason: "x", RequestId: "x"})
			return err
		},
		"list events": func() error {
			_, err := r.provider.ListEvents(ctx, &signingv1.ListEventsRequest{})
			return err
		},
		"watch": func() error {
			stream, err := r.provider.WatchEvents(ctx, &signingv1.WatchEventsRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"stream": func() error {
			_, err := r.download(names[0])
			return err
		},
		"skribble": func() error { return r.skribble(callbackToken) },
		"yousign":  func() error { return r.yousign(hookToken, sign(aWebhook("e1", "env", "", false), hookSecret)) },
	} {
		t.Run(name, func(t *testing.T) { refused(t, call(), codes.Internal, "INTERNAL") })
	}
}
