package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkCreateToSent is the time from the answer to CreateSignatureRequest until a watcher sees that the signers were
// invited, with vendors that answer at once: for a document that was uploaded and one that is rendered, one request at a
// time and sixteen. The baseline makes the same calls at the vendor one after another, and does nothing else.
func BenchmarkCreateToSent(b *testing.B) {
	f := newFlood(b)
	for _, v := range []vendor{f.skribble, f.yousign} {
		for _, source := range []string{"upload", "template"} {
			for _, at := range []int{1, 16} {
				b.Run(fmt.Sprintf("%s/%s/at_once=%d", v.name, source, at), func(b *testing.B) { f.latency(b, v, source, at) })
			}
		}
		b.Run(v.name+"/baseline", func(b *testing.B) { f.bare(b, v) })
	}
}

// BenchmarkCreates has sixteen callers create as fast as they are answered, while the product sends what they created: how
// many are accepted a second, and how many are sent a second until the last one is.
func BenchmarkCreates(b *testing.B) {
	f := newFlood(b)
	for _, v := range []vendor{f.skribble, f.yousign} {
		b.Run(v.name, func(b *testing.B) { f.throughput(b, v) })
	}
}

func (f *flood) latency(b *testing.B, v vendor, source string, atOnce int) {
	took := make(spans, b.N)
	each(atOnce, b.N, func(i int) {
		name, answered := f.create(b, v, source)
		took[i] = f.awaitSent(b, name).Sub(answered)
	})
	took.report(b)
}

func (f *flood) throughput(b *testing.B, v vendor) {
	names := make([]string, b.N)
	start := time.Now()
	each(16, b.N, func(i int) { names[i], _ = f.create(b, v, "upload") })
	accepted, last := time.Since(start), start
	for _, name := range names {
		if at := f.awaitSent(b, name); at.After(last) {
			last = at
		}
	}
	b.ReportMetric(float64(b.N)/accepted.Seconds(), "creates/s")
	b.ReportMetric(float64(b.N)/last.Sub(start).Seconds(), "sent/s")
	b.ReportMetric(0, "ns/op")
}

// bare makes the vendor calls of one request again and again.
func (f *flood) bare(b *testing.B, v vendor) {
	var name string
	calls := f.recorder.record(func() {
		name, _ = f.create(b, v, "upload")
		f.awaitSent(b, name)
	})
	client := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	defer client.CloseIdleConnections()
	took := make(spans, b.N)
	for i := range took {
		start := time.Now()
		if err := replay(client, v.url, strings.TrimPrefix(name, "signatureRequests/"), calls); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(start)
	}
	b.ReportMetric(float64(len(calls)), "calls/op")
	took.report(b)
}

// each does something for every number below n, so many at once.
func each(atOnce, n int, do func(int)) {
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for i := range numbers {
				do(i)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
}

func (s spans) report(b *testing.B) {
	slices.Sort(s)
	b.ReportMetric(float64(s.at(0.5).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(s.at(0.99).Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}
