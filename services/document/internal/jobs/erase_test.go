package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/paper"
)

func TestTheBytesOfADeletedDocumentGo(t *testing.T) {
	r := newRig(t)
	d, kept := r.add(paper.Document{ID: "1"}, "one"), r.add(paper.Document{ID: "2"}, "two")
	r.remove("1")
	if !r.holds(d) {
		t.Error("the bytes are gone before a job ran")
	}
	r.start()
	r.await("the deletion", func() bool { return !r.holds(d) })
	if !r.holds(kept) {
		t.Error("another document's bytes are gone")
	}
}

// Killed after the commit and before the bytes are deleted, or after that and before it is noted.
func TestACrashBetweenTheMarkAndTheBytesOnlyDelaysTheDeletion(t *testing.T) {
	for name, after := range map[string]bool{"before the bytes": false, "after the bytes": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			d := r.add(paper.Document{ID: "1"}, "one")
			r.remove("1")
			var reached, release = make(chan struct{}), make(chan struct{})
			r.archive.around(func(remove func() error) error {
				if after {
					if err := remove(); err != nil {
						return err
					}
				}
				close(reached)
				<-release // never to be heard of again: the process ends here
				return context.Canceled
			})
			stop := r.start()
			<-reached
			close(release)
			stop()
			r.must(r.db.Close())
			if r.holds(d) == after {
				t.Fatalf("bytes there: %v", !after)
			}
			r.archive.around(nil)
			r.open()
			r.start()
			r.await("the deletion", func() bool { return !r.holds(d) && r.idle() })
			again := r.add(paper.Document{ID: "2"}, "one")
			if !r.holds(again) {
				t.Error("the same bytes cannot be archived again")
			}
		})
	}
}

func TestAnArchiveThatFailsIsAskedAgain(t *testing.T) {
	r := newRig(t)
	d := r.add(paper.Document{ID: "1", Title: "Ada"}, "one")
	var tries atomic.Int32
	r.archive.around(func(remove func() error) error {
		if tries.Add(1) < 3 {
			return errors.New("the archive is down")
		}
		return remove()
	})
	r.remove("1")
	r.start()
	r.await("the deletion", func() bool { return !r.holds(d) })
	if log := r.log.String(); !strings.Contains(log, "document 1: the archive is down") || strings.Contains(log, "Ada") {
		t.Errorf("log %s", log)
	}
}

func TestLockedBytesAreTriedLaterAndLoggedOnce(t *testing.T) {
	r := newRig(t)
	d := r.add(paper.Document{ID: "1", Title: "Ada"}, "one")
	r.archive.around(func(func() error) error { return archive.ErrLocked })
	r.remove("1")
	r.start()
	var state string
	r.await("the lock", func() bool {
		r.must(r.db.Read().QueryRowContext(t.Context(), `SELECT state FROM river_job`).Scan(&state))
		return state == "scheduled"
	})
	if !r.holds(d) {
		t.Error("the bytes are gone")
	}
	r.must(r.db.Read().QueryRowContext(t.Context(), `SELECT state FROM content`).Scan(&state))
	if state != "LOCKED" {
		t.Errorf("the content is %s", state)
	}
	if log := r.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "document=1") || strings.Contains(log, "Ada") {
		t.Errorf("log %s", log)
	}
	again := r.add(paper.Document{ID: "2"}, "one")
	if !r.holds(again) {
		t.Error("locked bytes cannot be used by another document")
	}
}

// An upload of the same bytes that comes at any moment of the deletion must find them afterwards.
func TestAnUploadOfTheSameBytesNeverLosesThem(t *testing.T) {
	uploads := map[string]func(upload func(), remove func() error) error{
		"before the bytes go": func(upload func(), remove func() error) error {
			upload()
			return remove()
		},
		"after they went": func(upload func(), remove func() error) error {
			defer upload()
			return remove()
		},
		"when it fails": func(upload func(), remove func() error) error {
			upload()
			return errors.Join(errors.New("unknown outcome"), remove())
		},
	}
	for name, order := range uploads {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.add(paper.Document{ID: "1"}, "one")
			<-r.archive.put
			uploaded := make(chan paper.Document, 1)
			failed := make(chan error, 1)
			var once sync.Once
			r.archive.around(func(remove func() error) error {
				first := false
				once.Do(func() { first = true })
				if !first {
					return remove()
				}
				return order(func() {
					go func() {
						d, err := r.insert(paper.Document{ID: "2"}, "one")
						failed <- err
						uploaded <- d
					}()
					select { // let it come as far as it can
					case <-r.archive.put:
					case <-time.After(100 * time.Millisecond):
					}
				}, remove)
			})
			r.remove("1")
			r.start()
			r.must(<-failed)
			d := <-uploaded
			r.await("the end of the job", r.idle)
			if got, err := r.store.Document(t.Context(), "2"); err != nil || got.SHA256 != d.SHA256 || !r.holds(got) {
				t.Errorf("the bytes are lost: %v", err)
			}
		})
	}
}

// Two documents with the same bytes are deleted at once: the second job must not be at the bytes when the first has ended
// and somebody archives them anew.
func TestOneJobAtATimeIsAtTheSameBytes(t *testing.T) {
	r := newRig(t)
	r.add(paper.Document{ID: "1"}, "one")
	r.add(paper.Document{ID: "2"}, "one")
	var inside, calls atomic.Int32
	release := make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	defer free()
	r.archive.around(func(remove func() error) error {
		calls.Add(1)
		if inside.Add(1) > 1 {
			t.Error("two jobs are at the same bytes")
		}
		defer inside.Add(-1)
		<-release
		return remove()
	})
	r.remove("1")
	r.remove("2")
	r.start()
	r.await("the other job's turn", func() bool {
		var waiting int
		r.must(r.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM river_job WHERE state <> 'running' AND attempted_at IS NOT NULL`).Scan(&waiting))
		return waiting == 1 || calls.Load() > 1
	})
	free()
	r.await("the end of the jobs", r.idle)
	if calls.Load() != 1 {
		t.Errorf("%d deletions", calls.Load())
	}
}

func TestDeletionsAndUploadsOfTheSameBytesAtOnce(t *testing.T) {
	r := newRig(t)
	r.start()
	var group sync.WaitGroup
	for worker := range 3 {
		group.Go(func() {
			for i := range 8 {
				id := fmt.Sprintf("%d-%d", worker, i)
				d, err := r.insert(paper.Document{ID: id}, "one")
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := r.archive.Verify(t.Context(), d.SHA256); err != nil {
					t.Errorf("%s: %v", id, err)
				}
				r.remove(id)
			}
		})
	}
	group.Wait()
	r.await("the end of the jobs", r.idle)
	d := r.add(paper.Document{ID: "last"}, "one")
	if !r.holds(d) {
		t.Error("the bytes are lost")
	}
	r.remove("last")
	r.await("the last deletion", func() bool { return !r.holds(d) })
}
