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
// moments; after that both signing vendors together 500 times a second, about requests that are out for signature. Every
// call must be answered 200, with its row and job on the disk, and a deal that is moved afterwards must get to Won as if
// nothing had been. How long the answers take is printed and not judged: COUNTERSIGN_LOAD_SECONDS=20 measures for that
// long each.
func TestWebhooksUnderLoad(t *testing.T) {
	w := newWorld(t, topologies()[0], settings{})
	span := time.Duration(number(t, "COUNTERSIGN_LOAD_SECONDS", 1)) * time.Second
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	l := &load{client: client, hook: w.kommoHook}
	l.report(t, "kommo, 16 connections", l.closed(16, span))
	l.report(t, "kommo, 200 a second", l.open(200, span))
	l.hook = w.vendorHooks(t, 20)
	l.report(t, "skribble and yousign, 500 a second", l.open(500, span))
	w.skribble.auto(t, "50ms")
	start, d := time.Now(), w.begin(t, stageSkribbleQES)
	// Kommo was taken from faster than its jobs are done: the deal waits behind them.
	within(t, patience+10*span, "the deal is won after the load", func() error { return w.expectState(d, "COMPLETED") })
	fmt.Printf("a deal behind what the load left: won after %v\n", time.Since(start).Round(time.Second))
}

// webhook is one call of a vendor.
type webhook struct {
	url, contentType, signature string
	body                        []byte
}

// kommoHook is about a contact that no deal has: it is stored and has a job, and asks nothing of Kommo.
func (w *world) kommoHook(n int64) webhook {
	body := fmt.Sprintf("account%%5Bid%%5D=32720107&contacts%%5Bupdate%%5D%%5B0%%5D%%5Bid%%5D=%d"+
		"&contacts%%5Bupdate%%5D%%5B0%%5D%%5Btype%%5D=contact&contacts%%5Bupdate%%5D%%5B0%%5D%%5Bname%%5D=%s",
		1_000_000+n, strings.Repeat("x", 200))
	return webhook{url: w.gateway("/webhooks/kommo/acme/" + kommoHookToken), contentType: formType, body: []byte(body)}
}

// vendorHooks are the webhooks of both signing vendors in turns, about so many open requests at each: all of them new
// events, which tell that something happened when nothing did.
func (w *world) vendorHooks(t *testing.T, each int) func(n int64) webhook {
	t.Helper()
	var open []envelope
	for i := range 2 * each {
		p, v := w.person(), []vendor{w.skribble, w.yousign}[i%2]
		body := ordered(p, "load-"+p.last)
		body["signatureRequest"].(map[string]any)["provider"] = "providers/" + v.name
		var r signatureRequest
		must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &r)
		w.expectRequest(t, r.Name, "STATE_OUT_FOR_SIGNATURE")
		e, err := v.only(t, platformTitle(p))
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, e)
	}
	return func(n int64) webhook {
		e := open[int(n)%len(open)]
		if token := e.callbackToken(); token != "" {
			return webhook{url: w.gateway("/webhooks/skribble/update/" + token + "/" + e.ID)}
		}
		event := yousignEvent("signer.link_opened", e.ID)
		event = bytes.Replace(event, []byte("01890000-0000"), fmt.Appendf(nil, "%08x-0000", n), 1)
		return webhook{
			url: w.gateway("/webhooks/yousign/" + yousignToken), contentType: jsonType, body: event, signature: signed(yousignSecret, event),
		}
	}
}

// load sends webhooks.
type load struct {
	client *http.Client
	hook   func(n int64) webhook
	sent   atomic.Int64
	mu     sync.Mutex
	took   spans
	bad    []string
}

func (l *load) hit() {
	call := l.hook(l.sent.Add(1))
	start := time.Now()
	status, err := l.post(call)
	took := time.Since(start)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took)
	if err != nil || status != http.StatusOK {
		l.bad = append(l.bad, fmt.Sprintf("status %d, %v", status, err))
	}
}

func (l *load) post(call webhook) (int, error) {
	request, err := http.NewRequest(http.MethodPost, call.url, bytes.NewReader(call.body))
	if err != nil {
		return 0, err
	}
	if call.contentType != "" {
		request.Header.Set("Content-Type", call.contentType)
	}
	if call.signature != "" {
		request.Header.Set("X-Yousign-Signature-256", call.signature)
	}
	response, err := l.client.Do(request)
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
