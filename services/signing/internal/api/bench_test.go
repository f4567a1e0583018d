package api_test

import (
	"context"
	"fmt"
	"testing"

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

// BenchmarkRawCommit inserts one row per transaction into the same kind of store.
func BenchmarkRawCommit(b *testing.B) {
	r := newRig(b)
	n := 0
	for b.Loop() {
		n++
		r.update(func(ctx context.Context, tx *durable.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO lease (subject, owner, until) VALUES ($1, 'bench', 0)`, fmt.Sprint(n))
			return err
		})
	}
}
