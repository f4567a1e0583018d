package follow_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/follow"
	"github.com/countersign/countersign/services/crm/internal/jobs"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// signing serves one connection after the other from its log.
type signing struct {
	signingv1.SigningProviderClient

	mu  sync.Mutex
	log []*signingv1.Event
	// after is where each connection started.
	after []int64
	// breakAt ends a connection after so many messages; 0 keeps it open. refuse lets no connection come about.
	breakAt int
	refuse  error
	// beats says whether an idle connection sends heartbeats.
	beats bool
	// twice sends every event two times.
	twice bool
}

func (s *signing) WatchEvents(ctx context.Context, in *signingv1.WatchEventsRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[signingv1.WatchEventsResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = append(s.after, in.GetAfter())
	if s.refuse != nil {
		return nil, s.refuse
	}
	watch := &watch{ctx: ctx, signing: s}
	for _, e := range s.log {
		if e.GetPosition() > in.GetAfter() {
			watch.queue = append(watch.queue, e)
			if s.twice {
				watch.queue = append(watch.queue, e)
			}
		}
	}
	return watch, nil
}

func (s *signing) connections() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]int64(nil), s.after...)
}

type watch struct {
	grpc.ServerStreamingClient[signingv1.WatchEventsResponse]
	ctx     context.Context
	signing *signing
	queue   []*signingv1.Event
	sent    int
}

func (w *watch) Recv() (*signingv1.WatchEventsResponse, error) {
	if w.signing.breakAt > 0 && w.sent == w.signing.breakAt {
		return nil, io.EOF
	}
	w.sent++
	if len(w.queue) > 0 {
		e := w.queue[0]
		w.queue = w.queue[1:]
		return &signingv1.WatchEventsResponse{Event: e}, nil
	}
	beat := make(<-chan time.Time)
	if w.signing.beats {
		beat = time.After(10 * time.Second)
	}
	select {
	case <-beat:
		return &signingv1.WatchEventsResponse{}, nil
	case <-w.ctx.Done():
		return nil, w.ctx.Err()
	}
}

func event(position int64, reference string) *signingv1.Event {
	return &signingv1.Event{
		Position: position, SignatureRequest: "signatureRequests/1", Reference: reference, Type: signingv1.Event_TYPE_SIGNER_SIGNED,
		State: signingv1.SignatureRequest_STATE_OUT_FOR_SIGNATURE, SignerRole: "customer", StateReason: "X",
		EventTime: timestamppb.New(time.Unix(1_700_000_000, 0)),
	}
}

// reader is the follower with its database.
type reader struct {
	*testing.T
	path    string
	signing *signing
	log     bytes.Buffer
	db      *durable.Store
	store   *store.Store
	stop    func()
}

func inBubble(t *testing.T, s *signing, test func(r *reader)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "crm.db")
	synctest.Test(t, func(t *testing.T) {
		r := &reader{T: t, path: path, signing: s}
		r.open()
		t.Cleanup(func() { r.close() })
		r.must(r.db.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
			return r.store.InsertAttempt(ctx, tx, store.Attempt{
				Reference: "ours", Account: "acme", LeadID: 7, Attempt: pipeline.Attempt{Rule: "service", Number: 1, State: pipeline.Planned},
			})
		}))
		test(r)
	})
}

func (r *reader) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *reader) open() {
	r.Helper()
	migrations, err := store.Migrations()
	r.must(err)
	queue := durable.NewJobs()
	jobs.Register(queue, &jobs.Worker{}) // jobs are only queued here
	r.db, err = durable.Open(context.Background(), durable.Config{Path: r.path, Migrations: migrations, Jobs: queue, Logger: quiet()})
	r.must(err)
	r.store = store.New(r.db)
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// follow follows until stop, which reports a failure.
func (r *reader) follow() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	f := &follow.Follower{DB: r.db, Store: r.store, Signing: r.signing, Logger: slog.New(slog.NewTextHandler(&r.log, nil))}
	go func() { ended <- f.Run(ctx) }()
	r.stop = func() {
		cancel()
		r.must(<-ended)
		r.stop = nil
	}
}

func (r *reader) close() {
	if r.stop != nil {
		r.stop()
	}
	r.must(r.db.Close())
}

// positions are those of the events that were kept.
func (r *reader) positions() []int64 {
	r.Helper()
	events, err := r.store.Events(context.Background(), "acme", 7)
	r.must(err)
	var positions []int64
	for _, e := range events {
		positions = append(positions, e.Position)
	}
	return positions
}

func (r *reader) want(cursor int64, positions ...int64) {
	r.Helper()
	got, err := r.store.Cursor(context.Background())
	if diff := cmp.Diff(positions, r.positions()); got != cursor || err != nil || diff != "" {
		r.Errorf("the cursor is at %d, want %d, %v; kept %s", got, cursor, err, diff)
	}
	var cards, events int
	r.must(r.db.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM signing_event`).Scan(&events))
	if events != len(positions) {
		r.Errorf("%d events were kept, want %d", events, len(positions))
	}
	r.must(r.db.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM river_job WHERE kind = 'crm_card'`).Scan(&cards))
	if cards < len(positions) {
		r.Errorf("%d jobs for %d events", cards, len(positions))
	}
}

