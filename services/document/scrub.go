package document

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/countersign/countersign/services/document/internal/archive"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

const (
	// scrubReaders hide the latency of an object store without taking a server's disk for themselves.
	scrubReaders = 4
	// mostUnreadable bounds a scrub of an archive that does not answer.
	mostUnreadable = 100
	// mostNamed documents stand in one finding.
	mostNamed   = 100
	contentPage = 1000
)

// errUnreadable ends a scrub that finds nothing out.
var errUnreadable = errors.New("the archive does not give its objects out")

// scrub is one run. It holds the hash of every object: about 100 MB for a million.
type scrub struct {
	archive *archive.Archive
	db      durable.DBTX
	report  func(Finding)
	watch   func(Tally)
	start   time.Time

	mu    sync.Mutex
	tally Tally
	err   error
	// unclaimed are the keys that were listed and that no document was found for yet.
	unclaimed map[[sha256.Size]byte]struct{}
}

// Scrub reads every object in the archive, compares it with its hash and the archive with the database, and reports what
// is wrong, one finding at a time. watch is told the tally after every object. A server may run meanwhile: what changes
// under the scrub is looked at again before it is reported. Nothing is written.
func Scrub(ctx context.Context, cfg Config, data string, report func(Finding), watch func(Tally)) (Tally, error) {
	if err := thereToScrub(cfg, data); err != nil {
		return Tally{}, err
	}
	db, err := durable.OpenReadOnly(ctx, filepath.Join(data, "document.db"))
	if err != nil {
		return Tally{}, err
	}
	defer func() { _ = db.Close() }()
	files, err := open(ctx, cfg, data, nil) // it puts nothing, and so mends nothing
	if err != nil {
		return Tally{}, err
	}
	defer func() { _ = files.Close() }()
	s := &scrub{
		archive: files, db: db.Read(), report: report, watch: watch, start: time.Now(),
		tally: Tally{Findings: map[Problem]int{}}, unclaimed: map[[sha256.Size]byte]struct{}{},
	}
	for _, pass := range []func(context.Context) error{s.objects, s.contents, s.strays} {
		if err = pass(ctx); err != nil {
			break
		}
	}
	s.tally.Elapsed = time.Since(s.start)
	return s.tally, err
}

// thereToScrub says when there is nothing to look at: opening would make an archive, and call it empty.
func thereToScrub(cfg Config, data string) error {
	if _, err := os.Stat(filepath.Join(data, "document.db")); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no document.db in the data folder %q", data)
	}
	settings, err := cfg.archive(data)
	if err != nil {
		return err
	}
	folder := settings.Folder()
	if _, err := os.Stat(folder); folder != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the archive's folder %q is missing", folder)
	}
	return nil
}

// objects reads everything that is in the archive.
func (s *scrub) objects(ctx context.Context) error {
	var group sync.WaitGroup
	slots := make(chan struct{}, scrubReaders)
	err := s.archive.List(ctx, func(o archive.Object) error {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			s.fail(s.object(ctx, o))
		})
		return s.failed()
	})
	group.Wait()
	return errors.Join(err, s.failed())
}

func (s *scrub) object(ctx context.Context, o archive.Object) error {
	sum, ok := digest(o.Hash)
	switch {
	case o.Unfinished:
		return s.unfinished(ctx, o)
	case !ok:
		return s.find(Finding{Problem: Misplaced, Key: o.Key})
	}
	there, err := s.verify(ctx, o.Key, o.Hash)
	if there && o.Hash != archive.EmptyHash {
		s.mu.Lock()
		s.unclaimed[sum] = struct{}{}
		s.mu.Unlock()
	}
	return err
}

// putTime is how long a put may be under way, the archive's clock and ours not being the same.
const putTime = time.Minute

// unfinished reports what a killed process left, and nothing that a running one still writes.
func (s *scrub) unfinished(ctx context.Context, o archive.Object) error {
	if !o.Time.Before(s.start.Add(-putTime)) {
		return nil
	}
	there, err := s.archive.Holds(ctx, o.Key)
	if err != nil || !there {
		return err
	}
	return s.find(Finding{Problem: Unknown, Key: o.Key})
}

// digest is a hash without its form; ok is false when it is none.
func digest(hash string) (sum [sha256.Size]byte, ok bool) {
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != len(sum) {
		return sum, false
	}
	return [sha256.Size]byte(raw), true
}

// verify reads one content and reports what is wrong with it; there is false when it is missing, which nothing is
// reported for.
func (s *scrub) verify(ctx context.Context, key, hash string) (there bool, err error) {
	size, err := s.archive.Verify(ctx, hash)
	switch {
	case ctx.Err() != nil:
		return true, ctx.Err()
	case errors.Is(err, archive.ErrMissing):
		return false, nil
	case err != nil:
		problem := Unreadable
		if errors.Is(err, archive.ErrDamaged) {
			problem = Damaged
		}
		return true, s.accuse(ctx, Finding{Problem: problem, Key: key, SHA256: hash})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Objects, s.tally.Bytes, s.tally.Elapsed = s.tally.Objects+1, s.tally.Bytes+size, time.Since(s.start)
	s.watch(s.tally)
	return true, nil
}

// contents looks for everything that documents refer to.
func (s *scrub) contents(ctx context.Context) error {
	for after := ""; ; {
		page, err := store.Contents(ctx, s.db, after, contentPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, hash := range page {
			if err := s.content(ctx, hash); err != nil {
				return err
			}
		}
		after = page[len(page)-1]
	}
}

func (s *scrub) content(ctx context.Context, hash string) error {
	sum, ok := digest(hash)
	if _, listed := s.unclaimed[sum]; listed {
		delete(s.unclaimed, sum)
		return nil
	}
	if ok {
		// It may have come since, or be the empty one.
		if there, err := s.verify(ctx, s.archive.Key(hash), hash); err != nil || there {
			return err
		}
	}
	return s.accuse(ctx, Finding{Problem: Missing, SHA256: hash})
}

// strays reports what nobody refers to, unless a document came since or its deletion is only put off.
func (s *scrub) strays(ctx context.Context) error {
	for sum := range s.unclaimed {
		hash := hex.EncodeToString(sum[:])
		ids, err := store.DocumentsOf(ctx, s.db, hash, 1)
		awaited := false
		if err == nil {
			awaited, err = store.Awaited(ctx, s.db, hash)
		}
		if err == nil && len(ids) == 0 && !awaited {
			err = s.find(Finding{Problem: Unknown, Key: s.archive.Key(hash), SHA256: hash})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// accuse reports a finding with the documents that it is about; a content that is missing and that no document refers to
// any more is none.
func (s *scrub) accuse(ctx context.Context, f Finding) error {
	ids, err := store.DocumentsOf(ctx, s.db, f.SHA256, mostNamed)
	if err != nil || f.Problem == Missing && len(ids) == 0 {
		return err
	}
	for _, id := range ids {
		f.Documents = append(f.Documents, "documents/"+id)
	}
	return s.find(f)
}

func (s *scrub) find(f Finding) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Findings[f.Problem]++
	s.report(f)
	if s.tally.Findings[Unreadable] >= mostUnreadable {
		return fmt.Errorf("%w: %d could not be read", errUnreadable, mostUnreadable)
	}
	return nil
}

// fail keeps the first error of the readers.
func (s *scrub) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *scrub) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
