package jobs_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// image copies the database as it is on disk at this moment: what a process that is killed now would leave.
func (r *rig) image() string {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), "image.db")
	db, err := sql.Open("sqlite", "file:"+r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), `VACUUM INTO ?`, path); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// TestAProcessThatIsKilledSendsOnce kills the process around the vendor's answer: between the saved intent and the call,
// and between the envelope and the answer.
func TestAProcessThatIsKilledSendsOnce(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bool{"before the envelope": false, "after the envelope": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			image := make(chan string, 1)
			r.vendor.before = func(ctx context.Context, call string) {
				if call != "send" {
					return
				}
				image <- r.image()
				<-ctx.Done() // the killed process never comes to an answer
			}
			lost := breakage{err: context.Canceled, after: made}
			r.vendor.fail("send", lost)
			ctx, cancel := context.WithCancel(context.Background())
			if err := r.db.Start(context.WithoutCancel(ctx)); err != nil {
				t.Fatal(err)
			}
			id := r.accept(nil)
			path := <-image
			cancel()
			if err := r.db.Stop(ctx); err != nil {
				t.Fatal(err)
			}

			r.vendor.before = nil
			r.db, r.store = r.open(path, r.worker)
			if at := r.request(id); !at.SendAttempted || at.State != signature.Preparing {
				t.Fatalf("the image holds %s, attempted: %v", at.State, at.SendAttempted)
			}
			r.start()
			r.reaches(id, signature.OutForSignature)
			calls, envelopes := r.vendor.made()
			if envelopes != 1 || strings.Join(calls[:2], " ") != "send resume" || r.events(id) != "CREATED SENT" {
				t.Errorf("%d envelopes after %v, events %s", envelopes, calls, r.events(id))
			}
		})
	}
}

// TestAProcessThatIsKilledWhileArchivingArchivesOnce: what is in the archive is not asked for again.
func TestAProcessThatIsKilledWhileArchivingArchivesOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.vendor.say(signature.EnvelopeSigned)
	image := make(chan string, 1)
	r.vendor.before = func(ctx context.Context, call string) {
		if call == "audit trail" {
			image <- r.image()
			<-ctx.Done()
		}
	}
	r.vendor.fail("audit trail", breakage{err: context.Canceled})
	ctx, cancel := context.WithCancel(context.Background())
	if err := r.db.Start(context.WithoutCancel(ctx)); err != nil {
		t.Fatal(err)
	}
	id := r.accept(nil)
	path := <-image
	cancel()
	if err := r.db.Stop(ctx); err != nil {
		t.Fatal(err)
	}

	r.vendor.before = nil
	r.db, r.store = r.open(path, r.worker)
	r.start()
	r.reaches(id, signature.Completed)
	if want := "CREATED SENT SIGNED ARCHIVED COMPLETED"; r.events(id) != want {
		t.Errorf("events = %s", r.events(id))
	}
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	if len(r.archive.uploads) != 2 || len(r.archive.bytes) != 2 {
		t.Errorf("%d uploads under %d ids", len(r.archive.uploads), len(r.archive.bytes))
	}
}
