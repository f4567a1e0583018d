package e2e_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// world is a product with its three vendors. Several stories may share one when they do not disturb each other.
type world struct {
	*vendors
	settings settings
	at       addresses
	shape    topology
	config   string // the configuration's path
	product  *product
	logs     *logbook
	people   atomic.Int64
}

// newWorld starts vendors and product and waits until every role answers. At the test's end the product must stop well
// and must not have logged what is private.
func newWorld(t testing.TB, shape topology, s settings) *world {
	t.Helper()
	w := prepareWorld(t, shape, s, func(_ string, next http.Handler) http.Handler { return next })
	t.Cleanup(func() { w.checkLog(t) })
	w.run(t)
	return w
}

// run starts the product, to be stopped at the test's end, and waits until every role answers.
func (w *world) run(t testing.TB) {
	t.Helper()
	w.product = launch(t, w.shape, w.config, w.logs)
	t.Cleanup(func() {
		w.product.stop(t)
		if t.Failed() {
			t.Logf("the end of the product's log:\n%s", w.logs.tail(80))
		}
	})
	w.awaitReady(t)
}

// prepareWorld starts the vendors and writes the configuration.
func prepareWorld(t testing.TB, shape topology, s settings, wrap wrapper) *world {
	t.Helper()
	w := &world{settings: s.withDefaults(), shape: shape, logs: &logbook{}}
	for _, address := range []*string{&w.at.Document, &w.at.Signing, &w.at.CRM, &w.at.Gateway} {
		var release func()
		*address, release = freeAddress(t)
		defer release()
	}
	w.vendors = startVendors(t, w.at.Gateway, w.settings, wrap)
	w.at.Kommo, w.at.Skribble, w.at.Yousign, w.at.Anchors = w.kommo.url, w.skribble.url, w.yousign.url, w.anchors
	folder := t.TempDir()
	w.config = filepath.Join(folder, "countersign.yaml")
	configure(t, w.config, filepath.Join(folder, "data"), w.at, w.settings)
	return w
}

// gateway is the URL of a path of the JSON API.
func (w *world) gateway(path string) string { return "http://" + w.at.Gateway + path }

// awaitReady waits until each role answers through the gateway.
func (w *world) awaitReady(t testing.TB) {
	t.Helper()
	for _, path := range []string{"/v1/templates", "/v1/providers", "/v1/accounts/acme/deals"} {
		eventually(t, "the product answers "+path, func() error {
			if w.product.exited() {
				t.Fatalf("the product ended:\n%s", w.logs.tail(20))
			}
			return call(http.MethodGet, w.gateway(path), nil, nil)
		})
	}
}

// awaitSwept waits until every stage was swept once: a deal that is in its stage before that is not sent by itself. It takes
// a world that sweeps often.
func (w *world) awaitSwept(t *testing.T) {
	t.Helper()
	eventually(t, "the stages are swept", func() error {
		listed := w.kommo.tap.count(func(c exchange) bool { return c.method == http.MethodGet && c.path == "/api/v4/leads" })
		if listed <= len(rules()) { // the next one begins the second sweep
			return fmt.Errorf("leads were listed %d times", listed)
		}
		return nil
	})
}

// person is somebody whose name, address and number exist nowhere else, so that they are found where they must not be.
type person struct{ first, last, email, phone string }

// The marks that every person and title carries.
const (
	markName  = "Zwitscher"
	markHost  = "kanarienvogel.example"
	markPhone = "15177770"
	markTitle = "Geheimvertrag"
	markWords = "Federlesen" // in the words that people write
)

func marks() []string { return []string{markName, markHost, markPhone, markTitle, markWords} }

// person invents somebody.
func (w *world) person() person {
	n := w.people.Add(1)
	letters := string([]rune{rune('a' + n/26%26), rune('a' + n%26)})
	return person{
		first: "Łucja", last: markName + letters, email: letters + "@" + markHost, phone: fmt.Sprintf("+49%s%03d", markPhone, n),
	}
}

// deal invents a deal; it is not on the board yet.
func (w *world) deal(stage string) *deal {
	p := w.person()
	return &deal{person: p, title: markTitle + " " + strings.TrimPrefix(p.last, markName), stage: stage}
}

// begin puts a new deal on the board and drags it to its stage.
func (w *world) begin(t *testing.T, stage string) *deal {
	t.Helper()
	d := w.deal(stage)
	w.kommo.add(t, d)
	w.kommo.move(t, d, stage)
	return d
}

// vendorOf is where the deal's contract is signed.
func (w *world) vendorOf(d *deal) vendor {
	if slices.Contains([]string{stageSkribbleQES, stageSkribbleAES, stageRoutedSES}, d.stage) {
		return w.skribble
	}
	return w.yousign
}

// sent waits until the signers were invited and the product knows it.
func (w *world) sent(t *testing.T, d *deal) envelope {
	t.Helper()
	var e envelope
	eventually(t, "the contract is out for signature", func() (err error) {
		if e, err = w.vendorOf(d).only(t, d.title); err != nil {
			return err
		}
		return w.expectState(d, "OUT_FOR_SIGNATURE")
	})
	return e
}

// expectState tells how the deal's last signature request stands when it is not as wanted.
func (w *world) expectState(d *deal, want string) error {
	known, err := w.known(d)
	if err != nil {
		return err
	}
	if len(known.Attempts) == 0 {
		return fmt.Errorf("no request was made: %s %v", known.Decision, known.Missing)
	}
	if got := known.Attempts[len(known.Attempts)-1].State; got != want {
		return fmt.Errorf("the request is %s, want %s", got, want)
	}
	return nil
}

// ends waits until the card is as wanted and nothing is left to be written on it.
func (w *world) ends(t *testing.T, d *deal, want tally) {
	t.Helper()
	eventually(t, fmt.Sprintf("the card of deal %d", d.lead), func() error {
		c, err := w.kommo.card(d)
		if err != nil {
			return err
		}
		known, err := w.known(d)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(want, c.tally()); diff != "" {
			return fmt.Errorf("card (-want +got):\n%s\nknown: %+v", diff, known)
		}
		return known.settled()
	})
	w.quiet(t)
	c, err := w.kommo.card(d)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, c.tally()); diff != "" {
		t.Errorf("the card changed after its end (-want +got):\n%s", diff)
	}
}

// quiet waits until the product has not called the CRM for half a second: what is to be written twice was written.
func (w *world) quiet(t *testing.T) {
	t.Helper()
	w.kommo.tap.still(t, func(c exchange) bool { return c.method != http.MethodGet })
}
