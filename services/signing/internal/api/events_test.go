package api_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// tell appends events to the log.
func (r *rig) tell(events ...signature.Event) {
	r.t.Helper()
	request := stored(signature.OutForSignature)
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		_, err := r.store.Insert(ctx, tx, request, events)
		return err
	})
}

func positions(events []*signingv1.Event) []int64 {
	var list []int64
	for _, e := range events {
		list = append(list, e.GetPosition())
	}
	return list
}

// TestAPositionBeyondTheLogIsNoPosition: after a restored backup a follower must hear that events are missing here, and not
// wait in silence until the log has grown past them.
func TestAPositionBeyondTheLogIsNoPosition(t *testing.T) {
	r := newRig(t)
	r.have(several(3)...)
	_, err := r.provider.ListEvents(t.Context(), &signingv1.ListEventsRequest{After: 4})
	refused(t, err, codes.OutOfRange, "CURSOR_BEYOND_LOG", "last_position", "3")
	for position, want := range map[int64]codes.Code{4: codes.OutOfRange, 2: codes.OK} {
		stream, err := r.provider.WatchEvents(t.Context(), &signingv1.WatchEventsRequest{After: position})
		if err == nil {
			_, err = stream.Recv()
		}
		if status.Code(err) != want {
			t.Errorf("watching after %d: %v", position, err)
		}
	}
}

func TestTheEventsOfNobodyAreNotFound(t *testing.T) {
	r := newRig(t)
	_, err := r.provider.ListEvents(t.Context(), &signingv1.ListEventsRequest{SignatureRequest: nobody})
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
	stream, err := r.provider.WatchEvents(t.Context(), &signingv1.WatchEventsRequest{SignatureRequest: nobody})
	if err == nil {
		_, err = stream.Recv()
	}
	refused(t, err, codes.NotFound, "SIGNATURE_REQUEST_NOT_FOUND")
}

func TestListEvents(t *testing.T) {
	r := newRig(t)
	names := r.have(several(3)...)
	r.tell(signature.Event{Request: r.read(names[1]).ID, Type: signature.EventSent, State: signature.OutForSignature, Time: time.Now()})
	for name, c := range map[string]struct {
		in   *signingv1.ListEventsRequest
		want []int64
		more bool
	}{
		"all":                {&signingv1.ListEventsRequest{}, []int64{1, 2, 3, 4}, false},
		"after one":          {&signingv1.ListEventsRequest{After: 2}, []int64{3, 4}, false},
		"after the end":      {&signingv1.ListEventsRequest{After: 4}, nil, false},
		"a page":             {&signingv1.ListEventsRequest{PageSize: 3}, []int64{1, 2, 3}, true},
		"the last full page": {&signingv1.ListEventsRequest{PageSize: 4}, []int64{1, 2, 3, 4}, false},
		"of one request":     {&signingv1.ListEventsRequest{SignatureRequest: names[1]}, []int64{2, 4}, false},
	} {
		page, err := r.provider.ListEvents(t.Context(), c.in)
		if diff := cmp.Diff(c.want, positions(page.GetEvents())); err != nil || diff != "" || (page.GetNextPageToken() != "") != c.more {
			t.Errorf("%s: %v, next %q (-want +got):\n%s", name, err, page.GetNextPageToken(), diff)
		}
	}
	first, err := r.provider.ListEvents(t.Context(), &signingv1.ListEventsRequest{PageSize: 1, SignatureRequest: names[1]})
	if err != nil {
		t.Fatal(err)
	}
	next := &signingv1.ListEventsRequest{SignatureRequest: names[1], PageToken: first.GetNextPageToken()}
	if second, err := r.provider.ListEvents(t.Context(), next); err != nil || !cmp.Equal(positions(second.GetEvents()), []int64{4}) {
		t.Errorf("the next page: %v, %v", second, err)
	}
	next.SignatureRequest = names[2]
	_, err = r.provider.ListEvents(t.Context(), next)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_token")
}

