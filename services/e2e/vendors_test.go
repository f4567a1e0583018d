package e2e_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	simkommo "github.com/countersign/countersign/services/sim/kommo"
	"github.com/countersign/countersign/services/sim/pki"
	simskribble "github.com/countersign/countersign/services/sim/skribble"
	simyousign "github.com/countersign/countersign/services/sim/yousign"
)

// vendors are the three simulated vendors, in this process and on the loopback.
type vendors struct {
	kommo             kommo
	skribble, yousign vendor
	anchors           string // a file with what their signatures chain to
}

// wrapper may stand between the product and a vendor.
type wrapper func(vendor string, next http.Handler) http.Handler

// startVendors starts the vendors, to be closed at the test's end. Their hooks go to the gateway.
func startVendors(t testing.TB, gateway string, s settings, wrap wrapper) *vendors {
	t.Helper()
	authority, err := pki.Open("")
	if err != nil {
		t.Fatalf("make the simulated certificate authority: %v", err)
	}
	v := &vendors{anchors: filepath.Join(t.TempDir(), "anchors.pem")}
	anchors := "Proves: AES SEAL TIMESTAMP QES-EIDAS QES-ZERTES\n" + string(authority.RootPEM())
	if err := os.WriteFile(v.anchors, []byte(anchors), 0o600); err != nil {
		t.Fatal(err)
	}
	time := clock.New(1)
	t.Cleanup(time.Close)
	hook := "http://" + gateway + "/webhooks/kommo/acme/" + kommoHookToken
	kommoTap := &tap{}
	v.kommo = kommo{hook: hook, tap: kommoTap, url: serve(t, func(url string) (http.Handler, func(), error) {
		sim, err := simkommo.New(simkommo.Config{
			BaseURL: url, Clock: time, Token: kommoToken, RateLimit: s.KommoRate, Seed: board(hook),
		})
		return kommoTap.around(wrap("kommo", sim)), closer(sim, err), err
	})}
	skribbleTap, yousignTap := &tap{}, &tap{}
	v.skribble = vendor{name: "skribble", tap: skribbleTap, url: serve(t, func(url string) (http.Handler, func(), error) {
		sim, err := simskribble.New(simskribble.Config{
			BaseURL: url, Clock: time, Authority: authority, Users: map[string]string{skribbleUser: skribbleKey},
		})
		return skribbleTap.around(wrap("skribble", sim)), closer(sim, err), err
	})}
	v.yousign = vendor{name: "yousign", tap: yousignTap, url: serve(t, func(url string) (http.Handler, func(), error) {
		sim, err := simyousign.New(simyousign.Config{
			BaseURL: url, Clock: time, Authority: authority, APIKey: yousignKey, Unlimited: true,
			Webhook: &simyousign.Webhook{
				Endpoint: "http://" + gateway + "/webhooks/yousign/" + yousignToken, SecretKey: yousignSecret,
			},
		})
		return yousignTap.around(wrap("yousign", sim)), closer(sim, err), err
	})}
	return v
}

// closer closes a simulator that came into being.
func closer(sim interface{ Close() }, err error) func() {
	if err != nil {
		return func() {}
	}
	return sim.Close
}

// board is the account's seed: the stages that ask for signatures, and the webhook an administrator set up.
func board(hook string) simkommo.Seed {
	seed := simkommo.DefaultSeed()
	seed.Account.Currency = "EUR" // what the built-in template is priced in
	stages := &seed.Pipelines[0].Stages
	*stages = append(*stages,
		simkommo.Stage{ID: 67548701, Name: stageYousignSES},
		simkommo.Stage{ID: 67548702, Name: stageStrictSES},
		simkommo.Stage{ID: 67548703, Name: stageSkribbleAES},
		simkommo.Stage{ID: 67548704, Name: stageRoutedSES})
	seed.Subscriptions = []simkommo.Subscription{{Destination: hook, Settings: []string{
		"add_lead", "status_lead", "update_lead", "delete_lead", "update_contact",
	}}}
	return seed
}

// serve listens on a free port until the test's end and returns the URL.
func serve(t testing.TB, build func(url string) (http.Handler, func(), error)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	handler, stop, err := build(url)
	if err != nil {
		t.Fatalf("start a simulator: %v", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	var ended sync.WaitGroup
	ended.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		ended.Wait()
		stop()
	})
	return url
}

// tap remembers which calls the product made.
type tap struct {
	mu    sync.Mutex
	calls []exchange
}

// exchange is one call and the status of its answer; 0 when there was none.
type exchange struct {
	method, path string
	status       int
}

// around passes calls on and remembers them; those of the control API are none of the product's.
func (p *tap) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sim/") {
			next.ServeHTTP(w, r)
			return
		}
		seen := &statusWriter{ResponseWriter: w}
		defer func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.calls = append(p.calls, exchange{r.Method, r.URL.Path, seen.status})
		}()
		next.ServeHTTP(seen, r)
	})
}

// count is how many calls match.
func (p *tap) count(match func(exchange) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, c := range p.calls {
		if match(c) {
			n++
		}
	}
	return n
}

// still waits until no call that matches has come for half a second.
func (p *tap) still(t testing.TB, match func(exchange) bool) {
	t.Helper()
	last, since := p.count(match), time.Now()
	eventually(t, "the product is done calling", func() error {
		if now := p.count(match); now != last {
			last, since = now, time.Now()
		}
		if time.Since(since) < 500*time.Millisecond {
			return errors.New("still calling")
		}
		return nil
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets a fault hang up the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
