package jobs

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

func TestAFileThatMayNotBeAttachedHoldsNothingUpAndMakesATask(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		d.kommo.before = func(_ int, r *http.Request) int {
			if strings.HasSuffix(r.URL.Path, "/files") {
				return http.StatusForbidden
			}
			return 0
		}
		lead := d.story()
		card, ledger := d.card(lead), d.effects(lead)
		if card.Stage != "Closed - won" || !slices.Contains(ledger, "1/file/signed failed") || !slices.Contains(ledger, "1/task/file done") {
			d.Errorf("stage %q, ledger %q", card.Stage, ledger)
		}
	})
}

func TestAClosedAccountRestsAndIsToldOfOnce(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		_, writes := d.kommo.count()
		d.kommo.before = func(n int, _ *http.Request) int {
			if n <= writes+3 {
				return http.StatusPaymentRequired
			}
			return 0
		}
		began := time.Now()
		for range 5 {
			d.tell(lead, "SENT", "OUT_FOR_SIGNATURE", nil)
		}
		d.settle()
		if took := time.Since(began); took < 2*time.Minute || len(d.card(lead).Notes) != 1 {
			d.Errorf("%v, notes %v", took, d.card(lead).notes())
		}
		if n := strings.Count(d.log.String(), "Kommo takes no calls"); n != 1 {
			d.Errorf("told %d times", n)
		}
	})
}

func TestATaskFindsSomebody(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		var users []int64
		d.kommo.before = func(_ int, r *http.Request) int {
			if r.URL.Path != "/api/v4/tasks" {
				return 0
			}
			var tasks []struct {
				User int64 `json:"responsible_user_id"`
			}
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			_ = json.Unmarshal(body, &tasks)
			users = append(users, tasks[0].User)
			if tasks[0].User != 0 {
				return http.StatusBadRequest
			}
			return 0
		}
		lead := d.started(sim.StageSendSkribble)
		d.control("PATCH", "leads/"+text(lead), `{"responsible_user_id":`+text(sim.DefaultSecondUserID)+`}`, nil)
		d.tell(lead, "SIGNER_BOUNCED", "OUT_FOR_SIGNATURE", about("customer"))
		d.settle()
		if !slices.Equal(users, []int64{sim.DefaultUserID, sim.DefaultSecondUserID, 0}) || len(d.card(lead).Tasks) != 1 {
			d.Errorf("asked for %v, tasks %v", users, d.card(lead).Tasks)
		}
	})
}

// The note takes effect only after its call has failed.
func TestALateNoteIsWaitedFor(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		late := false
		d.kommo.before = func(_ int, r *http.Request) int {
			if late || r.URL.Path != "/api/v4/leads/notes" {
				return 0
			}
			late = true
			body, _ := io.ReadAll(r.Body)
			again := r.Clone(t.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			time.AfterFunc(5*time.Second, func() { _, _ = (&wire{to: d.sim}).RoundTrip(again) })
			return http.StatusGatewayTimeout
		}
		d.tell(lead, "SENT", "OUT_FOR_SIGNATURE", nil)
		d.settle()
		<-time.After(10 * time.Second)
		if notes := d.card(lead).notes(); len(notes) != 1 {
			d.Errorf("notes %q", notes)
		}
	})
}

func TestAnAttachmentIsKnownByItsFileOrItsName(t *testing.T) {
	t.Parallel()
	e := &store.Effect{RemoteID: "u-1 v-1", Effect: pipeline.Effect{FileName: "Roth AG CS-1.pdf"}}
	for note, want := range map[kommo.Note]bool{
		{Type: "attachment", FileUUID: "u-1"}:                               true,
		{Type: "attachment", FileUUID: "x", FileName: "Roth AG CS-1.pdf"}:   true,
		{Type: "attachment", FileUUID: "u-2", FileName: "Roth AG CS-2.pdf"}: false,
		{Type: "common", FileName: "Roth AG CS-1.pdf"}:                      false,
	} {
		if tells(note, e) != want {
			t.Errorf("%+v: want %v", note, want)
		}
	}
}
