package api_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// watching follows the log as a call asks, and hands out the next event, without heartbeats.
func (r *rig) watching(ctx context.Context, in *signingv1.WatchEventsRequest) func() (*signingv1.Event, error) {
	r.t.Helper()
	stream, err := r.provider.WatchEvents(ctx, in)
	if err != nil {
		r.t.Fatal(err)
	}
	return func() (*signingv1.Event, error) {
		for {
			message, err := stream.Recv()
			if err != nil || message.GetEvent() != nil {
				return message.GetEvent(), err
			}
		}
	}
}

// takes holds what a consumer is given against the positions it must be given.
func takes(t *testing.T, next func() (*signingv1.Event, error), want ...int64) {
	t.Helper()
	for _, position := range want {
		got, err := next()
		if err != nil || got.GetPosition() != position {
			t.Fatalf("position %d, %v, want %d", got.GetPosition(), err, position)
		}
	}
}

// eventsOf are events as they look in a real log.
func eventsOf(request string, n int) []signature.Event {
	list := make([]signature.Event, n)
	for i := range list {
		list[i] = signature.Event{
			Request: request, Reference: "deal-7", Provider: "eu", Type: signature.EventSignerOpened,
			State: signature.OutForSignature, SignerRole: "client", Time: time.Now(),
		}
	}
	return list
}

func TestEventsOfOneRequestAreWatched(t *testing.T) {
	r := newRig(t)
	names := r.have(several(3)...)
	next := r.watching(t.Context(), &signingv1.WatchEventsRequest{SignatureRequest: names[1]})
	takes(t, next, 2)
	r.tell(eventsOf(r.read(names[0]).ID, 1)...)
	r.tell(eventsOf(r.read(names[1]).ID, 1)...)
	takes(t, next, 5)
	later := r.watching(t.Context(), &signingv1.WatchEventsRequest{SignatureRequest: names[1], After: 2})
	takes(t, later, 5)
}

// TestEveryConsumerGetsEverythingInOrder while events are written.
func TestEveryConsumerGetsEverythingInOrder(t *testing.T) {
	r := newRig(t)
	const consumers, all = 8, 600
	var done sync.WaitGroup
	for range consumers {
		next := r.watching(t.Context(), &signingv1.WatchEventsRequest{})
		done.Go(func() {
			for want := int64(1); want <= all; want++ {
				if got, err := next(); err != nil || got.GetPosition() != want {
					t.Errorf("position %d, %v, want %d", got.GetPosition(), err, want)
					return
				}
			}
		})
	}
	for n := range all / 30 {
		r.tell(eventsOf(fmt.Sprint(n), 30)...)
	}
	done.Wait()
}

// TestAConsumerGoesOnAfterARestart with nothing but the position of the last event it handled.
func TestAConsumerGoesOnAfterARestart(t *testing.T) {
	r := newRig(t)
	r.have(several(3)...)
	next := r.watching(t.Context(), &signingv1.WatchEventsRequest{})
	takes(t, next, 1, 2)
	r.stop()
	_, _ = next() // it may have been on its way
	if _, err := next(); err == nil {
		t.Fatal("the stream outlived the service")
	}
	r.start()
	again := r.watching(t.Context(), &signingv1.WatchEventsRequest{After: 2})
	takes(t, again, 3)
	r.have(several(2)...)
	takes(t, again, 4, 5)
}

// TestAnEventKeepsTheStateOfItsMoment, wherever the request is by now.
func TestAnEventKeepsTheStateOfItsMoment(t *testing.T) {
	r := newRig(t)
	name := r.have(stored(signature.Preparing))[0]
	for _, state := range []signature.State{signature.OutForSignature, signature.Signed, signature.Completed} {
		request := r.read(name)
		request.State = state
		event := signature.Event{Request: request.ID, Type: signature.EventSent, State: state, Time: time.Now()}
		r.update(func(ctx context.Context, tx *durable.Tx) error {
			_, err := r.store.Save(ctx, tx, request, []signature.Event{event})
			return err
		})
	}
	page, err := r.provider.ListEvents(t.Context(), &signingv1.ListEventsRequest{SignatureRequest: name})
	var got []string
	next := r.watching(t.Context(), &signingv1.WatchEventsRequest{SignatureRequest: name})
	for _, listed := range page.GetEvents() {
		watched, err := next()
		if err != nil || watched.GetState() != listed.GetState() {
			t.Errorf("watched %v, %v; listed %v", watched, err, listed)
		}
		got = append(got, listed.GetState().String())
	}
	want := []string{"STATE_PREPARING", "STATE_OUT_FOR_SIGNATURE", "STATE_SIGNED", "STATE_COMPLETED"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestAConsumerThatDoesNotReadCostsNobodyAnything: what waits for it stays in the log and not in memory, others get their
// events on the same connection, and it finds all of its own when it reads again.
func TestAConsumerThatDoesNotReadCostsNobodyAnything(t *testing.T) {
	const idle, all, most = 8, 8000, 1 << 20 // bytes for each of them, both ends of the pipe together; the log is 3 MB of them
	r := newRig(t)
	for n := range all / 400 {
		r.tell(eventsOf(fmt.Sprint(n), 400)...)
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for range idle {
		r.watching(ctx, &signingv1.WatchEventsRequest{})
	}
	slow := r.watching(t.Context(), &signingv1.WatchEventsRequest{})
	next := r.watching(t.Context(), &signingv1.WatchEventsRequest{})
	for want := int64(1); want <= all; want++ {
		takes(t, next, want)
	}
	held := heap()
	leave()
	for want := int64(1); want <= all; want++ {
		takes(t, slow, want)
	}
	held -= heap() // the others have been gone for as long as that took
	t.Logf("%d events: %d consumers that do not read hold %d KiB together", all, idle, held>>10)
	if held > idle*most {
		t.Errorf("%d bytes for %d consumers that do not read", held, idle)
	}
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkWatchEvents follows a log of 20,000 events, by one consumer and by eight at once; the baseline reads the same
// rows straight from the store.
func BenchmarkWatchEvents(b *testing.B) {
	const all = 20_000
	r := newRig(b)
	r.tell(eventsOf("6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001", all)...)
	for _, consumers := range []int{1, 8} {
		b.Run(fmt.Sprintf("consumers=%d", consumers), func(b *testing.B) {
			for b.Loop() {
				var done sync.WaitGroup
				for range consumers {
					done.Go(func() { r.follow(b, all) })
				}
				done.Wait()
			}
			b.ReportMetric(float64(b.N*consumers*all)/b.Elapsed().Seconds(), "events/s")
		})
	}
	b.Run("baseline=store", func(b *testing.B) {
		for b.Loop() {
			for after := int64(0); after < all; {
				events, err := r.store.Events(b.Context(), after, "", 200)
				if err != nil || len(events) == 0 {
					b.Fatal(len(events), err)
				}
				after = events[len(events)-1].Position
			}
		}
		b.ReportMetric(float64(b.N*all)/b.Elapsed().Seconds(), "events/s")
	})
}

// follow takes the first events of the log and hangs up.
func (r *rig) follow(b *testing.B, all int) {
	ctx, hangUp := context.WithCancel(b.Context())
	defer hangUp()
	next := r.watching(ctx, &signingv1.WatchEventsRequest{})
	for range all {
		if _, err := next(); err != nil {
			b.Error(err)
			return
		}
	}
}