func TestAnEventOfOursIsKeptAndAnothersIsPassedOver(t *testing.T) {
	s := &signing{beats: true, twice: true, log: []*signingv1.Event{
		event(1, "theirs"), event(2, "ours"), event(3, ""), event(4, "ours"), event(5, "theirs"),
	}}
	inBubble(t, s, func(r *reader) {
		r.follow()
		<-time.After(time.Second)
		r.want(5, 2, 4)
		events, err := r.store.Events(context.Background(), "acme", 7)
		r.must(err)
		want := store.EventBody{
			Request: "signatureRequests/1", Type: "SIGNER_SIGNED", State: "OUT_FOR_SIGNATURE", SignerRole: "customer", StateReason: "X",
			Time: time.Unix(1_700_000_000, 0).UTC(),
		}
		if diff := cmp.Diff(want, events[0].EventBody); diff != "" || events[0].Reference != "ours" {
			r.Error(diff)
		}
	})
}

func TestTheCursorGoesOnAfterEveryLostConnection(t *testing.T) {
	s := &signing{breakAt: 2, log: []*signingv1.Event{event(1, "ours"), event(2, "ours"), event(3, "ours"), event(4, "theirs"), event(5, "ours")}}
	inBubble(t, s, func(r *reader) {
		r.follow()
		<-time.After(2 * time.Second)
		r.want(5, 1, 2, 3, 5)
		if diff := cmp.Diff([]int64{0, 2, 4}, s.connections()[:3]); diff != "" {
			r.Error(diff)
		}
	})
}

func TestTheCursorGoesOnAfterARestart(t *testing.T) {
	s := &signing{beats: true, log: []*signingv1.Event{event(1, "ours"), event(2, "theirs")}}
	inBubble(t, s, func(r *reader) {
		r.follow()
		<-time.After(time.Second)
		r.close()
		s.mu.Lock()
		s.log = append(s.log, event(3, "ours"))
		s.mu.Unlock()
		r.open()
		r.follow()
		<-time.After(time.Second)
		r.want(3, 1, 3)
		if diff := cmp.Diff([]int64{0, 2}, s.connections()); diff != "" {
			r.Error(diff)
		}
	})
}

func TestAnEventThatWasHandledIsNotTakenAgain(t *testing.T) {
	s := &signing{breakAt: 1, log: []*signingv1.Event{event(1, "ours")}}
	inBubble(t, s, func(r *reader) {
		r.follow()
		<-time.After(200 * time.Millisecond)
		r.must(r.db.Update(context.Background(), func(ctx context.Context, tx *durable.Tx) error { return r.store.DropEvent(ctx, tx, 1) }))
		<-time.After(5 * time.Second)
		r.want(1)
	})
}

func TestSilenceCountsAsALostConnection(t *testing.T) {
	for _, tc := range []struct {
		name        string
		beats       bool
		connections int
	}{
		{"heartbeats keep it", true, 1},
		{"silence loses it", false, 4}, // 35 s and a pause of half a second each
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &signing{beats: tc.beats}
			inBubble(t, s, func(r *reader) {
				r.follow()
				<-time.After(2 * time.Minute)
				if got := s.connections(); len(got) != tc.connections {
					r.Errorf("%d connections in two minutes", len(got))
				}
			})
		})
	}
}

func TestASigningThatIsNotThereIsAskedAgain(t *testing.T) {
	s := &signing{beats: true, refuse: errors.New("gone"), log: []*signingv1.Event{event(1, "ours")}}
	inBubble(t, s, func(r *reader) {
		r.follow()
		<-time.After(10 * time.Second)
		if n := len(s.connections()); n < 10 || n > 30 {
			r.Errorf("asked %d times in ten seconds", n)
		}
		s.mu.Lock()
		s.refuse = nil
		s.mu.Unlock()
		<-time.After(time.Second)
		r.want(1, 1)
	})
}

// TestALogThatEndsBeforeTheCursorIsToldLoudly, and nothing is skipped or taken again: the cursor stays for a person to decide.
func TestALogThatEndsBeforeTheCursorIsToldLoudly(t *testing.T) {
	s := &signing{beats: true, log: []*signingv1.Event{event(1, "ours"), event(2, "ours")}}
	inBubble(t, s, func(r *reader) {
		r.follow()
		<-time.After(time.Second)
		r.stop()
		s.refuse = &fault.Error{
			Code: codes.OutOfRange, Domain: "countersign.signing.v1", Reason: "CURSOR_BEYOND_LOG", Message: "beyond",
			Metadata: map[string]string{"last_position": "1"},
		}
		r.follow()
		<-time.After(65 * time.Second)
		r.stop()
		r.want(2, 1, 2)
		if diff := cmp.Diff([]int64{0, 2, 2, 2}, s.connections()); diff != "" {
			r.Error(diff)
		}
		if loud := strings.Count(r.log.String(), "level=ERROR"); loud != 3 || !strings.Contains(r.log.String(), "last_position=1") {
			r.Errorf("%d loud lines:\n%s", loud, r.log.String())
		}
	})
}
