package signing_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/signing"
	"github.com/countersign/countersign/services/sim/courier"
	"github.com/countersign/countersign/services/sim/pki"
)

// seed is one interleaving: the real service over real simulators of both vendors, and the dice that decide what happens.
// All of it runs in a bubble, one thing at a time.
type seed struct {
	t     *testing.T
	name  string
	board *switchboard
	dice  *rand.Rand
	data  string

	skribble, yousign *simulator
	documents         *grpc.ClientConn
	captured          captured
	db                *sql.DB
	service           *signing.Service
	rest              func()
	life, image       int
	dead, busy, quiet bool

	trouble, death int // in percent of the calls
	order          wish
	retries        map[int64]time.Time // of jobs that failed
	bag            []courier.Delivery  // callbacks on their way
	story          []string
	after          string // what it came to
	violations     []violation
	tally          tally
}

// tally is what the seeds held.
type tally struct{ calls, faults, kills, restarts, jobs, hints, acts, verbs, requests int }

func (a *tally) add(b tally) {
	a.calls, a.faults, a.kills, a.restarts = a.calls+b.calls, a.faults+b.faults, a.kills+b.kills, a.restarts+b.restarts
	a.jobs, a.hints, a.acts, a.verbs, a.requests = a.jobs+b.jobs, a.hints+b.hints, a.acts+b.acts, a.verbs+b.verbs, a.requests+b.requests
}

// soil is what all seeds share: an empty database, the connections and the authority behind the signatures.
type soil struct {
	empty     []byte
	board     *switchboard
	authority *pki.Authority
}

func newSoil(t *testing.T) soil {
	t.Helper()
	data := t.TempDir()
	cfg := settings()
	service, err := signing.New(t.Context(), cfg, data, nil, discard())
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Close(); err != nil {
		t.Fatal(err)
	}
	empty, err := os.ReadFile(filepath.Join(data, "signing.db"))
	if err != nil {
		t.Fatal(err)
	}
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	board := &switchboard{next: http.DefaultTransport}
	http.DefaultTransport = board
	t.Cleanup(func() { http.DefaultTransport = board.next })
	return soil{empty, board, authority}
}

// plant prepares a seed, in a bubble.
func plant(t *testing.T, ground soil, number int64) *seed {
	t.Helper()
	s := &seed{
		t: t, name: fmt.Sprintf("seed-%d-%s", number, filepath.Base(t.TempDir())), board: ground.board, data: t.TempDir(),
		dice: rand.New(rand.NewPCG(uint64(number), 0)), retries: map[int64]time.Time{},
		skribble: newSkribble(t, ground.authority), yousign: newYousign(t, ground.authority),
	}
	s.documents = serveShelf(t)
	if err := os.MkdirAll(s.folder(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.folder(), "signing.db"), ground.empty, 0o600); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Until(time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)))
	s.begin()
	return s
}

// uproot ends everything that runs in the bubble.
func (s *seed) uproot() {
	s.end()
	s.skribble.close()
	s.yousign.close()
}

// serveShelf serves a document service until the test ends.
func serveShelf(t *testing.T) *grpc.ClientConn {
	t.Helper()
	pipe := bufconn.Listen(256 << 10)
	server := grpc.NewServer()
	documentv1.RegisterDocumentServiceServer(server, &shelf{kept: map[string]*documentv1.Document{}})
	served := make(chan error, 1)
	go func() { served <- server.Serve(pipe) }()
	conn, err := grpc.NewClient("passthrough:shelf", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return pipe.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return conn
}

// live carries the seed through everything that the dice say, lets it go quiet and lets all time run out. Each end is
// checked.
func (s *seed) live() {
	s.order = s.wish()
	s.trouble, s.death = []int{0, 5, 15, 30}[s.dice.IntN(4)], s.dice.IntN(3)
	s.create()
	for range 20 + s.dice.IntN(50) {
		s.step()
	}
	s.quiet, s.trouble = true, 0
	for len(s.bag) > 0 {
		s.hint()
	}
	s.settle(26 * time.Hour)
	s.check()
	s.settle(40 * 24 * time.Hour)
	s.check()
	s.checkOver()
}

func (s *seed) chance(percent int) bool { return percent > 0 && s.dice.IntN(100) < percent }

// tell notes what happens, for whoever has to understand a failure.
func (s *seed) tell(format string, args ...any) {
	s.story = append(s.story, time.Now().Format("02 15:04:05 ")+fmt.Sprintf(format, args...))
}
