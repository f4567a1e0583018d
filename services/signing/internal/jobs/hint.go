package jobs

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

// Hinted is a job for a callback that was taken now. Callbacks come in floods: what was read after one of them was taken
// needs not be read again for it.
func Hinted(request string, hint signature.Hint) Advance {
	return Advance{Request: request, Told: time.Now().UnixMicro(), Hint: hint}
}

// needless tells whether a callback's job has nothing to do: no other step waits, and the vendor's answer is known.
func (w *Worker) needless(ctx context.Context, job Advance) (bool, error) {
	if job.Told == 0 {
		return false, nil
	}
	r, err := w.Store.Request(ctx, job.Request)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil || signature.Next(r, time.Now()) != signature.StepRead {
		return false, err
	}
	return r.Knows(job.Hint) || w.reads.since(r.ID, time.UnixMicro(job.Told)), nil
}

// reads remembers when the vendor was last asked about a request. It is of this process alone and bounded: what it does not
// know is read again.
type reads struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const (
	mostReads = 4096        // that are remembered
	readAge   = time.Minute // after which one may be forgotten
)

// note remembers a read that was begun at a time, once what it said is saved.
func (d *reads) note(request string, begun time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.last) >= mostReads {
		maps.DeleteFunc(d.last, func(_ string, at time.Time) bool { return begun.Sub(at) > readAge })
	}
	if d.last == nil || len(d.last) >= mostReads {
		d.last = map[string]time.Time{}
	}
	d.last[request] = begun
}

// since tells whether the vendor was asked after a time, and not in the same microsecond.
func (d *reads) since(request string, at time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last[request].After(at.Add(time.Microsecond))
}
