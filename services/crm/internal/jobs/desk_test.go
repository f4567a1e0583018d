package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/sim/clock"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// statusField is a field for the status, which the simulator's account does not have by itself.
const statusField = 1246497

// desk is all that jobs work with: a simulated Kommo account without a network, a fake signing, and a database that can
// be opened again. It lives in a synctest bubble, so that pauses cost nothing.
type desk struct {
	*testing.T
	sim     *sim.Simulator
	clock   *clock.Clock
	kommo   *wire
	signing *fakeSigning
	account *account.Account
	db      *durable.Store
	store   *store.Store
	worker  *Worker
	log     journal
	path    string
	// crash, when it is closed, has the next settle close and open the database first.
	crash chan struct{}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// atDesk runs a test in a bubble.
func atDesk(t *testing.T, test func(d *desk)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "crm.db")
	synctest.Test(t, func(t *testing.T) {
		d := &desk{T: t, path: path, signing: newFakeSigning(), clock: clock.New(0)}
		seed := sim.DefaultSeed()
		seed.LeadFields = append(seed.LeadFields, sim.Field{ID: statusField, Name: "Signature status", Code: "SIGN_STATUS", Type: "text"})
		simulator, err := sim.New(sim.Config{BaseURL: "http://127.0.0.1:1", Clock: d.clock, Token: "s3cret", Seed: seed})
		d.must(err)
		d.sim, d.kommo = simulator, &wire{to: simulator}
		d.account = d.newAccount()
		d.open()
		d.Cleanup(func() {
			d.close()
			simulator.Close()
			d.clock.Close()
		})
		test(d)
	})
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func rules() []account.Rule {
	return []account.Rule{
		{
			Rule: pipeline.Rule{
				ID: "service", Template: "service-agreement", Provider: "skribble", Level: pipeline.SES, Legislation: pipeline.EIDAS,
			},
			Pipeline: "Sales", Stage: "Send contract (Skribble)",
		},
		{
			Rule: pipeline.Rule{
				ID: "nda", Template: "nda", Provider: "yousign", Level: pipeline.AES, Legislation: pipeline.EIDAS,
			},
			Pipeline: "Sales", Stage: "Send contract (Yousign)", StageAfterCompletion: "Signed",
		},
	}
}

func (d *desk) newAccount() *account.Account {
	client, err := kommo.New(kommo.Config{
		BaseURL: "http://127.0.0.1:1", Token: kommo.StaticToken("s3cret"), RatePerSecond: 10_000,
		HTTPClient: &http.Client{Transport: d.kommo},
	})
	d.must(err)
	return account.New(account.Config{
		ID: "acme", Client: client, Rules: rules(), LanguageField: "Language",
		Fields: map[pipeline.CardField]string{pipeline.CardRequestID: "Signature request", pipeline.CardStatus: "SIGN_STATUS"},
	})
}

// open opens the database and starts the jobs, as a process that starts does.
func (d *desk) open() {
	d.Helper()
	migrations, err := store.Migrations()
	d.must(err)
	queue, worker := durable.NewJobs(), &Worker{}
	Register(queue, worker)
	logger := slog.New(slog.NewTextHandler(&d.log, nil))
	d.db, err = durable.Open(context.Background(), durable.Config{Path: d.path, Migrations: migrations, Jobs: queue, Logger: logger})
	d.must(err)
	d.store = store.New(d.db)
	*worker = Worker{
		DB: d.db, Store: d.store, Accounts: map[string]*account.Account{"acme": d.account}, Signing: d.signing,
		Documents: fakeDocuments{}, Logger: logger, Grace: 10 * time.Second,
	}
	d.worker = worker
	d.must(d.db.Start(context.Background()))
}

func (d *desk) close() {
	d.Helper()
	d.stop()
	d.must(d.db.Close())
}

// stop ends the jobs; one that is under way is cut off after a second, as by a kill.
func (d *desk) stop() {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	d.must(d.db.Stop(ctx))
}

func (d *desk) reopen() {
	d.Helper()
	d.close()
	d.open()
}

// await polls in the bubble's time until ok, for five minutes at most.
func (d *desk) await(what string, ok func() bool) {
	d.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for range 15_000 {
		if ok() {
			return
		}
		<-ticker.C
	}
	d.Fatalf("%s never happened; the log:\n%s", what, d.log.String())
}

// settle waits until no job is left.
func (d *desk) settle() {
	d.Helper()
	d.await("an empty queue", func() bool {
		select {
		case <-d.crash:
			d.crash = nil
			d.reopen()
		default:
		}
		return d.count(`SELECT COUNT(*) FROM river_job WHERE state NOT IN ('completed', 'cancelled', 'discarded')`) == 0
	})
}

func (d *desk) count(query string, args ...any) int {
	d.Helper()
	var n int
	d.must(d.db.Read().QueryRowContext(context.Background(), query, args...).Scan(&n))
	return n
}

// enqueue adds jobs in one transaction.
func (d *desk) enqueue(jobs ...durable.Job) {
	d.Helper()
	d.must(d.db.Update(context.Background(), func(ctx context.Context, tx *durable.Tx) error {
		for _, job := range jobs {
			if err := tx.Enqueue(ctx, job); err != nil {
				return err
			}
		}
		return nil
	}))
}

// hook takes a webhook's hints as the door does.
func (d *desk) hook(hints Hints) {
	d.Helper()
	hints.Account = "acme"
	body, err := json.Marshal(hints)
	d.must(err)
	d.must(d.db.Update(context.Background(), func(ctx context.Context, tx *durable.Tx) error {
		id, _, err := tx.Receive(ctx, durable.Message{Source: "kommo", Body: body})
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, Hook{Message: id})
	}))
}

