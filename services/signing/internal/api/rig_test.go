package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/signing/internal/api"
	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/routing"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is the contract over a real connection and a real database. No jobs run: what was enqueued can be counted.
type rig struct {
	t         testing.TB
	db        *durable.Store
	store     *store.Store
	providers map[string]signature.Provider
	accounts  *routing.Accounts
	documents *documents
	provider  signingv1.SigningProviderClient
	webhooks  signingv1.SigningWebhooksClient
	// path of the database; logger of everything; stop ends server and database.
	path   string
	logger *slog.Logger
	stop   func()
}

// secrets are what must never be in a log.
func secrets() []string {
	return []string{"ada@example.org", "Lovelace", "+41791234567", hookToken, hookSecret, callbackToken, linkSecret, strangeToken, callbackBody}
}

func newRig(t testing.TB) *rig {
	t.Helper()
	return newRigOf(t, map[string]signature.Provider{"eu": &account{}, "ch": &account{}, "test": &account{}})
}

// newRigOf is a rig with these accounts.
func newRigOf(t testing.TB, providers map[string]signature.Provider) *rig {
	t.Helper()
	r := &rig{t: t, providers: providers, accounts: routing.New(providers), documents: &documents{}}
	log := &lines{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() { // after everything else
		for _, secret := range secrets() {
			if strings.Contains(log.text.String(), secret) {
				t.Errorf("%q is in the log:\n%s", secret, log.text.String())
			}
		}
	})
	r.path, r.logger = filepath.Join(t.TempDir(), "signing.db"), logger
	r.start()
	return r
}

// start opens the database and serves; it may be called again after stop.
func (r *rig) start() {
	r.t.Helper()
	r.open()
	hangUp := r.serve()
	r.stop = sync.OnceFunc(func() {
		hangUp()
		_ = r.db.Close()
	})
	r.t.Cleanup(r.stop)
}

func (r *rig) open() {
	r.t.Helper()
	migrations, err := store.Migrations()
	if err != nil {
		r.t.Fatal(err)
	}
	queue := durable.NewJobs()
	jobs.Register(queue, &jobs.Worker{})
	r.db, err = durable.Open(r.t.Context(), durable.Config{
		Path: r.path, Migrations: migrations, Jobs: queue, Logger: r.logger,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.store = store.New(r.db)
}

// serve returns how to hang up.
func (r *rig) serve() func() {
	r.t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: api.Domain, Logger: r.logger}, func(s grpc.ServiceRegistrar) {
		signingv1.RegisterSigningProviderServer(s, &api.Provider{DB: r.db, Store: r.store, Documents: r.documents, Accounts: r.accounts})
		signingv1.RegisterSigningWebhooksServer(s, &api.Webhooks{DB: r.db, Store: r.store, Yousign: hooks(), Logger: r.logger})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	conn, err := server.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	r.provider, r.webhooks = signingv1.NewSigningProviderClient(conn), signingv1.NewSigningWebhooksClient(conn)
	return func() {
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			r.t.Error(err)
		}
	}
}

// have saves requests as a test needs them, with the events given for each, and returns their names.
func (r *rig) have(requests ...signature.Request) []string {
	r.t.Helper()
	var names []string
	r.update(func(ctx context.Context, tx *durable.Tx) error {
		for _, request := range requests {
			event := signature.Event{Request: request.ID, Reference: request.Reference, Type: signature.EventCreated, State: request.State, Time: time.Now()}
			if _, err := r.store.Insert(ctx, tx, request, []signature.Event{event}); err != nil {
				return err
			}
			names = append(names, "signatureRequests/"+request.ID)
		}
		return nil
	})
	return names
}

func (r *rig) update(change func(ctx context.Context, tx *durable.Tx) error) {
	r.t.Helper()
	if err := r.db.Update(context.WithoutCancel(r.t.Context()), change); err != nil {
		r.t.Fatal(err)
	}
}

// stored is a request in a state, as it may stand in the database.
func stored(state signature.State) signature.Request {
	return signature.Request{
		ID: uuid.NewString(), RequestID: uuid.NewString(), CallbackToken: uuid.NewString(), Reference: "deal-7",
		Title: "Contract", Provider: "eu", Level: signature.AES, Legislation: signature.EIDAS, State: state,
		RequiredVerdict: signature.Proven, ExpireTime: time.Now().Add(time.Hour), CreateTime: time.Now(), UpdateTime: time.Now(),
		Source:  signature.Source{Document: "documents/6f1c0b7e-2f6b-4a54-9f0e-0a4f4f7b0001"},
		Signers: []signature.Signer{{Role: "client", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org"}},
	}
}

// count counts the rows of a table.
func (r *rig) count(table string) int {
	r.t.Helper()
	var n int
	if err := r.db.Read().QueryRowContext(r.t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// account is a signing account that takes everything, or refuses everything.
type account struct {
	signature.Provider
	mu      sync.Mutex
	refusal *signature.Refusal
	orders  []signature.Order
}

func (a *account) Capabilities() signature.Capabilities {
	return signature.Capabilities{
		Name: "fake", Sandbox: true, Languages: []string{"de"}, OrderedSigners: true, MaxSigners: 3, MaxDocumentBytes: 9,
		Offers: []signature.Offer{{
			Level: signature.QES, Legislations: []signature.Legislation{signature.EIDAS, signature.ZERTES},
			Authentications: []signature.Authentication{signature.AuthenticationSMS}, Verdict: signature.Proven,
		}},
	}
}

func (a *account) Refusal(order signature.Order) *signature.Refusal {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.orders = append(a.orders, order)
	return a.refusal
}

// lines is a log that a test reads.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}
