// Package follow reads signing's event log with a cursor. An event is kept here, with the cursor, in one transaction:
// after a crash or a lost connection it goes on where it was, and nothing is missed or taken twice.
package follow

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/jobs"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/fault"
)

const (
	// silence is how long the log may say nothing, not even a heartbeat, before the connection counts as lost.
	silence = 35 * time.Second
	// pause before connecting again.
	pause = 500 * time.Millisecond
	// beyondPause is the pause while signing's log ends before the cursor, which only a person can mend.
	beyondPause = 30 * time.Second
)

// Follower follows signing.
type Follower struct {
	DB      *durable.Store
	Store   *store.Store
	Signing signingv1.SigningProviderClient
	Logger  *slog.Logger
}

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := f.watch(ctx)
		if ctx.Err() != nil {
			return nil
		}
		timer := time.NewTimer(f.tell(ctx, err))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// tell logs why nothing is followed, and returns how long to wait before connecting again. A log that ends before the cursor
// was restored from a backup: starting over would take events twice, going on as if nothing were would miss some, and which
// of them a person can live with is not known here.
func (f *Follower) tell(ctx context.Context, err error) time.Duration {
	if fault.Reason(err) != "CURSOR_BEYOND_LOG" {
		f.Logger.InfoContext(ctx, "following signing again", slog.Any("after", err))
		return pause
	}
	f.Logger.ErrorContext(ctx, "signing's event log ends before the last event that was handled: was its database restored? "+
		"Deals stand still until a person decides", slog.String("last_position", fault.Metadata(err)["last_position"]))
	return beyondPause
}

func (f *Follower) watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	after, err := f.Store.Cursor(ctx)
	if err != nil {
		return err
	}
	stream, err := f.Signing.WatchEvents(ctx, &signingv1.WatchEventsRequest{After: after})
	if err != nil {
		return err
	}
	watchdog := time.AfterFunc(silence, cancel)
	defer watchdog.Stop()
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		watchdog.Reset(silence)
		if message.GetEvent() == nil {
			continue
		}
		if err := f.take(ctx, message.GetEvent()); err != nil {
			return err
		}
	}
}

// take keeps an event that is about a deal of ours; another platform's is passed over.
func (f *Follower) take(ctx context.Context, e *signingv1.Event) error {
	attempt, err := f.Store.Attempt(ctx, e.GetReference())
	ours := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return f.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error {
		if err := f.Store.MoveCursor(ctx, tx, e.GetPosition()); err != nil || !ours {
			return err
		}
		kept := store.SigningEvent{
			Position: e.GetPosition(), Account: attempt.Account, LeadID: attempt.LeadID, Reference: attempt.Reference,
			EventBody: store.EventBody{
				Request: e.GetSignatureRequest(), Type: strings.TrimPrefix(e.GetType().String(), "TYPE_"),
				State: strings.TrimPrefix(e.GetState().String(), "STATE_"), SignerRole: e.GetSignerRole(),
				StateReason: e.GetStateReason(), Time: e.GetEventTime().AsTime(),
			},
		}
		if err := f.Store.TakeEvent(ctx, tx, kept); err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Card{Account: attempt.Account, Lead: attempt.LeadID})
	})
}