// moved tells of a lead that is in a stage now.
func (d *desk) moved(lead, stage int64) {
	d.Helper()
	d.hook(Hints{Leads: []LeadHint{{Lead: lead, Pipeline: sim.DefaultPipelineID, Stage: stage}}})
}

// control makes a call of the simulator's control side.
func (d *desk) control(method, path, body string, out any) {
	d.Helper()
	request, err := http.NewRequest(method, "http://127.0.0.1:1/_sim/"+path, strings.NewReader(body))
	d.must(err)
	answer, err := (&wire{to: d.sim}).RoundTrip(request)
	d.must(err)
	if answer.StatusCode >= 300 {
		d.Fatalf("%s %s: %d", method, path, answer.StatusCode)
	}
	if out != nil {
		d.must(json.NewDecoder(answer.Body).Decode(out))
	}
}

func (d *desk) create(path, body string) int64 {
	d.Helper()
	var out struct{ ID int64 }
	d.control("POST", path, body, &out)
	return out.ID
}

// contact makes a contact who can be asked to sign.
func (d *desk) contact() int64 {
	return d.create("contacts", `{"first_name":"Ana","last_name":"Roth","email":"ana@roth.example","phone":"+41 79 123 45 67"}`)
}

// lead makes a deal in a stage.
func (d *desk) lead(stage, contact int64) int64 {
	return d.create("leads", fmt.Sprintf(
		`{"name":"Roth AG","price":1200,"status_id":%d,"pipeline_id":%d,"contact_ids":[%d]}`, stage, sim.DefaultPipelineID, contact))
}

func (d *desk) move(lead, stage int64) {
	d.Helper()
	d.control("POST", fmt.Sprintf("leads/%d/move", lead), fmt.Sprintf(`{"status_id":%d,"pipeline_id":%d}`, stage, sim.DefaultPipelineID), nil)
}

func (d *desk) fault(name, method, path string, count int) {
	d.Helper()
	d.control("POST", "faults", fmt.Sprintf(`{"name":%q,"method":%q,"path":%q,"count":%d,"retry_after":"2s","delay":"1s"}`, name, method, path, count), nil)
}
