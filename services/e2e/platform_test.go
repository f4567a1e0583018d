package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// testPlatform has an internal platform use the JSON API: create, repeat, cancel, read events.
func testPlatform(t *testing.T, w *world) {
	p := w.person()
	body := ordered(p, "platform-"+p.last)
	var first, again signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &first)
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &again)
	if first.Name == "" || again.Name != first.Name {
		t.Errorf("repeating the request id made %q of %q", again.Name, first.Name)
	}
	other := maps.Clone(body)
	other["signatureRequest"] = ordered(w.person(), "")["signatureRequest"]
	err := call(http.MethodPost, w.gateway("/v1/signatureRequests"), other, nil)
	if statusOf(err) != http.StatusBadRequest || !strings.Contains(err.Error(), "REQUEST_ID_REUSED") {
		t.Errorf("the request id with other content: %v, want 400 with REQUEST_ID_REUSED", err)
	}
	w.expectRequest(t, first.Name, "STATE_OUT_FOR_SIGNATURE")
	if all := w.yousign.envelopes(t, platformTitle(p)); len(all) != 1 {
		t.Errorf("the vendor has %d envelopes, want 1", len(all))
	}
	cancel := map[string]any{"reason": markWords, "requestId": "cancel-" + p.last}
	must(t, http.MethodPost, w.gateway("/v1/"+first.Name+":cancel"), cancel, nil)
	w.expectRequest(t, first.Name, "STATE_CANCELED")
	must(t, http.MethodPost, w.gateway("/v1/"+first.Name+":cancel"), cancel, nil)
	want := []string{"TYPE_CREATED", "TYPE_SENT", "TYPE_CANCELED"}
	if diff := cmp.Diff(want, w.eventTypes(t, first.Name)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// testRefusal asks Yousign for what Swiss law knows and Yousign does not: it is refused with the account that could, the
// same over JSON and gRPC, and nothing is made.
func testRefusal(t *testing.T, w *world) {
	p := w.person()
	body := ordered(p, "refused-"+p.last)
	request := body["signatureRequest"].(map[string]any)
	request["level"], request["legislation"] = "LEVEL_QES", "LEGISLATION_ZERTES"
	want := map[string]string{"field": "signature_request.legislation", "providers": "providers/skribble"}
	got := refusedAs(t, w, body)
	if len(got.Details) != 1 || got.Details[0].Reason != "LEGISLATION_NOT_OFFERED" || !maps.Equal(got.Details[0].Metadata, want) {
		t.Errorf("over JSON: %+v, want LEGISLATION_NOT_OFFERED with %v", got, want)
	}
	var typed signingv1.CreateSignatureRequestRequest
	raw, err := json.Marshal(body)
	if err == nil {
		err = protojson.Unmarshal(raw, &typed)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.signing(t).CreateSignatureRequest(t.Context(), &typed)
	details := status.Convert(err).Details()
	if len(details) != 1 {
		t.Fatalf("over gRPC: %v with %d details", err, len(details))
	}
	if info, ok := details[0].(*errdetails.ErrorInfo); !ok || info.GetReason() != "LEGISLATION_NOT_OFFERED" || !maps.Equal(info.GetMetadata(), want) {
		t.Errorf("over gRPC: %v, want LEGISLATION_NOT_OFFERED with %v", details[0], want)
	}
	if all := w.yousign.envelopes(t, platformTitle(p)); len(all) > 0 {
		t.Errorf("something was made all the same: %v", all)
	}
}

// testWatch follows the event log over gRPC, loses the connection, and resumes with its cursor: every event comes once.
func testWatch(t *testing.T, w *world) {
	client := w.signing(t)
	p := w.person()
	var request signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), ordered(p, "watch-"+p.last), &request)
	seen := watch(t, client, 0, func(e *signingv1.Event) bool {
		return e.GetSignatureRequest() == request.Name && e.GetType() == signingv1.Event_TYPE_SENT
	})
	e, err := w.yousign.only(t, platformTitle(p))
	if err != nil {
		t.Fatal(err)
	}
	w.yousign.do(t, e, "sign", nil) // while nobody watches
	w.expectRequest(t, request.Name, "STATE_COMPLETED")
	seen = append(seen, watch(t, client, seen[len(seen)-1].GetPosition(), func(e *signingv1.Event) bool {
		return e.GetSignatureRequest() == request.Name && e.GetType() == signingv1.Event_TYPE_COMPLETED
	})...)
	var ours []string
	for i, e := range seen {
		if e.GetPosition() != int64(i+1) {
			t.Fatalf("event %d has position %d: the log has a gap or repeats itself", i+1, e.GetPosition())
		}
		if e.GetSignatureRequest() == request.Name {
			ours = append(ours, e.GetType().String())
		}
	}
	want := []string{
		"TYPE_CREATED", "TYPE_SENT", "TYPE_SIGNER_SIGNED", "TYPE_SIGNED", "TYPE_ARCHIVED", "TYPE_COMPLETED",
	}
	if diff := cmp.Diff(want, ours); diff != "" {
		t.Errorf("watched events (-want +got):\n%s", diff)
	}
	if content := stream(t, client, request.Name); !strings.HasPrefix(string(content), "%PDF-") {
		t.Error("the signed document is no PDF")
	}
}

