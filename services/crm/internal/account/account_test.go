package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/sim/clock"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// wire carries calls to the simulator without a socket and counts them.
type wire struct {
	to http.Handler

	mu    sync.Mutex
	calls map[string]int
	// hold, when set, keeps each call until it is closed.
	hold chan struct{}
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.calls[r.URL.Path]++
	hold := w.hold
	w.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	w.to.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func (w *wire) count(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls["/api/v4/"+path]
}

// control makes a call of the simulator's control side.
func (w *wire) control(t *testing.T, path, body string) string {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/_sim/"+path, strings.NewReader(body))
	answer := httptest.NewRecorder()
	w.to.ServeHTTP(answer, request)
	if answer.Code >= 300 {
		t.Fatalf("%s: %d %s", path, answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func newWire(t *testing.T) *wire {
	t.Helper()
	seed := sim.DefaultSeed()
	// A second pipeline has stages of the same names.
	seed.Pipelines = append(seed.Pipelines, sim.Pipeline{ID: 77, Name: "Renewals", Stages: []sim.Stage{{ID: 770, Name: "New"}, {ID: 771, Name: "Signed"}}})
	clk := clock.New(0)
	simulator, err := sim.New(sim.Config{BaseURL: "http://127.0.0.1:1", Clock: clk, Token: "s3cret", Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		simulator.Close()
		clk.Close()
	})
	return &wire{to: simulator, calls: map[string]int{}}
}

func rule(change func(*account.Rule)) account.Rule {
	r := account.Rule{
		Rule: pipeline.Rule{
			ID: "service", Template: "service-agreement", Provider: "skribble", Level: pipeline.SES, Legislation: pipeline.EIDAS,
		},
		Pipeline: "Sales", Stage: "Send contract (Skribble)",
	}
	if change != nil {
		change(&r)
	}
	return r
}

func newAccount(t *testing.T, w *wire, fields map[pipeline.CardField]string, rules ...account.Rule) *account.Account {
	t.Helper()
	client, err := kommo.New(kommo.Config{
		BaseURL: "http://127.0.0.1:1", Token: kommo.StaticToken("s3cret"), RatePerSecond: 100_000,
		HTTPClient: &http.Client{Transport: w},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account.New(account.Config{ID: "acme", Client: client, Rules: rules, Fields: fields})
}

func TestPipelinesAndStagesMayBeNamedOrNumbered(t *testing.T) {
	for _, tc := range []struct {
		name  string
		set   func(*account.Rule)
		want  [3]int64 // pipeline, stage, stage after completion
		fails []string
	}{
		{"names", func(r *account.Rule) {}, [3]int64{sim.DefaultPipelineID, sim.StageSendSkribble, sim.StageWon}, nil},
		{"names in another case", func(r *account.Rule) { r.Pipeline, r.Stage = "SALES", "send contract (skribble)" },
			[3]int64{sim.DefaultPipelineID, sim.StageSendSkribble, sim.StageWon}, nil},
		{"ids", func(r *account.Rule) { r.Pipeline, r.Stage, r.StageAfterCompletion = "77", "770", "771" }, [3]int64{77, 770, 771}, nil},
		{"a stage of its own pipeline", func(r *account.Rule) { r.Pipeline, r.Stage, r.StageAfterCompletion = "Renewals", "New", "Signed" },
			[3]int64{77, 770, 771}, nil},
		{"no such pipeline", func(r *account.Rule) { r.Pipeline = "Sails" }, [3]int64{}, []string{"rule=service", `"Sails"`}},
		{"no such stage", func(r *account.Rule) { r.Stage = "Sign" }, [3]int64{}, []string{"rule=service", `"Sign"`}},
		{"a stage of another pipeline", func(r *account.Rule) { r.Stage = "770" }, [3]int64{}, []string{"rule=service", `"770"`}},
		{"no such stage after completion", func(r *account.Rule) { r.StageAfterCompletion = "Done" }, [3]int64{}, []string{"rule=service", `"Done"`}},
		{"the trigger is lost", func(r *account.Rule) { r.Stage = "143" }, [3]int64{}, []string{"rule=service", "Lost"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sound := rule(func(r *account.Rule) { r.ID, r.Stage = "sound", "Send contract (Yousign)" })
			a := newAccount(t, newWire(t), nil, rule(tc.set), sound)
			var log strings.Builder
			a.Logger = slog.New(slog.NewTextHandler(&log, nil))
			rules, err := a.Triggers(t.Context())
			for _, part := range tc.fails {
				if !strings.Contains(strings.ReplaceAll(log.String(), `\"`, `"`), part) || !strings.Contains(log.String(), "ERROR") {
					t.Errorf("%q is not in %s", part, log.String())
				}
			}
			// Whatever is wrong with a rule, the others and the rest of the account are none the worse.
			if n := len(rules); n == 0 || rules[n-1].ID != "sound" || err != nil {
				t.Fatal(rules, err)
			}
			if url, err := a.DriveURL(t.Context()); url == "" || err != nil {
				t.Errorf("drive %q, %v", url, err)
			}
			if len(rules) != 2 {
				if tc.fails == nil || len(rules) != 1 {
					t.Errorf("the rules are %+v", rules)
				}
				return
			}
			got := [3]int64{rules[0].Pipeline, rules[0].Stage, rules[0].StageAfterCompletion}
			if got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

func TestFieldsAreFoundByNameCodeOrId(t *testing.T) {
	for _, tc := range []struct {
		wanted string
		found  bool
	}{
		{"Signature request", true}, {"signature REQUEST", true}, {"SIGN_REQUEST_ID", true}, {fmt.Sprint(sim.FieldSignRequestID), true},
		{"Signature", false}, {"", false}, // a field without a code is not the one that nobody asked for
	} {
		a := newAccount(t, newWire(t), map[pipeline.CardField]string{pipeline.CardStatus: tc.wanted})
		id, ok, err := a.FieldID(t.Context(), pipeline.CardStatus)
		if ok != tc.found || err != nil || ok && id != sim.FieldSignRequestID {
			t.Errorf("%q: %d %v %v", tc.wanted, id, ok, err)
		}
		if _, ok, err := a.FieldID(t.Context(), pipeline.CardRequestID); ok || err != nil {
			t.Errorf("a field that is not configured: %v %v", ok, err)
		}
	}
}

// What we write on the card must not look like a person's correction.
func TestADealIsReadWithoutOurOwnFields(t *testing.T) {
	w := newWire(t)
	w.control(t, "leads", `{"name":"Roth AG","stage":"New","fields":{"SIGN_REQUEST_ID":"r-1","Contract type":"NDA"}}`)
	a := newAccount(t, w, map[pipeline.CardField]string{pipeline.CardRequestID: "signature request"})
	leads, _, err := a.Client.Leads(t.Context(), kommo.LeadFilter{}, 1)
	if err != nil || len(leads) != 1 {
		t.Fatal(leads, err)
	}
	deal, err := a.Deal(t.Context(), leads[0].ID)
	want := map[string]string{fmt.Sprint(sim.FieldContractType): "NDA", "contract_type": "NDA"}
	if diff := cmp.Diff(want, deal.Fields); diff != "" || err != nil {
		t.Error(diff, err)
	}
	gone, err := a.Deal(t.Context(), 1)
	if err != nil || !gone.Deleted {
		t.Errorf("a lead that is gone: %+v, %v", gone, err)
	}
}

func TestFactsAreAskedForOnceAndAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		a := newAccount(t, w, nil, rule(nil))
		ask := func() error {
			_, errs := a.Rules(t.Context())
			_, err := a.DriveURL(t.Context())
			return errors.Join(errs, err)
		}
		w.control(t, "faults", `{"name":"error_before","path":"/api/v4/leads/pipelines"}`)
		if err := ask(); err == nil { // the second question asks Kommo again
			t.Error("a failure passed for an answer")
		}
		if err := ask(); err != nil || w.count("leads/pipelines") != 2 {
			t.Errorf("asked %d times, %v", w.count("leads/pipelines"), err)
		}
		<-time.After(9 * time.Minute)
		if err := ask(); err != nil || w.count("leads/pipelines") != 2 {
			t.Errorf("asked %d times, %v", w.count("leads/pipelines"), err)
		}
		<-time.After(2 * time.Minute)
		if err := ask(); err != nil || w.count("leads/pipelines") != 3 {
			t.Errorf("asked %d times, %v", w.count("leads/pipelines"), err)
		}
	})
}

func TestManyAskAtOnceAndNobodyWaitsLongerThanHeWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		w.hold = make(chan struct{})
		a := newAccount(t, w, nil, rule(nil))
		var asking sync.WaitGroup
		for range 16 {
			asking.Go(func() {
				if rules, err := a.Rules(t.Context()); err != nil {
					t.Error(err)
				} else if _, ok := rules.At(sim.DefaultPipelineID, sim.StageSendSkribble); !ok {
					t.Error("the rule is not there")
				}
			})
		}
		synctest.Wait()
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := a.Rules(impatient); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("whoever wanted to wait for a second: %v", err)
		}
		close(w.hold)
		asking.Wait()
		if n := w.count("leads/pipelines"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestOldFactsHoldWhileKommoFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		a := newAccount(t, w, nil, rule(nil))
		var log strings.Builder
		a.Logger = slog.New(slog.NewTextHandler(&log, nil))
		if _, err := a.Rules(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.control(t, "faults", `{"name":"error_before","path":"/api/v4/leads/pipelines","count":2}`)
		<-time.After(11 * time.Minute)
		for range 3 {
			rules, err := a.Rules(t.Context())
			if _, ok := rules.Rule("service"); !ok || err != nil {
				t.Errorf("the rule is gone, %v", err)
			}
		}
		if n := strings.Count(log.String(), "ERROR"); n != 1 || w.count("leads/pipelines") != 2 {
			t.Errorf("%d lines for %d calls", n, w.count("leads/pipelines"))
		}
		<-time.After(3 * time.Minute)
		_, _ = a.Rules(t.Context())
		<-time.After(3 * time.Minute)
		_, _ = a.Rules(t.Context())
		if n := strings.Count(log.String(), "ERROR"); n != 2 || w.count("leads/pipelines") != 4 {
			t.Errorf("%d lines for %d calls", n, w.count("leads/pipelines"))
		}
	})
}
