package inspect_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/inspect"
)

// BenchmarkInspect measures each file, and how far the heap grows above what was there before.
func BenchmarkInspect(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(5)) // the corpus itself is large: garbage would be kept as long as that
	for _, s := range corpus() {
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			runtime.GC()
			before := heap()
			peak := watched(func() {
				for b.Loop() {
					if _, err := inspect.PDF(b.Context(), s.file); err != nil && errors.Is(err, context.Canceled) {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(peak-min(before, peak))/(1<<20), "peak-MiB")
		})
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watched returns the largest heap that was seen, a look each millisecond, while work went on.
func watched(work func()) uint64 {
	var group sync.WaitGroup
	done, peak := make(chan struct{}), uint64(0)
	group.Go(func() {
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			peak = max(peak, heap())
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	})
	work()
	close(done)
	group.Wait()
	return peak
}