func TestAnEventIsToldInTheContractsWords(t *testing.T) {
	r := newRig(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 5, time.UTC)
	const id = "6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"
	r.tell(signature.Event{
		Request: id, Reference: "deal-7", Type: signature.EventProofFailed, State: signature.ProofFailed, SignerRole: "client",
		StateReason: "LEVEL_LOWERED", Verdict: signature.Indeterminate, ProvenLevel: signature.SES, Time: at,
	})
	page, err := r.provider.ListEvents(t.Context(), &signingv1.ListEventsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := []*signingv1.Event{{
		Position: 1, SignatureRequest: "signatureRequests/" + id, Reference: "deal-7", Type: signingv1.Event_TYPE_PROOF_FAILED,
		State: signingv1.SignatureRequest_STATE_PROOF_FAILED, SignerRole: "client", StateReason: "LEVEL_LOWERED",
		Verdict: documentv1.Proof_VERDICT_INDETERMINATE, ProvenLevel: documentv1.Level_LEVEL_SES, EventTime: timestamppb.New(at),
	}}
	if diff := cmp.Diff(want, page.GetEvents(), protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// watch follows the log; receive returns the position of the next message, 0 for a heartbeat.
func (r *rig) watch(ctx context.Context, after int64) func() int64 {
	r.t.Helper()
	stream, err := r.provider.WatchEvents(ctx, &signingv1.WatchEventsRequest{After: after})
	if err != nil {
		r.t.Fatal(err)
	}
	return func() int64 { return receive(r.t, stream) }
}

func receive(t testing.TB, stream grpc.ServerStreamingClient[signingv1.WatchEventsResponse]) int64 {
	t.Helper()
	message, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return message.GetEvent().GetPosition()
}

// TestAFollowerThatReconnectsMissesNothing: the position of the last event it handled is all it needs.
func TestAFollowerThatReconnectsMissesNothing(t *testing.T) {
	r := newRig(t)
	r.have(several(3)...)
	ctx, leave := context.WithCancel(t.Context())
	next := r.watch(ctx, 0)
	for want := range int64(3) {
		if got := next(); got != want+1 {
			t.Fatalf("position %d, want %d", got, want+1)
		}
	}
	r.have(several(1)...)
	if got := next(); got != 4 {
		t.Fatalf("while waiting: position %d", got)
	}
	leave()
	r.have(several(2)...)
	again := r.watch(t.Context(), 4)
	for _, want := range []int64{5, 6} {
		if got := again(); got != want {
			t.Fatalf("after reconnecting: position %d, want %d", got, want)
		}
	}
}

func TestALongLogIsFollowedInOrder(t *testing.T) {
	r := newRig(t)
	const all = 450 // two full batches and a part
	r.tell(make([]signature.Event, all)...)
	next := r.watch(t.Context(), 0)
	for want := int64(1); want <= all; want++ {
		if got := next(); got != want {
			t.Fatalf("position %d, want %d", got, want)
		}
	}
}

// TestAQuietLogSendsAHeartbeatEveryTenSeconds so that a follower knows a quiet log from a dead connection.
func TestAQuietLogSendsAHeartbeatEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, leave := context.WithCancel(t.Context())
		start := time.Now()
		stream, err := r.provider.WatchEvents(ctx, &signingv1.WatchEventsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for beat := 1; beat <= 3; beat++ {
			if got, after := receive(t, stream), time.Since(start); got != 0 || after != time.Duration(beat)*10*time.Second {
				t.Fatalf("message %d: position %d after %v", beat, got, after)
			}
		}
		<-time.After(3 * time.Second)
		r.have(several(1)...)
		if got, after := receive(t, stream), time.Since(start); got != 1 || after != 33*time.Second {
			t.Fatalf("position %d after %v", got, after)
		}
		leave()
		if _, err := stream.Recv(); status.Code(err) != codes.Canceled {
			t.Errorf("after leaving: %v", err)
		}
	})
}