// watch reads events after a position until last is told, then hangs up.
func watch(t *testing.T, client signingv1.SigningProviderClient, after int64, last func(*signingv1.Event) bool) []*signingv1.Event {
	t.Helper()
	ctx, hangUp := context.WithTimeout(t.Context(), patience)
	defer hangUp()
	events, err := client.WatchEvents(ctx, &signingv1.WatchEventsRequest{After: after})
	if err != nil {
		t.Fatal(err)
	}
	var seen []*signingv1.Event
	for {
		message, err := events.Recv()
		if err != nil {
			t.Fatalf("watch events: %v", err)
		}
		if message.GetEvent() == nil {
			continue
		}
		if seen = append(seen, message.GetEvent()); last(message.GetEvent()) {
			return seen
		}
	}
}

func platformTitle(p person) string {
	return markTitle + " Rahmen " + strings.TrimPrefix(p.last, markName)
}

// ordered is the body of a creation: an inline template, one signer, a simple signature at Yousign.
func ordered(p person, requestID string) map[string]any {
	return map[string]any{"requestId": requestID, "signatureRequest": map[string]any{
		"title": platformTitle(p), "provider": "providers/yousign", "level": "LEVEL_SES",
		"legislation": "LEGISLATION_EIDAS", "language": "de", "reference": requestID,
		"requiredVerdict": "VERDICT_ATTESTED_BY_PROVIDER",
		"template": map[string]any{
			"template": "templates/nda", "language": "de", "values": map[string]string{
				"deal.name": platformTitle(p), "deal.reference": "HR-1", "contact.name": p.first + " " + p.last,
				"contact.email": p.email, "document.date": "2026-11-01",
			},
		},
		"signers": []map[string]any{{
			"role": "client", "firstName": p.first, "lastName": p.last, "email": p.email, "phoneNumber": p.phone,
		}},
	}}
}

// expectRequest waits until the request is in a state.
func (w *world) expectRequest(t testing.TB, name, state string) {
	t.Helper()
	eventually(t, "the request is "+state, func() error {
		var r signatureRequest
		err := call(http.MethodGet, w.gateway("/v1/"+name), nil, &r)
		if err == nil && r.State != state {
			err = fmt.Errorf("it is %s %s", r.State, r.StateReason)
		}
		return err
	})
}

// eventTypes lists what happened to a request, in order, a page at a time.
func (w *world) eventTypes(t *testing.T, request string) []string {
	t.Helper()
	var types []string
	for token := ""; ; {
		var page struct {
			Events []struct {
				Type     string      `json:"type"`
				Position json.Number `json:"position"`
			} `json:"events"`
			NextPageToken string `json:"nextPageToken"`
		}
		must(t, http.MethodGet, w.gateway("/v1/events?pageSize=2&signatureRequest="+request+"&pageToken="+token), nil, &page)
		for _, e := range page.Events {
			types = append(types, e.Type)
		}
		if token = page.NextPageToken; token == "" {
			return slices.Clip(types)
		}
	}
}
