package api_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/countersign/countersign/services/internal/durable"
)

// BenchmarkReceiveYousignEvent takes a webhook, from the call to the answer: verified, decoded, and committed with its
// job. BenchmarkRawCommit is the least that a committed answer can cost on the same disk.
func BenchmarkReceiveYousignEvent(b *testing.B) {
	r := newRig(b)
	r.have(sentBy("eu", "env"))
	n := 0
	for b.Loop() {
		n++
		if err := r.yousign(hookToken, sign(aWebhook(fmt.Sprint(n), "env", "", false), hookSecret)); err != nil {
			b.Fatal(err)
		}
	}
	if jobs := r.count("river_job"); jobs != n {
		b.Fatalf("%d jobs of %d webhooks", jobs, n)
	}
}

// BenchmarkRawCommit inserts one row per transaction into the same kind of store, one caller at a time and sixteen.
func BenchmarkRawCommit(b *testing.B) {
	r := newRig(b)
	var n atomic.Int64
	atOnce(b, func() error {
		return r.db.Update(b.Context(), func(ctx context.Context, tx *durable.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO lease (subject, owner, until) VALUES ($1, 'bench', 0)`, fmt.Sprint(n.Add(1)))
			return err
		})
	})
}

// BenchmarkCreate accepts requests: from the call to the answer, committed with its job and its event. No jobs run.
// BenchmarkRawCommit is its baseline too.
func BenchmarkCreate(b *testing.B) {
	r := newRig(b)
	atOnce(b, func() error {
		in := creation()
		in.RequestId = uuid.NewString()
		_, err := r.provider.CreateSignatureRequest(b.Context(), in)
		return err
	})
}

// atOnce measures one caller, and sixteen.
func atOnce(b *testing.B, do func() error) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("at_once=%d", callers), func(b *testing.B) {
			var left atomic.Int64
			left.Store(int64(b.N))
			var done sync.WaitGroup
			for range callers {
				done.Go(func() {
					for left.Add(-1) >= 0 {
						if err := do(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			done.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "per-s")
		})
	}
}
