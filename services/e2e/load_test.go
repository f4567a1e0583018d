package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestWebhooksUnderLoad has Kommo call as fast as it can over 16 connections, and then 200 times a second at random
// moments. Every call must be answered 200, with its row and job on the disk, and a deal that is moved afterwards must get
// to Won as if nothing had been. How long the answers take is printed and not judged: COUNTERSIGN_LOAD_SECONDS=20 measures
// for that long each.
func TestWebhooksUnderLoad(t *testing.T) {
	w := newWorld(t, topologies()[0], settings{})
	w.skribble.auto(t, "50ms")
	span := time.Duration(number(t, "COUNTERSIGN_LOAD_SECONDS", 1)) * time.Second
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	l := &load{client: client, url: w.gateway("/webhooks/kommo/acme/" + kommoHookToken)}
	l.report(t, "16 connections", l.closed(16, span))
	l.report(t, "200 a second", l.open(200, span))
	d := w.begin(t, stageSkribbleQES)
	eventually(t, "the deal is won after the load", func() error { return w.expectState(d, "COMPLETED") })
}

// load sends webhooks about contacts that no deal has: each is stored and has a job, and asks nothing of Kommo.
type load struct {
	client *http.Client
	url    string
	sent   atomic.Int64
	mu     sync.Mutex
	took   spans
	bad    []string
}

func (l *load) hit() {
	body := fmt.Sprintf("account%%5Bid%%5D=32720107&contacts%%5Bupdate%%5D%%5B0%%5D%%5Bid%%5D=%d"+
		"&contacts%%5Bupdate%%5D%%5B0%%5D%%5Btype%%5D=contact&contacts%%5Bupdate%%5D%%5B0%%5D%%5Bname%%5D=%s",
		1_000_000+l.sent.Add(1), strings.Repeat("x", 200))
	start := time.Now()
	status, err := l.post(body)
	took := time.Since(start)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took)
	if err != nil || status != http.StatusOK {
		l.bad = append(l.bad, fmt.Sprintf("status %d, %v", status, err))
	}
}

func (l *load) post(body string) (int, error) {
	response, err := l.client.Post(l.url, "application/x-www-form-urlencoded", bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// closed sends over so many connections, each as soon as it has its answer.
func (l *load) closed(connections int, span time.Duration) time.Duration {
	start := time.Now()
	var wait sync.WaitGroup
	for range connections {
		wait.Go(func() {
			for time.Since(start) < span {
				l.hit()
			}
		})
	}
	wait.Wait()
	return time.Since(start)
}

// open sends so many a second on average, at random moments, whatever the answers do.
func (l *load) open(rate float64, span time.Duration) time.Duration {
	start := time.Now()
	var wait sync.WaitGroup
	for next := start; next.Sub(start) < span; {
		next = next.Add(time.Duration(rand.ExpFloat64() / rate * float64(time.Second)))
		<-time.After(time.Until(next))
		wait.Go(l.hit)
	}
	wait.Wait()
	return time.Since(start)
}

func (l *load) report(t *testing.T, name string, span time.Duration) {
	t.Helper()
	if len(l.bad) > 0 {
		t.Errorf("%s: %d of %d were not taken, such as: %s", name, len(l.bad), len(l.took), l.bad[0])
	}
	slices.Sort(l.took)
	fmt.Printf("webhooks, %s: %d answers, %.0f/s, p50 %v, p99 %v, longest %v\n", name, len(l.took),
		float64(len(l.took))/span.Seconds(), l.took.at(0.5), l.took.at(0.99), l.took.at(1))
	l.took, l.bad = nil, nil
}

// spans are how long things took, the shortest first.
type spans []time.Duration

// at is the time that so great a part of the spans stayed within.
func (s spans) at(part float64) time.Duration {
	return s[int(part*float64(len(s)-1))].Round(10 * time.Microsecond)
}
