package kommo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	sim "github.com/countersign/countersign/services/sim/kommo"
	"github.com/google/go-cmp/cmp"
)

// A write whose answer was lost is found by its mark instead of being repeated.
func TestSimulatedLostAnswer(t *testing.T) {
	for _, fault := range []string{"error_after", "drop_after"} {
		a := newAccount(t, nil)
		leadID := a.deal()
		a.control("POST", "faults", `{"name":"`+fault+`","method":"POST","path":"/api/v4/leads/notes","count":1}`)
		_, err := a.AddNotes(t.Context(), []NewNote{{leadID, "sent [CS-AAAAAA]"}})
		var e *Error
		if !errors.As(err, &e) || e.Kind != Unavailable || !e.Uncertain {
			t.Fatalf("%s gave %v", fault, err)
		}
		if _, ok, err := a.FindNote(t.Context(), leadID, "[CS-AAAAAA]"); err != nil || !ok {
			t.Errorf("%s: the note was not found: %v", fault, err)
		}
	}
}

func TestSimulatedFiles(t *testing.T) {
	a := newAccount(t, nil)
	leadID := a.deal()
	who, err := a.Account(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("0123456789"), 120_000) // three parts
	upload := NewFile{Name: "contract.pdf", Size: int64(len(content)), ContentType: "application/pdf", Content: bytes.NewReader(content)}
	file, err := a.Upload(t.Context(), who.DriveURL, upload)
	if err != nil || file.UUID == "" || file.VersionUUID == "" {
		t.Fatalf("%+v %v", file, err)
	}
	for range 2 {
		if err := a.AttachFile(t.Context(), leadID, file.UUID); err != nil {
			t.Fatal(err)
		}
	}
	if uuids, err := a.AttachedFiles(t.Context(), leadID); err != nil || !cmp.Equal(uuids, []string{file.UUID}) {
		t.Errorf("%v %v", uuids, err)
	}
	note, err := a.AddAttachmentNote(t.Context(), leadID, file, "contract.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok, err := a.FindNote(t.Context(), leadID, file.UUID); err != nil || !ok || got != note {
		t.Errorf("attachment note %d %v, want %d", got, err, note)
	}
	answer, err := http.Get(a.url + "/_sim/files/" + file.UUID)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if stored, err := io.ReadAll(answer.Body); err != nil || !bytes.Equal(stored, content) {
		t.Errorf("%d bytes stored, %v", len(stored), err)
	}
}

func TestSimulatedStageEntry(t *testing.T) {
	a := newAccount(t, nil)
	leadID := a.deal()
	start := a.clk.Now()
	if entry, err := a.StageEntry(t.Context(), leadID, sim.DefaultPipelineID, sim.StageSendSkribble); err != nil || !entry.IsZero() {
		t.Errorf("entered %v, %v", entry, err)
	}
	for _, stage := range []int{sim.StageSendSkribble, sim.StageNew, sim.StageSendSkribble} {
		a.clk.Advance(time.Hour)
		a.control("POST", fmt.Sprintf("leads/%d/move", leadID), fmt.Sprintf(`{"status_id":%d,"pipeline_id":%d}`, stage, sim.DefaultPipelineID))
	}
	entry, err := a.StageEntry(t.Context(), leadID, sim.DefaultPipelineID, sim.StageSendSkribble)
	if err != nil || entry.Unix() != start.Add(3*time.Hour).Unix() {
		t.Errorf("entered %v after the start, %v", entry.Sub(start), err)
	}
	changes, more, err := a.StageChanges(t.Context(), start.Add(90*time.Minute), 1)
	if err != nil || more || len(changes) != 2 || changes[0].LeadID != leadID {
		t.Errorf("%+v %v", changes, err)
	}
}

func TestSimulatedPages(t *testing.T) {
	a := newAccount(t, nil)
	var want []int64
	for range 260 {
		want = append(want, id(a.control("POST", "leads", `{"name":"x","stage":"New"}`)["id"]))
	}
	var got []int64
	for number, more := 1, true; more; number++ {
		leads, next, err := a.Leads(t.Context(), LeadFilter{}, number)
		if err != nil || number > 3 {
			t.Fatal(number, err)
		}
		for _, lead := range leads {
			got = append(got, lead.ID)
		}
		more = next
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	leads, _, err := a.Leads(t.Context(), LeadFilter{IDs: []int64{want[3], want[200]}}, 1)
	if err != nil || len(leads) != 2 {
		t.Errorf("%d leads by id, %v", len(leads), err)
	}
}

func TestSimulatedFailures(t *testing.T) {
	a := newAccount(t, func(c *sim.Config) { c.Knobs.PlanEnded = true })
	if _, err := a.Account(t.Context()); KindOf(err) != PaymentRequired {
		t.Errorf("an ended plan gave %v", err)
	}
	a.control("POST", "tokens/revoke", "")
	if _, err := a.Account(t.Context()); KindOf(err) != Unauthorized {
		t.Errorf("a revoked token gave %v", err)
	}
	b := newAccount(t, nil)
	b.control("POST", "faults", `{"name":"rate_limit","count":1,"retry_after":"30s"}`)
	_, err := b.Account(t.Context())
	var e *Error
	if !errors.As(err, &e) || e.Kind != RateLimited || e.RetryAfter != 30*time.Second {
		t.Errorf("a rate limit gave %+v", err)
	}
}

// The default rate stays below the vendor's real limit.
func TestSimulatedRate(t *testing.T) {
	a := newAccount(t, func(c *sim.Config) { c.RateLimit = sim.DefaultRateLimit })
	c, err := New(Config{BaseURL: a.url, Token: StaticToken("s3cret")})
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		if _, err := c.Account(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSimulatedHooks(t *testing.T) {
	var mu sync.Mutex
	var hooks []Hook
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook, err := Decode(r.Header.Get("Content-Type"), body)
		if err != nil {
			t.Errorf("%v in %s", err, body)
		}
		mu.Lock()
		hooks = append(hooks, hook)
		mu.Unlock()
	}))
	defer receiver.Close()
	a := newAccount(t, nil)
	for want := range 2 {
		changed, err := a.EnsureWebhook(t.Context(), receiver.URL+"/s3cret", HookSettings())
		if err != nil || changed == (want == 1) {
			t.Fatalf("round %d: changed %v, %v", want, changed, err)
		}
	}
	leadID := a.deal()
	a.control("POST", fmt.Sprintf("leads/%d/move", leadID), `{"stage":"Send contract (Skribble)"}`)
	a.clk.Advance(time.Second)

	mu.Lock()
	defer mu.Unlock()
	var moved []LeadHint
	for _, hook := range hooks {
		if hook.AccountID != sim.DefaultAccountID || hook.Subdomain != "acme" {
			t.Errorf("%+v", hook)
		}
		for _, lead := range hook.Leads {
			if lead.Event == "status" {
				lead.UpdateTime = time.Time{}
				moved = append(moved, lead)
			}
		}
	}
	want := []LeadHint{{ID: leadID, Event: "status", StatusID: sim.StageSendSkribble, OldStatusID: sim.StageNew, PipelineID: sim.DefaultPipelineID}}
	if diff := cmp.Diff(want, moved); diff != "" {
		t.Error(diff)
	}
	if err := a.DeleteWebhook(t.Context(), receiver.URL+"/s3cret"); err != nil {
		t.Error(err)
	}
	if left, err := a.Webhooks(t.Context(), ""); err != nil || len(left) != 0 {
		t.Errorf("%+v %v", left, err)
	}
}
